from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from boundkit.train import memory_needed, select_device, train
from boundkit.train.plan import BLOCK_ENTRIES, SMALLEST_BLOCK, make_plan
from tests.train.conftest import sphere_problem


@given(
    k=st.integers(2, 10**7),
    n=st.integers(1, 200),
    d=st.integers(1, 200),
    trials=st.integers(1, 50),
    workers=st.integers(1, 8),
    block=st.none() | st.integers(2, 10**7),
    tiled=st.booleans(),
)
def test_every_unit_and_every_trial_is_planned_once(
    k: int, n: int, d: int, trials: int, workers: int, block: int | None, tiled: bool
) -> None:
    """Blocks tile the units of a sign, chunks tile the trials, and blocks ignore trials and workers."""
    if block is not None:
        block = max(block, k // 1000)
    cpu = select_device("cpu")
    network: dict[str, Any] = {"k": k, "d": d, "n": n, "block": block, "backend": cpu, "tiled": tiled}
    plan = make_plan(range(trials), workers=workers, **network)
    sizes = [plan.size(start) for start in plan.starts]
    assert sum(sizes) == k // 2
    assert set(sizes[:-1]) <= {plan.units}
    assert 0 < sizes[-1] <= plan.units
    assert [trial for chunk in plan.chunks for trial in chunk] == list(range(trials))
    assert plan.starts == make_plan([0], workers=1, **network).starts


@given(k=st.integers(2, 10**7), n=st.integers(1, 200), d=st.integers(1, 200), trials=st.integers(1, 50))
def test_the_arrays_of_a_step_fit_the_cache(k: int, n: int, d: int, trials: int) -> None:
    """H and three arrays of weights, or H and phi'(H), of the networks of a block or a part of one."""
    plan = make_plan(range(trials), k=k, d=d, n=n, block=None, workers=2, backend=select_device("cpu"))
    units, together = 2 * plan.units, max(map(len, plan.chunks))
    if plan.units > SMALLEST_BLOCK or together > 1:
        assert together * units * (n + 3 * d) <= BLOCK_ENTRIES
        assert 2 * together * units * n <= BLOCK_ENTRIES


@pytest.mark.parametrize(("n", "d"), [(20, 20), (6, 30), (30, 4)])
def test_the_memory_estimate_covers_what_is_allocated(n: int, d: int) -> None:
    """Peak allocation at k = 200 000 lies between W_0 in float16, W - W_0 and phi'(H), all held, and the estimate.

    How many workers hold their buffers at the same moment is up to the scheduler, so nothing tighter is certain.
    """
    problem = sphere_problem(n, d, "softplus")
    train(problem, k=100, step_size=0.01, steps=1, device="cpu")
    k = 200_000
    needed = memory_needed(k=k, d=problem.factor.shape[1], n=n, workers=2)
    tracemalloc.start()
    train(problem, k=k, step_size=0.01, steps=2, checkpoints=[0, 2], workers=2, device="cpu")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    held = 2 * k * (5 * min(n, d) + 4 * n)
    assert held <= peak <= needed
    assert needed <= 4 * held


@pytest.mark.parametrize("name", ["softplus", "relu", "cos(z)"])
@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(("n", "d"), [(20, 20), (200, 3)])
def test_a_wide_network_holds_little_more_than_its_displacement_and_a_quarter_of_it(
    name: str, compiled: bool, n: int, d: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where phi'(H) is not held, W_0 takes 2 bytes an entry, W - W_0 takes 8 and ReLU's marks a bit each; no more."""
    monkeypatch.setattr("boundkit.train.plan.KEPT_ENTRIES", 0)
    problem, device = sphere_problem(n, d, name), replace(select_device("cpu"), compiled=compiled)
    peaks = []
    for k in (100_000, 100_000, 200_000):
        tracemalloc.start()
        train(problem, k=k, step_size=0.01, steps=2, workers=1, device=device)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    _, narrow, wide = peaks
    marks = n / 8 if name == "relu" else 0
    needed = [memory_needed(k=k, d=d, n=n, keep=False) for k in (100_000, 200_000)]
    assert (10 * d + marks) * 100_000 <= narrow <= needed[0]
    assert wide - narrow <= 1.05 * (10 * d + marks) * 100_000
    assert wide - narrow <= 1.05 * (needed[1] - needed[0])


def test_ten_million_units_fit_in_eight_gigabytes() -> None:
    """The estimate, checked above at a smaller width, is linear in k."""
    assert memory_needed(k=10**7, d=20, n=20, workers=2) < 8e9
