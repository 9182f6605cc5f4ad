"""Random matrices of the size of the data, sums of such, and Gaussian vectors."""

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
    sigma_min_KR,
)
from boundkit.statement.words.features import sum_eigenvalue
from boundkit.statement.words.stochastic_network import (
    gaussian_distance,
    hadamard_frobenius,
    left_max_entry,
    left_p_norm,
    left_sigma_max,
    left_sigma_min,
    product_frobenius,
    product_q_norm,
    right_frobenius,
    right_q_norm,
)
from boundkit.train.initialise import Role, nested_stream
from boundkit.verify.observe.lemmas.sums import summed
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, joined

ORDERS = (1.0, 2.0, 3.5, np.inf)  # of Schatten norms


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial, np.linalg.eigvalsh, slowly=False) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same matrices; their eigenvalues, none of them negative, from the singular value decomposition."""
    return _one(binding, plan, trial, lambda matrix: np.linalg.svd(matrix, compute_uv=False)[::-1], slowly=True)


def _one(
    binding: Binding, plan: Plan, trial: int, spectrum: Callable[[np.ndarray], np.ndarray], *, slowly: bool
) -> Observations:
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
        left_p_norm: _schatten(left, ORDERS[trial // len(ORDERS) % len(ORDERS)]),
        product_q_norm: _schatten(spectrum(b @ (g @ g.T) @ b) ** 0.5, ORDERS[trial % len(ORDERS)]),
        right_q_norm: _schatten(spectrum(b), ORDERS[trial % len(ORDERS)]),
        gaussian_distance: np.sqrt((vector**2).sum()),
    }
    observables = {claim.observable for claim in binding.statement.claims}
    if sum_eigenvalue in observables:
        values = summed(binding, plan, trial, spectrum, slowly=slowly)
    if sigma_min_KR in observables:
        values = {sigma_min_KR: _khatri_rao(plan, rng, slowly=slowly)}
    return Observations((trial,), {symbol: column(np.array([value])) for symbol, value in values.items()})


def _khatri_rao(plan: Plan, rng: np.random.Generator, *, slowly: bool) -> float:
    """The smallest singular value of the row-wise square of as many points on the sphere as there are samples.

    `slowly` takes it from the square itself and not from its Gram matrix.
    """
    X = rng.standard_normal(plan.data.X.shape)
    X = X / np.linalg.norm(X, axis=1, keepdims=True)
    if not slowly:
        return float(np.sqrt(max(np.linalg.eigvalsh((X @ X.T) ** 2)[0], 0.0)))
    values = np.linalg.svd([np.kron(row, row) for row in X], compute_uv=False)
    return float(values[len(X) - 1]) if len(values) == len(X) else 0.0


def _schatten(values: np.ndarray, order: float) -> float:
    """The norm of this order of the singular values."""
    return float(np.linalg.norm(np.maximum(values, 0), order))


MATRICES = Experiment(_sample, replay=_replay)
