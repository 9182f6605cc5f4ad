"""The demonstration, with its long run replaced by a short one."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

from boundkit.cli import demo
from tests.cli.conftest import Call, document


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orthonormal data instead of digits, whose network is small."""
    monkeypatch.setattr(demo, "DATA", "orthonormal:n=4")


def test_demo_writes_its_report(small: None, call: Call, tmp_path: Path) -> None:
    """The demonstration prints widths and verdict, and writes report, widths and plot."""
    result = call("demo", "--quick", "--out", "report")
    assert result.exit_code == 0, result.stderr
    for name in demo.STATEMENTS:
        assert name in result.stdout
    assert "worst measured / allowed" in result.stdout
    written = {path.name for path in (tmp_path / "report").iterdir()}
    assert written == {"report.json", "widths.md", "widths.json", "misfit.png"}
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["statement"] == demo.ON_TRIAL
    widths = json.loads((tmp_path / "report" / "widths.json").read_text())
    assert [row[0] for row in widths["rows"]] == list(demo.STATEMENTS)


def test_demo_as_json(small: None, call: Call) -> None:
    """With --json the documents are alone on standard output and the story goes to standard error."""
    result = call("demo", "--quick", "--json")
    assert set(document(result)) == {"widths", "report"}
    assert "Required widths" in result.stderr


def test_demo_refuses_before_it_works(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be written is refused before anything is computed."""

    def never(*arguments: object, **more: object) -> None:
        raise AssertionError("computed")

    monkeypatch.setattr(import_module("boundkit.verify"), "verify", never)
    (tmp_path / "file").touch()
    assert call("demo", "--out", "file").exit_code == 2
