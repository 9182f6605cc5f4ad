"""The look of every picture, and how one is written to a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from boundkit.errors import BadInput

SUFFIXES = (".png", ".svg")
MEASURED, GUARANTEED = "#2a6f97", "#c1121f"
THEME: Any = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "svg.hashsalt": "boundkit",
}


def picture_path(path: str | Path, *, argument: str = "plot") -> Path:
    """The path of a picture; BadInput unless it ends in .png or .svg and matplotlib is there to draw it.

    The error calls the path by the name of the `argument`.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(argument, path, "must end in .png or .svg")
    if find_spec("matplotlib") is None:
        raise BadInput(argument, path, "needs matplotlib: pip install boundkit[plot]")
    return path


@contextmanager
def drawing(path: str | Path, *, height: float = 4.0, width: float = 6.4) -> Iterator[Any]:
    """An empty matplotlib figure that is written to `path` (.png or .svg) when the block ends.

    Raises BadInput for another suffix, a place that cannot be written, and when matplotlib is missing.
    """
    path = picture_path(path)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(THEME):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        try:
            figure.savefig(path, dpi=160, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise BadInput("plot", path, f"cannot be written: {error.strerror or error}") from None
