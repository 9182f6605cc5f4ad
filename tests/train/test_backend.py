from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from boundkit.errors import BadInput, Infeasible
from boundkit.train import backend


@pytest.fixture
def no_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without CuPy."""
    backend.cuda_status.cache_clear()
    monkeypatch.setattr(backend.importlib.util, "find_spec", lambda name: None)
    yield
    backend.cuda_status.cache_clear()


def fake_cupy(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """A module that answers as CuPy does on a device, apart from `changes`."""
    properties = {"name": b"a device"}
    runtime = SimpleNamespace(
        getDeviceCount=lambda: changes.get("devices", 1), getDeviceProperties=lambda i: properties
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
    backend.cuda_status.cache_clear()
    monkeypatch.setattr(backend.importlib.util, "find_spec", lambda name: name)
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
    """A misspelt device is a BadInput that suggests the right one."""
    with pytest.raises(BadInput, match="did you mean cuda") as raised:
        backend.select_device("cudaa")
    assert set(raised.value.choices or ()) == {"auto", "cpu", "cuda"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (True, "a device")),
        ({"devices": 0}, (False, "no CUDA device is visible")),
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
    assert backend.cuda_status() == expected
    backend.cuda_status.cache_clear()


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
