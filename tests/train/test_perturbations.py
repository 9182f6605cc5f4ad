from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.errors import BadInput, Infeasible
from boundkit.train import (
    Problem,
    flip_budget,
    initial_weights,
    jacobian_drift,
    lipschitz_ratio,
    worst_flip_perturbation,
)
from tests.train.conftest import sphere_problem


@given(n=st.integers(1, 4), d=st.integers(1, 4), k=st.integers(2, 30), radius=st.floats(1e-3, 20))
@settings(max_examples=40)
def test_the_flip_budget_is_the_longest_affordable_prefix(n: int, d: int, k: int, radius: float) -> None:
    """One by one, the cheapest flips are bought until the next one exceeds the radius (os19, D19)."""
    problem = sphere_problem(n, d, "relu", seed=d)
    weights = initial_weights(k, d=problem.factor.shape[1], seed=0, trial=0)[: 2 * (k // 2)]
    expected = []
    for x in problem.factor:
        left, count = radius**2 * float(x @ x), 0
        for cost in sorted((weights @ x) ** 2):
            left -= cost
            if left < 0:
                break
            count += 1
        expected.append(count)
    np.testing.assert_array_equal(flip_budget(problem, k=k, radius=radius), expected)


@pytest.mark.parametrize(("n", "d", "k", "radius"), [(4, 4, 500, 1.0), (6, 3, 2001, 3.0), (2, 5, 10, 0.01)])
def test_the_adversary_spends_the_budget_and_stays_within_lemma_c1(n: int, d: int, k: int, radius: float) -> None:
    """It flips all that one sample's budget affords within the radius, none exceeds its own, C.1 holds."""
    problem = sphere_problem(n, d, "relu")
    attack = worst_flip_perturbation(problem, k=k, radius=radius)
    budget = flip_budget(problem, k=k, radius=radius)
    start = initial_weights(k, d=problem.factor.shape[1], seed=0, trial=0)
    assert np.linalg.norm(attack.weights - start) == pytest.approx(attack.distance)
    assert attack.distance <= radius
    assert np.linalg.matrix_rank(attack.weights - start) <= 1
    assert attack.flips[attack.sample] == budget.max()
    assert (attack.flips <= budget).all()
    assert attack.drift <= attack.bound * (1 + 1e-12)
    assert attack.drift == jacobian_drift(problem, weights=attack.weights, start=start)


def test_lemma_c1_is_attained_for_orthonormal_data() -> None:
    """For X = I the attacked sample's flips give |v|_inf sqrt(flips): the bound of C.1 with equality."""
    problem = Problem(X=np.eye(3), y=[1.0, 2.0, 3.0], activation="relu")
    attack = worst_flip_perturbation(problem, k=400, radius=1.0)
    assert attack.flips[attack.sample] > 10
    assert attack.drift == pytest.approx(attack.bound, rel=1e-12)


def test_random_perturbations_stay_within_the_budget() -> None:
    """Random perturbations of every size respect the budget of their own spectral norm."""
    problem = sphere_problem(5, 4, "relu")
    k, rng = 300, np.random.default_rng(3)
    start = initial_weights(k, d=4, seed=0, trial=0)
    for size in (1e-3, 0.03, 0.3):
        for _ in range(20):
            change = size * rng.standard_normal((k, 4))
            budget = flip_budget(problem, k=k, radius=float(np.linalg.norm(change, 2)))
            flips = ((start @ problem.X.T >= 0) != ((start + change) @ problem.X.T >= 0)).sum(axis=0)
            assert (flips <= budget).all()


@pytest.mark.parametrize(("activation", "curvature"), [("softplus", 0.25), ("tanh", 4 / (3 * math.sqrt(3)))])
def test_lemma_6_8_holds_and_its_adversary_attains_it_on_orthonormal_data(activation: str, curvature: float) -> None:
    """Ratios stay below sup|phi''| |v|_inf |X|; with X = I one unit at the most curved point reaches it."""
    for problem in (
        sphere_problem(5, 4, activation),
        Problem(X=np.eye(4), y=[1, -2, 0.5, 1], activation=activation),
    ):
        k = 30
        bound = curvature * problem.norm_y / math.sqrt(k * problem.n) * problem.norm_X
        ratios = lipschitz_ratio(problem, k=k, trials=range(20), radius=2.0)
        assert ratios.random.shape == ratios.small.shape == (20,)
        assert max(ratios.random.max(), ratios.small.max(), ratios.adversarial) <= bound * (1 + 1e-6)
        assert ratios.adversarial > max(ratios.random.max(), ratios.small.max())
    assert ratios.adversarial == pytest.approx(bound, rel=1e-5)


def test_one_unit_is_moved_along_the_best_sample() -> None:
    """Between two samples 80 degrees apart both change, but less than one does on its own line; zeros have none."""
    X = np.array([[1.0, 0.0], [np.cos(1.4), np.sin(1.4)], [0.0, 0.0]])
    problem = Problem(X=X, y=[1.0, -1.0, 2.0], activation="tanh")
    found = lipschitz_ratio(problem, k=10).adversarial
    assert found >= 4 / (3 * math.sqrt(3)) * problem.norm_y / math.sqrt(10 * 3) * (1 - 1e-5)


def test_the_nearby_pair_is_nearby() -> None:
    """Its ratios are those of the same directions at a ten thousandth of the radius."""
    problem = sphere_problem(4, 3, "softplus")
    wide, near = (lipschitz_ratio(problem, k=20, trials=range(3), radius=radius) for radius in (2.0, 2e-4))
    np.testing.assert_allclose(wide.small, near.random, rtol=1e-12)
    assert (np.abs(wide.random / wide.small - 1) > 1e-3).any()


def test_widths_that_do_not_fit_are_infeasible() -> None:
    """Weights beyond the machine's memory are refused before they are drawn."""
    problem = sphere_problem(2, 2, "relu")
    for function in (flip_budget, worst_flip_perturbation, lipschitz_ratio):
        with pytest.raises(Infeasible, match="GiB"):
            function(problem, k=10**13, radius=1.0)  # type: ignore[operator]


@pytest.mark.parametrize("radius", [0, -1.0, math.inf, math.nan, "1"])
def test_radii_must_be_positive(radius: object) -> None:
    """A radius that is not a positive number is refused by all three."""
    problem = sphere_problem(2, 2, "relu")
    for function in (flip_budget, worst_flip_perturbation, lipschitz_ratio):
        with pytest.raises(BadInput, match="radius"):
            function(problem, k=10, radius=radius)  # type: ignore[operator]
