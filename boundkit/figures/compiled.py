"""Descent of one small network compiled by Numba, from step to step without Python: what `batches` uses on the CPU.

Units are rows and samples are columns, so that the samples of a unit lie beside each other in the cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg.cython_blas  # noqa: F401  np.dot calls it: it is loaded before the threads of BLAS are limited

from boundkit.train.compiled import compiled_pass, exponential, horner

RUNNING, REACHED, LOST = 0, 1, 2
SOFTPLUS, RELU, SQUARE = 0, 1, 2
KINDS = {
    "softplus": (SOFTPLUS, 1.0),
    "softplus:beta=10": (SOFTPLUS, 10.0),
    "relu": (RELU, 1.0),
    "square": (SQUARE, 1.0),
}

# 2 artanh(s) / s in powers of s^2, highest first, for s^2 <= 1/9; tests/figures/test_compiled.py makes it again.
LOGARITHM = (
    0.17044163562781398,
    0.0832450651186082,
    0.12110168728069218,
    0.13300374032674625,
    0.1538661404230401,
    0.18181740832504806,
    0.22222224080747674,
    0.28571428545454114,
    0.4000000000018575,
    0.6666666666666615,
    2.0,
)


@compiled_pass
def advance(
    kind: Any,
    moves_output: Any,
    size: Any,
    X: Any,
    across: Any,
    y: Any,
    W: Any,
    v: Any,
    level: Any,
    steps: Any,
) -> Any:
    """Up to `steps` steps of W [k, d] and, if it moves, v [k], in place, on X [n, d] = `across` transposed and y [n].

    Returns REACHED at the first weights whose misfit is at most `level`, and LOST where it is not finite.
    """
    k, n = W.shape[0], X.shape[0]
    hidden, values, gradient, residual = np.empty((k, n)), np.empty((k, n)), np.empty(W.shape), np.empty(n)
    for _ in range(steps):
        np.dot(W, across, hidden)
        activate(kind, hidden, values)
        for i in range(n):
            residual[i] = -y[i]
        for unit in range(k):
            for i in range(n):
                residual[i] += v[unit] * values[unit, i]
        square = 0.0
        for i in range(n):
            square += residual[i] * residual[i]
        misfit = np.sqrt(square)
        if misfit <= level:
            return REACHED
        if not misfit < np.inf:
            return LOST
        for unit in range(k):
            push, change = size * v[unit], 0.0
            for i in range(n):
                change += values[unit, i] * residual[i]
                hidden[unit, i] *= push * residual[i]
            if moves_output:
                v[unit] -= size * change
        np.dot(hidden, X, gradient)
        for unit in range(k):
            for column in range(gradient.shape[1]):
                W[unit, column] -= gradient[unit, column]
    return RUNNING


@compiled_pass
def activate(kind: Any, hidden: Any, values: Any) -> None:
    """phi to `values` and phi' in the place of `hidden`; a kind is a code and the sharpness of softplus."""
    code, beta = kind
    flat, found = hidden.ravel(), values.ravel()
    if code == SOFTPLUS:
        for i in range(flat.shape[0]):
            h = beta * flat[i]
            e = exponential(-abs(h))
            inverse = 1.0 / ((1.0 + e) * (2.0 + e))  # one division for two
            slope, s = (2.0 + e) * inverse, e * (1.0 + e) * inverse
            flat[i] = e * slope if h < 0.0 else slope
            found[i] = ((0.0 if h < 0.0 else h) + s * horner(LOGARITHM, s * s)) / beta
    elif code == RELU:
        for i in range(flat.shape[0]):
            h = flat[i]
            found[i] = 0.0 if h < 0.0 else h
            flat[i] = 1.0 if h >= 0.0 else 0.0
    else:
        for i in range(flat.shape[0]):
            h = flat[i]
            found[i] = h * h
            flat[i] = 2.0 * h
