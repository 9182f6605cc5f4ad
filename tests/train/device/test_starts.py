"""Starts of two-layer and deep networks on a CUDA device against NumPy, and memory that runs out in their engines."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from boundkit.errors import Infeasible
from boundkit.train import deep
from boundkit.train.backend import Backend, select_device
from boundkit.train.cuda import DeviceFault
from boundkit.train.deep import descent as deep_descent
from boundkit.train.shallow import NormalHidden, NormalOutput, Shallow, descend, descent, measure_start, observe
from tests.cupy_on_cpu import Emulation


def two_layers(trained: str = "both") -> Shallow:
    """A network with one output on five samples."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((5, 3)), rng.standard_normal(5)
    return Shallow(X, y, "tanh", NormalHidden(), NormalOutput(0.1), trained=trained)


def problem() -> deep.MarginProblem:
    """Three orthogonal samples."""
    return deep.MarginProblem(X=np.eye(3), y=[1, -1, 1], loss="squared_hinge")


RUNS: dict[str, Callable[[str | Backend], Any]] = {
    "measure_start": lambda device: measure_start(two_layers(), k=400, trials=range(4), device=device),
    "deep.measure": lambda device: deep.measure(
        problem(), widths=(60, 40), trials=range(4), threshold=0.1, device=device
    ),
    "descend": lambda device: descend(
        two_layers(), k=2000, step_size=1e-4, steps=5, trials=range(4), checkpoints=[0], device=device
    ),
    "deep.train": lambda device: deep.train(
        problem(), widths=(60, 40), step_size=0.01, steps=5, trials=range(4), checkpoints=[0, 5], device=device
    ),
}
MEMORY: dict[str, tuple[Any, str, int, int, int]] = {  # what gets a chunk of trials, enough and too little memory
    "measure_start": (observe, "_measure", 2, 250_000, 60_000),
    "descend": (descent, "_train_chunk", 1, 2_000_000, 500_000),
    "deep.train": (deep_descent, "_train_chunk", 1, 400_000, 100_000),
}


def same(ours: Any, theirs: Any) -> None:
    """All arrays of two results agree to rounding; the enclosures of deep runs at their checkpoints."""
    for field in fields(ours):
        found, expected = getattr(ours, field.name), getattr(theirs, field.name)
        if isinstance(found, np.ndarray) and found.dtype.kind == "f":
            np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-10, err_msg=field.name)


@pytest.mark.parametrize("trained", ["hidden", "output", "both"])
def test_two_layer_starts_agree_with_numpy(cuda: str, trained: str) -> None:
    """Losses, spectra of Jacobian and features, norms of both layers."""
    ours, theirs = (
        measure_start(two_layers(trained), k=50, trials=range(3), device=device) for device in (cuda, "cpu")
    )
    same(ours, theirs)


def test_deep_starts_agree_with_numpy(cuda: str) -> None:
    """Norms, separations, cosines, small pre-activations, outputs and gradients of every layer."""
    same(*(RUNS["deep.measure"](device) for device in (cuda, "cpu")))


@pytest.mark.cupy
@pytest.mark.parametrize("name", RUNS)
def test_a_lost_device_is_told_and_left(emulation: Emulation, name: str) -> None:
    """Asked for, the failure is the error; chosen by `auto`, the CPU does it."""
    found = {device: select_device(device) for device in ("cuda", "auto")}
    expected = RUNS[name]("cpu")
    with emulation.failing("launchKernel", 719):
        with pytest.raises(DeviceFault, match="the CUDA device failed"):
            RUNS[name](found["cuda"])
        same(RUNS[name](found["auto"]), expected)


@pytest.mark.cupy
@pytest.mark.parametrize("name", MEMORY)
def test_running_out_of_memory_takes_fewer_trials_at_a_time(
    emulation: Emulation, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where four trials do not fit but one does, the result is the same; where one does not, a line says so."""
    import cupy

    module, function, place, enough, too_little = MEMORY[name]
    original, seen = getattr(module, function), []

    def spied(*arguments: Any) -> Any:
        seen.append(len(arguments[place]))
        return original(*arguments)

    monkeypatch.setattr(module, function, spied)
    backend = dataclasses.replace(select_device("cuda"), memory=lambda: 2**50)
    expected = RUNS[name]("cpu")
    seen.clear()
    cupy.get_default_memory_pool().free_all_blocks()
    with emulation.limited(enough):
        same(RUNS[name](backend), expected)
    assert seen[0] == 4
    assert seen[-1] < 4
    cupy.get_default_memory_pool().free_all_blocks()
    with emulation.limited(too_little), pytest.raises(Infeasible, match="out of memory even with one trial") as raised:
        RUNS[name](backend)
    assert "\n" not in str(raised.value)
