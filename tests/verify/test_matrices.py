"""The numbers of random matrices that lemmas of linear algebra speak of, each from a formula of its own."""

from __future__ import annotations

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.statement import VOCABULARY
from boundkit.verify.observe import Plan, experiment
from boundkit.verify.observe.landscape.columns import _form
from boundkit.verify.observe.lemmas.matrices import ORDERS

DATA, SEED = dataset("sphere:n=5,d=3"), 4


@pytest.mark.parametrize("trial", range(6))
def test_matrices_of_a_trial(trial: int) -> None:
    """A = G G^T / n and B = H H^T / n of the trial: rows, traces and power sums instead of norms."""
    binding = bind(statement("sgd22.lemA6.repaired"), data=DATA, parameters={"k": 10})
    plan = Plan(DATA, activation("softplus"), 10, (trial,), 1, SEED, "cpu")
    seen = experiment("matrices", binding).sample(binding, plan).values
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence(SEED, spawn_key=(9, trial))))
    G, H = generator.standard_normal((2, 5, 10))
    A, B = np.einsum("ik,jk->ij", G, G) / 5, np.einsum("ik,jk->ij", H, H) / 5
    left = np.sort(np.sqrt(5 * np.linalg.eigvalsh(A)))
    p, q = ORDERS[trial // len(ORDERS) % len(ORDERS)], ORDERS[trial % len(ORDERS)]

    def power_mean(values: np.ndarray, order: float) -> float:
        return float(values.max() if np.isinf(order) else (values**order).sum() ** (1 / order))

    expected = {
        "min_diagonal": min((row**2).sum() for row in H) / 5,
        "max_diagonal": max((row**2).sum() for row in H) / 5,
        "left_max_entry": max((row**2).sum() for row in G) / 5,  # no entry of a PSD matrix exceeds its diagonal
        "product_frobenius": np.sqrt(np.trace(B @ G @ G.T @ B)),
        "right_frobenius": np.sqrt((np.linalg.eigvalsh(B) ** 2).sum()),
        "hadamard_frobenius": np.sqrt(np.einsum("ij,ij,ij,ij->", A, A, B, B)),
        "lambda_min_factor": left[0] ** 2 / 5,
        "lambda_max_factor": left[-1] ** 2 / 5,
        "left_sigma_min": left[0],
        "left_sigma_max": left[-1],
        "left_p_norm": power_mean(left, p),
        "product_q_norm": power_mean(np.linalg.svd(B @ G, compute_uv=False), q),
        "right_q_norm": power_mean(np.linalg.eigvalsh(B), q),
        "lambda_min_hadamard": np.linalg.eigvalsh(A * B)[0],
        "lambda_max_hadamard": np.linalg.eigvalsh(A * B)[-1],
    }
    for name, value in expected.items():
        assert seen[VOCABULARY[name].symbol][0, 0] == pytest.approx(value, rel=1e-9), name
    assert seen.keys() - {VOCABULARY[name].symbol for name in expected} == {VOCABULARY["gaussian_distance"].symbol}


@pytest.mark.parametrize("shape", range(3))
def test_a_weighted_covariance_tends_to_its_mean(shape: int) -> None:
    """Of 300 000 Gaussian samples it is within a tenth of the trace of the form from 2 A + tr(A) I, for every form."""
    generator = np.random.default_rng(shape)
    seen = _form(generator, generator.standard_normal((300_000, 3)), shape, False)
    found = {symbol.name: value for symbol, value in seen.items()}
    assert 0 < found["form_deviation"] < 0.1 * found["trace_form"]
    assert found["form_deviation"] <= found["form_deviation_nuclear"] <= 3 * found["form_deviation"]
