"""Two-layer networks in every setting, and deep ones, on a CUDA device against NumPy, and their budgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from boundkit.train import deep
from boundkit.train.backend import Backend, select_device
from boundkit.train.cuda import DeviceFault
from boundkit.train.shallow import Batches, NormalHidden, NormalOutput, Shallow, descend
from tests.cupy_on_cpu import Emulation

SHALLOW_LAUNCHES, DEEP_LAUNCHES = 42, 140  # a step; the deep one with two hidden layers
DEEP_UPLOADS = 4  # a step: the shares of its samples, and addresses of the observables that CuPy joins


def shallow(trained: str, batch: int | None, steps: int) -> Callable[[str | Backend], Any]:
    """A run of a two-layer network on a device."""
    rng = np.random.default_rng(0)
    start: dict[str, Any] = {"hidden": NormalHidden(), "output": NormalOutput(0.1), "batches": Batches(batch)}
    network = Shallow(rng.standard_normal((5, 3)), rng.standard_normal(5), "tanh", trained=trained, **start)
    options: dict[str, Any] = {"k": 40, "step_size": 0.002, "steps": steps, "trials": range(3)}
    return lambda device: descend(network, checkpoints=[0, 5], device=device, **options)


def deep_run(batch: int | None, steps: int) -> Callable[[str | Backend], Any]:
    """A run of a network with two hidden layers on a device."""
    problem = deep.MarginProblem(X=np.eye(3), y=[1, -1, 1], loss="squared_hinge")
    options: dict[str, Any] = {"widths": (16, 16), "step_size": 0.01, "steps": steps, "batch": batch}
    return lambda device: deep.train(problem, trials=range(2), checkpoints=[0, 5], device=device, **options)


def a_step(emulation: Emulation, make: Callable[[int], Callable[[str | Backend], Any]]) -> dict[str, float]:
    """What each of 40 steps does."""
    counts = []
    for steps in (10, 50):
        make(steps)("cuda")
        emulation.clear()
        make(steps)("cuda")
        counts.append(emulation.counts())
    return {name: (counts[1][name] - counts[0][name]) / 40 for name in ("launches", "calls", "uploads", "downloads")}


@pytest.mark.parametrize("batch", [None, 2])
@pytest.mark.parametrize("trained", ["hidden", "output", "both"])
def test_two_layers_agree_with_numpy(cuda: str, trained: str, batch: int | None) -> None:
    """Gradient descent and SGD on either layer or both: curves and spectra."""
    ours, theirs = (shallow(trained, batch, 12)(device) for device in (cuda, "cpu"))
    assert ours.backend == cuda
    for name in ("loss", "misfit", "distance", "path_length", "sigma_min_J", "norm_J", "drift_J"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-11, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("batch", [None, 2])
def test_deep_networks_agree_with_numpy(cuda: str, batch: int | None) -> None:
    """Gradient descent and SGD on a margin loss."""
    ours, theirs = (deep_run(batch, 12)(device) for device in (cuda, "cpu"))
    assert ours.backend == cuda
    np.testing.assert_allclose(ours.risk, theirs.risk, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(ours.steps, theirs.steps)


@pytest.mark.cupy
@pytest.mark.parametrize("trained", ["hidden", "output", "both"])
def test_a_step_of_two_layers_copies_nothing(emulation: Emulation, trained: str) -> None:
    """Launches within the budget; batches are drawn ahead and uploaded together."""
    step = a_step(emulation, lambda steps: shallow(trained, 1, steps))
    assert 0 < step["launches"] <= SHALLOW_LAUNCHES
    assert step["uploads"] == step["downloads"] == 0


@pytest.mark.cupy
def test_a_step_of_a_deep_network_fetches_nothing(emulation: Emulation) -> None:
    """Launches within the budget; eigensolves, whose flags are fetched, are left to the checkpoints."""
    step = a_step(emulation, lambda steps: deep_run(1, steps))
    assert 0 < step["launches"] <= DEEP_LAUNCHES
    assert step["uploads"] <= DEEP_UPLOADS
    assert step["downloads"] == 0


@pytest.mark.cupy
@pytest.mark.parametrize("make", [lambda: shallow("both", 1, 5), lambda: deep_run(1, 5)])
def test_a_lost_device_is_told_and_left(
    emulation: Emulation, make: Callable[[], Callable[[str | Backend], Any]]
) -> None:
    """Asked for, the failure is the error; chosen by `auto`, the run is made on the CPU."""
    run = make()
    run("cpu")
    found = {device: select_device(device) for device in ("cuda", "auto")}
    with emulation.failing("launchKernel", 719):
        with pytest.raises(DeviceFault, match="the CUDA device failed"):
            run(found["cuda"])
        assert run(found["auto"]).backend == "cpu"
