"""What is trained: the data, the labels and the activation of a two-layer network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from boundkit.errors import BadInput
from boundkit.train.checks import integer, samples_and_labels


@dataclass(frozen=True, eq=False)
class Problem:
    """Fit f(W) = phi(X W^T) v to y by training W (os19, eq. (1.1)); loss 1/2 |f(W) - y|^2.

    `X` is float64 [n, d] with samples as rows, `y` float64 [n]; `activation` is a name or an Activation.
    Raises BadInput for shapes that do not match, entries that are not finite, or y = 0 (then v = 0).

    >>> problem = Problem(X=np.eye(2, 3), y=[1.0, -1.0], activation="softplus")
    >>> problem.n, problem.d, problem.factor.shape
    (2, 3, (2, 2))
    """

    X: Any
    y: Any
    activation: Any

    def __post_init__(self) -> None:
        X, y = samples_and_labels(self.X, self.y)
        if not y.any():
            raise BadInput("y", 0, "must not be zero: the output weights are proportional to its norm")
        if not hasattr(self.activation, "value_and_derivative"):
            from boundkit.activations import activation

            object.__setattr__(self, "activation", activation(self.activation))
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)

    @property
    def n(self) -> int:
        """Samples."""
        return int(self.X.shape[0])

    @property
    def d(self) -> int:
        """Input dimension."""
        return int(self.X.shape[1])

    @cached_property
    def norm_y(self) -> float:
        """Euclidean norm of the labels."""
        return float(np.linalg.norm(self.y))

    @cached_property
    def norm_X(self) -> float:
        """Spectral norm of the data matrix."""
        return float(np.linalg.norm(self.X, 2))

    @cached_property
    def _reduction(self) -> tuple[np.ndarray, np.ndarray]:
        if self.d <= self.n:
            return self.X, np.eye(self.d)
        basis, upper = np.linalg.qr(self.X.T)
        return np.ascontiguousarray(upper.T), basis

    @property
    def factor(self) -> np.ndarray:
        """The data as the network needs them: [n, r], r = min(n, d), with X = factor @ basis.T.

        For d > n this is the triangular factor of a QR factorisation of X^T. The gradient moves W only
        within the row space of X and a Gaussian W_0 is rotation invariant, so training in the reduced
        space has the same law, and misfits, distances and path lengths are those of W = W_reduced @ basis.T.
        """
        return self._reduction[0]

    @property
    def basis(self) -> np.ndarray:
        """Orthonormal columns [d, r] that lift reduced weights: W = W_reduced @ basis.T."""
        return self._reduction[1]

    @cached_property
    def gram(self) -> np.ndarray:
        """Inner products of the samples, X X^T [n, n]."""
        return np.asarray(self.X @ self.X.T)


def output_weights(k: int, *, norm_y: float, n: int) -> np.ndarray:
    """The fixed output weights v [k] of os19, eq. (2.1): half are +norm_y/sqrt(k n), half the negative.

    For odd k there are (k - 1)/2 of each sign and the last unit has weight 0, so that
    |v|^2 = (k - 1)/k norm_y^2 / n and this unit never moves.

    >>> output_weights(5, norm_y=2.0, n=5)
    array([ 0.4,  0.4, -0.4, -0.4,  0. ])
    """
    half = half_width(k)
    size = coefficient(k, norm_y=norm_y, n=n)
    return np.concatenate([np.full(half, size), np.full(half, -size), np.zeros(k - 2 * half)])


def coefficient(k: int, *, norm_y: float, n: int) -> float:
    """The absolute value norm_y/sqrt(k n) of the non-zero output weights."""
    return norm_y / math.sqrt(k * n)


def half_width(k: int) -> int:
    """The number of hidden units of each sign; raises BadInput unless k is an integer of at least 2."""
    return integer("k", k, 2) // 2
