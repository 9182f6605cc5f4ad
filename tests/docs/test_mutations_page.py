"""The page Mutations."""

from __future__ import annotations

from boundkit.verify.mutations import Mutant
from docs.mutations import page


def test_the_page_names_what_is_never_caught() -> None:
    """A statement without a caught mutant stands with the slack of its claims; what is not caught says why."""
    found = [
        Mutant("os19.lem6_4", "eigenvalue", "data", "10", "1 to 10, unwritten", "caught", 6.9),
        Mutant("os19.lem6_4", "eigenvalue", "data", "2", "1 to 2, unwritten", "loose", 6.9),
        Mutant("sjl17.lemF_2", "off_diagonal", "spectral", "2", "24 to 12", "loose", 35.2),
        Mutant("sjl17.lemF_2", "off_diagonal", "spectral", "twin", "24 to 1", "minor", 35.2),
        Mutant("sjl17.lemF_2", "zero", "spectral", "2", "2 to 1", "minor", None),
    ]
    counts, uncaught = page(found).split("## Statements without a caught mutant")
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in counts.splitlines()]
    assert ["os19", "data", "2", "1", "0", "1", "0", "0.50"] in cells
    assert ["sjl17", "spectral", "3", "0", "0", "1", "2", "0.00"] in cells
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in uncaught.splitlines()]
    assert [row for row in rows if row and row[0].startswith(("os19", "sjl17"))] == [
        ["sjl17.lemF_2", "off_diagonal", "2", "35.2"],
        ["sjl17.lemF_2", "zero", "1", ""],
    ]
    assert page(found[:2]).endswith("## Statements without a caught mutant\n\nNone.\n")
