from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from boundkit.errors import BadInput, Infeasible
from boundkit.train import backend, cuda


@pytest.fixture
def no_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without CuPy."""
    cuda.cuda_status.cache_clear()
    monkeypatch.setattr(cuda.importlib.util, "find_spec", lambda name: None)
    yield
    cuda.cuda_status.cache_clear()


def fake_cupy(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """A module that answers as CuPy does on a device, apart from `changes`."""
    properties = {"name": b"a device"}
    runtime = SimpleNamespace(
        getDeviceCount=changes.get("count", lambda: changes.get("devices", 1)),
        getDeviceProperties=lambda i: properties,
        driverGetVersion=lambda: changes.get("driver", 13020),
        runtimeGetVersion=lambda: 13020,
    )
    module = SimpleNamespace(
        float64=np.float64,
        arange=changes.get("arange", np.arange),
        eye=changes.get("eye", np.eye),
        full=np.full,
        asarray=np.asarray,
        linalg=SimpleNamespace(eigvalsh=changes.get("eigvalsh", np.linalg.eigvalsh)),
        cuda=SimpleNamespace(runtime=runtime, Device=lambda: SimpleNamespace(id=0)),
    )
    cuda.cuda_status.cache_clear()
    monkeypatch.setattr(cuda.importlib.util, "find_spec", lambda name: name)
    monkeypatch.setitem(sys.modules, "cupy", module)


def raising(error: Exception) -> object:
    """A function that only raises."""

    def function(*_: object, **__: object) -> None:
        raise error

    return function


@pytest.mark.usefixtures("no_cupy")
def test_auto_takes_the_cpu_and_says_why_not_cuda() -> None:
    """Without CuPy, `auto` is NumPy with the reason, and `cuda` is refused with the same reason."""
    chosen = backend.select_device("auto")
    assert chosen.name == "cpu"
    assert "CuPy is not installed" in chosen.reason
    with pytest.raises(Infeasible, match="CuPy is not installed"):
        backend.select_device("cuda")


def test_unknown_devices_are_refused_with_the_nearest_name() -> None:
    """A misspelt device is a BadInput that suggests the right one and lists them all."""
    with pytest.raises(BadInput, match=r"did you mean cuda.*valid: auto, cpu, cuda") as raised:
        backend.select_device("cudaa")
    assert set(raised.value.choices or ()) == {"auto", "cpu", "cuda"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (True, "a device")),
        ({"devices": 0}, (False, "no CUDA device is visible")),
        (
            {"count": raising(RuntimeError("35")), "driver": 0},
            (False, "no CUDA driver is installed (RuntimeError: 35)"),
        ),
        (
            {"count": raising(RuntimeError("35")), "driver": 12080},
            (False, "the driver is too old: it supports CUDA 12.8, this CuPy needs CUDA 13.2"),
        ),
        ({"count": raising(RuntimeError("100"))}, (False, "no usable CUDA device: RuntimeError: 100")),
        (
            {"arange": raising(RuntimeError("no nvrtc\nlong text"))},
            (False, "NVRTC is not usable: RuntimeError: no nvrtc"),
        ),
        ({"eye": raising(ImportError("libcublas"))}, (False, "cuBLAS is not usable: ImportError: libcublas")),
        (
            {"eigvalsh": lambda a: np.array([1.0, np.nan])},
            (False, "the cuSOLVER probe returned nan, expected 3.0"),
        ),
    ],
)
def test_the_probe_reports_the_library_that_fails(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], expected: tuple[bool, str]
) -> None:
    """A device counts as usable only if compiling, multiplying and diagonalising give right numbers."""
    fake_cupy(monkeypatch, **changes)
    assert cuda.cuda_status() == expected
    cuda.cuda_status.cache_clear()


def test_doctor_lists_both_backends_and_the_blas() -> None:
    """Rows have the keys of the interface; the CPU is always usable."""
    report = backend.doctor()
    rows = {row["name"]: row for row in report["backends"]}
    assert set(rows) == {"cpu", "cuda"}
    assert all(set(row) == {"name", "usable", "reason", "version"} for row in rows.values())
    assert rows["cpu"]["usable"] is True
    assert report["threads"] >= 1
    assert report["blas"]


def test_available_memory_is_positive_and_not_more_than_the_machine_has() -> None:
    """The host's free memory lies between a megabyte and its total."""
    import os

    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 2**20 < backend.host_memory() <= total


def test_work_leaves_an_optional_device_that_fails_and_no_other() -> None:
    """After a DeviceFault the CPU takes over only where the device was chosen and not asked for; it says why."""
    chosen = dataclasses.replace(backend.select_device("cpu"), name="device", fused=False)

    def compute(where: backend.Backend) -> tuple[str, str]:
        if where.name == "device":
            raise cuda.DeviceFault("lost")
        return where.name, where.reason

    assert backend.on_device(dataclasses.replace(chosen, optional=True), compute) == ("cpu", "cuda is not used: lost")
    with pytest.raises(cuda.DeviceFault, match="lost"):
        backend.on_device(chosen, compute)
    with pytest.raises(Infeasible, match="out of memory on device: 3 bytes"):
        backend.on_device(chosen, raising(MemoryError("3 bytes")))


def test_one_thread_feeds_a_device() -> None:
    """Workers are threads of the CPU; settings of CuPy belong to a thread."""
    host = backend.select_device("cpu")
    assert backend.worker_count(3, host) == 3
    assert backend.worker_count(3, dataclasses.replace(host, fused=False)) == 1
    with pytest.raises(BadInput, match="workers"):
        backend.worker_count(0, host)


def test_both_locks_pin_the_same_versions() -> None:
    """What `make test-cupy` installs beside CuPy is what `make test` installs."""
    folder = Path(__file__).parents[2] / "requirements"
    everything, light = (set((folder / name).read_text().split()) for name in ("ci.txt", "gpu.txt"))
    alone = {line.split("==")[0] for line in light - everything if "==" in line}
    assert alone == {"cuda-pathfinder", "cupy-cuda13x", "nvidia-cuda-nvrtc"}


def test_more_workers_than_any_machine_has_cores_are_refused() -> None:
    """The message says how many may be asked for."""
    cpu = backend.select_device("cpu")
    assert backend.worker_count(1024, cpu) == 1024
    with pytest.raises(BadInput, match="workers = 1025: must be an integer from 1 to 1024"):
        backend.worker_count(1025, cpu)
