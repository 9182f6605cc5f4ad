"""The square loss of an unscaled two-layer network as a surface over both layers, with its exact derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation, Z, activation as find_activation
from boundkit.arithmetic import FLOAT, evaluate
from boundkit.train.checks import samples_and_labels

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Surface:
    """L(W, v) = |phi(X W^T) v - y|^2 / (2n) for X float64 [n, d], y [n], W [k, d], v [k]. `sjl17` (1.4).

    Raises BadInput for shapes that do not match and entries that are not finite.

    >>> surface = Surface(np.eye(2), np.array([1.0, 4.0]), "square")
    >>> surface.loss(np.zeros((1, 2)), np.ones(1))
    4.25
    """

    X: Any
    y: Any
    activation: Any

    def __post_init__(self) -> None:
        X, y = samples_and_labels(self.X, self.y)
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)
        object.__setattr__(self, "activation", find_activation(self.activation))

    @property
    def n(self) -> int:
        """Samples."""
        return len(self.y)

    @property
    def d(self) -> int:
        """Input dimension."""
        return int(self.X.shape[1])

    def value_and_slope(self, W: Array) -> tuple[Array, Array]:
        """phi and phi' at X W^T, [n, k]."""
        value, slope = self.activation.value_and_derivative(self.X @ W.T)
        return np.asarray(value), np.asarray(slope)

    def bend(self, W: Array) -> Array:
        """phi'' at X W^T, [n, k]."""
        hidden = self.X @ W.T
        return np.broadcast_to(evaluate(self._second, {Z: hidden}, FLOAT), hidden.shape)

    @cached_property
    def _second(self) -> Any:
        return self.activation.derivative(2)

    def residual(self, W: Array, v: Array) -> Array:
        """Outputs minus labels, [n]."""
        return np.asarray(self.value_and_slope(W)[0] @ v - self.y)

    def loss(self, W: Array, v: Array) -> float:
        """Half of the mean of the squared residuals."""
        return float((self.residual(W, v) ** 2).sum() / (2 * self.n))

    def gradient(self, W: Array, v: Array) -> tuple[Array, Array]:
        """The gradient in W, [k, d], and in v, [k]."""
        value, slope = self.value_and_slope(W)
        r = (value @ v - self.y) / self.n
        return v[:, None] * ((slope * r[:, None]).T @ self.X), value.T @ r

    def jacobian(self, W: Array, v: Array) -> Array:
        """The derivative of the outputs in the rows of W, one after the other: [n, k d]."""
        slope = self.value_and_slope(W)[1] * v
        return np.asarray((slope[:, :, None] * self.X[:, None, :]).reshape(self.n, -1))

    def hessian_product(self, W: Array, v: Array, U: Array, a: Array) -> tuple[Array, Array]:
        """The Hessian in both layers times the direction (U [k, d], a [k]), without the matrix.

        With a = 0 the first part is the Hessian in W times U.
        """
        value, slope = self.value_and_slope(W)
        r = (value @ v - self.y) / self.n
        moved = self.X @ U.T
        outputs = (value @ a + (slope * moved) @ v) / self.n
        weights = slope * (np.outer(outputs, v) + np.outer(r, a)) + self.bend(W) * moved * np.outer(r, v)
        return weights.T @ self.X, value.T @ outputs + (slope * moved).T @ r


def residual_covariance(surface: Surface, W: Array, v: Array) -> Array:
    """G = sum_i r_i x_i x_i^T / n, [d, d]. `sjl17` section 6."""
    r = surface.residual(W, v)
    return np.asarray((surface.X * r[:, None]).T @ surface.X / surface.n)


def is_quadratic(chosen: Activation) -> bool:
    """Whether the activation is z^2.

    >>> is_quadratic(find_activation("square")), is_quadratic(find_activation("quadratic"))
    (True, False)
    """
    return bool(chosen.expression == Z**2)
