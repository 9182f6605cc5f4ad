"""The record of what was attacked: tests that try to falsify a statement, and the attacks that it survived.

Tests that attack a statement on random or special instances carry the marker `attacks` with its id. `record.json` is
generated from the markers and from the battery, and travels with the library, so that showing it costs nothing.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from boundkit.statement import Statement

FILE = "record.json"
ON_FORMULAS = frozenset({"direction", "homogeneity", "monotonicity", "limits", "comparison", "falsification"})
Lists = Mapping[str, list[str]]


def falsifiers(statement: Statement) -> tuple[str, ...]:
    """The tests of the suite that try to falsify this statement."""
    return tuple(_record()["tests"].get(statement.id, ()))


def tested(statement: Statement) -> tuple[str, ...]:
    """The attacks that the statement survived when the record was made; none if it failed one.

    >>> from boundkit.papers import statement
    >>> tested(statement("os19.thm3_2"))
    ()
    """
    return tuple(_record()["survived"].get(statement.id, ()))


def eligible(statement: Statement) -> bool:
    """Whether it may be called the best of a comparison: it failed no attack and survived one on its formulas."""
    return not ON_FORMULAS.isdisjoint(tested(statement))


@cache
def _record() -> dict[str, Lists]:
    text = resources.files("boundkit.attack").joinpath(FILE).read_text(encoding="utf-8")
    found: dict[str, Lists] = json.loads(text)
    return found


def written(tests: Lists, survived: Lists) -> str:
    """The text of the record."""
    lines = [
        f"  {json.dumps(part)}: {{\n{_lines(lists)}\n  }}" for part, lists in (("survived", survived), ("tests", tests))
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(lists: Lists) -> str:
    return ",\n".join(f"    {json.dumps(id)}: {json.dumps(lists[id])}" for id in sorted(lists))


def marked(files: Iterable[Path], root: Path) -> dict[str, list[str]]:
    """The tests that attack each statement, from the markers in test files, which are read and not run."""
    found: dict[str, list[str]] = {}
    for path in sorted(files):
        for test, ids in _markers(ast.parse(path.read_text(encoding="utf-8"))):
            for id in ids:
                found.setdefault(id, []).append(f"{path.relative_to(root).as_posix()}::{test}")
    return found


def _markers(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.attacks":
                    yield node.name, [ast.literal_eval(argument) for argument in decorator.args]
