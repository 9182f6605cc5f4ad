"""The names under which the vocabulary's symbols are printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import Symbol

from boundkit.statement import VOCABULARY, Paper, Statement


def latex_names(paper: Paper | None = None) -> Mapping[Symbol, str]:
    """LaTeX of every symbol: the common vocabulary's, or the letters of `paper` where it has its own.

    >>> from boundkit.papers import statement
    >>> from boundkit.statement.vocabulary import separation
    >>> latex_names()[separation], latex_names(statement("os19.asm1").source.paper)[separation]
    ('\\\\delta_{\\\\mathrm{sep}}', '\\\\delta')
    """
    letters = {} if paper is None else paper.letters
    return {entry.symbol: letters.get(entry.name, entry.latex) for entry in VOCABULARY.values()}


def lettered(statement: Statement) -> Paper:
    """The statement's paper, without the letters under which two words of this statement would be the same.

    Papers use some letters twice. Where both words meet, the one that stands later in `letters` goes back to the common
    letter, which is its own.

    >>> from boundkit.papers import statement
    >>> [lettered(statement(id)).letters.get("separation") for id in ("os19.asm1", "os19.thm2_5")]
    ['\\\\delta', None]
    """
    paper = statement.source.paper
    used = {symbol.name for symbol in shown_symbols(statement)}
    letters = dict(paper.letters)
    for name in [name for name in paper.letters if name in used][::-1]:
        others = {letters.get(other, VOCABULARY[other].latex) for other in used - {name}}
        if letters[name] in others:
            del letters[name]
    return replace(paper, letters=letters)


def shown_symbols(statement: Statement) -> frozenset[Symbol]:
    """Every symbol that a page of the statement may show: its own, and those of its constants and their values."""
    found = set(statement.symbols)
    for item in statement.constants:
        found |= {item.symbol} if item.value is None else {item.symbol} | item.value.free_symbols
    return frozenset(found)


def text_names() -> Mapping[Symbol, str]:
    """Unicode text of every symbol, on one line."""
    return {entry.symbol: entry.text for entry in VOCABULARY.values()}
