"""Statements as LaTeX and as pages."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from rich.console import Console

from boundkit.papers import statement, statements
from boundkit.render.expressions import latex, text
from boundkit.render.latex_text import escaped
from boundkit.render.statement_view import as_latex, as_page
from boundkit.render.symbols import lettered
from boundkit.render.web_page import as_html
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


def test_symbols_have_the_names_by_which_they_are_set() -> None:
    """What `--set` takes for a letter, and what it is by default, stands beside it on the terminal and in HTML."""
    item = statement("os19.thm2_6.sharpened")
    shown = [re.split(r" {2,}", line.strip()) for line in page(item).splitlines()]
    assert ["δ", "delta", "deviation parameter of the probability"] in shown
    nu = next(row for row in shown if row[1:2] == ["nu"])
    assert nu[0] == "ν"
    assert nu[2].endswith("(8 unless given)")
    assert "<code>delta</code>, deviation parameter" in as_html(item)


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


@pytest.mark.parametrize("item", [case for case in ALL if case.values[0].orders])  # type: ignore[attr-defined]
def test_orders_are_shown(item: Statement) -> None:
    """Orders, all that a comparator says, stand on every kind of page with their side, regime and who quotes them."""
    shown, markup, environment = page(item), unescape(as_html(item)), as_latex(item)
    for order in item.orders:
        assert f"at {'least' if order.side == 'lower' else 'most'} of order {text(order.expression)}" in shown
        assert latex(order.expression, lettered(item)) in environment
        for note in (order.regime, order.quoted_by):
            assert note in shown
            assert note in markup
            assert escaped(note) in environment


@pytest.mark.parametrize("name", ["ofls19.thm3_2", "ofls19.lem6_17", "os19.thm2_3"])
def test_what_failed_an_attack_does_not_look_untested(name: str) -> None:
    """A statement that was refuted as printed says so, and points to its errata."""
    for shown in (page(statement(name)), as_html(statement(name))):
        assert "nothing: it failed an attack" in shown
    assert "failed an attack" not in page(statement("ofls19.lem6_2"))


def test_improvements_are_linked_both_ways() -> None:
    """The printed theorem lists its improvements, and they list it."""
    assert "os19.thm6_2.refined" in page(statement("os19.thm6_2"))
    assert re.search(r"improves +os19.thm6_2\s", page(statement("os19.thm6_2.refined")))


@pytest.mark.parametrize(
    ("name", "claim", "words"),
    [
        ("sjl17.lem5_6", "full_rank", "for almost every data"),
        ("sjl17.thm2_2", "strict_saddles", "for almost every data"),
        ("sjl17.lem7_6", "identity", "in expectation"),
        ("sgd22.thm1", "rate", "in expectation"),
        ("sgd22.lem1", "norm", ""),
    ],
)
def test_claims_are_quantified(name: str, claim: str, words: str) -> None:
    """What holds in the mean or for almost every data is not said to hold surely, in any of the three forms."""
    item = statement(name)
    relation = item.claim(claim).relation
    latex_line = next(line for line in as_latex(item).splitlines() if latex(relation, lettered(item)) in line)
    assert (f"{text(relation)} ({words})" in page(item)) == bool(words)
    assert (rf"\text{{({words})}}" in latex_line) == bool(words)
    assert (f" ({words})</td>" in as_html(item)) == bool(words)
    mean_only = {known.chance for known in item.claims} <= {"in expectation", "almost every data"}
    assert ("holds surely" in page(item)) == (item.probability is None and not mean_only)
