"""What a store says: one report a cell, its trials added up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add, itemgetter

from boundkit.campaign.spec import LOOSENESS, Cell
from boundkit.campaign.store import Row
from boundkit.verify import Report, Verdict
from boundkit.verify.statistics import interval
from boundkit.verify.tally import Tally
from boundkit.verify.verdict import conclude, leading_note, worst

REPORTED = {"trials", "reason", "relaxed", "width", "violations", "failure_allowed", "backend", "seconds"}


def summarise(rows: Iterable[Row]) -> list[tuple[Cell, Report]]:
    """The cells of a store in the order in which they first appear, each with the report of all its trials.

    A task that failed makes its cell an error: what did not run is never agreement. Of a task that was run again, such
    as under a larger budget, the last row counts. Widths that a looseness found are in `compared_widths`; rows that
    this version cannot read are left out (`foreign`).
    """
    cells: dict[str, tuple[Cell, list[Row]]] = {}
    for row in _latest(rows):
        if LOOSENESS not in row:
            cell = Cell(**row["cell"])
            cells.setdefault(cell.key, (cell, []))[1].append(row)
    return [(cell, _report(cell, own)) for cell, own in cells.values()]


def compared_widths(rows: Iterable[Row]) -> list[Row]:
    """The records of a looseness: the fields of the cell, its three widths, and the reason where one is missing.

    They are in the order of statements and data, whichever was found first.
    """
    found = [{**row["cell"], **row[LOOSENESS]} for row in _latest(rows) if LOOSENESS in row]
    return sorted(found, key=itemgetter("statement", "data"))


def foreign(rows: Iterable[Row]) -> list[str]:
    """The versions of boundkit that wrote what this one cannot read, one for each row."""
    return [str(row.get("versions", {}).get("boundkit")) for row in rows if not _legible(row)]


def _latest(rows: Iterable[Row]) -> Iterable[Row]:
    """The last legible row of every task, where its first one stood."""
    return {row["task"]: row for row in rows if _legible(row)}.values()


def _legible(row: Row) -> bool:
    """Whether a row has the fields that this version writes: another one may write others."""
    try:
        Cell(**row["cell"])
        if "error" in row or LOOSENESS in row:
            return True
        Verdict(row["verdict"])
        for item in row["tallies"]:
            Tally(**item)
    except (KeyError, TypeError, ValueError):
        return False
    return row.keys() >= REPORTED


def _report(cell: Cell, rows: list[Row]) -> Report:
    failed = [row["error"] for row in rows if "error" in row]
    ran = [row for row in rows if "error" not in row]
    tallies = _added(Tally(**item) for row in ran for item in row["tallies"])
    claims = tuple(map(conclude, tallies))
    allowed = next((row["failure_allowed"] for row in ran), None)
    trials = sum(len(row["trials"]) for row in ran if row["tallies"])
    violations = sum(row["violations"] for row in ran)
    verdicts = [item.verdict for item in claims] or [Verdict(row["verdict"]) for row in ran]
    reasons = [*failed, *_of_the_idle(ran), *(note for note in [leading_note(claims)] if note)]
    return Report(
        statement=cell.statement,
        level=cell.level,
        verdict=worst([Verdict.ERROR] * bool(failed) + verdicts),
        reason="; ".join([*reasons[:1], *_beside_the_claims(ran)]) or None,
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


def _of_the_idle(rows: list[Row]) -> list[str]:
    """Why some tasks held nothing against a claim, and how many trials that were if others did."""
    idle = [row for row in rows if row["reason"] and not row["tallies"]]
    if len(idle) == len(rows):
        return [row["reason"] for row in idle]
    counted = f"in {sum(len(row['trials']) for row in idle)} of {sum(len(row['trials']) for row in rows)} trials: "
    return [counted + row["reason"] for row in idle]


def _beside_the_claims(rows: list[Row]) -> list[str]:
    """What every task that tried claims says of others: results at level lemma that do not apply, and why."""
    said = []
    for row in rows:
        if row["tallies"]:
            rest = row["reason"] or ""
            for item in map(conclude, _added(Tally(**tally) for tally in row["tallies"])):
                rest = rest.replace(item.note, "") if item.note else rest
            said.append(dict.fromkeys(part for part in rest.split("; ") if part))
    return [part for part in said[0] if all(part in other for other in said)] if said else []


def _added(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    groups: dict[tuple[str, str], list[Tally]] = {}
    for item in tallies:
        groups.setdefault((item.statement, item.label), []).append(item)
    return tuple(reduce(add, group) for group in groups.values())
