"""`boundkit figure`: the list, the picture, and what is refused before any work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from boundkit.figures import FIGURES
from boundkit.train import backend
from tests.cli.conftest import Call, document


def test_list(call: Call) -> None:
    """Without ID, and with --list, every figure is listed."""
    rows = document(call("figure", "--json"))["rows"]
    assert [row[0] for row in rows] == list(FIGURES)
    assert call("figure", "--list").stdout == call("figure").stdout


def test_picture_is_drawn(call: Call, tmp_path: Path) -> None:
    """By default ID.png in this folder, otherwise where asked, in a folder that is made; the seed counts."""
    first = document(call("figure", "ofls19.fig2", "--quick", "--json"))
    assert (tmp_path / "ofls19.fig2.png").read_bytes().startswith(b"\x89PNG")
    other = document(call("figure", "ofls19.fig2", "--quick", "--seed", "5", "--out", "new/a.svg", "--json"))
    assert (tmp_path / "new" / "a.svg").read_text().startswith("<?xml")
    assert other["picture"] == "new/a.svg"
    assert (first["seed"], other["seed"]) == (0, 5)
    assert first["panels"] != other["panels"]


def test_device(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document says where it ran; a device that cannot be used, or is of no use, is one line with its exit code."""
    words = ["figure", "ofls19.fig2", "--quick", "--json"]
    assert document(call(*words, "--device", "auto"))["device"] == "cpu"
    assert call("figure", "ofls19.fig2", "--quick", "--device", "tpu").exit_code == 2
    monkeypatch.setattr(backend, "cuda_status", lambda: (False, "no driver"))
    refused = call("figure", "os19.fig2a", "--quick", "--device", "cuda")
    assert refused.exit_code == 3
    assert "device = cuda: no driver" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [["os19.fig9"], ["os19.fig2a", "--out", "a.pdf"], ["os19.fig2a", "--seed", "-1"]])
def test_refused_at_once(arguments: list[str], call: Call) -> None:
    """An unknown figure, another suffix and a seed that cannot be used are bad input."""
    assert call("figure", *arguments, "--json").exit_code == 2


def test_without_matplotlib(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers are printed without a picture; a picture that is asked for is refused."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = call("figure", "ofls19.fig2", "--quick")
    assert result.exit_code == 0
    assert "Not drawn: needs matplotlib" in result.stdout
    assert not list(tmp_path.iterdir())
    assert call("figure", "ofls19.fig2", "--out", "a.png").exit_code == 2
