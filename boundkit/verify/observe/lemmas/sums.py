"""Sums of independent positive semidefinite matrices: how far their smallest eigenvalue falls below that of the mean.

In turn: projections on random members of a basis, which attain the matrix Chernoff bound best, the same with random
weights, and projections on random directions. There are as many as make the bound fail with probability 1/20.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import chernoff
from boundkit.statement.words.features import mean_eigenvalue, sum_eigenvalue, summand_norm
from boundkit.train.initialise import Role, nested_stream
from boundkit.verify.observe.plan import Plan, in_agreement, number

FAILURE = 1 / 20
MOST = 200_000
Spectrum = Callable[[np.ndarray], np.ndarray]


def summed(binding: Binding, plan: Plan, trial: int, spectrum: Spectrum, *, slowly: bool) -> dict[Symbol, Any]:
    """The three numbers of the bound for one sum; `slowly` adds the summands one after the other in long double."""
    n, rng = plan.data.n, nested_stream(plan.seed, Role.PERTURBATION, trial, 5)
    exponent = float(np.squeeze(number(binding, chernoff, {})))
    kind, size = trial % 3, 10.0 ** rng.uniform(-1, 1)
    least = 0.5 if kind == 1 else 1.0  # mean weight of a projection
    count = int(min(MOST, np.ceil(n * np.log(n / FAILURE) / (least * exponent))))
    basis = np.linalg.qr(rng.standard_normal((n, n)))[0]
    directions = rng.standard_normal((count, n)) if kind == 2 else basis[rng.integers(n, size=count)]
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    weights = size * (rng.uniform(size=count) if kind == 1 else np.ones(count))
    total = _one_by_one(weights, directions) if slowly else (weights[:, None] * directions).T @ directions
    values = {
        sum_eigenvalue: spectrum(total)[0],
        mean_eigenvalue: size * least * count / n,
        summand_norm: size,
    }
    return dict(in_agreement(binding, values))


def _one_by_one(weights: np.ndarray, directions: np.ndarray) -> np.ndarray:
    total: Any = np.zeros((directions.shape[1],) * 2, np.longdouble)
    for weight, direction in zip(weights.astype(np.longdouble), directions.astype(np.longdouble), strict=True):
        total += weight * np.outer(direction, direction)
    return np.asarray(total, dtype=float)
