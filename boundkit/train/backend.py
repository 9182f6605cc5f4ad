"""Where arrays live: NumPy on the CPU (the default) or CuPy on a CUDA device, chosen by trying it."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import array_api_compat.numpy
import numpy as np

from boundkit.errors import Infeasible, unknown

Array = Any
DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class Backend:
    """An array namespace with the two doors to and from the host.

    `reason` says why this backend was taken (for `auto`, why not the other one). `fused` allows the NumPy
    passes that write into buffers; without it the array-API code runs as on any other namespace.
    """

    name: str
    xp: Any
    reason: str
    upload: Callable[[np.ndarray], Array]
    download: Callable[[Array], np.ndarray]
    memory: Callable[[], int]
    version: str | None = None
    fused: bool = False

    def asarray(self, host: Any) -> Array:
        """A float64 array of this backend with the values of a host array."""
        return self.upload(np.ascontiguousarray(host, dtype=np.float64))

    def to_host(self, array: Array) -> np.ndarray:
        """The values of an array of this backend as a NumPy array."""
        return self.download(array)


def select_device(device: str | Backend = "auto") -> Backend:
    """The backend for `"cpu"`, `"cuda"` or `"auto"` (CUDA when it works, with the reason when it does not).

    Raises BadInput for another name and Infeasible, with the reason, when CUDA is asked for and unusable.

    >>> select_device("cpu").name
    'cpu'
    """
    if isinstance(device, Backend):
        return device
    if device not in DEVICES:
        raise unknown("device", device, DEVICES)
    if device == "cpu":
        return _cpu("asked for")
    usable, reason = cuda_status()
    if usable:
        return _cuda(reason)
    if device == "cuda":
        raise Infeasible(f"device = cuda: {reason}")
    return _cpu(f"cuda is not used: {reason}")


def backends() -> list[dict[str, Any]]:
    """One row a backend for `boundkit doctor`: name, usable, reason, version.

    >>> [row["name"] for row in backends()]
    ['cpu', 'cuda']
    """
    usable, reason = cuda_status()
    return [
        {"name": "cpu", "usable": True, "reason": "NumPy", "version": np.__version__},
        {"name": "cuda", "usable": usable, "reason": reason, "version": _cupy_version()},
    ]


def doctor() -> dict[str, Any]:
    """The backends, the BLAS libraries that NumPy and SciPy call, and the threads that training would use.

    >>> sorted(doctor())
    ['backends', 'blas', 'threads']
    """
    from threadpoolctl import threadpool_info

    libraries = [
        " ".join(str(info[part]) for part in ("internal_api", "version", "architecture") if info.get(part))
        for info in threadpool_info()
        if info["user_api"] == "blas"
    ]
    return {"backends": backends(), "blas": sorted(set(libraries)), "threads": usable_cores()}


def usable_cores() -> int:
    """The number of cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def cuda_status() -> tuple[bool, str]:
    """Whether CuPy can compile, multiply and diagonalise on a device, and the reason or the device's name.

    Counting devices is not enough: a driver without NVRTC, cuBLAS or cuSOLVER fails only when they are used,
    and launches are asynchronous, so each probe copies its answer back. Never raises.
    """
    if importlib.util.find_spec("cupy") is None:
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
        return False, f"no usable CUDA device: {_one_line(error)}"
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


def _one_line(error: Exception) -> str:
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:160]}"


def _cpu(reason: str) -> Backend:
    return Backend(
        name="cpu",
        xp=array_api_compat.numpy,
        reason=reason,
        upload=lambda host: host,
        download=np.asarray,
        memory=host_memory,
        version=np.__version__,
        fused=True,
    )


def _cuda(reason: str) -> Backend:
    import array_api_compat.cupy
    import cupy

    return Backend(
        name="cuda",
        xp=array_api_compat.cupy,
        reason=reason,
        upload=cupy.asarray,
        download=cupy.asnumpy,
        memory=lambda: int(cupy.cuda.Device().mem_info[0]),
        version=cupy.__version__,
    )


def _cupy_version() -> str | None:
    for distribution in ("cupy-cuda13x", "cupy-cuda12x", "cupy"):
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def host_memory() -> int:
    """Bytes of memory that this process can still take without swapping."""
    limits = []
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines() if ":" in line)
        limits.append(int(fields["MemAvailable"].split()[0]) * 1024)
    cgroup = Path("/sys/fs/cgroup")
    with contextlib.suppress(OSError, ValueError):  # no control group, or no limit in it
        limits.append(int((cgroup / "memory.max").read_text()) - int((cgroup / "memory.current").read_text()))
    if not limits:
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return max(0, min(limits))
