"""Arrays in large pages of memory.

The arrays of a step fit the cache but, in pages of 4 KiB, not the processor's table of addresses: a step then takes a
fifth longer. NumPy asks the system for large pages for arrays of 4 MiB and more, of which others are cut here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

LARGE_PAGE = 2**21
ASKED_FROM = 2**22
WORTH_BYTES = 2**17
LINE = 64  # bytes of a line of the cache, where arrays begin

Shape = tuple[int, ...]


def zeros(*pieces: tuple[Sequence[Shape], type]) -> list[list[np.ndarray]]:
    """Arrays of zeros, by their shapes and type, one after the other in memory.

    >>> [[first, second], [single]] = zeros(([(2, 3), (3,)], float), ([(4,)], np.float32))
    >>> first.shape, float(second.sum()), single.dtype.name
    ((2, 3), 0.0, 'float32')
    """
    sizes = [[math.prod(shape) * np.dtype(kind).itemsize for shape in shapes] for shapes, kind in pieces]
    whole, place = _stretch(sum(_lines(size) for group in sizes for size in group)), 0
    arrays: list[list[np.ndarray]] = []
    for (shapes, kind), group in zip(pieces, sizes, strict=True):
        arrays.append([])
        for shape, size in zip(shapes, group, strict=True):
            arrays[-1].append(whole[place : place + size].view(kind).reshape(shape))
            place += _lines(size)
    return arrays


def _stretch(size: int) -> np.ndarray:
    """Zero bytes, from the beginning of a large page on if they are many but too few for NumPy to ask for one.

    What is not written to costs addresses and no memory.
    """
    if not WORTH_BYTES <= size < ASKED_FROM:
        return np.zeros(size, dtype=np.uint8)
    asked = np.zeros(max(ASKED_FROM, size + LARGE_PAGE), dtype=np.uint8)
    return asked[-asked.ctypes.data % LARGE_PAGE :]


def _lines(size: int) -> int:
    return -(-size // LINE) * LINE
