"""Plots of verifications."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from boundkit.errors import BadInput
from boundkit.render.plot import misfit_plot
from boundkit.verify import Report, Verdict

Numbers = list[float] | None
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


@pytest.mark.parametrize("bound", [[2.0, 1.9, 1.8], [3.0, 1.2, 0.9], None])
def test_curves_are_relative_to_their_own_start(bound: Numbers, figures: list[Any], tmp_path: Path) -> None:
    """Measured over that of step 0, below it measured over guaranteed; a guarantee for another start speaks of one."""
    misfit_plot(replace(REPORT, curves={**REPORT.curves, "bound": bound}), tmp_path / "a.svg")
    upper, lower = ([line.get_ydata() for line in axes.lines] for axes in figures[0].axes)
    measured = [[1, 0.5, 0.25], [1, 1 / 3]]
    if bound is None:
        assert_curves(upper, [*measured, []])
        assert_curves(lower, [[1, 1]])
        return
    shown = measured if bound[0] == 2 else measured[:1]
    guaranteed = [value / 2 for value in bound]
    assert_curves(upper, [*shown, [], guaranteed])
    assert_curves(lower, [*([a / b for a, b in zip(row, guaranteed, strict=False)] for row in shown), [1, 1]])


def assert_curves(found: list[Any], expected: list[list[float]]) -> None:
    """The same curves in the same order."""
    assert [list(curve) for curve in found] == [pytest.approx(curve) for curve in expected]


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
