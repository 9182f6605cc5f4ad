"""What the fast array code of the catalogue is made of, for any array-API namespace.

A kernel takes the namespace and a floating array of any shape and returns phi(h) and phi'(h), two arrays of that shape
and dtype, within a few units in the last place relative to max(1, |value|). Formulas avoid overflow and NaN for finite
h.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from array_api_compat import is_cupy_namespace, is_numpy_namespace

Kernel = Callable[[Any, Any], tuple[Any, Any]]


def overflow_ignored() -> Any:
    """A context in which NumPy does not warn of results beyond the largest number."""
    import numpy as np  # loaded with the first array

    return np.errstate(over="ignore")


def positive_part(xp: Any, h: Any) -> Any:
    """max(h, 0)."""
    return xp.maximum(h, xp.zeros_like(h))


def negative_part(xp: Any, h: Any) -> Any:
    """min(h, 0)."""
    return xp.minimum(h, xp.zeros_like(h))


def cut(xp: Any, h: Any, lower: float, upper: float) -> Any:
    """h cut to [lower, upper]; the clip of array_api_compat makes a device wait for the host."""
    return xp.minimum(xp.maximum(h, xp.full_like(h, lower)), xp.full_like(h, upper))


def heaviside(xp: Any, h: Any) -> Any:
    """1 where h >= 0, in the dtype of h."""
    return xp.astype(h >= 0, h.dtype)


def logistic(xp: Any, h: Any) -> Any:
    """1 / (1 + exp(-h)); where exp overflows the quotient is 0, as it should."""
    with overflow_ignored():
        return 1 / (1 + xp.exp(-h))


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
