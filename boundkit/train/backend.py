"""Where arrays live: NumPy on the CPU (the default) or CuPy on a CUDA device, chosen by trying it."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import array_api_compat.numpy
import numpy as np

from boundkit.errors import Infeasible, unknown
from boundkit.train.checks import LARGEST_WORKERS, integer
from boundkit.train.cuda import (
    DeviceFault,
    cuda_status,
    cupy_installed,
    cupy_version,
    device_memory,
    evaluator,
    guarded,
)

Array = Any
Result = TypeVar("Result")
Function = TypeVar("Function", bound=Callable[..., Any])
DEVICES = ("auto", "cpu", "cuda")
_LEFT: ContextVar[list[str] | None] = ContextVar("left", default=None)


@dataclass(frozen=True)
class Backend:
    """An array namespace with the two doors to and from the host.

    `reason` says why this backend was taken (for `auto`, why not the other one). `fused` allows the NumPy passes
    that write into buffers; without it the array-API code runs as on any other namespace. `compiled` allows Numba
    in them, where it is installed and knows the activation. `evaluator` gives an activation in the form that is
    fastest here. All work is done inside `guard()`, which turns failures of a device into DeviceFault and
    MemoryError; an `optional` backend may then be left for the CPU.
    """

    name: str
    xp: Any
    reason: str
    upload: Callable[[np.ndarray], Array]
    download: Callable[[Array], np.ndarray]
    memory: Callable[[], int]
    version: str | None = None
    fused: bool = False
    compiled: bool = False
    evaluator: Callable[[Any], Any] = lambda activation: activation
    guard: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
    optional: bool = False

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
        return _cuda(reason, optional=device == "auto")
    if device == "cuda":
        raise Infeasible(f"device = cuda: {reason}")
    return _cpu(f"cuda is not used: {reason}")


def on_device(device: str | Backend, compute: Callable[[Backend], Result]) -> Result:
    """The result of `compute` on the backend for `device`; on the CPU, which says why, when `auto` chose a device
    that then fails. Raises Infeasible when memory runs out.

    >>> on_device("cpu", lambda backend: backend.name)
    'cpu'
    """
    backend = select_device(device)
    try:
        with backend.guard():
            return compute(backend)
    except MemoryError as error:
        raise Infeasible(f"out of memory on {backend.name}: {error}") from None
    except DeviceFault as fault:
        if not backend.optional:
            raise
        reason = f"cuda is not used: {fault}"
    left = _LEFT.get()
    if left is not None:
        left.append(reason)
    return compute(_cpu(reason))


@contextlib.contextmanager
def devices_left(device: str | Backend) -> Iterator[list[str]]:
    """The reasons for which `auto` does without CUDA inside the block although CuPy is installed: it cannot be used, or
    it fails there and is left for the CPU. Raises what `select_device` raises.

    >>> with devices_left("cpu") as reasons:
    ...     name = on_device("cpu", lambda backend: backend.name)
    >>> name, reasons
    ('cpu', [])
    """
    chosen = select_device(device)
    reasons = [chosen.reason] if device == "auto" and chosen.name == "cpu" and cupy_installed() else []
    token = _LEFT.set(reasons)
    try:
        yield reasons
    finally:
        _LEFT.reset(token)


def with_fallback(function: Function) -> Function:
    """A function with an argument `device`, run by `on_device`; the function itself then gets the backend."""

    @functools.wraps(function)
    def run(*arguments: Any, device: str | Backend = "auto", **options: Any) -> Any:
        return on_device(device, lambda backend: function(*arguments, device=backend, **options))

    return cast(Function, run)


def backends() -> list[dict[str, Any]]:
    """One row a backend for `boundkit doctor`: name, usable, reason, version.

    >>> [row["name"] for row in backends()]
    ['cpu', 'cuda']
    """
    usable, reason = cuda_status()
    return [
        {"name": "cpu", "usable": True, "reason": "NumPy", "version": np.__version__},
        {"name": "cuda", "usable": usable, "reason": reason, "version": cupy_version()},
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


def worker_count(workers: int | None, backend: Backend) -> int:
    """The threads to use on the CPU: as many as asked for, otherwise its cores. One thread feeds a device."""
    count = usable_cores() if workers is None else integer("workers", workers, 1, LARGEST_WORKERS)
    return count if backend.fused else 1


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
        compiled=True,
    )


def _cuda(reason: str, *, optional: bool) -> Backend:
    import array_api_compat.cupy
    import cupy

    return Backend(
        name="cuda",
        xp=array_api_compat.cupy,
        reason=reason,
        upload=cupy.asarray,
        download=cupy.asnumpy,
        memory=device_memory,
        version=cupy.__version__,
        evaluator=evaluator,
        guard=guarded,
        optional=optional,
    )


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
