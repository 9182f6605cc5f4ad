"""The letters of a statement: the paper's own, but never one letter for two words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from boundkit.papers import statement, statements
from boundkit.render.statement_view import as_latex
from boundkit.render.symbols import latex_names, lettered, shown_symbols, text_names
from boundkit.render.web_page import as_html, mathml
from boundkit.statement import Statement

ALL = [pytest.param(item, id=item.id) for item in statements()]


@pytest.mark.parametrize("item", ALL)
def test_no_two_words_look_alike(item: Statement) -> None:
    """In the paper's letters, in the common letters and in text, every symbol of a statement has a look of its own."""
    for names in (latex_names(lettered(item)), latex_names(), text_names()):
        looks = Counter(names[symbol] for symbol in shown_symbols(item))
        assert not [look for look, times in looks.items() if times > 1]


@pytest.mark.parametrize("item", ALL)
def test_the_legend_names_every_letter_once(item: Statement) -> None:
    """The list of meanings below a theorem, as it is printed, has no letter twice."""
    legend = as_latex(item).rpartition("Here ")[2]
    letters = Counter(re.findall(r"\\\((.+?)\\\): ", legend))
    assert letters.total() >= len(item.symbols) > 0 or not item.symbols
    assert set(letters.values()) <= {1}


@pytest.mark.parametrize(
    ("id", "word", "alone", "letter"),
    [
        ("os19.thm2_5", "separation", r"\delta", r"\delta_{\mathrm{sep}}"),
        ("ofls19.lem6_13.sharpened", "linearisation_tolerance", r"\delta", r"\delta_{\mathrm{lin}}"),
        ("ofls19.thmA_3", "clusters", "C", r"C_{\mathrm{cl}}"),
        ("sjl17.d.jacobian_spectrum", "c_1", "c", "c_1"),
    ],
)
def test_the_less_central_word_gives_way(id: str, word: str, alone: str, letter: str) -> None:
    """Where two words of a paper share a letter, one takes its common letter and the other keeps the paper's."""
    item = statement(id)
    assert item.source.paper.letters[word] == alone
    assert word not in lettered(item).letters
    shown = as_latex(item)
    assert rf"\({letter}\): " in shown
    assert rf"\({alone}\): " in shown


def test_the_letter_stays_where_it_is_alone() -> None:
    """The assumption of os19 knows only one delta, the separation; a page in HTML agrees with LaTeX."""
    assumption, theorem = statement("os19.asm1"), statement("os19.thm2_5")
    assert lettered(assumption) == assumption.source.paper
    assert r"\(\delta\): " in as_latex(assumption)
    condition = assumption.hypothesis("separated").relation
    for item in (assumption, theorem):
        assert mathml(condition, lettered(item)) in as_html(item)
    assert mathml(condition, lettered(assumption)) not in as_html(theorem)


def test_of_several_that_share_a_letter_the_first_keeps_it() -> None:
    """The order of a paper's letters is their order of rank."""
    item = statement("os19.thm2_5")
    paper = replace(item.source.paper, letters={"n": "q", "separation": "q", "k": "q"})
    found = lettered(replace(item, source=replace(item.source, paper=paper)))
    assert found.letters == {"n": "q"}
