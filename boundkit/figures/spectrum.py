"""Figure 4 of Oymak, Fabian, Li & Soltanolkotabi: singular values of the Jacobian on clustered data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from boundkit.errors import BadInput
from boundkit.figures.figure import Contrast, Curve, Curves, Figure, Mark, Outcome, Progress
from boundkit.figures.jacobian import decomposed
from boundkit.figures.streams import Draw, draws
from boundkit.train.backend import Backend
from boundkit.train.shallow import NormalHidden, Shallow, Signs, initial_layers

MOST_DRAWS = 1000  # of a centre that must keep its distance
COINCIDE = 0.05  # relative difference of two values that are called equal


def clustered(
    seed: int, *, K: int, C: int, n: int, d: int, noise: float, distance: float
) -> tuple[np.ndarray, np.ndarray]:
    """n unit rows, equally many about each of K C unit centres at least `distance` apart, and one-hot labels.

    A smaller n is a prefix of a larger one. Raises BadInput where no such centres are found.
    """
    generator = draws(seed, Draw.CENTRES, K, C, d)
    centres = np.empty((0, d))
    for _ in range(MOST_DRAWS * K * C):
        centre = generator.standard_normal(d)
        centre /= np.linalg.norm(centre)
        if (np.linalg.norm(centres - centre, axis=1) >= distance).all():
            centres = np.vstack([centres, centre])
        if len(centres) == K * C:
            break
    else:
        raise BadInput("distance", distance, f"is too large: no {K * C} centres in {d} dimensions were found")
    cluster = np.arange(n) % (K * C)
    X = centres[cluster] + noise / np.sqrt(d) * draws(seed, Draw.NOISE, K, C, d).standard_normal((n, d))
    return X / np.linalg.norm(X, axis=1, keepdims=True), np.eye(K)[cluster // C]


def singular_values(p: Mapping[str, Any], seed: int, progress: Progress | None, backend: Backend) -> Outcome:
    """Singular values times sqrt(K C / n) for two sizes of the sample and several numbers of clusters."""
    K = p["K"]
    curves, comparisons = [], []
    for place, C in enumerate(p["C"]):
        found = []
        for each, style in zip(p["samples_per_C"], (False, True), strict=True):
            n = each * C
            X, Y = clustered(seed, K=K, C=C, n=n, d=p["d"], noise=p["sigma"], distance=p["distance"])
            network = Shallow(X, Y, p["activation"], NormalHidden(), Signs(1.0))
            W, V = initial_layers(NormalHidden(), Signs(1.0), k=p["k"], d=p["d"], outputs=K, seed=seed, trial=0)
            values = np.sqrt(K * C / n) * decomposed(network, W, V, backend)[1]
            found.append(values)
            shown = min(len(values), p["shown"])
            index = tuple(range(1, shown + 1))
            curves.append(
                Curve(
                    f"C = {C}, n = {n}",
                    tuple(map(float, index)),
                    tuple(values[:shown].tolist()),
                    dashed=style,
                    group=place,
                )
            )
            if progress is not None:
                progress(len(curves), 2 * len(p["C"]))
        small, large = found
        top, all_of = K * C, K * K * C
        apart = np.abs(small[:all_of] / large[:all_of] - 1)
        comparisons += [
            Contrast(
                f"C = {C}: largest |s_j(n) / s_j(2n) - 1|, j <= K C",
                "0 (they coincide)",
                float(apart[:top].max()),
                f"at most {COINCIDE:g}",
                bool(apart[:top].max() <= COINCIDE),
            ),
            Contrast(f"C = {C}: the same, j <= K^2 C", None, float(apart.max())),
            Contrast(f"C = {C}: gap s_j / s_(j+1) at j = K C", None, _gap(small, top)),
            Contrast(f"C = {C}: gap s_j / s_(j+1) at j = K^2 C", None, _gap(small, all_of)),
        ]
    title = "Jacobian at initialisation; n = 30 C solid, n = 60 C dashed"
    marks = tuple(Mark(f"paper: top K C = {K * C}", K * C, True) for C in p["C"])
    marks += tuple(Mark(f"here: K^2 C = {K**2 * C}", K**2 * C, False, group=g) for g, C in enumerate(p["C"]))
    panel = Curves(title, "index", "sqrt(KC/n) singular value", tuple(curves), marks, log_y=True, log_x=True)
    return Outcome((panel,), tuple(comparisons))


def _gap(values: np.ndarray, j: int) -> float:
    return float(values[j - 1] / values[j])


FIGURE = Figure(
    id="ofls19.fig4",
    title="Singular values of the Jacobian on a mixture of clusters",
    source="Oymak, Fabian, Li & Soltanolkotabi 2019, Fig. 4",
    reported="the normalised top K C singular values of both sample sizes coincide: they grow as sqrt(n)",
    parameters={"K": 3, "sigma": 0.1, "distance": 0.5, "samples_per_C": (30, 60)},
    chosen={"C": (1, 2, 5), "d": 20, "k": 500, "activation": "softplus", "shown": 150},
    quick={},
    experiment=singular_values,
    notes=(
        "CHECK C41: the caption has the top K C values; the Jacobian has K^2 C large ones, K for each cluster.",
        "The paper states neither C, nor d, nor k, nor the activation.",
        "Clusters are of equal size, rows of length 1, output weights random signs over sqrt(k K).",
    ),
)
