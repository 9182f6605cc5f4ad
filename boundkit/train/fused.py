"""Value and derivative of the commonest activations from one transcendental pass, into NumPy buffers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from boundkit.train.backend import Backend

EXP_IS_FINITE_BELOW = 700.0
SHORTEST_FACTOR, MOST_FACTORS = 50, 5  # of products over units: numbers in a row that are worth a call, and how many
Out = np.ndarray | None
BINARY = ("relu",)  # phi(z) = z phi'(z) with phi' 0 or 1, which a bit holds


def evaluate_into(activation: Any, hidden: np.ndarray, value: Out, derivative: Out) -> None:
    """Write phi(hidden) and phi'(hidden), or one of the two; `hidden` may be overwritten, and may be `value` itself."""
    fused = FUSED.get(activation.name)
    if fused is not None:
        fused(hidden, value, derivative)
    elif value is None and derivative is not None:
        derivative[...] = activation.derivative_values(hidden)
    else:
        for target, found in zip((value, derivative), activation.value_and_derivative(hidden), strict=True):
            if target is not None:
                target[...] = found


def row_sums(activation: Any, hidden: np.ndarray, derivative: Out, spare: np.ndarray) -> tuple[np.ndarray, Out]:
    """The sums of phi(hidden) over the last axis; phi'(hidden) is written if asked for.

    `hidden` and `spare`, of the same shape, are overwritten. The sums are exact to a few rounding errors of
    max(1, |phi|) a term. With them comes where phi' is 1, if it is 0 elsewhere; an array of booleans for phi' takes no
    other.
    """
    if activation.name == "softplus" and hidden.shape[-1] >= 2 * SHORTEST_FACTOR:
        return _softplus_sums(hidden, derivative), None
    if activation.name in BINARY:
        marked = derivative is not None and derivative.dtype == np.bool
        mask = np.greater_equal(hidden, 0.0, out=derivative if marked else None)
        slopes = spare if derivative is None or marked else derivative
        np.copyto(slopes, mask.view(np.uint8))  # which takes less than from booleans
        return np.vecdot(hidden, slopes), mask  # which takes less than the maximum of hidden and 0
    evaluate_into(activation, hidden, hidden, derivative)
    return np.matmul(hidden, np.ones(hidden.shape[-1])), None


def _softplus(hidden: np.ndarray, value: Out, derivative: Out) -> None:
    if hidden.max() < EXP_IS_FINITE_BELOW:
        np.exp(hidden, out=hidden)
        if derivative is not None:
            np.add(hidden, 1.0, out=derivative)
            np.divide(hidden, derivative, out=derivative)
        if value is not None:
            np.log1p(hidden, out=value)
    else:
        decay = np.exp(-np.abs(hidden))
        if derivative is not None:
            derivative[...] = np.where(hidden >= 0, 1.0, decay) / (1.0 + decay)
        if value is not None:
            value[...] = np.maximum(hidden, 0.0) + np.log1p(decay)


def _softplus_sums(hidden: np.ndarray, derivative: Out) -> np.ndarray:
    """The sum of log(1 + exp(h)) as the logarithms of products of a few 1 + exp(h), unless one may overflow."""
    *rows, units = hidden.shape
    factors = min(MOST_FACTORS, units // SHORTEST_FACTOR)
    if not hidden.max() < EXP_IS_FINITE_BELOW / (factors + 1):
        _softplus(hidden, hidden, derivative)
        return hidden.sum(axis=-1)
    np.exp(hidden, out=hidden)
    grown = np.add(hidden, 1.0, out=hidden if derivative is None else derivative)
    length = units // factors
    product = np.multiply.reduce(grown[..., : factors * length].reshape(*rows, factors, length), axis=-2)
    rest = grown[..., factors * length :]
    product[..., : rest.shape[-1]] *= rest
    if derivative is not None:
        np.divide(hidden, derivative, out=derivative)
    return np.log(product, out=product).sum(axis=-1)


def _relu(hidden: np.ndarray, value: Out, derivative: Out) -> None:
    if derivative is not None:
        np.copyto(derivative, hidden >= 0.0)
    if value is not None:
        np.maximum(hidden, 0.0, out=value)


def _tanh(hidden: np.ndarray, value: Out, derivative: Out) -> None:
    values = np.tanh(hidden, out=hidden if value is None else value)
    if derivative is not None:
        np.multiply(values, values, out=derivative)
        np.subtract(1.0, derivative, out=derivative)


@functools.cache
def compiled_steps() -> Any:
    """The module of steps compiled by Numba; None where Numba is not installed or does not go with this NumPy."""
    try:
        from boundkit.train import compiled_steps as steps
    except ImportError:
        return None
    return steps


def compiles(activation: Any, backend: Backend) -> bool:
    """Whether training with this activation is compiled by Numba on this backend."""
    steps = compiled_steps() if backend.fused and backend.compiled else None
    return steps is not None and activation.name in steps.KINDS


FUSED: dict[str, Callable[[np.ndarray, Out, Out], None]] = {"softplus": _softplus, "relu": _relu, "tanh": _tanh}
