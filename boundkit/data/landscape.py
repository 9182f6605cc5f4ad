"""What results on loss landscapes ask of data: covariances, Khatri-Rao spectra, labels, the planted network. `sjl17`.

The paper has samples as columns; X * X has the columns x_i (x) x_i, so that (X * X)^T (X * X) = G o G with G the Gram
matrix, and (X * X) (X * X)^T acts on symmetric matrices, a space of dimension d (d + 1) / 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from boundkit.data.coordinates import max_row_norm
from boundkit.data.datasets import Dataset
from boundkit.data.eigenspaces import Spectrum, spectrum_of
from boundkit.data.generators import GENERATORS
from boundkit.data.gram import ball_rows, few, float_rows, khatri_rao_eigenvalue, remembered
from boundkit.data.spectra import UNDERFLOW, gamma, smallest_eigenvalue, smallest_eigenvalue_of_balls
from boundkit.errors import Infeasible, NotApplicable

Array = NDArray[np.float64]

LARGEST_SIDE = 3000  # of a matrix whose eigenvalues are all found
GAUSSIAN = ("gaussian", "planted")


def gaussian_sample(data: Dataset) -> Any:
    """1 for generators that draw rows from N(0, I), 0 for the others, unknown for data that a user brings."""
    generator = data.name.partition(":")[0]
    if generator not in GENERATORS:
        return flint.arb(0).union(flint.arb(1))
    return flint.arb(int(generator in GAUSSIAN))


def _labels(data: Dataset) -> list[float]:
    if data.K > 1:
        raise NotApplicable("single_output", f"labels have {data.K} outputs where the theorem has one")
    return data.y.tolist()


def negative_label_energy(data: Dataset) -> Any:
    """sum of y_i^2 over the negative labels, over n."""
    return sum((flint.arb(label) ** 2 for label in _labels(data) if label < 0), flint.arb(0)) / data.n


def reachable_label(data: Dataset) -> Any:
    """The largest label of a sample that is not zero."""
    reachable = [label for label, row in zip(_labels(data), data.X, strict=True) if row.any()]
    if not reachable:
        raise NotApplicable("nonzero_samples", "all samples are zero")
    return flint.arb(max(reachable))


@remembered
def covariance_min(data: Dataset) -> Any:
    """lambda_min(X X^T / n), a ball that does not go below 0; exactly 0 when n < d."""
    if data.n < data.d:
        return flint.arb(0)
    return _smallest_form(data, None).nonnegative_part()


@remembered
def label_covariance_max(data: Dataset) -> Any:
    """lambda_max of sum_i y_i x_i x_i^T / n."""
    return -_smallest_form(data, [-label for label in _labels(data)])


def _smallest_form(data: Dataset, weights: list[float] | None) -> Any:
    """lambda_min of sum_i w_i x_i x_i^T / n, w_i = 1 without weights."""
    if few(data, data.d):
        rows = ball_rows(data)
        scaled = rows
        if weights is not None:
            scaled = flint.arb_mat(
                [[entry * flint.arb(w) for entry in row] for row, w in zip(rows.tolist(), weights, strict=True)]
            )
        product = rows.transpose() * scaled
        return smallest_eigenvalue_of_balls((product + product.transpose()) / 2) / data.n
    rows, roundings, lengths = float_rows(data)
    w = np.ones(data.n) if weights is None else np.array(weights)
    product = rows.T @ (rows * w[:, None])
    product = np.tril(product) + np.tril(product, -1).T
    error = gamma(data.n + 2 * roundings + 4) * float((np.abs(w) * lengths**2).sum()) * (1 + gamma(2 * data.n + 8))
    return smallest_eigenvalue(product, error + data.d * data.n * UNDERFLOW) / data.n


@remembered
def _khatri_rao_spectrum(data: Dataset) -> Spectrum:
    """The largest min(n, d (d + 1) / 2) squared singular values of X * X.

    From the n x n matrix G o G when it is the smaller, else from sum_i s_i s_i^T with s_i the entries of x_i x_i^T on
    and below the diagonal, those below it times sqrt(2).
    """
    side = _largest_rank(data)
    if side > LARGEST_SIDE:
        raise Infeasible(f"the Khatri-Rao square has rank up to {side}: its spectrum is found up to {LARGEST_SIDE}")
    rows, roundings, lengths = float_rows(data)
    if data.n == side:
        matrix, terms = (rows @ rows.T) ** 2, data.d
    else:
        first, second = np.tril_indices(data.d)
        tensors = rows[:, first] * rows[:, second] * np.where(first == second, 1.0, math.sqrt(2))
        matrix, terms = tensors.T @ tensors, data.n
    error = gamma(2 * terms + 4 * roundings + 16) * float((lengths**4).sum()) * (1 + gamma(4 * data.n + 16))
    return spectrum_of(np.tril(matrix) + np.tril(matrix, -1).T, error + UNDERFLOW**0.5)


def khatri_rao_norm(data: Dataset) -> Any:
    """sigma_max(X * X)."""
    return _khatri_rao_spectrum(data).eigenvalue(-1).nonnegative_part().sqrt()


def _positive(data: Dataset) -> tuple[int, Any]:
    """How many squared singular values of X * X are certainly positive, and the least of these."""
    if data.n == _largest_rank(data):
        least = khatri_rao_eigenvalue(data)
        if least > 0:
            return data.n, least
    spectrum = _khatri_rao_spectrum(data)
    positive = spectrum.certainly_positive
    return positive, spectrum.eigenvalue(-positive) if positive else flint.arb(0)


def khatri_rao_rank(data: Dataset) -> Any:
    """rank(X * X): between the number of singular values that are certainly positive and min(n, d (d + 1) / 2)."""
    positive, _ = _positive(data)
    return flint.arb(positive).union(flint.arb(_largest_rank(data)))


def smallest_nonzero_khatri_rao(data: Dataset) -> Any:
    """The smallest nonzero singular value of X * X; from 0 on where some cannot be told from zero."""
    positive, least = _positive(data)
    if positive == 0:
        raise NotApplicable("khatri_rao_nonzero", "no singular value of X * X is certainly positive")
    root = least.sqrt()
    return root if positive == _largest_rank(data) else root.union(flint.arb(0))


def _largest_rank(data: Dataset) -> int:
    return min(data.n, data.d * (data.d + 1) // 2)


OF_SAMPLES: dict[str, Callable[[Dataset], Any]] = {
    "covariance_min": covariance_min,
    "gaussian_sample": gaussian_sample,
    "label_covariance_max": label_covariance_max,
    "largest_sample_norm": max_row_norm,
    "negative_label_energy": negative_label_energy,
    "norm_KR": khatri_rao_norm,
    "rank_KR": khatri_rao_rank,
    "reachable_label": reachable_label,
    "sigma_plus_KR": smallest_nonzero_khatri_rao,
    "smallest_label": lambda data: flint.arb(min(_labels(data))),
}
