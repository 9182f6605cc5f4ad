"""The reference: public names, the modules of every room, and the help of every command."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import boundkit
from boundkit.cli.main import COMMANDS
from boundkit.statement import VOCABULARY
from docs.console import run
from docs.pages.markdown import WORD_COLUMNS, grid, word_cells


def reference_pages() -> Iterator[tuple[str, str]]:
    """Name and content of each page."""
    yield "python.rst", _page("Public names", "Import them as ``import boundkit as bk``.", map(_member, PUBLIC))
    for room in (found.name for found in pkgutil.iter_modules(boundkit.__path__) if found.ispkg):
        modules = list(_modules(f"boundkit.{room}"))
        yield f"{room}.rst", _page(f"boundkit.{room}", "", map(_module, modules))
    words = grid((*WORD_COLUMNS, "domain"), [(*word_cells(word), word.domain) for word in VOCABULARY.values()])
    yield "vocabulary.md", f"# Vocabulary\n\n{VOCABULARY_TEXT}\n\n" + "\n".join(words) + "\n"
    commands = "".join(f"## boundkit {name}\n\n```text\n{run(f'boundkit {name} --help')}```\n\n" for name in COMMANDS)
    yield "commands.md", f"# Commands\n\n```text\n{run('boundkit --help')}```\n\n{commands}"


VOCABULARY_TEXT = """The words of which statements are made. By their names they are given with `--set` and as keyword
arguments (those that come from: given), assumed with `--assume` (constant), and found in JSON documents. A statement of
your own is written with their symbols: `VOCABULARY[name].symbol` of `boundkit.statement`, which the modules
`boundkit.statement.vocabulary` and `boundkit.statement.words.*` hold under the same name (`lambda_` for `lambda`)."""
PUBLIC = [name for name in boundkit.__all__ if not name.startswith("_")]


def _page(title: str, text: str, parts: Iterator[str]) -> str:
    return f"{title}\n{'=' * len(title)}\n\n{text}\n\n" + "\n\n".join(parts) + "\n"


def _member(name: str) -> str:
    """A public name; a class is indexed where it is defined."""
    if inspect.isclass(getattr(boundkit, name)):
        return f".. autoclass:: boundkit.{name}\n   :members:\n   :no-index:"
    return f".. autofunction:: boundkit.{name}"


def _module(name: str) -> str:
    """What a module defines; of a package its description only, whose names are those of its modules."""
    package = hasattr(importlib.import_module(name), "__path__")
    return f"{name}\n{'-' * len(name)}\n\n.. automodule:: {name}\n   {':no-index:' if package else ':members:'}"


def _modules(room: str) -> Iterator[str]:
    """The modules of a room; what the papers' modules state has pages of its own."""
    package = importlib.import_module(room)
    yield room
    for found in pkgutil.walk_packages(package.__path__, f"{room}."):
        if not found.name.startswith("boundkit.papers."):
            yield found.name
