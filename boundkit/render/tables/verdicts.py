"""What a campaign found: how many statements of each paper got which verdict."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from boundkit.errors import BadInput
from boundkit.papers import papers, statement
from boundkit.render.layout import Cell, Table
from boundkit.render.tables.arguments import no_more


def verdicts(*, records: str | Path | None = None, **others: Any) -> Table:
    """Statements of each paper by their worst verdict in the store of a campaign; BadInput for an unreadable store."""
    from boundkit.campaign import Store, summarise
    from boundkit.verify import Verdict
    from boundkit.verify.verdict import worst

    no_more(others, "records")
    if records is None:
        raise BadInput("records", None, "is needed for this table: the store of a campaign")
    store = Store(records)
    store.refresh()
    if not store.path.is_file():
        raise BadInput("records", records, "is not a readable file; boundkit campaign makes one")
    found: dict[str, list[Verdict]] = {}
    for cell, report in summarise(store.rows):
        found.setdefault(cell.statement, []).append(report.verdict)
    counts = Counter((statement(id).source.paper.key, worst(several)) for id, several in found.items())
    keys = [paper.key for paper in papers() if any(key == paper.key for key, _ in counts)]
    rows: list[tuple[Cell, ...]] = [(key, *(counts[key, verdict] for verdict in Verdict)) for key in keys]
    totals: tuple[Cell, ...] = ("all", *(sum(counts[key, verdict] for key in keys) for verdict in Verdict))
    return Table("verdicts", ("paper", *(str(verdict) for verdict in Verdict)), (*rows, totals))
