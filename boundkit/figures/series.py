"""Long series, thinned to what a picture and a document need."""

from __future__ import annotations

import numpy as np

MOST_POINTS = 200


def marks(steps: int, count: int = MOST_POINTS) -> np.ndarray:
    """At most `count` different steps from 0 to `steps`, dense at the start.

    >>> marks(1000, 5)
    array([   0,    5,   31,  177, 1000])
    """
    spread = np.geomspace(1, steps + 1, count) - 1
    return np.unique(np.round(spread).astype(int))


def thinned(values: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Steps counted from 1 (for a logarithmic axis) and values at some of them, the last among them."""
    chosen = marks(len(values) - 1)
    return tuple((chosen + 1.0).tolist()), tuple(np.asarray(values, dtype=float)[chosen].tolist())
