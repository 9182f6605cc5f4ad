"""Launches of kernels, library calls and copies between host and device, counted on the emulated device."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from boundkit.activations import activation, catalogue
from boundkit.train import measure, train
from boundkit.train.backend import select_device
from tests.cupy_on_cpu import Emulation
from tests.train.conftest import sphere_problem

pytestmark = pytest.mark.cupy

LAUNCHES_A_STEP = {"softplus": 14, "relu": 14, "tanh": 14, "cos(z)": 16}
LAUNCHES_A_FURTHER_BLOCK = 7  # with a kernel of the activation's own; the sums over blocks are among them
LIBRARY_CALLS_A_BLOCK = 4  # two products and two squared norms


def counted(emulation: Emulation, problem: Any, **options: Any) -> dict[str, int]:
    """What a run does, after one that has compiled and allocated."""
    train(problem, device="cuda", **options)
    emulation.clear()
    train(problem, device="cuda", **options)
    return emulation.counts()


def per_step(emulation: Emulation, problem: Any, **options: Any) -> dict[str, float]:
    """What each of 40 steps does, by the difference of two runs."""
    short, long = (counted(emulation, problem, steps=steps, **options) for steps in (10, 50))
    return {name: (long[name] - short[name]) / 40 for name in ("launches", "calls", "uploads", "downloads")}


@pytest.mark.parametrize("name", LAUNCHES_A_STEP)
def test_a_step_of_training_keeps_to_its_budget(emulation: Emulation, name: str) -> None:
    """Launches and library calls of one step, for any number of trials; stacking the curves adds one launch."""
    problem = sphere_problem(4, 6, name)
    for trials in (range(1), range(8)):
        step = per_step(emulation, problem, k=40, step_size=0.01, trials=trials)
        assert 0 < step["launches"] <= LAUNCHES_A_STEP[name] + 1
        assert 0 < step["calls"] <= LIBRARY_CALLS_A_BLOCK
        assert step["uploads"] == step["downloads"] == 0


@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_a_further_block_adds_a_fixed_number_of_launches(emulation: Emulation, blocks: int) -> None:
    """Streaming over blocks of hidden units copies nothing either."""
    problem = sphere_problem(3, 3, "softplus")
    step = per_step(emulation, problem, k=40 * blocks, block=40, step_size=0.01)
    assert step["launches"] <= LAUNCHES_A_STEP["softplus"] + 1 + LAUNCHES_A_FURTHER_BLOCK * (blocks - 1)
    assert step["calls"] == LIBRARY_CALLS_A_BLOCK * blocks
    assert step["uploads"] == step["downloads"] == 0


@pytest.mark.parametrize("steps", [0, 10, 63, 64, 200])
def test_the_loop_never_waits_for_the_host(emulation: Emulation, steps: int) -> None:
    """Data, labels and weights go up once; curves come back once in 64 steps."""
    problem = sphere_problem(3, 3, "softplus")
    counts = counted(emulation, problem, k=40, step_size=0.01, steps=steps, trials=range(3))
    looks = math.ceil((steps + 1) / 64)
    assert counts["downloads"] == looks
    assert 4 <= counts["uploads"] <= 4 + looks  # CuPy stacks many arrays by a list of their addresses


def test_a_checkpoint_copies_two_matrices(emulation: Emulation) -> None:
    """The Gram matrices of the Jacobian and of its drift, summed over blocks on the device."""
    problem = sphere_problem(3, 3, "softplus")
    options: dict[str, Any] = {"k": 120, "block": 40, "step_size": 0.01, "steps": 5}
    without = counted(emulation, problem, **options)["downloads"]
    assert counted(emulation, problem, checkpoints=[0, 2, 5], **options)["downloads"] == without + 3 * 2


@pytest.mark.parametrize("blocks", [1, 3])
def test_measuring_downloads_two_sums(emulation: Emulation, blocks: int) -> None:
    """Outputs and Gram matrix, whatever the number of streamed blocks."""
    options: dict[str, Any] = {"k": 40 * blocks, "block": 40, "device": "cuda"}
    problem = sphere_problem(3, 3, "softplus")
    measure(problem, **options)
    emulation.clear()
    measure(problem, **options)
    assert emulation.downloads == 2
    assert emulation.uploads == 1 + blocks


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_no_activation_reads_from_the_device(emulation: Emulation, name: str) -> None:
    """Neither a branch on values nor an index by booleans, which would hold up every step."""
    backend = select_device("cuda")
    hidden = backend.asarray(np.linspace(-4, 4, 9))
    phi = backend.evaluator(activation(name))
    emulation.clear()
    phi.value_and_derivative(hidden)
    phi.derivative_values(hidden)
    assert emulation.downloads == emulation.uploads == 0
    assert emulation.launches


def test_an_implicit_copy_is_counted(emulation: Emulation) -> None:
    """The planted twin: reading one number of an array is a copy that the budgets would show."""
    import cupy

    assert float(cupy.ones(3).sum()) == 3
    assert emulation.downloads == 1
