"""Every path of the engine on a CUDA device, emulated or real, against NumPy."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from boundkit.activations import activation as find_activation, catalogue
from boundkit.train import (
    Problem,
    Status,
    flip_budget,
    initial_weights,
    jacobian_drift,
    jacobian_gram,
    lipschitz_ratio,
    measure,
    train,
    worst_flip_perturbation,
)
from boundkit.train.backend import doctor, select_device
from boundkit.train.layers import layer_gram
from tests.train.conftest import largest_step, sphere_problem
from tests.train.test_descent import assert_same

ACTIVATIONS = ["softplus", "relu", "tanh", "gelu", "cos(z)"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("n", "d", "k", "block"), [(4, 6, 37, None), (5, 2, 64, 16), (1, 1, 2, None)])
def test_training_agrees_with_numpy(cuda: str, activation: str, n: int, d: int, k: int, block: int | None) -> None:
    """Curves and spectra at checkpoints, one block or several, one trial or three."""
    problem = sphere_problem(n, d, activation)
    for trials in ([0, 1, 5], [2]):
        options: dict[str, Any] = {"k": k, "step_size": largest_step(problem), "steps": 12, "trials": trials}
        options |= {"checkpoints": [0, 12], "block": block}
        run, expected = (train(problem, device=device, **options) for device in (cuda, "cpu"))
        assert (run.backend, expected.backend) == ("cuda", "cpu")
        assert_same(run, expected, problem.norm_y)


def test_stopping_and_divergence_are_found_on_the_device(cuda: str) -> None:
    """Trials end at the step and with the status that they have on NumPy, beyond one look of the host as well."""
    problem = sphere_problem(4, 4, "softplus")
    options: dict[str, Any] = {"k": 100, "step_size": largest_step(problem), "steps": 200, "trials": range(4)}
    run, expected = (train(problem, stop_at=0.2, device=device, **options) for device in (cuda, "cpu"))
    assert len(set(run.steps)) > 1
    assert_same(run, expected, problem.norm_y)
    lost = train(problem, device=cuda, **{**options, "step_size": 1e200})
    assert set(lost.status) == {Status.DIVERGED}
    assert all(np.isfinite(curve).all() for trial in lost.trials for curve in lost.history(trial).values())


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_measurements_at_initialisation_agree_with_numpy(cuda: str, activation: str) -> None:
    """Streamed blocks: misfit, output and extreme singular values, for tall and for wide data."""
    for n, d in ((6, 3), (3, 6)):
        problem = sphere_problem(n, d, activation)
        for block in (None, 8):
            options: dict[str, Any] = {"k": 60, "trials": range(3), "block": block}
            ours, theirs = (measure(problem, device=device, **options) for device in (cuda, "cpu"))
            for name in ("misfit_0", "output_norm", "sigma_min_J0", "norm_J0"):
                np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("gap", [1e-6, 1e-10])
def test_small_singular_values_come_from_factorisations_on_the_device(cuda: str, gap: float) -> None:
    """Nearly equal samples: the Gram matrix is refused, and QR on the device finds what QR on the host finds."""
    X = np.array([[1.0, 0.0, 0.0], [np.cos(gap), np.sin(gap), 0.0], [0.0, 0.0, 1.0]])
    problem = Problem(X=X, y=[1.0, 2.0, 3.0], activation="softplus")
    options: dict[str, Any] = {"k": 50, "block": 16}
    for ours, theirs in (
        [measure(problem, device=device, **options).sigma_min_J0 for device in (cuda, "cpu")],
        [
            train(problem, device=device, step_size=0.1, steps=1, checkpoints=[0, 1], **options).sigma_min_J
            for device in (cuda, "cpu")
        ],
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-14)
        assert (ours < 10 * gap).all()


def test_fewer_parameters_than_samples_have_smallest_singular_value_zero(cuda: str) -> None:
    """A block with fewer rows than columns is factorised too."""
    problem = sphere_problem(7, 2, "softplus")
    assert measure(problem, k=3, device=cuda).sigma_min_J0[0] == pytest.approx(0, abs=1e-14)


@pytest.mark.parametrize("activation", ["relu", "softplus"])
def test_jacobians_at_given_weights_agree_with_numpy(cuda: str, activation: str) -> None:
    """Gram matrix, drift, and the Gram matrices of both layers for several outputs."""
    problem, k = sphere_problem(5, 3, activation), 40
    start, end = (initial_weights(k, d=3, seed=0, trial=trial) for trial in (0, 1))
    ours, theirs = (jacobian_gram(problem, weights=start, device=device) for device in (cuda, "cpu"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    ours, theirs = (jacobian_drift(problem, weights=end, start=start, device=device) for device in (cuda, "cpu"))
    assert ours == pytest.approx(theirs, rel=1e-12)
    outputs = np.random.default_rng(0).standard_normal((3, k))
    for layer in ("hidden", "output", "both"):
        options: dict[str, Any] = {"weights": start, "output_weights": outputs, "layer": layer}
        ours, theirs = (layer_gram(problem.X, activation, device=device, **options) for device in (cuda, "cpu"))
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_perturbations_agree_with_numpy(cuda: str) -> None:
    """Flip budgets exactly, the adversary's weights, and the Lipschitz ratios."""
    problem = sphere_problem(5, 3, "relu")
    options: dict[str, Any] = {"k": 300, "radius": 1.0}
    budgets = [flip_budget(problem, device=device, **options) for device in (cuda, "cpu")]
    np.testing.assert_array_equal(*budgets)
    assert budgets[0].max() > 0
    ours, theirs = (worst_flip_perturbation(problem, device=device, **options) for device in (cuda, "cpu"))
    for field in dataclasses.fields(ours):
        np.testing.assert_allclose(getattr(ours, field.name), getattr(theirs, field.name), rtol=1e-10, atol=1e-12)
    smooth = sphere_problem(5, 3, "tanh")
    ratios = [lipschitz_ratio(smooth, k=30, trials=range(3), device=device) for device in (cuda, "cpu")]
    np.testing.assert_allclose(ratios[0].random, ratios[1].random, rtol=1e-10)
    assert ratios[0].adversarial == pytest.approx(ratios[1].adversarial)


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_activations_agree_with_numpy(cuda: str, name: str) -> None:
    """phi and phi' of the whole catalogue, kernels of their own included, at 0, far out, and at NaN."""
    phi, backend = find_activation(name), select_device(cuda)
    hidden = np.concatenate([np.random.default_rng(0).standard_normal(50), [0.0, -0.0, 8.0, -8.0, 40.0, -40.0]])
    expected = phi.value_and_derivative(hidden.copy())
    ours = [backend.to_host(part) for part in backend.evaluator(phi).value_and_derivative(backend.asarray(hidden))]
    np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=1e-15)
    slope = backend.to_host(backend.evaluator(phi).derivative_values(backend.asarray(hidden)))
    np.testing.assert_array_equal(slope, ours[1])
    undefined = backend.to_host(backend.evaluator(phi).value_and_derivative(backend.asarray([np.nan]))[0])
    assert np.isnan(undefined[0]) == np.isnan(phi.value_and_derivative(np.array([np.nan]))[0][0])


def test_auto_takes_the_device_and_doctor_names_it(cuda: str) -> None:
    """A device that compiles, multiplies and diagonalises is chosen without asking."""
    chosen = select_device("auto")
    assert chosen.name == cuda
    assert chosen.memory() > 0
    row = {row["name"]: row for row in doctor()["backends"]}["cuda"]
    assert (row["usable"], row["reason"]) == (True, chosen.reason)
    assert row["version"] == chosen.version
