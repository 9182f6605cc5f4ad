"""Lanczos iteration on the inverse of a positive definite matrix given by its Cholesky factor."""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.linalg.blas import dtrsv

Array = NDArray[np.float64]

STEPS = 40
CHECKED_EVERY = 4
ACCURACY = 0.02  # of the eigenvalue of the inverse: the next shift comes that close


def largest_of_inverse(factor: Array, start: Array) -> tuple[Array, float, float]:
    """A Ritz vector of A^-1 for its largest eigenvalue, the Ritz value nu and the norm of its residual.

    `factor` is the lower Cholesky factor of A in Fortran order, `start` a vector [n]. Nothing is certified: the
    numbers guide the choice of a shift. They are NaN when the inverse leaves the range of float64.
    """
    n = len(start)
    steps = min(STEPS, n)
    basis = np.empty((steps + 1, n))
    basis[0] = start / np.linalg.norm(start)
    diagonal, beside = np.empty(steps), np.empty(steps)
    for j in range(steps):
        image = dtrsv(factor, basis[j], lower=1)
        image = dtrsv(factor, image, lower=1, trans=1, overwrite_x=1)
        diagonal[j] = basis[j] @ image
        for _ in range(2):
            image -= basis[: j + 1].T @ (basis[: j + 1] @ image)
        beside[j] = np.linalg.norm(image)
        if not np.isfinite(diagonal[j] + beside[j]):
            return start, np.nan, np.nan
        exhausted = j == steps - 1 or beside[j] <= 1e-14 * diagonal[: j + 1].max()
        if exhausted or j % CHECKED_EVERY == CHECKED_EVERY - 1:
            values, vectors = scipy.linalg.eigh_tridiagonal(
                diagonal[: j + 1], beside[:j], select="i", select_range=(j, j)
            )
            residual = float(beside[j] * abs(vectors[-1, 0]))
            if exhausted or residual <= ACCURACY * values[0]:
                break
        basis[j + 1] = image / beside[j]
    return vectors[:, 0] @ basis[: j + 1], float(values[0]), residual
