"""The record of what was attacked: tests that try to falsify a statement, and the attacks that it survived.

Tests that attack a statement on random or special instances carry the marker `attacks` with its id; a test that attacks
every statement names its attack instead, `attacks(every="latex")`. `record.json` is generated from the markers and from
the battery, and travels with the library, so that showing it costs nothing.
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
ON_FORMULAS = frozenset(
    {
        "direction",
        "homogeneity",
        "monotonicity",
        "limits",
        "extremes",
        "comparison",
        "special_case",
        "falsification",
    }
)
Lists = Mapping[str, list[str]]


def falsifiers(statement: Statement) -> tuple[str, ...]:
    """The tests of the suite that try to falsify this statement."""
    return tuple(_part("tests").get(statement.id, ()))


def suite(attack: str) -> tuple[str, ...]:
    """The tests of the suite that make this attack on every statement."""
    return tuple(_part("every").get(attack, ()))


def tested(statement: Statement) -> tuple[str, ...]:
    """The attacks that the statement survived when the record was made; none if it failed one.

    >>> from boundkit.papers import statement
    >>> tested(statement("os19.thm3_2"))
    ()
    """
    return tuple(_part("survived").get(statement.id, ()))


def eligible(statement: Statement) -> bool:
    """Whether it may be called the best of a comparison: it failed no attack and survived one on its formulas."""
    return not ON_FORMULAS.isdisjoint(tested(statement))


def _part(name: str) -> Lists:
    return _record().get(name, {})


@cache
def _record() -> dict[str, Lists]:
    text = resources.files("boundkit.attack").joinpath(FILE).read_text(encoding="utf-8")
    found: dict[str, Lists] = json.loads(text)
    return found


def written(**parts: Lists) -> str:
    """The text of the record, part by part."""
    lines = [f"  {json.dumps(part)}: {{\n{_lines(lists)}\n  }}" for part, lists in sorted(parts.items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(lists: Lists) -> str:
    return ",\n".join(f"    {json.dumps(id)}: {json.dumps(lists[id])}" for id in sorted(lists))


def marked(files: Iterable[Path], root: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The tests that attack each statement, and those of each attack on all, from the markers in files not run."""
    found: dict[str, list[str]] = {}
    every: dict[str, list[str]] = {}
    for path in sorted(files):
        for test, marker in _markers(ast.parse(path.read_text(encoding="utf-8"))):
            name = f"{path.relative_to(root).as_posix()}::{test}"
            for argument in marker.args:
                found.setdefault(ast.literal_eval(argument), []).append(name)
            for keyword in marker.keywords:
                every.setdefault(ast.literal_eval(keyword.value), []).append(name)
    return found, every


def _markers(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.attacks":
                    yield node.name, decorator
