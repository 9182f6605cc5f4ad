"""How the tests call the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from boundkit.cli.main import main

Call = Callable[..., Result]


def invoke(*arguments: str) -> Result:
    """The result of `boundkit ARGUMENTS`."""
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """`boundkit` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return invoke


def document(result: Result) -> Any:
    """The one JSON document on standard output, read strictly."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(result.stdout, parse_constant=refuse)
