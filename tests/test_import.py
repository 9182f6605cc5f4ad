from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib import import_module
from inspect import Parameter, getsource, isfunction, signature
from types import ModuleType

import pytest

import boundkit

HEAVY = {
    "array_api_compat",
    "click",
    "cupy",
    "flint",
    "matplotlib",
    "mpmath",
    "numpy",
    "rich",
    "scipy",
    "sklearn",
    "sympy",
}
NAMES = [name for name in boundkit.__all__ if name != "__version__"]
SHARED_WITH_A_ROOM = ["attack", "papers", "statement", "verify"]


def run(code: str) -> str:
    """What a fresh interpreter prints when it runs `code`; a warning in it is an error."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_import_is_light() -> None:
    """`import boundkit` loads no third-party package, none of its rooms, and few modules of any kind."""
    loaded = json.loads(
        run(
            "import sys; before = set(sys.modules); import boundkit; import json;"
            "print(json.dumps(sorted(set(sys.modules) - before)))"
        )
    )
    assert not HEAVY & {module.partition(".")[0] for module in loaded}
    assert [module for module in loaded if module.startswith("boundkit")] == ["boundkit"]
    assert len(loaded) < 40


@pytest.mark.parametrize("name", NAMES)
def test_public_name_loads(name: str) -> None:
    """Every public name gives a function or a class with a docstring, never a room."""
    value = getattr(boundkit, name)
    assert callable(value)
    assert not isinstance(value, ModuleType)
    assert value.__doc__


@pytest.mark.parametrize("name", [name for name in NAMES if isfunction(getattr(boundkit, name))])
def test_public_functions_take_keywords_beyond_the_first_argument(name: str) -> None:
    """Two arguments cannot be swapped: all but the first are given by name."""
    by_position = {Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.VAR_POSITIONAL}
    parameters = signature(getattr(boundkit, name)).parameters.values()
    assert sum(item.kind in by_position for item in parameters) <= 1


@pytest.mark.parametrize("name", SHARED_WITH_A_ROOM)
def test_room_does_not_hide_the_function(name: str) -> None:
    """After the room has been imported, the name on the package is still the function, by either import."""
    shown = run(
        f"import boundkit.{name}; from boundkit.{name} import __name__ as room; from boundkit import {name};"
        f"import boundkit; print(room, type(boundkit.{name}).__name__, boundkit.{name} is {name})"
    )
    assert shown.split() == [f"boundkit.{name}", "function", "True"]


@pytest.mark.parametrize(
    "module", ["papers.sjl17", "papers.zczg18", "papers.os19", "papers.ofls19", "papers.sgd22", "statement.entry"]
)
def test_a_function_does_not_hide_the_modules_of_its_room(module: str) -> None:
    """A module inside such a room is reached by its full name, with and without another name for it."""
    name = f"boundkit.{module}"
    shown = run(f"import {name} as short; import {name}; print(short.__name__, {name} is short, callable({name}))")
    assert shown.split() == [name, "True", "False"]


def test_names_shared_with_a_room_are_all_known() -> None:
    """The list above is complete: no other public name is also the name of a room."""
    rooms = {name for name in NAMES if _is_room(name)}
    assert rooms == set(SHARED_WITH_A_ROOM)


def _is_room(name: str) -> bool:
    try:
        import_module(f"boundkit.{name}")
    except ModuleNotFoundError:
        return False
    return True


def test_types_and_run_time_agree() -> None:
    """Type checkers are told the same home for every public name as the one it is loaded from."""
    told = {
        alias.name: node.module
        for node in ast.walk(ast.parse(getsource(boundkit)))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("boundkit.")
        for alias in node.names
    }
    assert told == boundkit._HOME


def test_unknown_name_is_an_attribute_error() -> None:
    """A misspelt public name raises AttributeError that names it."""
    with pytest.raises(AttributeError, match="statment"):
        boundkit.statment  # noqa: B018
