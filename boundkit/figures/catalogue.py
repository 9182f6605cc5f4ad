"""All figures and tables that can be run, by id."""

from __future__ import annotations

from boundkit.errors import unknown
from boundkit.figures import alignment, linear, os19, residuals, sjl17, spectrum
from boundkit.figures.figure import Figure

_OFLS19 = (linear.FIGURE, spectrum.FIGURE, *alignment.TABLES, alignment.SPECTRUM, *residuals.FIGURES)
FIGURES: dict[str, Figure] = {item.id: item for item in (*sjl17.FIGURES, *os19.FIGURES, *_OFLS19)}


def figure(id: str) -> Figure:
    """The figure with this id; BadInput, with near matches, for an unknown one.

    >>> figure("os19.fig2a").parameters["n"]
    100
    """
    if id not in FIGURES:
        raise unknown("figure", id, FIGURES)
    return FIGURES[id]
