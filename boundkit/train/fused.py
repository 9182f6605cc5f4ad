"""Value and derivative of the commonest activations from one transcendental pass, into NumPy buffers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

EXP_IS_FINITE_BELOW = 700.0


def evaluate_into(activation: Any, hidden: np.ndarray, value: np.ndarray, derivative: np.ndarray) -> None:
    """Write phi(hidden) and phi'(hidden); `hidden` may be overwritten, and may be `value` itself."""
    fused = FUSED.get(activation.name)
    if fused is None:
        value[...], derivative[...] = activation.value_and_derivative(hidden)
    else:
        fused(hidden, value, derivative)


def _softplus(hidden: np.ndarray, value: np.ndarray, derivative: np.ndarray) -> None:
    if hidden.max() < EXP_IS_FINITE_BELOW:
        np.exp(hidden, out=hidden)
        np.add(hidden, 1.0, out=derivative)
        np.divide(hidden, derivative, out=derivative)
        np.log1p(hidden, out=value)
    else:
        decay = np.exp(-np.abs(hidden))
        derivative[...] = np.where(hidden >= 0, 1.0, decay) / (1.0 + decay)
        value[...] = np.maximum(hidden, 0.0) + np.log1p(decay)


def _relu(hidden: np.ndarray, value: np.ndarray, derivative: np.ndarray) -> None:
    np.greater_equal(hidden, 0.0, out=derivative)
    np.maximum(hidden, 0.0, out=value)


def _tanh(hidden: np.ndarray, value: np.ndarray, derivative: np.ndarray) -> None:
    np.tanh(hidden, out=value)
    np.multiply(value, value, out=derivative)
    np.subtract(1.0, derivative, out=derivative)


@functools.cache
def compiled_passes() -> Any:
    """The module of passes compiled by Numba; None where Numba is not installed or does not go with this NumPy."""
    try:
        from boundkit.train import compiled
    except ImportError:
        return None
    return compiled


FUSED: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], None]] = {
    "softplus": _softplus,
    "relu": _relu,
    "tanh": _tanh,
}
