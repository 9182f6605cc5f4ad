from __future__ import annotations

import numpy as np
import pytest

from boundkit.train import (
    Problem,
    initial_weights,
    jacobian_drift,
    jacobian_gram,
    measure,
    output_weights,
    replay,
    train,
)
from boundkit.train.cuda import DeviceFault
from boundkit.train.reference import jacobian
from boundkit.train.spectra import extreme_singular_values
from tests.train.conftest import sphere_problem


def explicit(problem: Problem, k: int, trial: int = 0) -> np.ndarray:
    """The Jacobian at initialisation, entry by entry, from the data as given."""
    weights = initial_weights(k, d=problem.factor.shape[1], seed=0, trial=trial) @ problem.basis.T
    return jacobian(problem, weights, output_weights(k, norm_y=problem.norm_y, n=problem.n))


@pytest.mark.parametrize("activation", ["softplus", "relu", "tanh"])
@pytest.mark.parametrize(("n", "d", "k"), [(5, 3, 40), (3, 6, 17), (8, 8, 100)])
def test_gram_matrices_are_those_of_the_explicit_jacobian(n: int, d: int, k: int, activation: str) -> None:
    """J J^T, its extreme singular values and the drift equal those of the explicit n x kd matrix."""
    problem = sphere_problem(n, d, activation)
    J = explicit(problem, k)
    values = np.linalg.svd(J, compute_uv=False)
    start = measure(problem, k=k, device="cpu")
    assert start.sigma_min_J0[0] == pytest.approx(values[-1], rel=1e-9)
    assert start.norm_J0[0] == pytest.approx(values[0], rel=1e-12)
    weights = [initial_weights(k, d=problem.factor.shape[1], seed=0, trial=t) for t in (0, 1)]
    np.testing.assert_allclose(jacobian_gram(problem, weights=weights[0]), J @ J.T, rtol=1e-12)
    drift = jacobian_drift(problem, weights=weights[1], start=weights[0])
    assert drift == pytest.approx(np.linalg.norm(explicit(problem, k, 1) - J, 2), rel=1e-12)


def test_the_jacobian_is_the_derivative_of_the_network() -> None:
    """Central differences of f in every weight reproduce the explicit Jacobian."""
    problem, k = sphere_problem(3, 2, "softplus"), 5
    v = output_weights(k, norm_y=problem.norm_y, n=3)
    weights = initial_weights(k, d=2, seed=0, trial=0)

    def f(w: np.ndarray) -> np.ndarray:
        return np.asarray(np.logaddexp(0, problem.X @ w.T) @ v)

    columns = []
    for entry in np.ndindex(k, 2):
        shift = np.zeros((k, 2))
        shift[entry] = 1e-5
        columns.append((f(weights + shift) - f(weights - shift)) / 2e-5)
    np.testing.assert_allclose(np.array(columns).T, explicit(problem, k), atol=1e-9)


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-9, 1e-12])
def test_small_singular_values_survive_where_the_gram_matrix_fails(gap: float) -> None:
    """For nearly equal samples sigma_min is found to 1e-14 of the norm, far below what J J^T can resolve."""
    X = np.array([[1.0, 0.0, 0.0], [np.cos(gap), np.sin(gap), 0.0], [0.0, 0.0, 1.0]])
    problem, k = Problem(X=X, y=[1.0, 2.0, 3.0], activation="softplus"), 50
    values = np.linalg.svd(explicit(problem, k), compute_uv=False)
    for found in (
        measure(problem, k=k, device="cpu", block=8).sigma_min_J0[0],
        train(problem, k=k, step_size=0.1, steps=0, checkpoints=[0], device="cpu", block=8).sigma_min_J[0, 0],
    ):
        assert found == pytest.approx(values[-1], rel=1e-9, abs=1e-14 * values[0])
        assert found < 10 * gap


@pytest.mark.parametrize(("n", "d", "k"), [(5, 1, 2), (7, 2, 3), (4, 1, 5)])
def test_fewer_live_parameters_than_samples_have_smallest_singular_value_zero(n: int, d: int, k: int) -> None:
    """J J^T is singular when k d < n (units that are dead do not count), and sigma_min is its n-th value."""
    problem = sphere_problem(n, d, "softplus")
    run = train(problem, k=k, step_size=0.1, steps=0, checkpoints=[0], device="cpu")
    slow = replay(problem, k=k, step_size=0.1, steps=0, checkpoints=[0])
    for found in (measure(problem, k=k, device="cpu").sigma_min_J0, run.sigma_min_J[0], slow.sigma_min_J[0]):
        assert 0 <= found[0] < 1e-14 * run.norm_J[0, 0]


def test_the_explicit_path_is_taken_only_when_needed() -> None:
    """A well-conditioned Gram matrix never asks for the triangular factors; a singular one always does."""
    asked = []

    def factors() -> np.ndarray:
        asked.append(True)
        return np.stack([np.eye(3), np.diag([2.0, 1.0, 1e-9])])

    good = np.eye(3)
    smallest, largest = extreme_singular_values(np.stack([good, 4 * good]), factors)
    np.testing.assert_array_equal([smallest, largest], [[1, 2], [1, 2]])
    assert not asked
    smallest, largest = extreme_singular_values(np.stack([good, np.diag([4.0, 1.0, 1e-18])]), factors)
    np.testing.assert_allclose([smallest, largest], [[1, 1e-9], [1, 2]])
    assert asked


def test_factors_of_another_matrix_are_refused() -> None:
    """Triangular factors must reproduce the Gram matrix that made them necessary: no library fails in silence."""
    singular = np.diag([4.0, 1.0, 1e-18])[None]
    for wrong in (np.diag([2.01, 1.0, 1e-9]), np.full((3, 3), np.nan)):
        with pytest.raises(DeviceFault, match="does not reproduce"):
            extreme_singular_values(singular, lambda wrong=wrong: wrong[None])


def test_what_is_not_finite_has_no_smallest_singular_value() -> None:
    """Of a run that diverged: NaN, which is no evidence, and an infinite norm; other trials keep their values."""
    grams = np.stack([np.diag([4.0, 9.0]), np.full((2, 2), np.nan), np.diag([1.0, np.inf])])
    smallest, largest = extreme_singular_values(grams, lambda: grams)
    np.testing.assert_array_equal(smallest, [2, np.nan, np.nan])
    np.testing.assert_array_equal(largest, [3, np.inf, np.inf])
