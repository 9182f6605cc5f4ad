"""Tests of tallies: groups of trials add up to what all trials together say."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

import pytest
from hypothesis import given, strategies as st

from boundkit.verify import Verdict, verify
from boundkit.verify.tally import CONTROLS, Tally
from boundkit.verify.verdict import ClaimResult, conclude, leading_note

COUNTS = st.integers(0, 5)
TALLIES = st.builds(
    Tally,
    statement=st.just("s"),
    label=st.just("c"),
    allowed=st.just(0.1),
    trials=st.integers(5, 9),
    violations=COUNTS,
    broken=COUNTS,
    twin_failures=COUNTS,
    worst_margin=st.none() | st.floats(0, 10),
    slack=st.none() | st.floats(1, 10),
    replay=st.sampled_from([None, "confirmed", "refuted", "not replayed"]),
    control=st.sampled_from(CONTROLS),
)


@given(TALLIES, TALLIES, TALLIES)
def test_adding_is_associative_and_symmetric_in_what_decides(a: Tally, b: Tally, c: Tally) -> None:
    """The order in which groups finish does not change the verdict."""
    assert conclude(a + (b + c)) == conclude((a + b) + c)
    assert conclude(a + b).verdict is conclude(b + a).verdict


def test_what_counts_least_for_agreement_is_kept() -> None:
    """A refuted replay before a confirmed one, one that ran before none; no control before a replay as control."""
    one, other = (Tally("s", "c", 0.1, 3, worst_margin=1.0, slack=slack, undecided=1, broken=1) for slack in (2.0, 1.5))

    def both(**given: Any) -> Tally:
        first, second = ({name: pair[i] for name, pair in given.items()} for i in (0, 1))
        there, back = replace(one, **first) + replace(other, **second), replace(other, **second) + replace(one, **first)
        assert [getattr(there, name) for name in given] == [getattr(back, name) for name in given]
        return there

    found = both(replay=("confirmed", "refuted"), replayed_trial=(4, 7))
    assert (found.replay, found.replayed_trial) == ("refuted", 7)
    assert both(replay=("confirmed", "not replayed"), replayed_trial=(4, 7)).replayed_trial == 4
    assert both(replay=(None, "not replayed")).replay == "not replayed"
    assert both(control=("statement", "replay")).control == "replay"
    assert both(control=("none", "replay")).control == "none"
    assert (found.undecided, found.broken, found.slack, found.trials) == (2, 2, 1.5, 6)
    worst = both(worst_margin=(0.5, 0.7), worst_trial=(1, 2), worst_step=(10, 20))
    assert (worst.worst_margin, worst.worst_trial, worst.worst_step) == (0.7, 2, 20)


def test_the_note_of_the_worst_verdict_leads() -> None:
    """What a report gives as its reason is why it is not consistent, if it is not."""
    limited = ClaimResult("s", "a", Verdict.CONSISTENT, note="limited power")
    failed = ClaimResult("s", "b", Verdict.INCONCLUSIVE, note="no power")
    assert leading_note([limited, failed]) == "no power"
    assert leading_note([limited, ClaimResult("s", "c", Verdict.VIOLATED)]) == "limited power"
    assert leading_note([]) is None


@pytest.mark.parametrize("level", ["lemma", "certificate"])
def test_groups_of_trials_give_the_verdicts_of_all_trials(level: str) -> None:
    """Trials run two at a time and added up give the claims of one run with all of them."""
    arguments = {"data": "orthonormal:n=4", "activation": "softplus", "delta": 1, "steps": 30, "level": level}
    whole = verify("os19.thm6_2.refined", trials=6, **arguments)
    parts = [verify("os19.thm6_2.refined", trials=range(i, i + 2), **arguments) for i in (0, 2, 4)]
    added = [conclude(reduce(add, tallies)) for tallies in zip(*(part.tallies for part in parts), strict=True)]
    for ours, theirs in zip(added, whole.claims, strict=True):
        assert (ours.statement, ours.label, ours.verdict) == (theirs.statement, theirs.label, theirs.verdict)
        assert (ours.violations, ours.twin_rejected) == (theirs.violations, theirs.twin_rejected)
        assert ours.worst_margin == pytest.approx(theirs.worst_margin)
        assert ours.slack == pytest.approx(theirs.slack, rel=1e-6)


@pytest.mark.parametrize(
    ("replay", "verdict"),
    [("confirmed", Verdict.VIOLATED), ("refuted", Verdict.ERROR), ("not replayed", Verdict.INCONCLUSIVE)],
)
def test_a_violation_counts_once_it_is_replayed(replay: str, verdict: Verdict) -> None:
    """A violation that the slow implementation does not see is an error, one it cannot run is inconclusive."""
    assert conclude(Tally("s", "c", 0.0, 3, violations=1, replay=replay)).verdict is verdict


def test_no_trials_is_no_agreement() -> None:
    """A claim of which no draw was admitted is not applicable."""
    assert conclude(Tally("s", "c", 0.1, 0)).verdict is Verdict.NOT_APPLICABLE
