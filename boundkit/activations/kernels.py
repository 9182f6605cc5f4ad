"""Fast array code: phi(h) and phi'(h) together, one function an activation, for any array-API namespace.

Every kernel takes the namespace and a floating array of any shape and returns two arrays of that shape and dtype,
within a few units in the last place relative to max(1, |value|). Formulas avoid overflow and NaN for finite h.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from array_api_compat import is_cupy_namespace, is_numpy_namespace

Kernel = Callable[[Any, Any], tuple[Any, Any]]


def positive_part(xp: Any, h: Any) -> Any:
    """max(h, 0)."""
    return xp.maximum(h, xp.zeros_like(h))


def negative_part(xp: Any, h: Any) -> Any:
    """min(h, 0)."""
    return xp.minimum(h, xp.zeros_like(h))


def heaviside(xp: Any, h: Any) -> Any:
    """1 where h >= 0, in the dtype of h."""
    return xp.astype(h >= 0, h.dtype)


def logistic(xp: Any, h: Any) -> Any:
    """1 / (1 + exp(-h)); where exp overflows the quotient is 0, as it should."""
    with np.errstate(over="ignore"):
        return 1 / (1 + xp.exp(-h))


def softplus(xp: Any, h: Any) -> tuple[Any, Any]:
    """One exponential serves the value and the derivative."""
    if is_numpy_namespace(xp):
        return _numpy_softplus(h)
    e = xp.exp(-xp.abs(h))
    value = positive_part(xp, h) + xp.log1p(e)
    return value, xp.where(h >= 0, xp.ones_like(e), e) / (1 + e)


def _numpy_softplus(h: Any) -> tuple[Any, Any]:
    """max(h, 0) - log(max(s, 1 - s)) with s the logistic function: one exp, one log, no branch, two buffers."""
    with np.errstate(over="ignore"):
        s = np.negative(h)
        np.exp(s, out=s)
    s += 1
    np.divide(1, s, out=s)
    value = np.subtract(1, s)
    np.maximum(value, s, out=value)
    np.log(value, out=value)
    np.subtract(np.maximum(h, 0), value, out=value)
    return value, s


def relu(xp: Any, h: Any) -> tuple[Any, Any]:
    """The derivative at 0 is 1."""
    return positive_part(xp, h), heaviside(xp, h)


def leaky_relu(slope: float) -> Kernel:
    """The kernel for one slope; the derivative at 0 is 1."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        active = heaviside(xp, h)
        derivative = active + slope * (1 - active)
        return h * derivative, derivative

    return kernel


def gelu(xp: Any, h: Any) -> tuple[Any, Any]:
    """h Phi(h) and Phi(h) + h Phi'(h)."""
    below = 0.5 * (1 + error_function(xp, h * math.sqrt(0.5)))
    return h * below, below + h * (xp.exp(-0.5 * h * h) / math.sqrt(2 * math.pi))


def silu(xp: Any, h: Any) -> tuple[Any, Any]:
    """h s and s + h s (1 - s), s the logistic function; 1 - s is s(-h), so that h large does not magnify its error."""
    s = logistic(xp, h)
    value = h * s
    return value, s + value * logistic(xp, -h)


def tanh(xp: Any, h: Any) -> tuple[Any, Any]:
    """t and 1 - t^2."""
    t = xp.tanh(h)
    return t, 1 - t * t


def erf(xp: Any, h: Any) -> tuple[Any, Any]:
    """erf h and 2 exp(-h^2) / sqrt(pi)."""
    return error_function(xp, h), (2 / math.sqrt(math.pi)) * xp.exp(-h * h)


def cos(xp: Any, h: Any) -> tuple[Any, Any]:
    """cos h and -sin h."""
    return xp.cos(h), -xp.sin(h)


def sin(xp: Any, h: Any) -> tuple[Any, Any]:
    """sin h and cos h."""
    return xp.sin(h), xp.cos(h)


def sigmoid(xp: Any, h: Any) -> tuple[Any, Any]:
    """s and s (1 - s), s the logistic function."""
    s = logistic(xp, h)
    return s, s * (1 - s)


def arctan(xp: Any, h: Any) -> tuple[Any, Any]:
    """atan h and 1 / (1 + h^2)."""
    return xp.atan(h), 1 / (1 + h * h)


def elu(xp: Any, h: Any) -> tuple[Any, Any]:
    """The derivative at 0 is 1."""
    negative = negative_part(xp, h)
    return positive_part(xp, h) + xp.expm1(negative), xp.exp(negative)


def quadratic(xp: Any, h: Any) -> tuple[Any, Any]:
    """h^2 / 2 and h, neither of them the array itself."""
    return 0.5 * h * h, h + 0


def identity(xp: Any, h: Any) -> tuple[Any, Any]:
    """h, as a copy, and 1."""
    return h + 0, xp.ones_like(h)


def step(xp: Any, h: Any) -> tuple[Any, Any]:
    """The value at 0 is 1; the derivative is 0 almost everywhere."""
    return heaviside(xp, h), xp.zeros_like(h)


def error_function(xp: Any, x: Any) -> Any:
    """erf: SciPy's or CuPy's; elsewhere a series (|x| < 7/4) and a continued fraction, within 1.4e-15."""
    if is_numpy_namespace(xp):
        import scipy.special

        return scipy.special.erf(x)
    if is_cupy_namespace(xp):
        import cupyx.scipy.special

        return cupyx.scipy.special.erf(x)
    size = xp.abs(x)
    inner = xp.where(size < 1.75, size, xp.full_like(x, 1.75))
    square = inner * inner
    term = total = inner
    for i in range(1, 40):
        term = term * square * (2 / (2 * i + 1))
        total = total + term
    series = (2 / math.sqrt(math.pi)) * xp.exp(-square) * total
    outer = xp.where(size < 1.75, xp.full_like(x, 1.75), size)
    fraction = outer
    for i in range(70, 0, -1):
        fraction = outer + (i / 2) / fraction
    beyond = 1 - xp.exp(-outer * outer) / (fraction * math.sqrt(math.pi))
    return xp.sign(x) * xp.where(size < 1.75, series, beyond)
