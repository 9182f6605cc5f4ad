"""Statements as LaTeX and as pages."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from boundkit.papers import statement, statements
from boundkit.render.expressions import text
from boundkit.render.statement_view import as_latex, as_page
from boundkit.statement import Statement

ALL = [pytest.param(item, id=item.id) for item in statements()]


def page(item: Statement) -> str:
    """The page as plain text on a very wide terminal."""
    console = Console(file=io.StringIO(), width=2000)
    console.print(as_page(item))
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("item", ALL)
def test_page_holds_everything(item: Statement) -> None:
    """A page shows every hypothesis, claim, erratum, constant and related statement."""
    shown = page(item)
    for part in (*item.hypotheses, *item.claims):
        assert part.label in shown
        assert text(part.relation) in shown
    for erratum in item.errata:
        assert erratum.text in shown
    for name in (*item.uses, item.improves or ""):
        assert name in shown


@pytest.mark.parametrize("item", ALL)
def test_latex_environments_close(item: Statement) -> None:
    """Every LaTeX environment that is opened is closed in order, and no bare special character is left."""
    shown = as_latex(item)
    stack = []
    for kind, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", shown):
        if kind == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert not stack
    assert "#" not in shown.replace(r"\#", "")
    outside_cases = re.sub(r"\\begin{cases}.*?\\end{cases}", "", shown, flags=re.DOTALL)
    assert "&" not in outside_cases.replace(r"\&", "")


def test_improvements_are_linked_both_ways() -> None:
    """The printed theorem lists its improvements, and they list it."""
    assert "os19.thm6_2.refined" in page(statement("os19.thm6_2"))
    assert re.search(r"improves +os19.thm6_2\s", page(statement("os19.thm6_2.refined")))
