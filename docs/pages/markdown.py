"""Markdown from plain text and expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sympy import Basic

from boundkit.render.expressions import latex
from boundkit.render.statement_view import meaning
from boundkit.statement import Entry

WORD_COLUMNS = ("symbol", "name", "meaning", "comes from")
MARKUP = re.compile(r"([\\`*_{}\[\]<>#$|~&@^%])")


def plain(text: str) -> str:
    r"""Text that Markdown shows as it is.

    >>> plain("|y| <= 2*x_1")
    '\\|y\\| \\<= 2\\*x\\_1'
    """
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Text in a fixed-width font."""
    return f"`{text}`"


def math(expression: Basic) -> str:
    r"""A formula in a line; without the bar that would end a cell of a table.

    >>> from boundkit.statement.vocabulary import mu_phi
    >>> math(abs(mu_phi) > 0)
    '$\\left\\vert {\\mu_\\phi}\\right\\vert  > 0$'
    """
    return "$" + latex(expression).replace("|", r"\vert ") + "$"


def link(id: str, folder: str = "") -> str:
    """A link to the page of a statement."""
    return f"[{code(id)}]({folder}{id}.md)"


def section(title: str, lines: Iterable[str], *, level: int = 2) -> str:
    """A heading and what stands below it; nothing where there is nothing.

    >>> section("Claims", [])
    ''
    """
    body = "\n".join(lines)
    return f"{'#' * level} {title}\n\n{body}\n\n" if body else ""


def bullets(items: Iterable[str]) -> list[str]:
    """A list, an item a line."""
    return [f"* {item}" for item in items]


def grid(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table of cells that are Markdown already; no lines where there is no row.

    >>> grid(("a", "b"), [("1", "2")])
    ['| a | b |', '|---|---|', '| 1 | 2 |']
    """
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns), *lines] if lines else []


def word_cells(word: Entry) -> tuple[str, ...]:
    """A word of the vocabulary, for the columns `WORD_COLUMNS`."""
    return math(word.symbol), code(word.name), plain(meaning(word)), word.origin
