"""Training both layers of a quadratic network: what is near a point, what is far below it, and what flow conserves."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

from boundkit.train.landscape.surface import Array, Surface

NEIGHBOURS = 200
ACCURACY = 1e-12  # relative, of the integration of gradient flow


def nearby_loss(surface: Surface, W: Array, v: Array, generator: np.random.Generator) -> float:
    """The smallest loss at (W, v) and at random points near it, so near that no output weight changes its sign."""
    reach = float(np.abs(v).min()) / 2
    best = surface.loss(W, v)
    for _ in range(NEIGHBOURS):
        U, a = generator.uniform(-reach, reach, W.shape), generator.uniform(-reach, reach, v.shape)
        best = min(best, surface.loss(W + U * generator.random(), v + a))
    return best


def joint_minimum(surface: Surface, W: Array, v: Array) -> float:
    """The loss that a descent on both layers from (W, v) reaches: at least the smallest one."""

    def value(flat: Array) -> tuple[float, Array]:
        at = flat[: W.size].reshape(W.shape), flat[W.size :]
        return surface.loss(*at), np.concatenate([part.ravel() for part in surface.gradient(*at)])

    start = np.concatenate([W.ravel(), v])
    return float(minimize(value, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).fun)


def balance_change(surface: Surface, W: Array, v: Array, *, time: float) -> float:
    """The largest change over units of |w|^2 - 2 v^2 along gradient flow from (W, v) up to `time`. `sjl17` (D21).

    >>> surface = Surface(np.eye(2), np.ones(2), "square")
    >>> balance_change(surface, np.eye(2), np.array([0.5, -0.5]), time=1.0) < 1e-9
    True
    """

    def slope(_: float, flat: Array) -> Array:
        at = flat[: W.size].reshape(W.shape), flat[W.size :]
        return -np.concatenate([part.ravel() for part in surface.gradient(*at)])

    start = np.concatenate([W.ravel(), v])
    flow = solve_ivp(slope, (0.0, time), start, method="DOP853", rtol=ACCURACY, atol=ACCURACY)
    rows = flow.y[: W.size].reshape(*W.shape, -1)
    balance = (rows**2).sum(axis=1) - 2 * flow.y[W.size :] ** 2
    return float(np.abs(balance - balance[:, :1]).max())
