"""Tables 1 to 3 and Figure 5 of Oymak, Fabian, Li & Soltanolkotabi, on digits: the Jacobian adapts to the labels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from boundkit.figures.digits import CORRUPTED, NET, SUBSTITUTE, SUBSTITUTED, Training, trained
from boundkit.figures.figure import Contrast, Figure, Grid, Histogram, Outcome, Progress
from boundkit.train.backend import Backend

PAPER = "Oymak, Fabian, Li & Soltanolkotabi 2019"
Row = tuple[float, ...]
COLUMNS = ("Jacobian", "Pi_I y", "Pi_N y", "J_I^+ y", "Pi_I r_0", "Pi_N r_0", "J_I^+ r_0")
REPORTED: Mapping[int, tuple[Row, Row]] = {
    1: ((0.724, 0.690, 5.44e-3, 0.886, 0.465, 4.10e-3), (0.987, 0.158, 3.16e-3, 0.976, 0.217, 3.43e-3)),
    2: ((0.702, 0.712, 5.36e-3, 0.814, 0.582, 4.43e-3), (0.997, 0.078, 3.10e-3, 0.991, 0.136, 3.06e-3)),
    3: ((0.587, 0.810, 1.72e-3, 0.643, 0.766, 1.98e-3), (0.751, 0.660, 1.87e-3, 0.763, 0.646, 1.20e-3)),
}
BINS = 40
STATED = ("corruption", "replacement", "optimiser", "rate")


def row(run: Training, *, final: bool) -> Row:
    """The six numbers of a table's row: labels and initial residual in the spaces of one Jacobian, over their norms."""
    spaces = run.final if final else run.first
    return (*spaces.alignment(run.data.Y), *spaces.alignment(run.snapshots[0].residual))


def table(number: int, p: Mapping[str, Any], seed: int, progress: Progress | None, backend: Backend) -> Outcome:
    """The table of the paper and the same of the digits."""
    run = trained(p, seed, progress, device=backend)
    found = row(run, final=False), row(run, final=True)
    labels = ("paper, initial", "paper, final", "digits, initial", "digits, final")
    cases = zip(labels, (*REPORTED[number], *found), strict=True)
    rows: tuple[tuple[str | float, ...], ...] = tuple((label, *values) for label, values in cases)
    before, after = REPORTED[number]
    gains = _gain(REPORTED[number]), _gain(found)
    ratios = after[2] / before[2], found[1][2] / found[0][2]
    comparisons = [
        Contrast("gain of |Pi_I y| / |y| by training", round(gains[0], 3), gains[1], "above 0", gains[1] > 0),
        Contrast(
            "|J_I^+ y|: final over initial",
            round(ratios[0], 3),
            ratios[1],
            "on the same side of 1",
            (ratios[0] < 1) == (ratios[1] < 1),
        ),
        Contrast("largest |Pi_I^2 + Pi_N^2 - 1|", round(_beside(REPORTED[number]), 4), _beside(found)),
        Contrast("test error at the end", None, run.snapshots[-1].test_error),
    ]
    if number in BESIDE_TABLE_1:
        beside = {**p, **BESIDE_TABLE_1[number]}
        clean = trained({**beside, "steps": min(p["steps"], beside["steps"])}, seed, device=backend)
        shares = gains[0] / _gain(REPORTED[1]), gains[1] / _gain((row(clean, final=False), row(clean, final=True)))
        asked, agrees = ("above 1", shares[1] > 1) if shares[0] > 1 else ("below 1", shares[1] < 1)
        comparisons.append(Contrast("gain over that of Table 1", round(shares[0], 3), shares[1], asked, agrees))
    grid = Grid("labels and residual at the start, over their norms", COLUMNS, rows)
    return Outcome((grid,), tuple(comparisons))


def _gain(rows: tuple[Row, Row]) -> float:
    """Of the part of the labels in the information space, by training."""
    return rows[1][0] - rows[0][0]


def _beside(rows: tuple[Row, ...]) -> float:
    return max(abs(values[at] ** 2 + values[at + 1] ** 2 - 1) for values in rows for at in (0, 3))


def spectrum(p: Mapping[str, Any], seed: int, progress: Progress | None, backend: Backend) -> Outcome:
    """Histogram of the singular values of the initial and of the final Jacobian."""
    run = trained(p, seed, progress, device=backend)
    first, final = run.first.values, run.final.values
    both = np.concatenate([first, final])
    edges = np.geomspace(max(both.min(), both.max() * 1e-4), both.max() * 1.0001, BINS + 1)
    counts = {
        name: tuple(int(count) for count in np.histogram(np.maximum(values, edges[0]), edges)[0])
        for name, values in (("initial", first), ("final", final))
    }
    panel = Histogram("singular values of the Jacobian", "singular value", tuple(edges.tolist()), counts)
    comparisons = []
    for name, values in (("initial", first), ("final", final)):
        large, quantity = _large(values), f"{name}: values above a tenth of the largest, of {len(values)}"
        comparisons.append(Contrast(quantity, "tens", large, "from 10 to 99", 10 <= large < 100))
    return Outcome((panel,), tuple(comparisons))


def _large(values: np.ndarray) -> int:
    return int((values > values[0] / 10).sum())


SGD = {**NET, "optimiser": "descent", "step_share": 0.5, "steps": 3_000, "corruption": 0.0}
ADAM = {**NET, "optimiser": "Adam", "rate": 1e-3, "steps": 31_200, "corruption": 0.0}
BESIDE_TABLE_1: Mapping[int, Mapping[str, Any]] = {
    2: {name: SGD[name] for name in ("optimiser", "step_share", "steps")},
    3: {"corruption": 0.0},
}
NOTES = (
    *SUBSTITUTED,
    "The network's outputs start at 0, so that r_0 = -y and the last three columns of the digits repeat the first.",
    "nu = 0.05 is small, so that the hidden weights move far and the Jacobian adapts; at nu = 4 it hardly does.",
)
C44 = "CHECK C44: the header of Table 3 has the transpose of J_I in the text of the paper; the pseudo-inverse is meant."


def _table(number: int, title: str, parameters: Mapping[str, Any], finding: str, *notes: str, **quick: Any) -> Figure:
    stated = {name: value for name, value in parameters.items() if name in STATED}
    return Figure(
        id=f"ofls19.table{number}",
        title=f"Alignment of labels with the Jacobian, {title}",
        source=f"{PAPER}, Table {number}, {SUBSTITUTE}",
        reported=finding,
        parameters=stated,
        chosen={name: value for name, value in parameters.items() if name not in stated},
        quick=quick,
        experiment=partial(table, number),
        notes=(*NOTES, *notes),
    )


ADAPTS = "the Jacobian adapts to the labels in training: |Pi_I y| grows"
TABLES = (
    _table(1, "clean, descent", SGD, ADAPTS),
    _table(
        2,
        "clean, Adam",
        ADAM,
        "the Jacobian adapts to the labels, more than with SGD",
        "400 epochs of 78 batches are 31200 steps.",
        steps=8_000,
    ),
    _table(3, "50% corrupted, descent", {**SGD, **CORRUPTED}, "the Jacobian adapts less than on clean labels", C44),
)
SPECTRUM = Figure(
    id="ofls19.fig5",
    title="Singular values of the initial and of the final Jacobian",
    source=f"{PAPER}, Fig. 5, {SUBSTITUTE}",
    reported="tens of large values, many small ones",
    parameters={"corruption": 0.0, "optimiser": "descent"},
    chosen={name: value for name, value in SGD.items() if name not in STATED},
    quick={},
    experiment=spectrum,
    notes=SUBSTITUTED,
)
