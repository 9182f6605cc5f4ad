"""Distances and cosines of the features of pairs of samples."""

from __future__ import annotations

import numpy as np


def cosines(features: np.ndarray) -> np.ndarray:
    """Cosines of all pairs of rows of a stack [..., n, m]: [..., n, n]; 0 where a feature vanishes."""
    norms = np.linalg.norm(features, axis=-1, keepdims=True)
    unit = features / np.where(norms > 0, norms, 1)
    return np.asarray(unit @ np.swapaxes(unit, -1, -2))


def separations(features: np.ndarray, pairs: np.ndarray, sign: int = -1) -> np.ndarray:
    """Smallest |u_i - u_j| (`sign` -1) or |u_i + u_j| (+1) of normalised rows over `pairs` [n, n]; inf without pairs.

    Differences are formed, since the cosine of close rows loses half of the digits.

    >>> float(separations(np.array([[3.0, 0.0], [-2.0, 0.0]]), np.array([[False, True], [True, False]])))
    2.0
    """
    norms = np.linalg.norm(features, axis=-1, keepdims=True)
    unit = features / np.where(norms > 0, norms, 1)
    smallest = np.full(features.shape[:-2], np.inf)
    for i, j in zip(*np.nonzero(np.triu(pairs, 1)), strict=True):
        smallest = np.minimum(smallest, np.linalg.norm(unit[..., i, :] + sign * unit[..., j, :], axis=-1))
    return smallest
