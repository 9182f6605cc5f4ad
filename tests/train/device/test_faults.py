"""A device that runs out of memory, is lost, or whose libraries fail: emulated, and never silent."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from boundkit.errors import Infeasible
from boundkit.train import Problem, measure, train
from boundkit.train.backend import Backend, select_device
from boundkit.train.cuda import DeviceFault
from tests.cupy_on_cpu import Emulation
from tests.train.conftest import sphere_problem

pytestmark = pytest.mark.cupy

OPTIONS: dict[str, Any] = {"k": 4000, "trials": range(4)}
TRAINING: dict[str, Any] = {**OPTIONS, "step_size": 0.1, "steps": 3}


def boastful() -> Backend:
    """The device with a plan that believes in more memory than there is."""
    return dataclasses.replace(select_device("cuda"), memory=lambda: 2**50)


def nearly_singular() -> Problem:
    """Data whose Jacobian needs a QR factorisation."""
    X = np.array([[1.0, 0.0], [np.cos(1e-9), np.sin(1e-9)]])
    return Problem(X=X, y=[1.0, 2.0], activation="softplus")


@pytest.mark.usefixtures("emulation")
def test_running_out_of_device_memory_halves_the_block(emulation: Emulation) -> None:
    """CuPy's OutOfMemoryError restarts with smaller blocks and fewer trials at once, and the result is the same."""
    problem, backend = sphere_problem(3, 3, "softplus"), boastful()
    expected = train(problem, device="cpu", **TRAINING)
    assert train(problem, device=backend, **TRAINING).block == 4000
    start = measure(problem, device="cpu", **OPTIONS)
    import cupy

    cupy.get_default_memory_pool().free_all_blocks()
    with emulation.limited(1_200_000):
        run = train(problem, device=backend, **TRAINING)
        found = measure(problem, device=backend, **OPTIONS)
    assert run.block < 4000
    np.testing.assert_allclose(run.misfit, expected.misfit, rtol=1e-12)
    np.testing.assert_allclose(found.misfit_0, start.misfit_0, rtol=1e-12)


@pytest.mark.parametrize("limit", [100_000, 0])
def test_a_device_that_is_too_small_is_infeasible_in_one_line(emulation: Emulation, limit: int) -> None:
    """When the smallest blocks, or the data themselves, do not fit, the error says so."""
    problem, backend = sphere_problem(3, 3, "softplus"), boastful()
    with emulation.limited(limit), pytest.raises(Infeasible, match="out of memory") as raised:
        train(problem, device=backend, **TRAINING)
    assert "\n" not in str(raised.value)
    with emulation.limited(100_000), pytest.raises(Infeasible, match="GiB of memory on cuda"):
        train(problem, device="cuda", **TRAINING)


@pytest.mark.parametrize(("function", "code"), [("cublasGemmStridedBatchedEx", -3)])
def test_a_library_without_memory_counts_as_out_of_memory(emulation: Emulation, function: str, code: int) -> None:
    """cuBLAS cannot allocate its workspace: smaller blocks are tried before giving up."""
    with emulation.failing(function, code), pytest.raises(Infeasible, match="out of memory even in blocks of"):
        train(sphere_problem(3, 3, "softplus"), device="cuda", **TRAINING)


@pytest.mark.parametrize(
    ("function", "code"), [("launchKernel", 719), ("memcpy", 700), ("malloc", 46), ("cublasGemmStridedBatchedEx", -13)]
)
def test_a_lost_device_is_one_line_and_auto_goes_on_without_it(emulation: Emulation, function: str, code: int) -> None:
    """Asked for, the device's failure is the error; chosen, the run is made on the CPU and says why."""
    problem = sphere_problem(3, 3, "softplus")
    expected = train(problem, device="cpu", **TRAINING)
    assert train(problem, device="auto", **TRAINING).backend == "cuda"
    for compute in (train, measure):
        options = TRAINING if compute is train else OPTIONS
        select_device("cuda")
        import cupy

        cupy.get_default_memory_pool().free_all_blocks()
        with emulation.failing(function, code):
            with pytest.raises(DeviceFault, match="the CUDA device failed: CU") as raised:
                compute(problem, device=_found("cuda"), **options)
            assert "\n" not in str(raised.value)
            result = compute(problem, device=_found("auto"), **options)
        if compute is train:
            assert (result.backend, result.reason.split(": ")[0]) == ("cpu", "cuda is not used")
            assert "the CUDA device failed" in result.reason
            np.testing.assert_array_equal(result.misfit, expected.misfit)


def _found(device: str) -> Backend:
    """The device as it was found before it failed."""
    return FOUND[device]


FOUND: dict[str, Backend] = {}


@pytest.fixture(autouse=True)
def _find(emulation: Emulation) -> None:
    FOUND.update({device: select_device(device) for device in ("cuda", "auto")})
    emulation.clear()


def test_after_a_failure_the_device_is_probed_again(emulation: Emulation) -> None:
    """A device that stays lost is not chosen a second time, and is chosen again when it is back."""
    problem = sphere_problem(3, 3, "softplus")
    assert select_device("auto").name == "cuda"
    with emulation.failing("launchKernel", 719):
        assert train(problem, device="auto", **TRAINING).backend == "cpu"
        again = select_device("auto")
        assert again.name == "cpu"
        assert "719" in again.reason
        with pytest.raises(Infeasible, match="device = cuda: NVRTC is not usable"):
            train(problem, device="cuda", **TRAINING)


@pytest.mark.parametrize("function", ["cusolverDnDgeqrf", "cusolverDnDorgqr"])
def test_info_flags_of_cusolver_are_errors(emulation: Emulation, function: str) -> None:
    """CuPy ignores them unless told otherwise; the run fails in one line instead of using the numbers."""
    problem = nearly_singular()
    options: dict[str, Any] = {"k": 40, "device": "cuda"}
    with emulation.failing(function, 3):
        with pytest.raises(DeviceFault, match=r"LinAlgError.*devInfo"):
            measure(problem, **options)
        with pytest.raises(DeviceFault, match=r"LinAlgError.*devInfo"):
            train(problem, step_size=0.1, steps=1, checkpoints=[0], **options)


def test_factors_that_are_wrong_without_a_flag_are_found(emulation: Emulation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The factors must reproduce the Gram matrix, which matrix products gave."""
    import cupy

    right = cupy.linalg.qr
    monkeypatch.setattr(cupy.linalg, "qr", lambda a, mode="reduced": (right(a)[0], 1.001 * right(a)[1]))
    monkeypatch.setattr("array_api_compat.cupy.linalg.qr", cupy.linalg.qr)
    with pytest.raises(DeviceFault, match="does not reproduce the Gram matrix"):
        measure(nearly_singular(), k=40, device="cuda")


def test_errors_of_the_caller_pass_unchanged(emulation: Emulation) -> None:
    """Only failures of the device are translated."""

    def stop(done: int, total: int) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        train(sphere_problem(3, 3, "softplus"), device="cuda", progress=stop, **TRAINING)
