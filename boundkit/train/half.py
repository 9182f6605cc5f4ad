"""Numbers of float16 from their bits, in passes over whole arrays: NumPy's own conversion takes them one by one."""

from __future__ import annotations

import numpy as np

TO_DOUBLE = np.int64(42)  # the mantissa of float64 has so many bits more
SIGN_AND_NUMBER = np.uint64(0x81FF_FFFF_FFFF_FFFF).view(np.int64)  # without the copies of the sign between them
EXPONENTS_APART = 2.0**1008  # the exponents of float16 and float64 begin so far apart


def read_half(half: np.ndarray, out: np.ndarray) -> None:
    """Write finite numbers of float16 to an array of float64.

    >>> out = np.empty(2)
    >>> read_half(np.array([-1.5, 6e-8], dtype=np.float16), out)
    >>> out
    array([-1.50000000e+00,  5.96046448e-08])
    """
    bits = out.view(np.int64)
    bits[...] = half.view(np.int16)
    np.left_shift(bits, TO_DOUBLE, out=bits)
    np.bitwise_and(bits, SIGN_AND_NUMBER, out=bits)
    np.multiply(out, EXPONENTS_APART, out=out)
