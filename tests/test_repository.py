from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "boundkit").rglob("*.py"))
OPTIONAL = {"cupy", "cupyx", "dask", "distributed", "matplotlib", "sklearn"}
LONGEST_MODULE = 300

# A path of one machine, or the host of a package registry. Written so that this file does not match itself.
MACHINE = re.compile(
    r"(?<![\w.}~*)])/(?:work|opt|root|home|Users)(?=[/\s\"'`)]|$)|\bpypi[.]org|python[h]osted|npmjs[.]"
)


def committed_texts() -> Iterator[tuple[str, str]]:
    """Name and text of every file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        data = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in data:
            yield name, data.decode()


def test_no_machine_is_named() -> None:
    """No committed file names a path of some machine or the host of a package registry."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in committed_texts()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE.search(line)
    ]
    assert not found


@pytest.mark.parametrize("text", ["cd /wor" + "k/main", '"/hom' + 'e/someone"', "https://pyp" + "i.org/simple"])
def test_machine_names_are_recognised(text: str) -> None:
    """The pattern finds what it is meant to find."""
    assert MACHINE.search(text)


@pytest.mark.parametrize("text", ["docs/work/index", "PyPI.", "n/opt", "tests/home.py", "and/or"])
def test_other_words_are_left_alone(text: str) -> None:
    """The pattern passes relative paths and ordinary words."""
    assert not MACHINE.search(text)


def test_modules_are_short() -> None:
    """No module has more than 300 lines."""
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: n for name, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_optional_packages_are_imported_where_used() -> None:
    """Packages of the extras are never imported at the top of a module."""
    imported = {
        (str(path.relative_to(ROOT)), name.partition(".")[0])
        for path in MODULES
        for node in ast.parse(path.read_text()).body
        for name in imported_names(node)
    }
    assert {(module, name) for module, name in imported if name in OPTIONAL} == set()


def imported_names(node: ast.stmt) -> list[str]:
    """The modules that an import statement names; none for another statement."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_lock_covers_every_requirement() -> None:
    """Each package that the core, the extra `dev` or the build asks for is pinned at a version it accepts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    wanted += [line for extra in ("dev", "data", "docs", "plot", "test") for line in extras[extra]]
    pins = [Requirement(line) for line in (ROOT / "requirements/ci.txt").read_text().splitlines()[1:]]
    versions = {canonicalize_name(pin.name): str(next(iter(pin.specifier)).version) for pin in pins}
    for requirement in map(Requirement, wanted):
        if requirement.name != "boundkit":
            assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement
