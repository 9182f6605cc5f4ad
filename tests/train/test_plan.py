from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, strategies as st

from boundkit.train import memory_needed, select_device, train
from boundkit.train.plan import make_plan
from tests.train.conftest import sphere_problem


@given(
    k=st.integers(2, 10**7),
    n=st.integers(1, 200),
    d=st.integers(1, 200),
    trials=st.integers(1, 50),
    workers=st.integers(1, 8),
    block=st.none() | st.integers(2, 10**7),
)
def test_every_unit_and_every_trial_is_planned_once(
    k: int, n: int, d: int, trials: int, workers: int, block: int | None
) -> None:
    """Blocks tile the units of a sign, chunks tile the trials, and blocks ignore trials and workers."""
    if block is not None:
        block = max(block, k // 1000)
    cpu = select_device("cpu")
    plan = make_plan(range(trials), k=k, d=d, n=n, block=block, workers=workers, backend=cpu)
    sizes = [plan.size(start) for start in plan.starts]
    assert sum(sizes) == k // 2
    assert set(sizes[:-1]) <= {plan.units}
    assert 0 < sizes[-1] <= plan.units
    assert [trial for chunk in plan.chunks for trial in chunk] == list(range(trials))
    assert plan.starts == make_plan([0], k=k, d=d, n=n, block=block, workers=1, backend=cpu).starts


@pytest.mark.parametrize(("n", "d"), [(20, 20), (6, 30), (30, 4)])
def test_the_memory_estimate_covers_what_is_allocated(n: int, d: int) -> None:
    """Peak allocation at k = 40000 lies between W_0, W - W_0 and phi'(H), which must be held, and the estimate.

    How many workers hold their buffers at the same moment is up to the scheduler, so nothing tighter is certain.
    """
    problem = sphere_problem(n, d, "softplus")
    train(problem, k=100, step_size=0.01, steps=1, device="cpu")
    k = 40_000
    needed = memory_needed(k=k, d=problem.factor.shape[1], n=n, workers=2)
    tracemalloc.start()
    train(problem, k=k, step_size=0.01, steps=2, checkpoints=[0, 2], workers=2, device="cpu")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    held = 8 * k * (2 * min(n, d) + n)
    assert held <= peak <= needed
    assert needed <= 4 * held


def test_ten_million_units_fit_in_eight_gigabytes() -> None:
    """The estimate, checked above at a smaller width, is linear in k."""
    assert memory_needed(k=10**7, d=20, n=20, workers=2) < 8e9
