"""Pictures of a verification: what was measured against what the theorem guarantees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from boundkit.errors import BadInput
from boundkit.render.layout import SIGNIFICANT

if TYPE_CHECKING:
    from boundkit.verify import Report

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


def misfit_plot(report: Report, path: str | Path) -> Path:
    """Draw the measured misfit of every trial and the guaranteed curve, logarithmic, to a .png or .svg file.

    Misfits are relative to the start of their trial, so that one guaranteed curve serves all trials. The lower
    panel shows measured over guaranteed, which stays at most 1 where the claim holds. Raises BadInput for
    another suffix, a report without a run, a place that cannot be written, and when matplotlib is missing.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput("plot", path, "must end in .png or .svg")
    if not report.curves.get("misfit"):
        raise BadInput("report", report.statement, "holds no training run to draw")
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise BadInput("plot", path, "needs matplotlib: pip install boundkit[plot]") from None
    measured, bound = _relative(report)
    with matplotlib.rc_context(THEME):
        figure = Figure(figsize=(6.4, 4.8), layout="constrained")
        above, under = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        for curve in measured:
            above.plot(curve, color=MEASURED, alpha=0.6, linewidth=1.2)
            if bound is not None:
                under.plot(curve / bound[: len(curve)], color=MEASURED, alpha=0.6, linewidth=1.2)
        trials = f"{len(measured)} trial{'s' if len(measured) > 1 else ''}"
        above.plot([], [], color=MEASURED, label=f"measured, {trials}")
        if bound is not None:
            above.plot(bound, color=GUARANTEED, linestyle="--", label="guaranteed")
        above.set(yscale="log", ylabel="misfit / misfit at step 0", title=_title(report))
        above.legend(loc="lower left")
        under.axhline(1.0, color=GUARANTEED, linestyle="--", linewidth=1)
        under.set(yscale="log", xlabel="step", ylabel="measured /\nguaranteed")
        under.xaxis.get_major_locator().set_params(integer=True)
        try:
            figure.savefig(path, dpi=160, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise BadInput("plot", path, f"cannot be written: {error.strerror or error}") from None
    return path


def _relative(report: Report) -> tuple[list[np.ndarray], np.ndarray | None]:
    """Curves over the misfit at step 0. The guaranteed one is that of the first trial: where it does not start
    at that trial's misfit it says nothing about the others, which are left out."""
    rows = [np.asarray(row, dtype=float) for row in report.curves["misfit"]]
    measured = [row / row[0] for row in rows]
    if report.curves.get("bound") is None:
        return measured, None
    bound = np.asarray(report.curves["bound"], dtype=float)
    shared = bool(np.isclose(bound[0], rows[0][0]))
    return (measured if shared else measured[:1]), bound / rows[0][0]


def _title(report: Report) -> str:
    data = ", ".join(filter(None, (report.data, report.activation)))
    width = "" if report.width is None else f"width {report.width:,}"
    step = "" if report.step_size is None else f"step size {report.step_size:.{SIGNIFICANT - 2}g}"
    verdict = f"{report.statement}: {str(report.verdict).upper()} ({report.level})"
    return "\n".join(filter(None, (verdict, data, ", ".join(filter(None, (width, step))))))
