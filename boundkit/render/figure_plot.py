"""Pictures of the papers' figures, run again, with what the papers report marked in them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from boundkit.figures.figure import Curves, Grid, HeatMap, Histogram, Panel
from boundkit.render.canvas import GUARANTEED, MEASURED, drawing
from boundkit.render.figures import caption_lines

if TYPE_CHECKING:
    from boundkit.figures import Data

WIDTHS = {1: 6.4, 2: 9.6, 3: 13.2}
HEIGHTS = {Curves: 4.6, HeatMap: 5.9, Histogram: 4.4, Grid: 2.8}
CHARACTERS = 15.0  # of the caption, to an inch
LINE = 0.15  # inches of a line of the caption or of a legend
LEGEND_COLUMNS = 2
COLOURS = (MEASURED, "#e07a1f", "#2f7d4f", "#7b4fa3", "#555555")
LOWEST = 1e-12  # of a logarithmic axis


def figure_plot(data: Data, path: str | Path) -> Path:
    """Draw a figure that was run to a .png or .svg file: its panels, and below them what the paper reports.

    Raises BadInput for another suffix, a place that cannot be written, and when matplotlib is missing.
    """
    width = WIDTHS[len(data.panels)]
    if isinstance(data.panels[0], Grid):
        width = 9.6
    lines = [fill(line, int(CHARACTERS * width)) for line in caption_lines(data)]
    caption = "\n".join(lines)
    below = LINE * (caption.count("\n") + _legend_rows(data.panels))
    with drawing(path, height=below + max(HEIGHTS[type(panel)] for panel in data.panels), width=width) as figure:
        figure.suptitle(f"{data.figure.title}\n{data.figure.source}", fontsize=10)
        for axes, panel in zip(figure.subplots(1, len(data.panels), squeeze=False)[0], data.panels, strict=True):
            DRAWN[type(panel)](figure, axes, panel)
        figure.supxlabel(caption, fontsize=8, color="#333333", x=0.01, horizontalalignment="left")
    return Path(path)


def _curves(figure: Any, axes: Any, panel: Curves) -> None:
    own = count()
    for curve in panel.curves:
        colour = COLOURS[(next(own) if curve.group is None else curve.group) % len(COLOURS)]
        values = np.asarray(curve.y)
        if panel.log_y:
            values = np.where(values > LOWEST, values, np.nan)
        if curve.points:
            axes.plot(curve.x, values, "o", color=colour, markersize=5, label=curve.label)
        else:
            style = "--" if curve.dashed else "-"
            axes.plot(curve.x, values, style, color=colour, linewidth=1.5, label=curve.label)
    for mark in panel.marks:
        line = axes.axhline if mark.horizontal else axes.axvline
        own_colour = "#222222" if mark.group is None else COLOURS[mark.group % len(COLOURS)]
        colour = GUARANTEED if mark.reported else own_colour
        line(mark.value, color=colour, linestyle="--" if mark.reported else ":", linewidth=1.4, label=mark.label or "_")
    scales = {f"{name}scale": "log" for name, log in (("x", panel.log_x), ("y", panel.log_y)) if log}
    axes.set(xlabel=panel.x_label, ylabel=panel.y_label, title=panel.title, **scales)
    if panel.marks:  # below the axes, where it hides no mark
        axes.legend(fontsize=7, ncols=LEGEND_COLUMNS, loc="upper center", bbox_to_anchor=(0.5, -0.14))
    else:
        axes.legend(fontsize=7, frameon=True, framealpha=0.85, edgecolor="none")


def _legend_rows(panels: Sequence[Panel]) -> int:
    """Rows of the longest legend of curves that stands below its axes."""
    entries = [len(p.curves) + len(p.marks) for p in panels if isinstance(p, Curves) and p.marks]
    return 1 - (-max(entries) // LEGEND_COLUMNS) if entries else 0


def _heat_map(figure: Any, axes: Any, panel: HeatMap) -> None:
    x, y = np.asarray(panel.x), np.asarray(panel.y)
    mesh = axes.pcolormesh(_edges(x), _edges(y), np.asarray(panel.fractions), cmap="RdBu_r", vmin=0.0, vmax=1.0)
    limits = (_edges(x)[0], _edges(x)[-1]), (_edges(y)[0], _edges(y)[-1])
    along = np.linspace(max(limits[0][0], 0.5), limits[0][1], 400)
    axes.plot(along, panel.samples / along, color="white", linewidth=2.5, label=f"kd = n = {panel.samples}")
    if panel.half is not None:
        label = f"here: the logistic fit is 1/2 at kd = {panel.half:.2f} n"
        axes.plot(along, panel.half * panel.samples / along, color="white", linewidth=1.5, linestyle="--", label=label)
    axes.set(xlim=limits[0], ylim=limits[1], xlabel=panel.x_label, ylabel=panel.y_label, title=panel.title)
    axes.grid(visible=False)
    below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.1), "ncols": LEGEND_COLUMNS}
    axes.legend(frameon=True, facecolor="#777777", labelcolor="white", fontsize=8, **below)
    figure.colorbar(mesh, ax=axes, label="success fraction")


def _edges(values: np.ndarray) -> np.ndarray:
    """Edges of cells around increasing values."""
    if len(values) == 1:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    middle = (values[1:] + values[:-1]) / 2
    return np.concatenate([[2 * values[0] - middle[0]], middle, [2 * values[-1] - middle[-1]]])


def _histogram(figure: Any, axes: Any, panel: Histogram) -> None:
    for colour, (name, counts) in zip(COLOURS, panel.counts.items(), strict=False):
        axes.stairs(counts, panel.edges, fill=True, color=colour, alpha=0.45, label=f"{name}, {sum(counts)} values")
        axes.stairs(counts, panel.edges, color=colour, linewidth=1.2)
    axes.set(xscale="log", xlabel=panel.x_label, ylabel="how many", title=panel.title)
    axes.legend()


def _grid(figure: Any, axes: Any, panel: Grid) -> None:
    axes.axis("off")
    cells = [[cell if isinstance(cell, str) else f"{cell:.3g}" for cell in row] for row in panel.rows]
    heads = [f"${LETTERS[column]}$" if column in LETTERS else column for column in panel.columns]
    made = axes.table(cellText=cells, colLabels=heads, loc="center", cellLoc="center")
    made.scale(1.0, 1.7)
    made.auto_set_font_size(False)
    made.set_fontsize(9)
    for (row, _), cell in made.get_celld().items():
        cell.set_edgecolor("#cccccc")
        if row == 0:
            cell.set_facecolor("#eeeeee")
        elif cells[row - 1][0].startswith("paper"):
            cell.set_text_props(color=GUARANTEED)
        else:
            cell.set_text_props(color=MEASURED)
    axes.set_title(panel.title)


SPACES = {"Pi_I": r"\Pi_I", "Pi_N": r"\Pi_N", "J_I^+": r"J_I^\dagger"}
LETTERS = {
    f"{name} {vector}": rf"\Vert {letter} {vector} \Vert / \Vert {vector} \Vert"
    for name, letter in SPACES.items()
    for vector in ("y", "r_0")
}
DRAWN: dict[type, Any] = {Curves: _curves, HeatMap: _heat_map, Histogram: _histogram, Grid: _grid}
