"""CuPy on a CUDA device: whether it can be used, what it computes with, and how its failures are told."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from boundkit.errors import BoundkitError
from boundkit.version import CUPY


class DeviceFault(BoundkitError):
    """A device that stopped working, or a library on it that reported a failure; one line."""


def cupy_installed() -> bool:
    """Whether there is a CuPy to import."""
    return importlib.util.find_spec("cupy") is not None


@functools.cache
def cuda_status() -> tuple[bool, str]:
    """Whether CuPy can compile, multiply and diagonalise on a device, and the reason or the device's name.

    Counting devices is not enough: a driver without NVRTC, cuBLAS or cuSOLVER fails only when they are used,
    and launches are asynchronous, so each probe copies its answer back. Never raises.
    """
    if not cupy_installed():
        return False, "CuPy is not installed (pip install 'boundkit[cuda13]' or 'boundkit[cuda12]')"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import cupy
    except Exception as error:
        return False, f"importing CuPy failed: {_one_line(error)}"
    try:
        if cupy.cuda.runtime.getDeviceCount() < 1:
            return False, "no CUDA device is visible"
    except Exception as error:
        return False, _without_device(cupy.cuda.runtime, error)
    symmetric = [[2.0, 1.0], [1.0, 2.0]]
    probes: tuple[tuple[str, Callable[[], float], float], ...] = (
        ("NVRTC", lambda: float((cupy.arange(4, dtype=cupy.float64) + 1).sum()), 10.0),
        ("cuBLAS", lambda: float((cupy.eye(3) @ cupy.full((2, 3, 3), 2.0)).sum()), 36.0),
        ("cuSOLVER", lambda: float(cupy.linalg.eigvalsh(cupy.asarray(symmetric))[1]), 3.0),
    )
    for library, probe, expected in probes:
        try:
            answer = probe()
        except Exception as error:
            return False, f"{library} is not usable: {_one_line(error)}"
        if not abs(answer - expected) < 1e-9:
            return False, f"the {library} probe returned {answer}, expected {expected}"
    properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)
    return True, properties["name"].decode()


def cupy_version() -> str | None:
    """The version of the installed CuPy wheel."""
    for distribution in CUPY:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(distribution)
    return None


def device_memory() -> int:
    """Bytes free on the device, those that CuPy holds ready included."""
    import cupy

    return int(cupy.cuda.Device().mem_info[0] + cupy.get_default_memory_pool().free_bytes())


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Inside, no failure of the device passes in silence or as a traceback of CuPy's.

    The info flags of cuSOLVER, which CuPy ignores by default, count. Lack of memory becomes a MemoryError, everything
    else that CuPy or a library of CUDA raises a DeviceFault, after which the device is probed again before it is used.
    """
    import cupyx

    try:
        with cupyx.errstate(linalg="raise"):
            yield
    except Exception as error:
        known = isinstance(error, np.linalg.LinAlgError) or type(error).__module__.split(".")[0] in _MODULES
        if not known or isinstance(error, MemoryError):
            raise
        if "ALLOC_FAILED" in str(error) or "out of memory" in str(error):
            raise MemoryError(_one_line(error)) from None
        cuda_status.cache_clear()
        raise DeviceFault(f"the CUDA device failed: {_one_line(error)}") from None


_MODULES = {"cupy", "cupyx", "cupy_backends", "cuda"}

# One pass over memory each, where array operations need four to ten. The comparisons let NaN through.
_KERNELS = {
    "softplus": """
        const T decay = exp(-abs(h));
        value = (h < 0 ? T(0) : h) + log1p(decay);
        slope = (h >= 0 ? T(1) : decay) / (1 + decay);""",
    "relu": """
        value = h < 0 ? T(0) : h;
        slope = h >= 0 ? T(1) : T(0);""",
    "tanh": """
        value = tanh(h);
        slope = 1 - value * value;""",
}


class FusedActivation:
    """The same activation, value and derivative from one kernel."""

    def __init__(self, name: str) -> None:
        import cupy

        self._kernel: Any = cupy.ElementwiseKernel("T h", "T value, T slope", _KERNELS[name], f"boundkit_{name}")

    def value_and_derivative(self, h: Any) -> tuple[Any, Any]:
        """(phi(h), phi'(h)) of an array on the device."""
        value, slope = self._kernel(h)
        return value, slope

    def derivative_values(self, h: Any) -> Any:
        """phi'(h)."""
        return self._kernel(h)[1]


_fused = functools.cache(FusedActivation)


def evaluator(activation: Any) -> Any:
    """The activation by a kernel of its own, where there is one."""
    return _fused(activation.name) if activation.name in _KERNELS else activation


def _without_device(runtime: Any, error: Exception) -> str:
    """Why counting devices failed: no driver, an old one, or one that reports an error."""
    driver, needed = runtime.driverGetVersion(), runtime.runtimeGetVersion()
    if driver == 0:
        return f"no CUDA driver is installed ({_one_line(error)})"
    if driver // 1000 < needed // 1000:
        return f"the driver is too old: it supports CUDA {_version(driver)}, this CuPy needs CUDA {_version(needed)}"
    return f"no usable CUDA device: {_one_line(error)}"


def _version(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:160]}"
