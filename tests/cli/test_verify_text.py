"""What `boundkit verify` tells a reader of a report made by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from boundkit.campaign import Cell
from boundkit.cli.report import code
from boundkit.cli.verify import CODES, describe
from boundkit.render.trial_documents import verify_document
from boundkit.verify import Report, Verdict
from boundkit.verify.verdict import ClaimResult

REPORT = Report(
    *("os19.thm6_2", "relaxed", Verdict.VIOLATED, "a reason", "orthonormal:n=4", "softplus", 2**60, 5),
    relaxed=("width",),
    assumed={"c": "64"},
    trials=16,
    violations=3,
    failure_allowed=0.125,
    interval=(0.04047, 0.45646),
    claims=(
        ClaimResult("os19.thm6_2", "caught", Verdict.CONSISTENT, 16, 0, 0.25, 2, 7, 4.0, True, "a note"),
        ClaimResult("os19.thm6_2", "free", Verdict.INCONCLUSIVE, 16, 3, 1.5, 4, 9, None, False),
        ClaimResult("os19.lem6_4", "lemma", Verdict.NOT_APPLICABLE),
    ),
    witness="w.json",
    backend="cpu",
)


def told(report: Report) -> list[str]:
    """The lines of the text, spaces run together."""
    return [" ".join(line.split()) for line in describe(report, verify_document(report)).splitlines()]


def test_a_false_twin_that_was_not_rejected_is_said() -> None:
    """Each claim on its line: verdict, worst ratio and its step, slack, twin; lemmas under their own name."""
    lines = told(REPORT)
    assert "caught consistent 0.25 7 4 rejected a note" in lines
    assert "free inconclusive 1.5 9 NOT rejected" in lines
    assert "os19.lem6_4 lemma not_applicable NOT rejected" in lines


def test_a_seed_is_exact_for_every_reader_of_json() -> None:
    """As a number while every reader keeps it exact, beyond that as a string, as widths are."""
    seeds = [verify_document(replace(REPORT, seed=seed))["seed"] for seed in (7, 2**53, 2**63 - 1)]
    assert seeds == [7, 2**53, str(2**63 - 1)]


def test_what_a_verdict_does_not_speak_of_is_said() -> None:
    """Hypotheses left out, values assumed, the failure allowed, the trials that break a claim; else nothing."""
    lines = told(REPORT)
    assert lines[0] == "os19.thm6_2 at level relaxed: VIOLATED"
    assert "RELAXED width (the theorem says nothing here)" in lines
    assert "ASSUMED c = 64 (a verdict speaks of this value only)" in lines
    assert "trials 16, of which 3 break a claim" in lines
    assert "failure at most 0.125 allowed; 0.0405 to 0.456 by these trials (95 % interval)" in lines
    assert "failure at most 0.125 allowed" in told(replace(REPORT, interval=None))
    assert f"width {2**60}" in lines
    assert "width infinite" in told(replace(REPORT, width=None, infinite=True))
    plain = told(replace(REPORT, relaxed=(), assumed={}, failure_allowed=None, trials=0, reason=None, witness=None))
    words = ("RELAXED", "ASSUMED", "failure", "trials", "reason", "witness")
    assert not [line for line in plain if line.startswith(words)]


def test_only_a_violation_ends_with_one() -> None:
    """Every verdict has an exit code; what decides nothing is no violation, and no run is no success."""
    assert CODES.keys() == {str(verdict) for verdict in Verdict}
    assert [name for name, code in CODES.items() if code == 1] == ["violated"]
    assert {name for name, code in CODES.items() if code == 0} == {"consistent", "inconclusive"}


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["consistent", "violated", "error"], 1),
        (["consistent", "error", "infeasible"], 4),
        (["inconclusive", "consistent"], 0),
        ([], 0),
    ],
)
def test_the_worst_cell_of_a_campaign_decides_how_it_ends(verdicts: list[str], expected: int) -> None:
    """Wherever it stands: a violation before an error, and either before what is consistent."""
    cell = Cell("os19.thm6_2", "orthonormal:n=4", "softplus", "literal", None, 0, 1)
    for order in itertools.permutations(verdicts):
        summary = [(cell, replace(REPORT, verdict=Verdict(verdict))) for verdict in order]
        assert code(summary) == expected


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_widths_of_scaling_are_sorted_by_size(order: tuple[int, ...]) -> None:
    """Least, middle and largest of the trials, and the middle of what is required, whatever the order of the trials."""
    widths, required = [[4, 10], [6, 30], [8, 20]], [[100, 7], [300, 9], [200, 8]]
    seen = {
        "sizes": [2, 5],
        "kind": "empirical",
        "vary": "n",
        "widths": [widths[i] for i in order],
        "required": [required[i] for i in order],
    }
    assert told(replace(REPORT, scaling=seen))[-2:] == ["2 4 6 8 200", "5 10 20 30 8"]


def test_what_an_infeasible_width_leaves_to_try_is_said() -> None:
    """The statement's other levels that need no such width; nothing where another level or verdict is told."""
    out_of_reach = replace(REPORT, level="literal", verdict=Verdict.INFEASIBLE, claims=())
    assert "try instead --level lemma, --level certificate --k WIDTH, --level relaxed --k WIDTH" in told(out_of_reach)
    lemma = replace(out_of_reach, statement="os19.lem6_12")
    assert "try instead --level lemma" in told(lemma)
    for other in (replace(out_of_reach, level="relaxed"), replace(out_of_reach, verdict=Verdict.CONSISTENT)):
        assert not any(line.startswith("try instead") for line in told(other))
