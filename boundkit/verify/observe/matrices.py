"""Pairs of random positive semidefinite matrices of the size of the data."""

from __future__ import annotations

import numpy as np

from boundkit.query import Binding
from boundkit.statement.vocabulary import (
    lambda_max_factor,
    lambda_max_hadamard,
    lambda_min_factor,
    lambda_min_hadamard,
    max_diagonal,
    min_diagonal,
)
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column


def _sample(binding: Binding, plan: Plan) -> Observations:
    n = plan.data.n
    rows = []
    for trial in plan.trials:
        rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(plan.seed, spawn_key=(9, trial))))
        a, b = (g @ g.T / n for g in rng.standard_normal((2, n, 2 * n)))
        product, factor = np.linalg.eigvalsh(a * b), np.linalg.eigvalsh(a)
        rows.append([product[0], product[-1], factor[0], factor[-1], np.diag(b).min(), np.diag(b).max()])
    symbols = (
        lambda_min_hadamard,
        lambda_max_hadamard,
        lambda_min_factor,
        lambda_max_factor,
        min_diagonal,
        max_diagonal,
    )
    return Observations(plan.trials, dict(zip(symbols, map(column, np.array(rows).T), strict=True)))


MATRICES = Experiment(_sample)
