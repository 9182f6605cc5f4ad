"""What a store says: one report a cell, its trials added up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add

from boundkit.campaign.spec import LOOSENESS, Cell
from boundkit.campaign.store import Row
from boundkit.verify import Report, Verdict
from boundkit.verify.statistics import interval
from boundkit.verify.tally import Tally
from boundkit.verify.verdict import conclude, worst


def summarise(rows: Iterable[Row]) -> list[tuple[Cell, Report]]:
    """The cells of a store in the order in which they first appear, each with the report of all its trials.

    A task that failed makes its cell an error: what did not run is never agreement. Of a task that was run again, under
    a larger budget, the last row counts.
    """
    cells: dict[str, tuple[Cell, list[Row]]] = {}
    for row in _latest(rows):
        cell = Cell(**row["cell"])
        if cell.level == LOOSENESS:
            continue
        cells.setdefault(cell.key, (cell, []))[1].append(row)
    return [(cell, _report(cell, own)) for cell, own in cells.values()]


def _latest(rows: Iterable[Row]) -> Iterable[Row]:
    """The last row of every task, where its first one stood."""
    return {row["task"]: row for row in rows}.values()


def _report(cell: Cell, rows: list[Row]) -> Report:
    failed = [row["error"] for row in rows if "error" in row]
    ran = [row for row in rows if "error" not in row]
    tallies = _added(Tally(**item) for row in ran for item in row["tallies"])
    claims = tuple(map(conclude, tallies))
    allowed = next((row["failure_allowed"] for row in ran), None)
    trials = sum(len(row["trials"]) for row in ran if row["tallies"])
    violations = sum(row["violations"] for row in ran)
    verdicts = [item.verdict for item in claims] or [Verdict(row["verdict"]) for row in ran]
    reasons = [*failed, *(row["reason"] for row in ran if row["reason"] and not row["tallies"])]
    reasons += [item.note for item in claims if item.note]
    return Report(
        statement=cell.statement,
        level=cell.level,
        verdict=worst([Verdict.ERROR] * bool(failed) + verdicts),
        reason=reasons[0] if reasons else None,
        data=cell.data,
        activation=cell.activation,
        width=next((int(row["width"]) for row in ran if row["width"]), None),
        seed=cell.seed,
        relaxed=tuple(ran[0]["relaxed"]) if ran else (),
        assumed=dict(cell.assume),
        trials=trials,
        violations=violations,
        interval=interval(violations, trials) if trials and allowed is not None else None,
        failure_allowed=allowed,
        claims=claims,
        tallies=tallies,
        backend=", ".join(sorted({row["backend"] for row in ran})) or "none",
        seconds=sum(row["seconds"] for row in ran),
        steps=cell.steps,
    )


def _added(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    groups: dict[tuple[str, str], list[Tally]] = {}
    for item in tallies:
        groups.setdefault((item.statement, item.label), []).append(item)
    return tuple(reduce(add, group) for group in groups.values())
