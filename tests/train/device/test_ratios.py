"""Running times of training on the device as ratios to NumPy on the same machine, for `make test-gpu` to print."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from boundkit.train import train
from boundkit.train.backend import select_device
from tests.train.conftest import largest_step, sphere_problem

REAL = [(64, 50, 20, 400, 500), (16, 100, 20, 2000, 200), (1, 20, 20, 10**6, 20), (64, 200, 100, 20_000, 50)]
SMALL = [(3, 4, 3, 20, 5)]  # on the emulated device only the test is tried, not the speed


def seconds(**options: Any) -> tuple[float, np.ndarray]:
    """The shorter of two times of a run, after one to warm up, and its misfits."""
    train(**{**options, "steps": 2})
    times = []
    for _ in range(2):
        started = time.perf_counter()
        run = train(**options)
        times.append(time.perf_counter() - started)
    return min(times), run.misfit


@pytest.mark.parametrize("activation", ["softplus", "relu"])
def test_times_beside_numpy(cuda: str, activation: str, record_property: Any) -> None:
    """The device computes the misfits that NumPy computes; how much faster is written down, not asserted."""
    name = select_device(cuda).reason
    for trials, n, d, k, steps in SMALL if name == "CuPy on the CPU" else REAL:
        problem = sphere_problem(n, d, activation)
        options = {"problem": problem, "k": k, "steps": steps, "trials": range(trials)}
        options |= {"step_size": largest_step(problem)}
        (device, ours), (host, theirs) = (seconds(device=where, **options) for where in (cuda, "cpu"))
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10 * problem.norm_y)
        shape = f"trials {trials}, n {n}, d {d}, k {k}, steps {steps}, {activation}"
        record_property("ratio", f"{host / device:8.2f} x   {device:9.4f} s   {shape}   on {name}")
