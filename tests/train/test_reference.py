from __future__ import annotations

import numpy as np
import pytest

from boundkit.errors import Infeasible
from boundkit.train import Problem, Status, reference, replay
from tests.train.conftest import sphere_problem


def test_a_linear_network_follows_its_closed_form() -> None:
    """phi(z) = z: the residual is (I - step K)^t r_0 with K = |v|^2 X X^T, computed by matrix powers."""
    problem = sphere_problem(3, 3, "z")
    run = replay(problem, k=8, step_size=0.2, steps=12)
    kernel = problem.norm_y**2 / problem.n * problem.gram
    weights = reference.initial_weights(8, d=3, seed=0, trial=0)
    v = reference.output_weights(8, norm_y=problem.norm_y, n=3)
    residual = problem.X @ weights.T @ v - problem.y
    for step in range(13):
        expected = np.linalg.norm(np.linalg.matrix_power(np.eye(3) - 0.2 * kernel, step) @ residual)
        assert float(run.misfit[0, step]) == pytest.approx(expected, rel=1e-12)


def test_it_works_beyond_double_precision() -> None:
    """A linear network with orthonormal data contracts by exactly 1 - step |v|^2, to a few roundings of the labels."""
    problem = Problem(X=np.eye(2), y=[1.0, 1.0], activation="z")
    run = replay(problem, k=2, step_size=0.25, steps=20)
    v = reference.output_weights(2, norm_y=problem.norm_y, n=2).astype(np.longdouble)
    expected = run.misfit[0, 0] * (1 - np.longdouble(0.25) * (v @ v)) ** np.arange(21)
    assert run.misfit.dtype == np.longdouble
    rounding = np.finfo(np.longdouble).eps * problem.norm_y
    np.testing.assert_allclose(run.misfit[0], expected, rtol=0, atol=4 * rounding)


def test_divergence_and_size_are_reported() -> None:
    """A diverging replay says so, and a Jacobian that cannot fit is Infeasible."""
    problem = sphere_problem(2, 2, "z**2/2")
    run = replay(problem, k=4, step_size=1e300, steps=200)
    assert run.status == (Status.DIVERGED,)
    assert np.isfinite(run.misfit.astype(np.longdouble)).all()
    huge = Problem(X=np.eye(2), y=[1.0, 1.0], activation="z")
    with pytest.raises(Infeasible, match="does not fit"):
        reference.jacobian(huge, np.zeros((1, 2)), np.broadcast_to(0.0, 10**12))
    with pytest.raises(Infeasible, match="GiB"):
        replay(huge, k=10**12, step_size=0.1, steps=1)
