"""`boundkit figure`: the list, the picture, and what is refused before any work."""

from __future__ import annotations

import json
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
    for found, place in ((first, "ofls19.fig2.json"), (other, "new/a.json")):
        assert found["data"] == place
        assert json.loads((tmp_path / place).read_text()) == found
        assert {"boundkit", "numpy"} <= found["versions"].keys()
        assert (found["agree"], found["judged"]) == (3, 3)
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


def test_numbers_need_a_place(call: Call, tmp_path: Path) -> None:
    """A folder where the numbers belong is bad input before any work."""
    (tmp_path / "a.json").mkdir()
    refused = call("figure", "os19.fig2d", "--out", "a.png", "--json")
    assert refused.exit_code == 2
    assert document(refused)["error"]["argument"] == "out"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError("no space left")])
def test_numbers_outlive_the_drawing(
    stop: BaseException, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are written as soon as the run ends: an interrupt or a failure while drawing does not lose them."""

    def fail(*arguments: object) -> None:
        raise stop

    monkeypatch.setattr("boundkit.render.figure_plot.figure_plot", fail)
    result = call("figure", "ofls19.fig2", "--quick")
    assert result.exit_code == (130 if stop is KeyboardInterrupt else 4)
    assert json.loads((tmp_path / "ofls19.fig2.json").read_text())["figure"] == "ofls19.fig2"


def test_an_interrupted_run_leaves_nothing(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, the exit code of an interrupt, and no file that looks like a result."""

    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("boundkit.figures.linear.model", stop)
    result = call("figure", "ofls19.fig2", "--quick", "--json")
    assert (result.exit_code, result.stderr.strip()) == (130, "boundkit: interrupted")
    assert not list(tmp_path.iterdir())


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
    assert [path.name for path in tmp_path.iterdir()] == ["ofls19.fig2.json"]
    assert call("figure", "ofls19.fig2", "--out", "a.png").exit_code == 2
