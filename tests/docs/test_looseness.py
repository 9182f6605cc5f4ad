"""The table of theory, certified and empirical widths, which is made by hand: its widths are those of this version."""

from __future__ import annotations

from pathlib import Path

import pytest

from boundkit.query import required_width

TABLE = Path(__file__).parents[2] / "tables" / "looseness.md"
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TABLE.read_text().splitlines()[2:]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_theory_widths_are_up_to_date(row: list[str]) -> None:
    """A theorem that was sharpened since the campaign was run asks for another width than the table says."""
    statement, data, activation, theory = row[:4]
    assert required_width(statement, data=data, activation=activation, delta=1).width == int(theory)
