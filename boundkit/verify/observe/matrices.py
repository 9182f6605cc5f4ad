"""Random matrices of the size of the data, and Gaussian vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import (
    lambda_max_factor,
    lambda_max_hadamard,
    lambda_min_factor,
    lambda_min_hadamard,
    max_diagonal,
    min_diagonal,
)
from boundkit.statement.words.stochastic_network import (
    gaussian_distance,
    hadamard_frobenius,
    left_max_entry,
    left_sigma_max,
    left_sigma_min,
    product_frobenius,
    right_frobenius,
)
from boundkit.train.initialise import Role, nested_stream
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, joined


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(plan, trial, np.linalg.eigvalsh) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same matrices; their eigenvalues, none of them negative, from the singular value decomposition."""
    return _one(plan, trial, lambda matrix: np.linalg.svd(matrix, compute_uv=False)[::-1])


def _one(plan: Plan, trial: int, spectrum: Callable[[np.ndarray], np.ndarray]) -> Observations:
    n = plan.data.n
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(plan.seed, spawn_key=(9, trial))))
    g, h = rng.standard_normal((2, n, 2 * n))
    a, b = g @ g.T / n, h @ h.T / n
    product, factor = spectrum(a * b), spectrum(a)
    left = spectrum(g @ g.T) ** 0.5
    size = int(plan.given.get("gaussian_dimension", plan.data.X.size))
    vector = nested_stream(plan.seed, Role.PERTURBATION, trial).standard_normal(size).astype(np.longdouble)
    values: dict[Symbol, Any] = {
        lambda_min_hadamard: product[0],
        lambda_max_hadamard: product[-1],
        lambda_min_factor: factor[0],
        lambda_max_factor: factor[-1],
        min_diagonal: np.diag(b).min(),
        max_diagonal: np.diag(b).max(),
        product_frobenius: np.linalg.norm(g.T @ b),
        left_sigma_min: left[0],
        left_sigma_max: left[-1],
        right_frobenius: np.linalg.norm(b),
        hadamard_frobenius: np.linalg.norm(a * b),
        left_max_entry: np.abs(a).max(),
        gaussian_distance: np.sqrt((vector**2).sum()),
    }
    return Observations((trial,), {symbol: column(np.array([value])) for symbol, value in values.items()})


MATRICES = Experiment(_sample, replay=_replay)
