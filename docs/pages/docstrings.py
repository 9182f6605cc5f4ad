"""Docstrings of plain text with backticks, as reStructuredText."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

CODE = re.compile(r"(`[^`]+`)")
MARKUP = re.compile(r"([\\*|_])")
ITEM = re.compile(r"\s*\* ")


def as_rest(lines: list[str]) -> list[str]:
    r"""Lines of a docstring in which only backticks, lists and examples have a meaning.

    >>> as_rest(["The norm |x_i| of `row`.", "", ">>> f(2 * 3)", "6"])
    ['The norm \\|x\\_i\\| of ``row``.', '', '>>> f(2 * 3)', '6']
    """
    return list(_converted(lines))


def _converted(lines: list[str]) -> Iterator[str]:
    example = False
    for line in lines:
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>>"))
        yield line if example else _text(line)


def _text(line: str) -> str:
    item = ITEM.match(line)
    mark = item[0] if item else ""
    pieces = CODE.split(line.removeprefix(mark))
    return mark + "".join(f"`{piece}`" if CODE.fullmatch(piece) else MARKUP.sub(r"\\\1", piece) for piece in pieces)


def process_docstring(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """What Sphinx calls for every docstring that it finds."""
    lines[:] = as_rest(lines)
