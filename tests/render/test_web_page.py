"""Standalone HTML pages of statements."""

from __future__ import annotations

import re
from html import escape
from xml.dom.minidom import parseString

import pytest
from sympy import sqrt

from boundkit.papers import statement, statements
from boundkit.render.citation import proof_tree
from boundkit.render.expressions import latex
from boundkit.render.symbols import lettered
from boundkit.render.web_page import NAMESPACE, as_html, mathml
from boundkit.statement import Statement
from boundkit.statement.vocabulary import k, n, norm_X

ALL = [pytest.param(item, id=item.id) for item in statements()]


@pytest.mark.parametrize("item", ALL)
def test_page_holds_everything(item: Statement) -> None:
    """Well-formed, with every formula in the paper's letters, erratum, constant and proof dependency; no network."""
    page = as_html(item)
    parseString(page.removeprefix("<!DOCTYPE html>").replace('<meta charset="utf-8">', ""))
    paper = lettered(item)
    for part in (*item.hypotheses, *item.claims):
        assert mathml(part.relation, paper) in page
        assert f"<td>{part.label}</td>" in page
    for erratum in item.errata:
        assert escape(f"{erratum.grade}. {erratum.text} {erratum.resolution}") in page
    for _, used, _ in proof_tree(item):
        assert escape(used.id) in page
    assert page.count("<ul>") == page.count("</ul>")
    assert not re.search(r"https?://|<script|<img|<link", page.replace(NAMESPACE, ""))
    assert "\\" not in page.replace(escape(item.proof), "")
    assert "merror" not in page


def test_mathml_has_the_structure_of_the_formula() -> None:
    """A root, a fraction and a power where the formula has them, in this nesting."""
    tree = parseString(mathml(sqrt(k) >= 2 * n / norm_X**2))
    assert [len(tree.getElementsByTagName(name)) for name in ("mfrac", "msqrt", "msup")] == [1, 1, 1]
    assert next(node.firstChild.data for node in tree.getElementsByTagName("mo")) == "≥"  # type: ignore[union-attr]
    (under,) = (node for node in tree.getElementsByTagName("mfrac")[0].childNodes[1:])
    assert under.getElementsByTagName("msup")[0].lastChild.toxml() in ("<mn>2</mn>", "<mrow><mn>2</mn></mrow>")


def test_papers_keep_their_letters() -> None:
    """The separation is delta in os19's page of its assumption, not the common letter."""
    assumption = statement("os19.asm1")
    page = as_html(assumption)
    relation = assumption.hypothesis("separated").relation
    assert latex(relation) != latex(relation, assumption.source.paper)
    assert mathml(relation) not in page
