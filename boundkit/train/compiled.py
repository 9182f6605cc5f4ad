"""The passes over a block of hidden units compiled by Numba: each reads its arrays once, while they are in the cache.

Written so that a loop over units becomes vector instructions: no branches, no calls of a mathematics library, and
division only where it is needed. Sums may be reordered, nothing else may, and NaN stays NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from boundkit.train.half import EXPONENTS_APART, SIGN_AND_NUMBER, TO_DOUBLE

# Of phi and phi' at one point, in units of 2^-52 times the larger of 1 and the exact value.
ROUNDING = 4

LOG2_E, LN2_HIGH, LN2_LOW = 1.4426950408889634, 6.93147180369123816490e-01, 1.90821492927058770002e-10
TO_INTEGER = 1.5 * 2.0**52  # once it is added, the low bits hold the nearest integer
LONGEST_PRODUCT = 512  # of numbers up to 2, which must not overflow
LOWEST = -708.0  # exp of less is taken to be exp of this
ROOT_HALF, ROOT_TWO_PI = math.sqrt(0.5), math.sqrt(2 * math.pi)

# Polynomials from mpmath.chebyfit, highest power first; tests/train/test_compiled.py makes them again.
# (exp(r) - 1 - r) / r^2 for |r| <= 0.3466
EXPONENTIAL = (
    2.510038319586702e-08,
    2.7620085455018414e-07,
    2.7557268464831627e-06,
    2.4801521302241082e-05,
    0.00019841269863050506,
    0.001388888891720967,
    0.008333333333330063,
    0.041666666666624136,
    0.16666666666666669,
    0.5000000000000001,
)
# exp(x^2) erfc(x) / t in powers of t - 1/2, t = 2 / (2 + x), for x >= 0
COMPLEMENT = (
    -0.0535040577162625,
    0.08119331162727454,
    0.05477223752840449,
    -0.16400662572437086,
    0.04312034689852925,
    0.12218492123501039,
    -0.11632036112942097,
    -0.0019384703320191748,
    0.08518104507836005,
    -0.07481182845809715,
    -0.0001516827286593953,
    0.06558831313749969,
    -0.05969792672402249,
    -0.009220192980792309,
    0.06603101768792627,
    -0.04443372866900808,
    -0.034968444786214775,
    0.07396900402173368,
    -0.008799088986582881,
    -0.08487340757662436,
    0.05358694803201507,
    0.09889958586382082,
    -0.10366696108412841,
    -0.17208529511550957,
    0.145768926027516,
    0.5589441851121077,
    0.6871606844138106,
    0.5107913526210115,
)

_scalar = njit(fastmath={"contract"}, error_model="numpy", forceinline=True)
compiled_pass = njit(fastmath={"contract", "reassoc"}, error_model="numpy", nogil=True, cache=True)


@_scalar
def horner(coefficients: Any, x: Any) -> Any:
    """The polynomial of these coefficients, highest first."""
    total = 0.0
    for coefficient in coefficients:
        total = total * x + coefficient
    return total


@_scalar
def _interleaved(coefficients: Any, x: Any) -> Any:
    """The same for an even number of coefficients: two chains of half the length, short enough to be unrolled."""
    square = x * x
    return horner(coefficients[0::2], square) * x + horner(coefficients[1::2], square)


@_scalar
def from_half(bits: Any) -> Any:
    """The number of these bits, an int16, of float16, a type that Numba lacks; as `boundkit.train.half.read_half`."""
    return np.int64((np.int64(bits) << TO_DOUBLE) & SIGN_AND_NUMBER).view(np.float64) * EXPONENTS_APART


@_scalar
def _split_exp(x: Any) -> Any:
    """(s, q), s a power of 2, with exp(x) = s (1 + q) for x <= 0."""
    x = LOWEST if x < LOWEST else x
    shifted = x * LOG2_E + TO_INTEGER
    whole = shifted - TO_INTEGER
    r = (x - whole * LN2_HIGH) - whole * LN2_LOW
    scale = np.int64((np.float64(shifted).view(np.int64) << 52) + 0x3FF0000000000000).view(np.float64)
    return scale, r + (r * r) * horner(EXPONENTIAL, r)


@_scalar
def exponential(x: Any) -> Any:
    """exp(x) to about one rounding error, for x at most 0."""
    scale, q = _split_exp(x)
    return scale + scale * q


@_scalar
def _relu(h: Any) -> Any:
    return 0.0 if h < 0.0 else h, 1.0 if h >= 0.0 else 0.0


@_scalar
def _tanh(h: Any) -> Any:
    scale, q = _split_exp(-2.0 * abs(h))
    less = scale * q + (scale - 1.0)  # exp(-2 |h|) - 1
    inverse = 1.0 / (2.0 + less)
    return math.copysign(less * inverse, h), 4.0 * (scale + scale * q) * (inverse * inverse)


@_scalar
def _sigmoid(h: Any) -> Any:
    e = exponential(-abs(h))
    inverse = 1.0 / (1.0 + e)
    return e * inverse if h < 0.0 else inverse, e * (inverse * inverse)


@_scalar
def _silu(h: Any) -> Any:
    gate, change = _sigmoid(h)
    return h * gate, gate + h * change


@_scalar
def _gelu(h: Any) -> Any:
    x = abs(h) * ROOT_HALF
    t = 2.0 / (2.0 + x)
    density = exponential(-0.5 * (h * h))
    tail = 0.5 * density * t * _interleaved(COMPLEMENT, t - 0.5)
    gate = tail if h < 0.0 else 1.0 - tail
    return h * gate, gate + h * density / ROOT_TWO_PI


# One pass an activation, over [rows, units]: phi' takes the place of the arguments, sums of phi over rows go to `sums`.


@compiled_pass
def _softplus_pass(hidden: Any, sums: Any) -> None:
    # the sum of log(1 + e), e = exp(-|h|), is the logarithm of a product of numbers between 1 and 2
    for row in range(hidden.shape[0]):
        total = 0.0
        for start in range(0, hidden.shape[1], LONGEST_PRODUCT):
            part = hidden[row, start : start + LONGEST_PRODUCT]
            positive, product = 0.0, 1.0
            for unit in range(part.shape[0]):
                h = part[unit]
                e = exponential(-abs(h))
                slope = 1.0 / (1.0 + e)
                part[unit] = e * slope if h < 0.0 else slope
                positive += 0.0 if h < 0.0 else h
                product *= 1.0 + e
            total += positive + math.log(product)
        sums[row] = total


@compiled_pass
def _relu_pass(hidden: Any, sums: Any) -> None:
    for row in range(hidden.shape[0]):
        total = 0.0
        for unit in range(hidden.shape[1]):
            value, hidden[row, unit] = _relu(hidden[row, unit])
            total += value
        sums[row] = total


@compiled_pass
def _tanh_pass(hidden: Any, sums: Any) -> None:
    for row in range(hidden.shape[0]):
        total = 0.0
        for unit in range(hidden.shape[1]):
            value, hidden[row, unit] = _tanh(hidden[row, unit])
            total += value
        sums[row] = total


@compiled_pass
def _sigmoid_pass(hidden: Any, sums: Any) -> None:
    for row in range(hidden.shape[0]):
        total = 0.0
        for unit in range(hidden.shape[1]):
            value, hidden[row, unit] = _sigmoid(hidden[row, unit])
            total += value
        sums[row] = total


@compiled_pass
def _silu_pass(hidden: Any, sums: Any) -> None:
    for row in range(hidden.shape[0]):
        total = 0.0
        for unit in range(hidden.shape[1]):
            value, hidden[row, unit] = _silu(hidden[row, unit])
            total += value
        sums[row] = total


@compiled_pass
def _gelu_pass(hidden: Any, sums: Any) -> None:
    for row in range(hidden.shape[0]):
        total = 0.0
        for unit in range(hidden.shape[1]):
            value, hidden[row, unit] = _gelu(hidden[row, unit])
            total += value
        sums[row] = total


PASSES: dict[str, Callable[[np.ndarray, np.ndarray], None]] = {
    "softplus": _softplus_pass,
    "relu": _relu_pass,
    "tanh": _tanh_pass,
    "sigmoid": _sigmoid_pass,
    "silu": _silu_pass,
    "gelu": _gelu_pass,
}


@compiled_pass
def move(step: Any, displacement: Any, initial: Any, squares: Any) -> None:
    """displacement += step, then step = initial + displacement, all [trials, entries].

    `squares` [2, trials] gets the squared norms of the step and of the displacement.
    """
    for trial in range(step.shape[0]):
        short = far = 0.0
        for entry in range(step.shape[1]):
            s = step[trial, entry]
            u = displacement[trial, entry] + s
            displacement[trial, entry] = u
            step[trial, entry] = initial[trial, entry] + u
            short += s * s
            far += u * u
        squares[0, trial] = short
        squares[1, trial] = far
