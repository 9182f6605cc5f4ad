"""Tangent kernels by Gauss-Hermite quadrature, entry by entry, from the symbolic slope: slow, and no series."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundkit.activations import Activation
from boundkit.arithmetic import EXTENDED, evaluate
from boundkit.errors import Infeasible, NotApplicable

ORDER = 120
HIGHER = 180
AGREEMENT = 1e-10  # of two orders, relative to the largest entry
MOST_ROWS = 60

Array = np.ndarray


def quadrature_kernel(X: Array, activation: Activation, *, order: int = ORDER) -> Array:
    """E[phi'(X w) phi'(X w)^T] o X X^T [n, n] for w standard normal, X [n, d] with rows of any length.

    Infeasible for more than 60 rows.

    >>> from boundkit.activations import activation
    >>> float(quadrature_kernel(np.eye(2), activation("sin"))[0, 0].round(12))  # (1 + exp(-2)) / 2
    0.567667641618
    """
    if len(X) > MOST_ROWS:
        raise Infeasible(f"n = {len(X)}: a kernel is integrated entry by entry for at most {MOST_ROWS} samples")
    nodes, weights = np.polynomial.hermite_e.hermegauss(order)
    weights = weights / weights.sum()
    first, second = np.meshgrid(nodes, nodes, indexing="ij")
    both = np.outer(weights, weights)
    gram, lengths = X @ X.T, np.linalg.norm(X, axis=1)
    found = np.zeros_like(gram)
    for i in range(len(X)):
        left = slope(activation, lengths[i] * nodes)[:, None] * both
        for j in range(i + 1):
            size = lengths[i] * lengths[j]
            cosine = float(np.clip(gram[i, j] / size, -1, 1)) if size else 0.0
            turned = lengths[j] * (cosine * first + np.sqrt(1 - cosine**2) * second)
            found[i, j] = found[j, i] = float((left * slope(activation, turned)).sum()) * gram[i, j]
    return found


def slope(activation: Activation, hidden: Any) -> Any:
    """phi' from its symbolic expression, in long double."""
    expression = activation.derivative(1)
    values = dict.fromkeys(expression.free_symbols, np.asarray(hidden, np.longdouble))
    return np.broadcast_to(evaluate(expression, values, EXTENDED), np.shape(hidden))


def converged_kernel(X: Array, activation: Activation, *, order: int = ORDER) -> Array:
    """`quadrature_kernel`, which two orders agree on; NotApplicable where they do not, as for kinked activations."""
    kernels = [quadrature_kernel(X, activation, order=size) for size in (order, HIGHER)]
    if np.abs(kernels[0] - kernels[1]).max() > AGREEMENT * np.abs(kernels[1]).max():
        raise NotApplicable(
            "quadrature", f"the mean of the Gram matrix cannot be integrated to 1e-10 for {activation.name}"
        )
    return kernels[1]
