"""Tests of what a cell says of claims that its tasks did not try."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from boundkit.campaign import Cell, Store, campaign, run_campaign, summarise
from boundkit.verify import Verdict, verify
from boundkit.verify.statistics import interval
from boundkit.verify.tally import Tally


def test_results_that_do_not_apply_are_named_as_in_a_verification(tmp_path: Path) -> None:
    """At level lemma the statement itself may be left out, at this width: its lemmas alone are consistent."""
    given = {"data": ["orthonormal:n=4"], "levels": ["lemma"], "widths": [64]}
    store = Store(tmp_path / "s")
    grid = campaign(statements=["os19.lem6_7"], activations=["softplus"], trials=4, together=2, **given)
    run_campaign(grid, store, executor_name="inline")
    ((_, report),) = summarise(store.rows)
    alone = verify("os19.lem6_7", data="orthonormal:n=4", activation="softplus", level="lemma", k=64, trials=4)
    left_out = "os19.lem6_7: hypothesis spectrum_width fails: 8 is below 9.721"
    assert str(alone.reason).endswith(left_out)
    assert report.verdict is Verdict.CONSISTENT
    assert report.reason == alone.reason
    silent = [row | {"reason": None} if number else row for number, row in enumerate(store.rows)]
    assert len(silent) > 1
    assert left_out not in str(summarise(silent)[0][1].reason), "what only some tasks say is not said of all"


CELL = Cell("os19.thm6_2", "orthonormal:n=4", "softplus", "lemma", 64, 3, 10, {"delta": "1"}, {"c": "64"})


def row(task: str, *tallies: Tally, allowed: float | None = 0.125, violations: int = 0) -> dict[str, Any]:
    """What a task of four trials leaves in a store."""
    return {
        "task": task,
        "cell": asdict(CELL),
        "trials": [0, 1, 2, 3],
        "versions": {},
        "verdict": "consistent",
        "reason": None,
        "relaxed": [],
        "width": "64",
        "violations": violations,
        "failure_allowed": allowed,
        "tallies": [asdict(item) for item in tallies],
        "backend": "cpu",
        "seconds": 1.5,
    }


def test_claims_of_one_name_in_two_results_stay_apart() -> None:
    """Trials of a theorem and of its lemma are added up each for itself, those of two tasks together."""
    theorem, lemma = (Tally(id, "rate", 0.125, 4, violations=n) for id, n in (("os19.thm6_2", 1), ("os19.lem6_7", 0)))
    ((cell, report),) = summarise([row("a", theorem, lemma, violations=1), row("b", theorem, lemma, violations=1)])
    assert cell == CELL
    counted = {(item.statement, item.label): (item.trials, item.violations) for item in report.claims}
    assert counted == {("os19.thm6_2", "rate"): (8, 2), ("os19.lem6_7", "rate"): (8, 0)}
    assert (report.trials, report.violations, report.seconds, report.width) == (8, 2, 3.0, 64)
    assert dict(report.assumed) == {"c": "64"}


@pytest.mark.parametrize("allowed", [None, 0.125])
def test_an_interval_belongs_to_a_failure_that_is_allowed(allowed: float | None) -> None:
    """Where no probability is claimed, as at level scaling, the frequency of violations has none."""
    made = Tally("os19.thm6_2", "rate", 0.125, 4, violations=1)
    ((_, report),) = summarise([row("a", made, allowed=allowed, violations=1)])
    assert report.interval == (None if allowed is None else interval(1, 4))
    assert report.failure_allowed == allowed
