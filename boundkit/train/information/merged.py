"""Samples with equal inputs as one weighted sample: the loss and its gradients are the same up to a constant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Merged:
    """Distinct inputs `X` [m, d], their mean labels `Y` [m, K] and multiplicities `weights` [m].

    `place` is the row of `X` of every sample, ints [n]; `scatter` the sum of |y_i - mean label of x_i|^2, which no
    network can fit.
    """

    X: Array = field(repr=False)
    Y: Array = field(repr=False)
    weights: Array = field(repr=False)
    place: Any = field(repr=False)
    scatter: float

    @property
    def n(self) -> int:
        """Samples before merging."""
        return round(float(self.weights.sum()))

    @property
    def roots(self) -> Array:
        """Square roots of the multiplicities, a column [m, 1]."""
        return np.sqrt(self.weights)[:, None]


def merged(X: Array, Y: Array) -> Merged:
    """The weighted samples of inputs [n, d] and labels [n, K] or [n].

    >>> found = merged(np.array([[1.0], [1.0], [2.0]]), np.array([0.0, 1.0, 5.0]))
    >>> found.weights.tolist(), found.Y.tolist(), found.scatter
    ([2.0, 1.0], [[0.5], [5.0]], 0.5)
    """
    Y = Y.reshape(len(X), -1)
    rows, place, counts = np.unique(X + 0.0, axis=0, return_inverse=True, return_counts=True)
    if len(rows) == len(X):
        return Merged(X, Y, np.ones(len(X)), np.arange(len(X)), 0.0)
    place = place.reshape(-1)
    sums = np.zeros((len(rows), Y.shape[1]))
    np.add.at(sums, place, Y)
    means = sums / counts[:, None]
    return Merged(rows, means, counts.astype(float), place, float(((Y - means[place]) ** 2).sum()))
