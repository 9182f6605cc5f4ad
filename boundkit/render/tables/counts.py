"""How much of each paper is encoded, and what is wrong in it."""

from __future__ import annotations

from typing import Any

from boundkit.papers import papers, statements
from boundkit.render.layout import Cell, Table
from boundkit.render.tables.arguments import no_more
from boundkit.render.tables.constants import FORMS

STATUSES = ("printed", "tracked", "open", "none")


def counts(**others: Any) -> Table:
    """Statements of each paper by form and by status of constants, comparators, errata, and those put on trial."""
    no_more(others)
    rows: list[tuple[Cell, ...]] = []
    for paper in papers():
        found = statements(paper=paper.key)
        own = [item for item in found if item.kind != "comparator"]
        by_form = (sum(item.form == form for item in own) for form in FORMS)
        by_status = (sum(item.constant_status == status for item in own) for status in STATUSES)
        labels = {erratum.label for item in found for erratum in item.errata}
        trials = sum(any(claim.experiment != "unobserved" for claim in item.claims) for item in own)
        rows.append((paper.key, len(own), *by_form, *by_status, len(found) - len(own), len(labels), trials))
    constants = (f"constants {status}" for status in STATUSES)
    columns = ("paper", "statements", *FORMS, *constants, "comparators", "errata", "on trial")
    return Table("counts", columns, tuple(rows))


def errata(*, paper: str | None = None, **others: Any) -> Table:
    """Every erratum of every statement, with its grade and what is right."""
    no_more(others, "paper")
    rows = [
        (item.id, erratum.label, erratum.grade, erratum.text, erratum.resolution)
        for item in statements(paper=paper)
        for erratum in item.errata
    ]
    return Table("errata", ("statement", "label", "grade", "text", "resolution"), tuple(rows))
