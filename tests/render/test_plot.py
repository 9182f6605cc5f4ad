"""Plots of verifications."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from boundkit.errors import BadInput
from boundkit.render.plot import misfit_plot
from boundkit.verify import Report, Verdict

REPORT = Report(
    statement="os19.thm6_2.refined",
    level="literal",
    verdict=Verdict.CONSISTENT,
    reason=None,
    data="orthonormal:n=4,seed=0",
    activation="softplus",
    width=12345,
    seed=0,
    step_size=0.25,
    curves={"tau": [0, 1, 2], "misfit": [[2.0, 1.0, 0.5], [3.0, 1.0]], "bound": [2.0, 1.9, 1.8]},
)


def test_png_and_svg(tmp_path: Path) -> None:
    """Both formats are written, trials of different length included, with the statement and width in the title."""
    assert misfit_plot(REPORT, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    drawn = misfit_plot(REPORT, tmp_path / "a.svg").read_text()
    ElementTree.fromstring(drawn)
    assert "os19.thm6_2.refined: CONSISTENT (literal)" in drawn
    assert "width 12,345" in drawn


def test_svg_is_reproducible(tmp_path: Path) -> None:
    """The same report gives the same file."""
    first, second = (misfit_plot(REPORT, tmp_path / name).read_bytes() for name in ("a.svg", "b.svg"))
    assert first == second


@pytest.mark.parametrize("name", ["a.pdf", "a", "missing/a.png"])
def test_places_that_cannot_be(name: str, tmp_path: Path) -> None:
    """Other suffixes and missing folders are bad input."""
    with pytest.raises(BadInput, match="plot"):
        misfit_plot(REPORT, tmp_path / name)


def test_nothing_to_draw(tmp_path: Path) -> None:
    """A report without a run has no plot."""
    report = Report("s", "literal", Verdict.NOT_APPLICABLE, None, "data", None, None, 0)
    with pytest.raises(BadInput, match="no training run"):
        misfit_plot(report, tmp_path / "a.png")


def test_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where matplotlib is missing, the error says what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(BadInput, match=r"pip install boundkit\[plot\]"):
        misfit_plot(REPORT, tmp_path / "a.png")
