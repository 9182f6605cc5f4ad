from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from scipy.linalg import eigh

from boundkit.train.composite import descend_composite, flattened_sine, random_map


def test_constants_by_enumeration() -> None:
    """Growth is the largest generalised eigenvalue of the batches' second moment; no output exceeds any constant."""
    problem = random_map(n=6, b=2, seed=0, size=0.5)
    known = problem.constants()
    picks = [list(pick) for pick in combinations(range(6), 2)]
    hessians = [problem.samples[pick].T @ problem.samples[pick] / 2 for pick in picks]
    squared = problem.curvature @ problem.curvature
    moment = sum(hessian @ hessian for hessian in hessians) / len(hessians)
    assert known["growth"] == pytest.approx(eigh(moment, squared, eigvals_only=True)[-1], rel=1e-5)
    steepest = [np.linalg.svd(hessian @ np.linalg.inv(problem.curvature))[2][0] for hessian in hessians]
    extreme = [*np.linalg.eigh(problem.curvature)[1].T, eigh(moment, squared)[1][:, -1]]
    extreme += [np.linalg.solve(problem.curvature, full) for full in steepest]
    for z in (*np.random.default_rng(0).standard_normal((500, 4)), *extreme):
        full = np.linalg.norm(problem.curvature @ z)
        loss = np.mean([(a @ z) ** 2 / 2 for a in problem.samples])
        assert loss <= full**2 / (2 * known["pl_constant"])
        assert full**2 <= 2 * known["loss_smoothness"] * loss
        slopes = [np.linalg.norm(hessian @ z) for hessian in hessians]
        assert np.mean(np.square(slopes)) <= known["growth"] * full**2
        assert max(slopes) <= known["growth_sure"] * full


def test_the_jacobian_is_the_derivative_and_its_constant_bounds_it() -> None:
    """Finite differences of the random map, and differences of its Jacobian over their distance."""
    problem = random_map(n=6, b=1, seed=1, size=0.5)
    rng = np.random.default_rng(0)
    for w, move in rng.standard_normal((50, 2, 12)):
        change = (problem.value(w + 1e-6 * move) - problem.value(w - 1e-6 * move)) / 2e-6
        np.testing.assert_allclose(change, problem.jacobian(w) @ move, atol=1e-8)
        drift = np.linalg.norm(problem.jacobian(w + move) - problem.jacobian(w), 2)
        assert drift <= problem.lipschitz * np.linalg.norm(move)


def test_the_counterexample_of_check_06() -> None:
    """At lambda = 0.0699 a draw of the steep sample lands on the flat part for ever, where the loss is 1/2."""
    problem = flattened_sine(n=10**8, start=0.01)
    assert problem.constants()["growth"] == pytest.approx(2, rel=1e-3)
    runs = [descend_composite(problem, step_size=0.0699, steps=400, seed=0, trial=t) for t in range(12)]
    for run in runs:
        assert run.weight == pytest.approx(20 / 10**8)
        assert run.loss[0] == pytest.approx(5e-5, rel=1e-3)
        assert run.loss[-1] == pytest.approx(0.5, rel=1e-3)
    # sgd22 CHECK-06: the mean is at least 1.05e-7 (from the first 21 steps) against 5.6e-12
    assert np.mean([run.weight * run.loss[399] for run in runs]) == pytest.approx(1.0e-7, rel=0.01)
    q = 9 / 16 * 0.0699
    assert (1 - q) ** 399 * runs[0].loss[0] == pytest.approx(5.6e-12, rel=0.1)


def test_forced_draws_have_the_right_weight() -> None:
    """With a sample that is not rare the weighted mean is that of the runs that draw it early, by enumeration."""
    problem = flattened_sine(n=16, start=0.3)
    expected = 0.0
    for draws in product((0, 1), repeat=3):
        w, chance = np.arcsin(0.3), 1.0
        for draw in draws:
            w -= 0.2 * (4.0 if draw else 1.0) * np.sin(w) * np.cos(w) * (abs(w) < np.pi / 2)
            chance *= 1 / 16 if draw else 15 / 16
        if any(draws):
            expected += chance * (4.0 + 15) / 16 * np.sin(np.clip(w, -np.pi / 2, np.pi / 2)) ** 2 / 2
    runs = [descend_composite(problem, step_size=0.2, steps=3, seed=3, trial=trial) for trial in range(3000)]
    found = np.array([run.weight * run.loss[-1] for run in runs])
    assert found.mean() == pytest.approx(expected, abs=4 * found.std() / np.sqrt(len(found)))
    weights = np.array([run.weight for run in runs])
    assert weights.mean() == pytest.approx(1 - (15 / 16) ** 3, abs=4 * weights.std() / np.sqrt(len(weights)))
    early = descend_composite(problem, step_size=0.2, steps=25, seed=3, trial=0).weight
    assert any(early == pytest.approx(20 / 16 / count) for count in range(1, 21))  # only the first 20 steps are forced


def test_long_double_follows_the_same_draws() -> None:
    """The precise run agrees with the double one to rounding."""
    problem = random_map(n=6, b=2, seed=0, size=0.1)
    fast = descend_composite(problem, step_size=0.02, steps=60, seed=1, trial=4)
    slow = descend_composite(problem, step_size=0.02, steps=60, seed=1, trial=4, dtype=np.longdouble)
    np.testing.assert_allclose(fast.loss, slow.loss.astype(float), rtol=1e-10)
    assert slow.loss.dtype == np.longdouble
