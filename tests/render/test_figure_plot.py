"""Pictures and documents of the papers' figures."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from boundkit.errors import BadInput
from boundkit.figures import FIGURES, Data, figure
from boundkit.figures.figure import Contrast, Curve, Curves, Grid, HeatMap, Histogram, Mark, Panel
from boundkit.render.figure_plot import DRAWN, _edges, figure_plot
from boundkit.render.figures import comparison_table, figure_document, figure_text, figures_table

LINE = Curve("line", (1.0, 2.0, 3.0), (0.5, 0.0, 0.1))
MARKS = Mark("paper: 1/2 at 2", 2.0, True), Mark("floor", 0.2, False, horizontal=True)
PANELS: dict[str, tuple[Panel, ...]] = {
    "curves": (Curves("c", "k", "fraction", (LINE, Curve("dots", (1.0,), (0.4,), points=True)), MARKS),),
    "logarithmic": (Curves("l", "step", "loss", (LINE,), log_x=True, log_y=True),) * 3,
    "map": (HeatMap("m", "k", "d", (2.0, 5.0, 9.0), (1.0, 3.0), ((0.0, 0.5, 1.0), (0.0, 1.0, 1.0)), 12),),
    "one cell": (HeatMap("m", "k", "d", (4.0,), (5.0,), ((1.0,),), 12),),
    "histogram": (Histogram("h", "value", (0.1, 1.0, 10.0), {"initial": (3, 4), "final": (5, 2)}),),
    "table": (Grid("g", ("Jacobian", "Pi_I y"), (("paper", 0.724), ("digits", 0.9159))),),
}


def made(panels: tuple[Panel, ...], **changes: float) -> Data:
    """A figure as if it had been run."""
    measured = changes.get("measured", 13.25)
    comparisons = Contrast("crossing", 11.4, measured, "within 15 %", False), Contrast("rise", "slow", None)
    return Data(figure("os19.fig2a"), 7, True, {"n": 12, "k": (2, 5, 9, 11), "trials": 3}, panels, comparisons)


@pytest.mark.parametrize("kind", PANELS)
def test_every_kind_of_panel_is_drawn(kind: str, tmp_path: Path) -> None:
    """PNG and SVG, with title, source and the paper's finding in it; the same data give the same file."""
    data = made(PANELS[kind])
    assert figure_plot(data, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    drawn = figure_plot(data, tmp_path / "a.svg").read_text()
    ElementTree.fromstring(drawn)
    for words in (data.figure.title, "Soltanolkotabi 2019, Fig. 2(a)", "seed 7"):
        assert words in drawn
    assert figure_plot(data, tmp_path / "b.svg").read_text() == drawn


def test_every_cell_holds_its_value() -> None:
    """Edges lie midway between neighbours, and the outer ones as far from their value as the inner ones."""
    assert _edges(np.array([1.0, 2.0, 4.0])).tolist() == [0.5, 1.5, 3.0, 5.0]
    assert _edges(np.array([7.0])).tolist() == [6.5, 7.5]


def test_marks_and_boundary_are_named(tmp_path: Path) -> None:
    """What the paper reports is in the legend, and so is the white curve n = kd."""
    assert "paper: 1/2 at 2" in figure_plot(made(PANELS["curves"]), tmp_path / "a.svg").read_text()
    drawn = figure_plot(made(PANELS["map"]), tmp_path / "b.svg").read_text()
    assert "kd = n = 12" in drawn
    assert "stroke: #ffffff; stroke-width: 2.5" in drawn


def test_paper_and_run_stand_below_the_picture(tmp_path: Path) -> None:
    """Every number that the paper reports, ours beside it, and whether they agree; nothing that was not measured."""
    drawn = " ".join(figure_plot(made(PANELS["curves"]), tmp_path / "a.svg").read_text().split())
    assert "0 of 1 findings agree" in drawn
    assert "crossing: paper 11.4, here 13.25; agrees: no (within 15 %)" in drawn
    assert "rise:" not in drawn


def test_the_place_of_the_transition_is_drawn(tmp_path: Path) -> None:
    """A map with a fitted transition has a second curve, named; one without has not."""
    (panel,) = PANELS["map"]
    assert isinstance(panel, HeatMap)
    drawn = figure_plot(made((dataclasses.replace(panel, half=1.25),)), tmp_path / "a.svg").read_text()
    assert "here: the logistic fit is 1/2 at kd = 1.25 n" in drawn
    assert "logistic fit" not in figure_plot(made((panel,)), tmp_path / "b.svg").read_text()


def test_both_curves_of_a_map_have_their_product() -> None:
    """Along the solid one kd = n, along the dashed one kd = 1.25 n, within the widths of the map."""
    (panel,) = PANELS["map"]
    assert isinstance(panel, HeatMap)
    drawing = pytest.importorskip("matplotlib.figure").Figure()
    axes = drawing.subplots()
    DRAWN[HeatMap](drawing, axes, dataclasses.replace(panel, half=1.25))
    for line, product in zip(axes.lines, (12, 15), strict=True):
        k, d = line.get_data()
        np.testing.assert_allclose(k * d, product)
        assert (k.min(), k.max()) == (0.5, 11.0)


def test_suffix_is_checked(tmp_path: Path) -> None:
    """Another suffix is refused."""
    with pytest.raises(BadInput, match=r"must end in \.png or \.svg"):
        figure_plot(made(PANELS["curves"]), tmp_path / "a.pdf")


def test_document_is_plain() -> None:
    """Everything is JSON; numbers that are not finite are null; chosen names are those that the paper omits."""
    document = figure_document(made(PANELS["map"], measured=math.nan))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    asked = {"criterion": "within 15 %", "agrees": False}
    assert document["comparisons"][0] == {"quantity": "crossing", "reported": 11.4, "measured": None, **asked}
    assert (document["agree"], document["judged"]) == (0, 1)
    assert {"boundkit", "python", "numpy"} <= document["versions"].keys()
    assert document["panels"][0]["kind"] == "heatmap"
    assert document["panels"][0]["fractions"] == [[0.0, 0.5, 1.0], [0.0, 1.0, 1.0]]
    assert document["chosen"] == []
    seeded = dataclasses.replace(made(PANELS["map"]), seed=2**60 + 1)
    assert figure_document(seeded)["seed"] == str(2**60 + 1)


def test_only_what_the_paper_states_is_said_to_be_stated() -> None:
    """A parameter that was changed stands beside the paper's own; those that it omits are named as chosen."""
    item = figure("os19.fig2a")
    stated = figure_text(Data(item, 0, False, item.parameters, (), ()))
    assert "Stated by the paper: activation = softplus, n = 100, k = 2 to 25 (24 values)" in stated
    assert "Changed here" not in stated
    reduced = figure_text(Data(item, 0, True, {**item.parameters, **item.quick}, (), ()))
    assert "Stated by the paper: activation = softplus, n = 100, step_size" in reduced
    assert "Changed here: k = 5 to 25 (5 values) (the paper: 2 to 25 (24 values))" in reduced
    assert f"trials = 2 (the paper: {item.parameters['trials']})" in reduced
    omitted = figure("ofls19.fig2")
    lines = figure_text(Data(omitted, 0, False, {**omitted.parameters, **omitted.chosen}, (), ())).splitlines()
    assert sum(name in line for line in lines if line.startswith("Chosen here") for name in omitted.chosen) == len(
        omitted.chosen
    )


def test_text_and_tables() -> None:
    """The text has parameters, both columns of the comparison and the notes; the list has every figure."""
    data = made(PANELS["map"])
    text = figure_text(data)
    assert "CHECK C23" in text
    rows = ("crossing", "11.4", "13.25", "no (within 15 %)"), ("rise", "slow", None, "")
    assert comparison_table(data).rows == rows
    assert [row[0] for row in figures_table(FIGURES.values()).rows] == list(FIGURES)
