"""Pictures of a verification: what was measured against what the theorem guarantees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from boundkit.errors import BadInput
from boundkit.render.canvas import GUARANTEED, MEASURED, drawing
from boundkit.render.layout import SIGNIFICANT

if TYPE_CHECKING:
    from boundkit.verify import Report


def misfit_plot(report: Report, path: str | Path) -> Path:
    """Draw the measured misfit of every trial and the guaranteed curve, logarithmic, to a .png or .svg file.

    Misfits are relative to the start of their trial, so that one guaranteed curve serves all trials. The lower
    panel shows measured over guaranteed, which stays at most 1 where the claim holds. Raises BadInput for
    another suffix, a report without a run, a place that cannot be written, and when matplotlib is missing.
    """
    if not report.curves.get("misfit"):
        raise BadInput("report", report.statement, "holds no training run to draw")
    measured, bound = _relative(report)
    with drawing(path, height=4.8) as figure:
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
    return Path(path)


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
    width = "infinite width" if report.infinite else "" if report.width is None else f"width {report.width:,}"
    step = "" if report.step_size is None else f"step size {report.step_size:.{SIGNIFICANT - 2}g}"
    verdict = f"{report.statement}: {str(report.verdict).upper()} ({report.level})"
    return "\n".join(filter(None, (verdict, data, ", ".join(filter(None, (width, step))))))
