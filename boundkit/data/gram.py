"""Rows and Gram matrix of a data set, with certified errors.

The theorems are about rows of length exactly 1. Rows whose length is within 1e-9 of 1 stand for their exactly
normalised versions: every enclosure here is one for those. Other rows are taken as they are.

Few samples are handled in ball arithmetic, so that enclosures are tight even where eigenvalues nearly vanish;
many, in float64 with a priori error bounds: exact entries differ from computed ones by at most a relative
error times the product of the row lengths.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import flint
import numpy as np
from numpy.typing import NDArray

from boundkit.arithmetic import precision
from boundkit.data.datasets import Dataset
from boundkit.data.spectra import UNDERFLOW, gamma, smallest_eigenvalue, smallest_eigenvalue_of_balls
from boundkit.errors import Infeasible, NotApplicable

Array = NDArray[np.float64]
Result = TypeVar("Result")

TOLERANCE = 1e-9  # on | |x_i| - 1 |
BITS = 256
LARGEST_BALL_SIDE, LARGEST_BALL_ENTRIES = 60, 50_000
LARGEST_GRAM_SIDE = 8_000


def remembered(function: Callable[[Dataset], Result]) -> Callable[[Dataset], Result]:
    """Computes once for each data set that is alive."""
    results: WeakKeyDictionary[Dataset, Result] = WeakKeyDictionary()

    @wraps(function)
    def recalled(data: Dataset) -> Result:
        if data not in results:
            with precision(BITS):
                results[data] = function(data)
        return results[data]

    return recalled


@remembered
def row_norm_deviation(data: Dataset) -> Any:
    """max_i | |x_i| - 1 |, as a ball; exactly 0 when it is certainly within the tolerance 1e-9."""
    deviation = np.abs(row_lengths(data.X) - 1)
    worst = int(np.argmax(deviation))
    error = gamma(data.d + 4) * (1 + deviation[worst]) + data.d * UNDERFLOW**0.5
    if deviation[worst] + error <= TOLERANCE:
        return flint.arb(0)
    return flint.arb(float(deviation[worst]), float(error))


def unit_rows(data: Dataset) -> bool:
    """Whether every row has length 1 to within 1e-9."""
    return bool(row_norm_deviation(data) == 0)


def require_unit_rows(data: Dataset) -> None:
    """Raises NotApplicable when the rows are not of unit length."""
    if not unit_rows(data):
        worst = float(row_norm_deviation(data))
        raise NotApplicable("unit_rows", f"rows must have length 1; one is off by {worst:.3g} (FILE:normalize=true)")


def few(data: Dataset, side: int) -> bool:
    """Whether ball arithmetic is affordable for a side x side matrix of products."""
    return side <= LARGEST_BALL_SIDE and data.n * data.d <= LARGEST_BALL_ENTRIES


def ball_rows(data: Dataset) -> Any:
    """The rows as an `arb_mat` [n, d]; exactly normalised if they are unit rows."""
    rows = [[flint.arb(entry) for entry in row] for row in data.X.tolist()]
    if unit_rows(data):
        lengths = [sum((entry * entry for entry in row), flint.arb(0)).sqrt() for row in rows]
        rows = [[entry / length for entry in row] for row, length in zip(rows, lengths, strict=True)]
    return flint.arb_mat(rows)


def ball_gram(data: Dataset) -> Any:
    """G = X X^T as an `arb_mat` [n, n], with an exact unit diagonal if the rows are unit rows."""
    rows = ball_rows(data)
    gram = rows * rows.transpose()
    if unit_rows(data):
        for i in range(data.n):
            gram[i, i] = flint.arb(1)
    return gram


def float_gram(data: Dataset) -> tuple[Array, float, Array]:
    """G = X X^T, a relative error c and upper bounds p of the row lengths: |G_ij - exact| <= c p_i p_j.

    Normalised rows carry at most d + 4 roundings an entry (d + 2 in the length, a division), products another
    d. Raises Infeasible for more than 8000 samples.
    """
    if data.n > LARGEST_GRAM_SIDE:
        raise Infeasible(f"n = {data.n} samples: pairwise quantities are computed up to n = {LARGEST_GRAM_SIDE}")
    rows, roundings, lengths = float_rows(data)
    gram = rows @ rows.T
    if unit_rows(data):
        np.fill_diagonal(gram, 1.0)
    return np.tril(gram) + np.tril(gram, -1).T, correlation_error(data.d, roundings), lengths


def correlation_error(d: int, roundings: int) -> float:
    """A bound on |computed - exact| for inner products of rows with `roundings` an entry, relative to the lengths."""
    return gamma(d + 2 * roundings + 2)


def gram_eigenvalue(data: Dataset) -> Any:
    """sigma_min(X)^2 = lambda_min(G), a ball that does not go below 0; exactly 0 when n > d."""
    return power_eigenvalue(data, 1)


def khatri_rao_eigenvalue(data: Dataset) -> Any:
    """sigma_min(X * X)^2 = lambda_min(G o G), a ball that does not go below 0; exactly 0 when n > d (d + 1) / 2."""
    return power_eigenvalue(data, 2)


def power_eigenvalue(data: Dataset, power: int) -> Any:
    """sigma_min(X^(* m))^2 = lambda_min of the m-th Hadamard power of G, m = `power`; does not go below 0.

    Exactly 0 when n exceeds the dimension of the symmetric tensors of order m, which the rows of X^(* m) are.
    """
    if data.n > math.comb(data.d + power - 1, power):
        return flint.arb(0)
    found = _power_eigenvalues(data)
    if power not in found:
        with precision(BITS):
            found[power] = _smallest(data, power)
    return found[power]


@remembered
def _power_eigenvalues(data: Dataset) -> dict[int, Any]:
    return {}


def _smallest(data: Dataset, power: int) -> Any:
    if few(data, data.n) and power <= 2:
        entries = [[entry**power for entry in row] for row in ball_gram(data).tolist()]
        return smallest_eigenvalue_of_balls(flint.arb_mat(entries)).nonnegative_part()
    gram, c, lengths = float_gram(data)
    if power > 1:
        gram, lengths = _hadamard_power(gram, power), lengths**power * (1 + gamma(power))
        c = (1 + c) ** power * (1 + gamma(2 * power)) - 1 + gamma(power)
    return smallest_eigenvalue(gram, _spread(data, c, lengths)).nonnegative_part()


def _hadamard_power(gram: Array, power: int) -> Array:
    result = gram.copy()
    for _ in range(power - 1):
        result *= gram
    return result


@remembered
def largest_gram_eigenvalue(data: Dataset) -> Any:
    """lambda_max of G, from the smaller of X X^T and X^T X."""
    if few(data, min(data.n, data.d)):
        rows = ball_rows(data)
        product = rows * rows.transpose() if data.n <= data.d else rows.transpose() * rows
        return -smallest_eigenvalue_of_balls(-product)
    if data.n <= data.d:
        gram, c, lengths = float_gram(data)
    else:
        rows, roundings, lengths = float_rows(data)
        gram = rows.T @ rows
        gram = np.tril(gram) + np.tril(gram, -1).T
        c = gamma(data.n + 2 * roundings + 2)
    return -smallest_eigenvalue(-gram, _spread(data, c, lengths))


def row_lengths(X: Array) -> Array:
    """Euclidean norms of the rows, rounded."""
    return np.sqrt(np.einsum("ij,ij->i", X, X))


def float_rows(data: Dataset) -> tuple[Array, int, Array]:
    """Rows (normalised if unit rows), the roundings an entry carries, upper bounds of the lengths."""
    lengths = row_lengths(data.X)
    if unit_rows(data):
        return data.X / lengths[:, None], data.d + 4, np.ones(data.n)
    return data.X, 0, lengths * (1 + gamma(2 * data.d + 8)) + data.d * UNDERFLOW**0.5


def _spread(data: Dataset, c: float, lengths: Array) -> float:
    """Spectral norm bound of the entrywise error c p_i p_j (rank one, so c sum p_i^2) and of underflow."""
    underflow = data.n * (data.d + 1) * UNDERFLOW * (1 + float(lengths.max()) ** 2)
    return float(c * np.sum(lengths**2)) * (1 + gamma(2 * data.n)) + underflow
