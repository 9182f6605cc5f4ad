"""A table of plain values and the formats in which it is written."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tabulate import tabulate

from boundkit.errors import unknown
from boundkit.render.latex_text import mathematics

Cell = str | int | float | bool | None
SIGNIFICANT = 6
STYLES = {"text": "simple", "md": "github", "latex": "latex_booktabs", "html": "html"}
ALIGNED = 100  # a longer cell would make every line of a file as long
FORMATS = ("md", "latex", "csv", "html", "json")


@dataclass(frozen=True)
class Table:
    """Named columns of plain values."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def to(self, format: str) -> str:
        r"""The table as `md`, `latex`, `csv`, `html`, `json` or `text` (aligned, for a terminal).

        >>> print(Table("example", ("name", "value"), (("a|b", 1), ("c", None))).to("md"))
        | name   | value   |
        |--------|---------|
        | a\|b   | 1       |
        | c      |         |
        """
        if format == "json":
            return json.dumps(self.document(), allow_nan=False)
        if format == "csv":
            return _csv([self.columns, *self.rows])
        if format not in STYLES:
            raise unknown("format", format, FORMATS)
        bar = r"\|" if format == "md" else "|"
        rows = [[_shown(cell).replace("|", bar) for cell in row] for row in self.rows]
        made = tabulate(rows, headers=list(self.columns), tablefmt=STYLES[format], disable_numparse=True)
        if format in ("md", "latex") and max((len(cell) for row in rows for cell in row), default=0) > ALIGNED:
            made = _squeezed(made)
        return mathematics(made) if format == "latex" else made

    def __str__(self) -> str:
        return self.to("text")

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return self.to("html")

    def select(self, *columns: str) -> Table:
        """The same rows with these columns only; BadInput for an unknown one."""
        for column in columns:
            if column not in self.columns:
                raise unknown("column", column, self.columns)
        places = [self.columns.index(column) for column in columns]
        return Table(self.name, columns, tuple(tuple(row[place] for place in places) for row in self.rows))

    def document(self) -> dict[str, Any]:
        """`{"table", "columns", "rows"}`."""
        return {"table": self.name, "columns": list(self.columns), "rows": [list(row) for row in self.rows]}


def _shown(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _squeezed(made: str) -> str:
    """Without the spaces and dashes that align columns, which mean nothing in markup."""
    lines = re.sub(r" {2,}", " ", made).split("\n")
    lines[1] = re.sub(r"-{3,}", "---", lines[1])
    return "\n".join(lines)


def _csv(rows: Iterable[Iterable[Cell]]) -> str:
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows([_shown(cell) for cell in row] for row in rows)
    return lines.getvalue().rstrip("\n")
