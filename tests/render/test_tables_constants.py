"""Constants through the forms of a statement."""

from __future__ import annotations

import re

import pytest

from boundkit.papers import statement, statements
from boundkit.render.expressions import text
from boundkit.render.tables import table
from boundkit.statement import Statement

FOUND = table("constants")
ROWS = {row[:2]: row for row in FOUND.rows}


def root(item: Statement) -> str:
    """The id of the statement at the start of a chain of improvements."""
    return item.id if item.improves is None else root(statement(item.improves))


@pytest.mark.parametrize("item", [item for item in statements() if item.constants], ids=lambda item: item.id)
def test_every_constant_is_listed(item: Statement) -> None:
    """Each constant of each statement is in the row of its chain, in the column of its form."""
    for constant in item.constants:
        row = ROWS[root(item), f"constant {constant.symbol.name}"]
        cell = str(row[FOUND.columns.index(item.form)])
        assert ("open" if constant.value is None else text(constant.value)) in cell


@pytest.mark.parametrize(
    ("id", "item", "factor"),
    [
        ("os19.thm6_2", "constant c", "2"),  # 64 with Theorem 6.10 as quoted, 32 with D1
        ("os19.thm6_10", "claim path", "2"),  # 4 |r_0| / alpha against 2 |r_0| / alpha
        ("ofls19.lem6_4", "claim roots", "2"),
        ("ofls19.thm5_3", "claim residual_deviation", "1.25"),  # 3/5 against 12/25
        ("os19.lemC_3", "claim small_preactivation", "0.797885"),  # sqrt(2/pi)
        ("os19.thm6_2", "claim rate", None),
        ("sjl17.ex2_4", "claim slope", None),  # several activations, not several forms
    ],
)
def test_factors(id: str, item: str, factor: str | None) -> None:
    """The earliest over the latest value where that is a number, checked by hand."""
    row = ROWS.get((id, item))
    assert (None if row is None else row[FOUND.columns.index("factor")]) == factor


def test_conditions_are_shown_where_a_form_changes_them() -> None:
    """Theorem 6.2's width is there in all five forms, and a claim that no form changes is not."""
    assert all(ROWS["os19.thm6_2", "width width"][2:7])
    assert ("os19.lem6_12", "claim initial_misfit") in ROWS
    assert not any(name == "os19.lem6_5" for name, _ in ROWS)


def test_long_cells_do_not_pad_the_others() -> None:
    """Markdown and LaTeX of the constants are not ten times as long as what they hold, and lose none of it."""
    content = sum(len(str(cell or "")) for row in FOUND.rows for cell in row)
    made = FOUND.to("md")
    assert len(made) < 3 * content
    assert len(FOUND.to("latex")) < 10 * content
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in made.splitlines()[2:]]
    assert cells == [[str(cell or "").replace("|", r"\|") for cell in row] for row in FOUND.rows]
