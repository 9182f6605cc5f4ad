"""Gaussian means of slopes and curvatures of an activation at many scales, by a sum that converges geometrically."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundkit.activations import Z
from boundkit.arithmetic import FLOAT, evaluate
from boundkit.train.landscape.surface import Array

REACH = 12.0  # the normal density is below 1e-31 beyond
NODES = np.linspace(-REACH, REACH, 4801)
WEIGHTS = np.exp(-(NODES**2) / 2) * (NODES[1] - NODES[0]) / np.sqrt(2 * np.pi)


def mean_slopes(activation: Any, scales: Array) -> Array:
    """E phi'(sigma g) for every scale.

    >>> from boundkit.activations import activation
    >>> mean_slopes(activation("softplus"), np.array([0.5, 2.0])).round(12).tolist()
    [0.5, 0.5]
    """
    return np.asarray(activation.derivative_values(np.outer(scales, NODES)) @ WEIGHTS)


def curvatures(activation: Any, scales: Array) -> Array:
    """E phi''(sigma g) for every scale."""
    points = np.outer(scales, NODES)
    return np.broadcast_to(evaluate(activation.derivative(2), {Z: points}, FLOAT), points.shape) @ WEIGHTS


def slope_variances(activation: Any, scales: Array) -> Array:
    """Var phi'(sigma g) for every scale."""
    slopes = np.asarray(activation.derivative_values(np.outer(scales, NODES)))
    return np.asarray((slopes**2) @ WEIGHTS - (slopes @ WEIGHTS) ** 2)


def left_inverse(matrix: Array) -> Array:
    """The Moore-Penrose inverse [columns, rows]."""
    return np.asarray(np.linalg.pinv(matrix))
