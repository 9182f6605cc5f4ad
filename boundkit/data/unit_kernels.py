"""Kernel matrices of unit rows, assembled tile by tile."""

from __future__ import annotations

from collections.abc import Iterator

import flint
import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation
from boundkit.data.gram import correlation_error
from boundkit.data.profiles import bounded_entries, diagonal, profile
from boundkit.data.spectra import gamma

Array = NDArray[np.float64]

TILE = 128  # rows and columns evaluated at once, so that they stay in the cache


def tiles(n: int) -> Iterator[tuple[slice, slice]]:
    """Row and column ranges that cover the lower triangle, diagonal included."""
    for first in range(0, n, TILE):
        for second in range(0, first + 1, TILE):
            yield slice(first, min(first + TILE, n)), slice(second, min(second + TILE, n))


def unit_kernel(rows: Array, roundings: int, chosen: Activation, kind: str) -> tuple[Array, Array]:
    """The kernel of the normalised rows [n, d] and its radii: one for all entries, but for correlations near 1.

    `roundings` are those that an entry of `rows` carries.
    """
    n = len(rows)
    total = diagonal(chosen, kind)
    block, c = rows @ rows.T, correlation_error(rows.shape[1], roundings)
    np.fill_diagonal(block, 0.0)
    largest = float(max(block.max(), -block.min()))
    evaluated = profile(chosen, kind, largest, c)
    corner = float(total.mid())
    least_radius = max(evaluated.radius, float((total - flint.arb(corner)).abs_upper()) * (1 + gamma(2)))
    radius = np.broadcast_to(np.float64(least_radius), (n, n))
    if largest > evaluated.reach:
        first, second = np.nonzero(np.abs(block) > evaluated.reach)
        first, second = first[first > second], second[first > second]
        middle, radii = bounded_entries(chosen, kind, block[first, second], c)
        radius = radius.copy()
        radius[first, second] = radius[second, first] = np.maximum(radii, least_radius)
        block[first, second] = block[second, first] = 0.0
    for down, across in tiles(n):
        tile = evaluated.values(np.ascontiguousarray(block[down, across]))
        if down == across:
            tile = np.tril(tile, -1)
            tile += tile.T
        block[down, across] = tile
        block[across, down] = tile.T
    if largest > evaluated.reach:
        block[first, second] = block[second, first] = middle
    np.fill_diagonal(block, corner)
    return block, radius
