"""Figure 2 of Oymak, Fabian, Li & Soltanolkotabi: the population loss of a linear model, dip and decomposition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundkit.figures.figure import Contrast, Curve, Curves, Figure, Outcome, Progress
from boundkit.figures.series import thinned
from boundkit.figures.streams import Draw, draws


@dataclass(frozen=True)
class Model:
    """Clean data [n, d] of rank r, w* in its row space, and noisy data and labels (`ofls19` section 2.1)."""

    clean: np.ndarray
    target: np.ndarray
    X: np.ndarray
    y: np.ndarray
    rank: int
    sigma_x: float
    sigma_y: float


def model(p: Mapping[str, Any], seed: int, trial: int) -> Model:
    """One draw: uniform subspaces, singular values 1, w* a uniform direction of the row space times its norm."""
    n, d, r = p["n"], p["d"], p["r"]
    generator = draws(seed, Draw.SUBSPACES, trial)
    U, V = (np.linalg.qr(generator.standard_normal((size, r)))[0] for size in (n, d))
    direction = generator.standard_normal(r)
    target = p["norm_w"] * V @ (direction / np.linalg.norm(direction))
    noise = draws(seed, Draw.NOISE, trial)
    clean = U @ V.T
    X = clean + p["sigma_x"] / np.sqrt(n) * noise.standard_normal((n, d))
    y = clean @ target + p["sigma_y"] / np.sqrt(n) * noise.standard_normal(n)
    return Model(clean, target, X, y, r, p["sigma_x"], p["sigma_y"])


def population_loss(drawn: Model, w: np.ndarray) -> tuple[float, float]:
    """The information and the nuisance part of the loss on fresh noise, both with the factor 1/2; they add up."""
    share = drawn.rank / len(drawn.y)
    noise = drawn.sigma_x**2 * float(w @ w) + drawn.sigma_y**2
    misfit = drawn.clean @ (w - drawn.target)
    return 0.5 * float(misfit @ misfit) + 0.5 * share * noise, 0.5 * (1 - share) * noise


def losses(p: Mapping[str, Any], seed: int, progress: Progress | None) -> np.ndarray:
    """Both parts along gradient descent from 0, [trials, 2, steps + 1]."""
    found = np.empty((p["trials"], 2, p["steps"] + 1))
    for trial in range(p["trials"]):
        drawn = model(p, seed, trial)
        step_size = p["step_size_norm"] / np.linalg.norm(drawn.X, 2) ** 2
        w = np.zeros(p["d"])
        for step in range(p["steps"] + 1):
            found[trial, :, step] = population_loss(drawn, w)
            w = w - step_size * drawn.X.T @ (drawn.X @ w - drawn.y)
        if progress is not None:
            progress(trial + 1, p["trials"])
    return found


def dip(p: Mapping[str, Any], seed: int, progress: Progress | None) -> Outcome:
    """The mean of the population loss over the draws: as a whole, and split into its two parts."""
    information, nuisance = losses(p, seed, progress).mean(axis=0)
    total = information + nuisance
    least, low = int(total.argmin()), int(information.argmin())
    panels = tuple(
        Curves(
            title,
            "iteration + 1",
            "population loss",
            tuple(Curve(name, *thinned(values)) for name, values in parts),
            log_x=True,
        )
        for title, parts in (
            ("(a) total", [("total", total)]),
            ("(b) its parts", [("information", information), ("nuisance", nuisance)]),
        )
    )
    rises = bool((np.diff(nuisance) >= 0).all())
    dips = least <= p["steps"] / 10 and bool(total[-1] > 1.05 * total[least])
    falls = bool(information[-1] < information[0] / 10)
    comparisons = (
        Contrast(
            "total: start, minimum, end",
            "fast decrease, then slow increase",
            _three(total, least),
            "lowest in the first tenth of the run, at the end 5 % higher",
            dips,
        ),
        Contrast("iteration of the minimum", "the first few", least),
        Contrast(
            "information part: start, minimum, end",
            "goes down quickly",
            _three(information, low),
            "by a factor of 10",
            falls,
        ),
        Contrast(
            "nuisance part: start, end",
            "slowly increases",
            f"{nuisance[0]:.3g}, {nuisance[-1]:.3g}",
            "it never falls",
            rises,
        ),
    )
    return Outcome(panels, comparisons)


def _three(values: np.ndarray, least: int) -> str:
    return f"{values[0]:.3g}, {values[least]:.3g}, {values[-1]:.3g}"


FIGURE = Figure(
    id="ofls19.fig2",
    title="Population loss of a linear model: the dip and its two parts",
    source="Oymak, Fabian, Li & Soltanolkotabi 2019, Fig. 2",
    reported="the loss goes down quickly, then slowly up; the nuisance part carries the increase",
    parameters={"n": 200, "d": 500, "r": 5, "sigma_x": 0.2, "sigma_y": 2.0},
    chosen={"norm_w": 3.0, "step_size_norm": 0.1, "steps": 2_000, "trials": 5},
    quick={"trials": 2, "steps": 1_000},
    experiment=dip,
    host_only=True,
    notes=(
        "CHECK C5: the paper's information part lacks the factor 1/2 of its noise terms; here the parts add up.",
        "The paper states neither |w*|, nor the step size (here a tenth of 1 / |X|^2), nor the iterations.",
    ),
)
