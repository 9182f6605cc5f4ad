"""Closest pairs of samples: up to sign, with opposite labels, and to the antipodes.

float64 finds the pairs that can be closest; balls measure these, so that small distances keep their digits.
"""

from __future__ import annotations

from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from boundkit.data.datasets import Dataset
from boundkit.data.gram import float_gram, remembered, unit_rows
from boundkit.data.spectra import UNDERFLOW, gamma
from boundkit.errors import NotApplicable

LARGEST_WORK = 300_000  # entries of the pairs measured in balls
DIFFERENCE, SUM = -1, 1
EITHER = (DIFFERENCE, SUM)


@remembered
def closest_pair(data: Dataset) -> Any:
    """min over pairs of min(|x_i - x_j|, |x_i + x_j|)^2, as a ball that does not go below 0.

    Raises NotApplicable for a single sample and Infeasible for more than 8000.
    """
    return _least(data, EITHER)


@remembered
def antipodal_pair(data: Dataset) -> Any:
    """min over pairs of |x_i + x_j|^2; a ball and errors as those of `closest_pair`."""
    return _least(data, (SUM,))


@remembered
def opposite_labels(data: Dataset) -> Any:
    """min of |x_i - x_j|^2 over pairs with labels 1 and -1; a ball and errors as those of `closest_pair`.

    Raises NotApplicable for other labels, and when all labels are equal.
    """
    labels = data.y
    if labels.ndim != 1 or not (np.abs(labels) == 1).all():
        raise NotApplicable("opposite_labels_separated", "a separation by labels needs labels 1 and -1")
    if (labels == labels[0]).all():
        raise NotApplicable("opposite_labels_separated", "all labels are equal: no two samples are to be separated")
    return _least(data, (DIFFERENCE,), labels[:, None] != labels[None, :])


@remembered
def least_inner_product(data: Dataset) -> Any:
    """min over pairs of <x_i, x_j>, as a ball; errors as those of `closest_pair`."""
    if unit_rows(data):
        return antipodal_pair(data) / 2 - 1
    _require_pairs(data)
    gram, c, lengths = float_gram(data)
    least = float(gram[~np.eye(data.n, dtype=bool)].min())
    return flint.arb(least, c * float(lengths.max()) ** 2 * (1 + gamma(4)) + data.d * UNDERFLOW)


def _least(data: Dataset, signs: tuple[int, ...], among: NDArray[np.bool_] | None = None) -> Any:
    """min of |x_i + sign x_j|^2 over the signs and the pairs i < j (`among` these, a symmetric [n, n] mask)."""
    _require_pairs(data)
    gram, c, lengths = float_gram(data)
    squares = lengths**2
    products = np.minimum.reduce([2 * sign * gram for sign in signs])
    distances = squares[:, None] + squares[None, :] + products
    np.fill_diagonal(distances, np.inf)
    if among is not None:
        distances[~among] = np.inf
    # The lengths are upper bounds, each off by a relative gamma(2 d + 16) at most.
    error = float(4 * (c + gamma(4 * data.d + 40)) * squares.max()) + data.d * UNDERFLOW
    least = float(distances.min())
    first, second = np.nonzero(np.triu(distances <= least + 2 * error))
    if len(first) * data.d > LARGEST_WORK:
        return flint.arb(least, error).nonnegative_part()
    measured = [_pair(data, int(i), int(j), signs) for i, j in zip(first, second, strict=True)]
    closest = measured[0]
    for distance in measured[1:]:
        closest = closest.min(distance)
    return closest.nonnegative_part()


def _pair(data: Dataset, i: int, j: int, signs: tuple[int, ...]) -> Any:
    if any(np.array_equal(data.X[i], -sign * data.X[j]) for sign in signs):
        return flint.arb(0)
    a, b = ([flint.arb(entry) for entry in data.X[k].tolist()] for k in (i, j))
    product = _dot(a, b)
    inner = -abs(product) if signs == EITHER else signs[0] * product
    if unit_rows(data):
        size = (_dot(a, a) * _dot(b, b)).sqrt()
        return 2 * (size + inner) / size
    return _dot(a, a) + _dot(b, b) + 2 * inner


def _dot(a: list[Any], b: list[Any]) -> Any:
    return sum((p * q for p, q in zip(a, b, strict=True)), flint.arb(0))


def _require_pairs(data: Dataset) -> None:
    if data.n < 2:
        raise NotApplicable("pairs", "a separation needs at least two samples")
