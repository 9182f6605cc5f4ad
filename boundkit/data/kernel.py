"""The smallest eigenvalue of the neural-network covariance (`os19` Definition 6.1), certified.

Sigma_ij = K(rho_ij) rho_ij with K(rho) = E[phi'(a) phi'(b)] for standard normals of correlation rho = <x_i,
x_j>. Enclosed are the rounding of the correlations, the kernel, and the eigenvalue.
"""

from __future__ import annotations

from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation, dual_interval
from boundkit.arithmetic import enclose
from boundkit.data.datasets import Dataset
from boundkit.data.gram import ball_gram, few, float_gram, require_unit_rows
from boundkit.data.spectra import gamma, smallest_eigenvalue, smallest_eigenvalue_of_balls
from boundkit.errors import NotApplicable

Array = NDArray[np.float64]

BLOCK = 256  # rows of the covariance made at once


def smallest_covariance_eigenvalue(data: Dataset, activation: Activation) -> Any:
    """lambda(X), a ball that does not go below 0. Raises NotApplicable unless the rows are unit rows."""
    require_unit_rows(data)
    second_moment = activation.quantity("second_moment_dphi")
    if not second_moment.is_finite():
        raise NotApplicable("second_moment", f"E[phi'(g)^2] is not finite for {activation.name}")
    if few(data, data.n):
        return smallest_eigenvalue_of_balls(_ball_covariance(data, activation, second_moment)).nonnegative_part()
    return smallest_eigenvalue(*_float_covariance(data, activation, second_moment)).nonnegative_part()


def _ball_covariance(data: Dataset, activation: Activation, second_moment: Any) -> Any:
    gram = ball_gram(data)
    first, second = np.triu_indices(data.n, 1)
    correlations = [gram[i, j] for i, j in zip(first.tolist(), second.tolist(), strict=True)]
    below = np.array([np.nextafter(float(rho.lower()), -np.inf) for rho in correlations])
    above = np.array([np.nextafter(float(rho.upper()), np.inf) for rho in correlations])
    kernel_below, kernel_above = dual_interval(activation, 1, np.maximum(below, -1), np.minimum(above, 1))
    covariance = flint.arb_mat(data.n, data.n)
    for i in range(data.n):
        covariance[i, i] = second_moment
    for position, (i, j) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        entry = enclose(float(kernel_below[position]), float(kernel_above[position])) * correlations[position]
        covariance[i, j] = covariance[j, i] = entry
    return covariance


def _float_covariance(data: Dataset, activation: Activation, second_moment: Any) -> tuple[Array, float]:
    """The covariance and a bound on the spectral norm of its error (largest row sum of radii)."""
    n = data.n
    gram, c, _ = float_gram(data)
    covariance = np.empty((n, n))
    radii = np.zeros(n)
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        middle, radius = _products(activation, gram[start:, start:stop], c)
        rows, columns = np.ogrid[start:n, start:stop]
        radius[rows <= columns] = 0  # the strict lower triangle is kept
        covariance[start:, start:stop] = middle
        radii[start:] += radius.sum(axis=1)
        radii[start:stop] += radius.sum(axis=0)
    diagonal = float(second_moment.mid())
    covariance = np.tril(covariance, -1)
    covariance += covariance.T
    np.fill_diagonal(covariance, diagonal)
    diagonal_error = float((second_moment - flint.arb(diagonal)).abs_upper()) * (1 + gamma(2))
    return covariance, (float(radii.max()) + diagonal_error) * (1 + gamma(4 * n + 8))


def _products(activation: Activation, correlations: Array, c: float) -> tuple[Array, Array]:
    """Midpoints and radii of K(rho) rho for rho within c of the correlations given."""
    below = np.maximum(np.nextafter(correlations - c, -np.inf), -1.0)
    above = np.minimum(np.nextafter(correlations + c, np.inf), 1.0)
    bounds = dual_interval(activation, 1, below.ravel(), above.ravel())
    kernels = [bound.reshape(correlations.shape) for bound in bounds]
    corners = [kernel * rho for kernel in kernels for rho in (below, above)]
    lowest = np.nextafter(np.minimum.reduce(corners), -np.inf)
    highest = np.nextafter(np.maximum.reduce(corners), np.inf)
    middle = 0.5 * (lowest + highest)
    return middle, np.nextafter(np.maximum(highest - middle, middle - lowest), np.inf)
