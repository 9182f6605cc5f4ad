"""Critical points of a quadratic network: minima from random starts, and saddles of every kind that is known.

The saddles are the zero point, minima among networks some of whose units are held at zero, and zeros of the gradient
that a descent on its norm runs into. `sjl17` Theorems 2.1 and 2.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from boundkit.train.landscape.curvature import DENSE, hidden_hessian, hidden_spectrum
from boundkit.train.landscape.surface import Array, Surface

ITERATIONS = 4000
FLAT_ITERATIONS = 300
POLISH = 60
CRITICAL = 1e-7  # gradients below this times their scale are zero: see `scale`


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    """Where the gradient in W is zero up to rounding: `curvature` and `ceiling` are the ends of the Hessian's spectrum.

    `gradient` is the Frobenius norm of the gradient, `found` how the point was found.
    """

    W: Array
    loss: float
    gradient: float
    curvature: float
    ceiling: float
    found: str


def scale(surface: Surface, v: Array) -> float:
    """The size of a gradient that is far from zero: that of unit weights where the labels are not fitted."""
    return float(np.abs(v).max() * np.linalg.norm(surface.X, 2) ** 2 * (1 + np.abs(surface.y).max()) / surface.n)


def minimum(surface: Surface, v: Array, start: Array, free: Any = None) -> Array:
    """A local minimum in the rows `free` (all by default), the others staying at zero: L-BFGS, then trust region."""
    rows = np.arange(len(v)) if free is None else np.asarray(free, dtype=int)
    shape = (len(rows), surface.d)
    if not rows.size:
        return np.zeros((len(v), surface.d))
    weights = v[rows]

    def value(flat: Array) -> tuple[float, Array]:
        W = flat.reshape(shape)
        return surface.loss(W, weights), surface.gradient(W, weights)[0].ravel()

    def slope(flat: Array) -> Array:
        return value(flat)[1]

    options = {"maxiter": ITERATIONS, "maxfun": 2 * ITERATIONS, "gtol": 1e-13, "ftol": 0.0, "maxcor": 20}
    found = minimize(value, start[rows].ravel(), jac=True, method="L-BFGS-B", options=options).x
    if found.size <= DENSE:
        polished = minimize(
            lambda flat: value(flat)[0],
            found,
            jac=slope,
            hess=lambda flat: hidden_hessian(surface, flat.reshape(shape), weights),
            method="trust-exact",
            options={"maxiter": POLISH, "gtol": 1e-14},
        ).x
        found = min(found, polished, key=lambda flat: float(np.linalg.norm(slope(flat))))
    W = np.zeros((len(v), surface.d))
    W[rows] = found.reshape(shape)
    return W


def flat_point(surface: Surface, v: Array, start: Array) -> Array:
    """Where |grad L|^2 / 2 stops decreasing from `start`; its gradient is the Hessian times the gradient."""
    still = np.zeros(len(v))

    def value(flat: Array) -> tuple[float, Array]:
        W = flat.reshape(start.shape)
        gradient = surface.gradient(W, v)[0]
        return float((gradient**2).sum() / 2), surface.hessian_product(W, v, gradient, still)[0].ravel()

    options = {"maxiter": FLAT_ITERATIONS, "maxfun": 2 * FLAT_ITERATIONS, "gtol": 1e-15, "ftol": 0.0, "maxcor": 20}
    found = minimize(value, start.ravel(), jac=True, method="L-BFGS-B", options=options).x.reshape(start.shape)
    for _ in range(POLISH if found.size <= DENSE else 0):  # Newton steps, of least length where the Hessian is singular
        gradient = surface.gradient(found, v)[0]
        step = np.linalg.lstsq(hidden_hessian(surface, found, v), gradient.ravel(), rcond=1e-9)[0]
        moved = found - step.reshape(found.shape)
        if np.linalg.norm(surface.gradient(moved, v)[0]) >= np.linalg.norm(gradient):
            break
        found = moved
    return np.asarray(found)


def critical_points(surface: Surface, v: Array, starts: Sequence[Array]) -> list[CriticalPoint]:
    """All critical points found from the `starts`, each [k, d]; points whose gradient is not zero are left out.

    >>> rng = np.random.default_rng(0)
    >>> surface = Surface(rng.standard_normal((4, 2)), rng.standard_normal(4), "square")
    >>> points = critical_points(surface, np.array([1.0, 1.0, -1.0, -1.0]), [rng.standard_normal((4, 2))])
    >>> points[0].found, points[0].curvature < 0
    ('zero', True)
    """
    positive, negative = np.flatnonzero(v > 0), np.flatnonzero(v < 0)
    found = [("zero", np.zeros((len(v), surface.d)))]
    for start in starts:
        found.append(("minimum", minimum(surface, v, start)))
        found.append(("flat", flat_point(surface, v, start)))
        for name, free in (("positive units", positive), ("negative units", negative)):
            if 0 < len(free) < len(v):
                found.append((name, minimum(surface, v, start, free)))
        few = positive[: max(1, surface.d - 1)] if len(positive) else negative[: max(1, surface.d - 1)]
        found.append(("few units", minimum(surface, v, start, few)))
    limit = CRITICAL * scale(surface, v)
    points = [_point(surface, v, W, name) for name, W in found]
    return [point for point in points if point.gradient <= limit]


def _point(surface: Surface, v: Array, W: Array, found: str) -> CriticalPoint:
    low, high = hidden_spectrum(surface, W, v)
    gradient = float(np.linalg.norm(surface.gradient(W, v)[0]))
    return CriticalPoint(W, surface.loss(W, v), gradient, low, high, found)
