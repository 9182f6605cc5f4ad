from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.errors import BadInput, Infeasible
from boundkit.train import initial_weights, jacobian_gram, measure, observables, train
from tests.train.conftest import sphere_problem

NAMES = ("misfit_0", "output_norm", "sigma_min_J0", "norm_J0")


@given(
    n=st.integers(1, 5),
    d=st.integers(1, 5),
    k=st.integers(2, 50),
    block=st.integers(2, 60),
    workers=st.integers(1, 2),
)
@settings(max_examples=30)
def test_measuring_equals_training_at_step_zero(n: int, d: int, k: int, block: int, workers: int) -> None:
    """`measure` forgets its blocks, `train` keeps them: the same numbers for any cut of the work."""
    problem = sphere_problem(n, d, "softplus")
    start = measure(problem, k=k, trials=[4, 1, 7], device="cpu", block=block, workers=workers)
    run = train(problem, k=k, step_size=1.0, steps=0, trials=[4, 1, 7], checkpoints=[0], device="cpu")
    pairs = (
        (start.misfit_0, run.misfit[:, 0]),
        (start.norm_J0, run.norm_J[:, 0]),
        (start.sigma_min_J0, run.sigma_min_J[:, 0]),
    )
    for measured, trained in pairs:
        np.testing.assert_allclose(measured, trained, rtol=1e-7, atol=1e-13 * problem.norm_y)


@pytest.mark.parametrize(("activation", "variance"), [("softplus", 0.2715145), ("relu", 0.5 - 0.5 / np.pi)])
def test_the_second_moment_of_the_output_is_the_variance(activation: str, variance: float) -> None:
    """E |f(W_0)|^2 = Var(phi) |y|^2 for even k (os19, D6), within five standard errors over 3000 draws."""
    problem = sphere_problem(10, 10, activation)
    squares = (measure(problem, k=40, trials=range(3000), device="cpu").output_norm / problem.norm_y) ** 2
    error = squares.std() / np.sqrt(len(squares))
    assert abs(squares.mean() - variance) < 5 * error


def test_trials_are_found_by_their_index() -> None:
    """`trial` returns the row of that trial and refuses one that was not measured."""
    start = measure(sphere_problem(3, 3, "relu"), k=20, trials=[5, 2], device="cpu")
    assert start.trial(2) == {name: getattr(start, name)[1] for name in NAMES}
    with pytest.raises(BadInput, match="trial = 3"):
        start.trial(3)


def test_weights_of_either_space_give_one_gram_matrix() -> None:
    """Reduced weights and their lift to the data's own space have the same Jacobian Gram matrix."""
    problem = sphere_problem(3, 8, "tanh")
    weights = initial_weights(12, d=3, seed=0, trial=0)
    np.testing.assert_allclose(
        jacobian_gram(problem, weights=weights),
        jacobian_gram(problem, weights=weights @ problem.basis.T),
        rtol=1e-12,
    )
    with pytest.raises(BadInput, match="weights"):
        jacobian_gram(problem, weights=np.zeros((12, 5)))


def test_running_out_of_memory_halves_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """A MemoryError while measuring restarts with smaller blocks; if that never helps, Infeasible."""
    problem, original, limit = sphere_problem(3, 3, "softplus"), observables._measure_chunk, 100
    expected = measure(problem, k=600, device="cpu")
    seen = []

    def scarce(problem: Any, plan: Any, *rest: Any, **options: Any) -> Any:
        seen.append(plan.units)
        if plan.units > limit:
            raise MemoryError
        return original(problem, plan, *rest, **options)

    monkeypatch.setattr(observables, "_measure_chunk", scarce)
    np.testing.assert_allclose(measure(problem, k=600, device="cpu").misfit_0, expected.misfit_0, rtol=1e-13)
    assert seen == sorted(seen, reverse=True)
    assert seen[0] > limit >= seen[-1]
    limit = 0
    with pytest.raises(Infeasible, match="out of memory even in blocks of"):
        measure(problem, k=600, device="cpu")
