"""Numbers of float16 read from their bits."""

import numpy as np

from boundkit.train.half import read_half


def test_every_finite_number_of_float16_is_read_as_numpy_converts_it() -> None:
    """All 63 488 of them, the smallest and both zeros included, whatever was in the array before."""
    half = np.arange(2**16, dtype=np.uint16).view(np.float16)
    half = half[np.isfinite(half)].reshape(2, -1)
    read = np.full(half.shape, np.nan)
    read_half(half, read)
    np.testing.assert_array_equal(read, half.astype(np.float64))
    np.testing.assert_array_equal(np.signbit(read), np.signbit(half))
