"""Gaussian means of one and two values of an activation by Gauss-Legendre quadrature: slow, and no series.

The axes are cut where a function has a kink, the first also around where the second function has one when the two are
close to parallel, until two refinements agree. Values come from the symbolic expression.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation
from boundkit.arithmetic import FLOAT, evaluate
from boundkit.errors import Infeasible, NotApplicable

Array = NDArray[np.float64]
END = 10.0  # of the axes: beyond it a standard normal number has probability 1e-23
SMALLEST = 1e-30  # sine of an angle: less is none
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
PANELS = (6, 12, 24, 48)  # of every part of an axis
AGREEMENT = 1e-11  # of two refinements, relative to the mean of absolute values
MOST_ROWS = 60


def mean_product(activation: Activation, derivative: int, lengths: tuple[float, float], angle: float) -> float:
    """E[psi(a g_1) psi(b g_2)], psi = phi^(derivative), g_1 and g_2 a standard normal vector along two unit vectors.

    Raises NotApplicable where no two refinements agree to 1e-11.

    >>> from boundkit.activations import activation
    >>> round(mean_product(activation("relu"), 0, (1.0, 2.0), np.pi / 2) * np.pi, 12)
    1.0
    """
    (a, b), kinks = lengths, _kinks(activation)
    cosine, sine = float(np.cos(angle)), max(float(np.sin(angle)), SMALLEST)
    psi = _function(activation, derivative)

    def refined(panels: int) -> tuple[float, float]:
        cuts = [*_places(kinks, a), *np.linspace(-END, END, panels + 1)[1:-1]]
        for kink in _places(kinks, b * cosine):
            cuts.extend(kink + sine / abs(cosine) * np.linspace(-END, END, 11))
        u, weights = (row[0] for row in _nodes(np.array([cuts]), 1))
        crossings = [(kink - cosine * u) / sine for kink in _places(kinks, b)]
        w, inner = _nodes(np.array(crossings).reshape(-1, len(u)).T, panels)
        outer, values = weights * psi(a * u), inner * psi(b * (cosine * u[:, None] + sine * w))
        return float(outer @ values.sum(axis=1)), float(np.abs(outer) @ np.abs(values).sum(axis=1))

    return _converged(refined, activation)


def mean_value(activation: Activation, length: float) -> float:
    """E phi(a g) of a standard normal g. Raises NotApplicable as `mean_product`.

    >>> from boundkit.activations import activation
    >>> round(mean_value(activation("relu"), 2.0) ** 2 * np.pi, 12)
    2.0
    """
    phi = _function(activation, 0)

    def refined(panels: int) -> tuple[float, float]:
        u, weights = _nodes(np.array([_places(_kinks(activation), length)]), panels)
        values = weights * phi(length * u)
        return float(values.sum()), float(np.abs(values).sum())

    return _converged(refined, activation)


def mean_products(X: Array, activation: Activation, derivative: int, *, std: float) -> Array:
    """E[psi(Xw) psi(Xw)^T] [n, n], psi = phi^(derivative), for w normal with this standard deviation, entry by entry.

    Infeasible for more than 60 rows.
    """
    if len(X) > MOST_ROWS:
        raise Infeasible(f"n = {len(X)}: a kernel is integrated entry by entry for at most {MOST_ROWS} samples")
    lengths = np.linalg.norm(X, axis=1)
    directions = X / np.where(lengths, lengths, 1.0)[:, None]
    found = np.zeros((len(X), len(X)))
    for i in range(len(X)):
        for j in range(i + 1):
            sizes = (std * float(lengths[i]), std * float(lengths[j]))
            found[i, j] = found[j, i] = mean_product(activation, derivative, sizes, _angle(*directions[[i, j]]))
    return found


def _angle(one: Array, other: Array) -> float:
    """Between two unit vectors, accurate at 0 and pi too (Kahan)."""
    return float(2 * np.arctan2(np.linalg.norm(one - other), np.linalg.norm(one + other)))


def _kinks(activation: Activation) -> list[float]:
    return [float(kink) for kink in activation.kinks]


def _places(kinks: list[float], length: float) -> list[float]:
    """Where length * u passes a kink."""
    return [kink / length for kink in kinks] if length else []


def _function(activation: Activation, derivative: int) -> Callable[[Array], Array]:
    expression = activation.derivative(derivative)

    def psi(points: Array) -> Array:
        values = dict.fromkeys(expression.free_symbols, points)
        with np.errstate(all="ignore"):
            return np.asarray(np.broadcast_to(evaluate(expression, values, FLOAT), points.shape))

    return psi


def _nodes(cuts: Array, panels: int) -> tuple[Array, Array]:
    """Nodes and Gaussian weights [m, .] on m axes, each cut at its own places [m, .]."""
    ends = np.full((len(cuts), 1), END)
    edges = np.sort(np.concatenate([-ends, np.clip(cuts, -END, END), ends], axis=1), axis=1)
    within = ((np.arange(panels)[:, None] + (1 + NODES) / 2) / panels).ravel()
    widths = np.diff(edges, axis=1)[:, :, None]
    points = (edges[:, :-1, None] + widths * within).reshape(len(cuts), -1)
    weights = (widths * np.tile(WEIGHTS / (2 * panels), panels)).reshape(len(cuts), -1)
    return points, weights * np.exp(-(points**2) / 2) / np.sqrt(2 * np.pi)


def _converged(refined: Callable[[int], tuple[float, float]], activation: Activation) -> float:
    before = refined(PANELS[0])[0]
    for panels in PANELS[1:]:
        now, size = refined(panels)
        if abs(now - before) <= AGREEMENT * size:
            return now
        before = now
    raise NotApplicable("quadrature", f"Gaussian means of {activation.name} do not converge to {AGREEMENT}")
