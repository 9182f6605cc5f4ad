"""Nothing that a user can type gives a traceback, a wrong exit code, or a file."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import click
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from boundkit.cli.main import main
from tests.cli.conftest import invoke

SPECIAL = """
- -- -1 0 1 2.5 1e6 nan inf 1e400 1/0 0x10 None [] {} a=b = delta= delta=0 delta=1e9999 delta=1/0 c=1 ζ 𝟘 ../.. /
file.npz:normalize=maybe wrong.npz wrong.csv empty.csv nan.npz flat.npz
sphere:n=0,d=3 sphere:n=3 sphere:n=3,d=2,d=3 sphere:n=3,d=2,x=1 sphere:n=1e3,d=2 sphere: orthonormal:n=3 digits:n=99999
softplus relu z z/0 1/z exp(z) z**z**z sin( y __import__('os') leaky_relu:slope=nan leaky_relu:slope
os19.thm2_1 os19.lem6_5 os19. --json --set --help -h relaxed lemma certificate cuda probabilist json latex
"""
WORDS = [*SPECIAL.split(), "", " ", "\0", "\n", "\x1b[31m", "9" * 400, "9" * 5000]
JUNK = st.one_of(st.text(max_size=20), st.sampled_from(WORDS))
START = {
    "": [],
    "list": [],
    "doctor": [],
    "show": ["os19.thm2_1"],
    "cite": ["os19.thm2_1"],
    "graph": ["os19.thm2_1"],
    "width": ["os19.thm6_2.tracked", "--data", "orthonormal:n=3", "--activation", "softplus", "--set", "delta=1"],
    "guarantee": [
        "os19.thm6_2",
        "--data",
        "orthonormal:n=3",
        "--activation",
        "softplus",
        "--k",
        "100",
        "--set",
        "delta=1",
    ],
    "require": ["os19.thm6_2.refined", "--data", "orthonormal:n=3", "--for", "delta", "--k", "9000"],
    "compare": ["os19.thm6_2", "--data", "orthonormal:n=3", "--activation", "softplus", "--set", "delta=1"],
    "table": ["widths", "--data", "orthonormal:n=3", "--activation", "relu", "--set", "delta=1"],
    "kernel": ["relu", "--data", "orthonormal:n=3"],
    "hermite": ["relu", "--degree", "2"],
    "quantities": ["--data", "orthonormal:n=3"],
    "certify": ["--data", "orthonormal:n=3", "--activation", "softplus", "--k", "10"],
    "verify": ["os19.lem6_5", "--data", "orthonormal:n=3", "--trials", "2", "--steps", "2"],
}


def own_options(name: str) -> list[str]:
    """The options of a command that take a value, `--out` apart."""
    command = main.get_command(click.Context(main), name)
    options = [] if command is None else [p for p in command.params if isinstance(p, click.Option) and not p.is_flag]
    return [option.opts[0] for option in options if option.name != "out"] or ["--nothing"]


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """A command that works, or its bare name, with junk after it or as the value of one of its options."""
    name = draw(st.sampled_from(list(START)))
    words = [name] * bool(name) + (START[name] if draw(st.booleans()) else [])
    part = st.one_of(st.tuples(JUNK), st.tuples(st.sampled_from(own_options(name)), JUNK))
    for extra in draw(st.lists(part, max_size=3)):
        words += [word for word in extra if word != "--out"]
    return words + ["--json"] * draw(st.booleans())


@pytest.fixture(scope="module")
def folder() -> Path:
    """A folder with files that are not data."""
    path = Path(tempfile.mkdtemp())
    (path / "wrong.npz").write_text("not an archive")
    (path / "wrong.csv").write_bytes(b"\xff\xfe\0a,b\n1")
    (path / "empty.csv").touch()
    np.savez(path / "nan.npz", X=np.full((3, 2), np.nan), y=np.ones(3))
    np.savez(path / "flat.npz", X=np.ones(3), y=np.ones(3))
    return path


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(arguments=command_lines())
def test_no_input_breaks_the_command_line(arguments: list[str], folder: Path) -> None:
    """Exit codes 0 to 3 only, one line on standard error, JSON alone on standard output, no file written."""
    before, here = sorted(folder.iterdir()), Path.cwd()
    os.chdir(folder)
    try:
        result = invoke(*arguments)
    finally:
        os.chdir(here)
    assert result.exit_code in (0, 1, 2, 3), result.output
    assert "Traceback" not in result.output
    failed = bool(result.stderr)
    assert failed == (result.exit_code == 2) or result.exit_code == 3
    assert len(result.stderr.splitlines()) == failed
    if failed and "--json" not in arguments:
        assert result.stdout == ""
    if failed and "--json" in arguments:
        assert set(json.loads(result.stdout)["error"]) == {"argument", "value", "message", "choices"}
    assert sorted(folder.iterdir()) == before
