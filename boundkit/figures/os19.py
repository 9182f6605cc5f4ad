"""Figure 2 of Oymak & Soltanolkotabi: how often descent fits random labels, over width and dimension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from boundkit.figures.batches import Descent, Networks, reach
from boundkit.figures.figure import Contrast, Figure, HeatMap, Outcome, Progress
from boundkit.figures.logistic import crossing, logistic_fit
from boundkit.figures.streams import Draw, draws, sphere
from boundkit.train import output_weights
from boundkit.train.backend import Backend

PAPER = "Oymak & Soltanolkotabi 2019"
QUICK_GRID = (5, 10, 15, 20, 25)


def realisations(seed: int, n: int, d: int, k: int, trials: int) -> Networks:
    """Unit data, normal labels, normal W_0 and balanced output weights, all drawn anew for every trial."""
    X = np.stack([sphere(seed, n, d, k, trial) for trial in range(trials)])
    y = np.stack([draws(seed, Draw.LABELS, n, d, k, trial).standard_normal(n) for trial in range(trials)])
    W = np.stack([draws(seed, Draw.START, n, d, k, trial).standard_normal((k, d)) for trial in range(trials)])
    v = np.stack([output_weights(k, norm_y=float(np.linalg.norm(labels)), n=n) for labels in y])
    return Networks(X, y, W, v)


def phase_transition(p: Mapping[str, Any], seed: int, progress: Progress | None, backend: Backend) -> Outcome:
    """Success fractions over the grid; success is a relative misfit below the tolerance within the steps."""
    n, trials = p["n"], p["trials"]
    cells = [(k, d) for d in p["d"] for k in p["k"]]
    batches, levels = [], []
    for k, d in cells:
        networks = realisations(seed, n, d, k, trials)
        batches.append((networks, Descent(p["activation"], "hidden", p["step_size"], p["steps"])))
        levels.append(p["tolerance"] * np.linalg.norm(networks.Y, axis=1))
    successes = [int(a.sum()) for a in reach(batches, levels, progress, backend)]
    found = {cell: count / trials for cell, count in zip(cells, successes, strict=True)}
    half = crossing(logistic_fit([k * d / n for k, d in cells], successes, trials))
    fractions = tuple(tuple(float(found[k, d]) for k in p["k"]) for d in p["d"])
    panel = HeatMap(
        title=f"{p['activation']}, n = {n}: successes of {trials} trials",
        x_label="hidden units k",
        y_label="input dimension d",
        x=tuple(map(float, p["k"])),
        y=tuple(map(float, p["d"])),
        fractions=fractions,
        samples=n,
        half=half,
    )
    under = [share for (k, d), share in found.items() if k * d <= n]
    over = [k * d / n for (k, d), share in found.items() if share >= 0.5]
    sure = [k * d / n for (k, d), share in found.items() if share < 0.5]
    none = None if any(successes) else "no success"
    comparisons = (
        _at_most("largest success fraction where kd <= n", "0", max(under, default=None), 0.05),
        _at_most("kd / n where the logistic fit crosses 1/2", "about 1", none if half is None else half, 1.5),
        _at_most(
            "smallest kd / n of a cell with half of the trials successful", "about 1", min(over, default=none), 1.5
        ),
        _at_most("largest kd / n of a cell with fewer", "about 1", max(sure, default=None), 1.5),
    )
    return Outcome((panel,), comparisons)


def _at_most(quantity: str, reported: str, measured: float | str | None, most: float) -> Contrast:
    """A comparison that asks for no more than `most`; without an answer where the grid has no such cell."""
    if measured is None:
        return Contrast(quantity, reported, None)
    agrees = not isinstance(measured, str) and measured <= most
    return Contrast(quantity, reported, measured, f"at most {most:g}", agrees)


NOTES = (
    "CHECK C23: with the loss as printed softplus passes to success at kd / n = 1.2 to 1.5 and ReLU at 1.5 to 2.2.",
    "Fewer steps, as with --quick, move the transition to larger kd / n.",
    "CHECK C1: with odd k one unit has output weight 0 and never moves: (k - 1) d parameters count.",
    "k = 0 and 1 have no balanced output weights and are left out, as is d = 0.",
)


def _panel(letter: str, activation: str, n: int, step_size: float) -> Figure:
    return Figure(
        id=f"os19.fig2{letter}",
        title=f"Phase transition of fitting n = {n} random labels, {activation}",
        source=f"{PAPER}, Fig. 2({letter})",
        reported="a sharp transition, the success region closely bounded by n = kd",
        parameters={
            "activation": activation,
            "n": n,
            "k": tuple(range(2, 26)),
            "d": tuple(range(1, 26)),
            "trials": 10,
            "step_size": step_size,
            "steps": 15_000,
            "tolerance": 2.5e-3,
        },
        chosen={},
        quick={"k": QUICK_GRID, "d": QUICK_GRID[1:], "trials": 2, "steps": 6_000},
        experiment=phase_transition,
        notes=NOTES,
    )


FIGURES = (
    _panel("a", "softplus", 100, 0.15),
    _panel("b", "softplus", 200, 0.15),
    _panel("c", "relu", 100, 0.1),
    _panel("d", "relu", 200, 0.1),
)
