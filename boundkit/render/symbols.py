"""The names under which the vocabulary's symbols are printed."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Symbol

from boundkit.statement import VOCABULARY, Paper


def latex_names(paper: Paper | None = None) -> Mapping[Symbol, str]:
    """LaTeX of every symbol: the common vocabulary's, or the letters of `paper` where it has its own.

    >>> from boundkit.papers import statement
    >>> from boundkit.statement.vocabulary import separation
    >>> latex_names()[separation], latex_names(statement("os19.asm1").source.paper)[separation]
    ('\\\\delta_{\\\\mathrm{sep}}', '\\\\delta')
    """
    letters = {} if paper is None else paper.letters
    return {entry.symbol: letters.get(entry.name, entry.latex) for entry in VOCABULARY.values()}


def text_names() -> Mapping[Symbol, str]:
    """Unicode text of every symbol, on one line."""
    return {entry.symbol: entry.text for entry in VOCABULARY.values()}
