"""The campaign of `tables/verification.toml` in a small form: every statement that makes an observed claim on trial."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from boundkit.campaign import Campaign, Cell, read_campaign
from boundkit.campaign.task import arguments
from boundkit.errors import BoundkitError
from boundkit.papers import papers, statement, statements
from boundkit.verify import Report, Verdict, verify

SPEC = Path(__file__).parents[2] / "tables" / "verification.toml"
TRIALS, STEPS = 3, 20
WIDE = 10_000  # networks of which one is tried
CAMPAIGN: Campaign = read_campaign(SPEC)
FALSE_GRADES = ("false as printed", "misprint", "extraction")
NEEDS_REASON = (Verdict.NOT_APPLICABLE, Verdict.INFEASIBLE, Verdict.INCONCLUSIVE)


def small(cell: Cell) -> Report:
    """The cell with few trials and steps."""
    given: dict[str, Any] = {**arguments(cell), "steps": min(cell.steps, STEPS)}
    trials = 1 if isinstance(cell.k, int) and cell.k > WIDE else TRIALS
    return verify(cell.statement, level=cell.level, k=cell.k, trials=trials, **given)


def known_false(id: str) -> bool:
    """Whether an erratum says that the statement is false as it is printed, misprinted or extracted."""
    return any(erratum.grade in FALSE_GRADES for erratum in statement(id).errata)


def cells(paper: str) -> Iterator[Cell]:
    """The cells of a paper."""
    return (cell for cell in CAMPAIGN.cells if statement(cell.statement).source.paper.key == paper)


def test_the_campaign_holds_every_statement_with_an_observed_claim() -> None:
    """Statements that are encoded later come in by themselves, through the patterns of the file."""
    observed = {s.id for s in statements() if any(claim.experiment != "unobserved" for claim in s.claims)}
    assert {cell.statement for cell in CAMPAIGN.cells} >= observed


@pytest.mark.parametrize("paper", [paper.key for paper in papers()])
def test_every_statement_gets_a_verdict(paper: str) -> None:
    """No run raises or ends in an error; only what an erratum calls false is violated; the rest says why."""
    wrong: dict[str, str] = {}
    for cell in cells(paper):
        try:
            report = small(cell)
        except BoundkitError as error:
            wrong[cell.statement] = f"raises {error}"
            continue
        unexpected = report.verdict is Verdict.VIOLATED and not known_false(cell.statement)
        silent = report.verdict in NEEDS_REASON and not report.reason
        if unexpected or silent or report.verdict is Verdict.ERROR:
            wrong[cell.statement] = f"{report.verdict}: {report.reason}"
    assert not wrong
