"""The whole core on the array-API standard: plain NumPy arrays, and a strict device that refuses anything else."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from boundkit.train import (
    Problem,
    flip_budget,
    initial_weights,
    jacobian_drift,
    jacobian_gram,
    lipschitz_ratio,
    measure,
    train,
    worst_flip_perturbation,
)
from boundkit.train.layers import layer_gram
from tests.train.conftest import sphere_problem
from tests.train.test_descent import generic, strict

pytestmark = pytest.mark.parametrize("make", [generic, strict])


@pytest.mark.parametrize("activation", ["softplus", "relu", "gelu"])
@pytest.mark.parametrize(("n", "d", "block"), [(6, 3, None), (3, 6, 8)])
def test_measurements_at_initialisation(make: Any, activation: str, n: int, d: int, block: int | None) -> None:
    """Misfit, output and extreme singular values of streamed blocks equal those of the NumPy pass."""
    problem = sphere_problem(n, d, activation)
    options: dict[str, Any] = {"k": 60, "trials": range(3), "block": block}
    ours, theirs = (measure(problem, device=device, **options) for device in (make(), "cpu"))
    for name in ("misfit_0", "output_norm", "sigma_min_J0", "norm_J0"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-11, atol=1e-14)


def test_factorisations(make: Any) -> None:
    """Where the Gram matrix is too inaccurate, QR on the device gives the smallest singular value."""
    X = np.array([[1.0, 0.0, 0.0], [np.cos(1e-9), np.sin(1e-9), 0.0], [0.0, 0.0, 1.0]])
    problem = Problem(X=X, y=[1.0, 2.0, 3.0], activation="softplus")
    options: dict[str, Any] = {"k": 50, "block": 16, "step_size": 0.1, "steps": 1, "checkpoints": [0, 1]}
    ours, theirs = (train(problem, device=device, **options).sigma_min_J for device in (make(), "cpu"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert (ours < 1e-8).all()


@pytest.mark.parametrize("layer", ["hidden", "output", "both"])
def test_jacobians_at_given_weights(make: Any, layer: str) -> None:
    """Gram matrices of either layer for several outputs, of one output, and the drift."""
    problem, k = sphere_problem(5, 3, "softplus"), 40
    start, end = (initial_weights(k, d=3, seed=0, trial=trial) for trial in (0, 1))
    outputs = np.random.default_rng(0).standard_normal((3, k))
    options: dict[str, Any] = {"weights": start, "output_weights": outputs, "layer": layer}
    ours, theirs = (layer_gram(problem.X, "softplus", device=device, **options) for device in (make(), "cpu"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-13)
    ours, theirs = (jacobian_gram(problem, weights=start, device=device) for device in (make(), "cpu"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-13)
    ours, theirs = (jacobian_drift(problem, weights=end, start=start, device=device) for device in (make(), "cpu"))
    assert ours == pytest.approx(theirs, rel=1e-13)


def test_perturbations(make: Any) -> None:
    """Flip budgets, the adversary and Lipschitz ratios."""
    problem, options = sphere_problem(5, 3, "relu"), {"k": 300, "radius": 1.0}
    budgets = [flip_budget(problem, device=device, **options) for device in (make(), "cpu")]
    np.testing.assert_array_equal(*budgets)
    ours, theirs = (worst_flip_perturbation(problem, device=device, **options) for device in (make(), "cpu"))
    for field in dataclasses.fields(ours):
        np.testing.assert_allclose(getattr(ours, field.name), getattr(theirs, field.name), rtol=1e-11, atol=1e-13)
    smooth = sphere_problem(5, 3, "tanh")
    ratios = [lipschitz_ratio(smooth, k=30, trials=range(3), device=device) for device in (make(), "cpu")]
    np.testing.assert_allclose(ratios[0].random, ratios[1].random, rtol=1e-11)
