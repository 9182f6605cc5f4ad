"""The CUDA runtime and driver of the emulated device, and the kernels that the driver launches."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable
from typing import Any

from tests.cupy_on_cpu import memory
from tests.cupy_on_cpu.emulation import EMULATION
from tests.cupy_on_cpu.kernels import entry_point

ARCHITECTURE = 80
VERSION = 13020
_IDS = itertools.count(100)
_ATTRIBUTES = {
    1: 1024,  # threads a block
    8: 49152,  # shared memory a block
    10: 32,  # warp size
    16: 108,  # multiprocessors
    39: 2048,  # threads a multiprocessor
    75: ARCHITECTURE // 10,
    76: ARCHITECTURE % 10,
    81: 167936,
    97: 167936,
}
_PROPERTIES = {
    "name": b"CuPy on the CPU",
    "major": ARCHITECTURE // 10,
    "minor": ARCHITECTURE % 10,
    "totalGlobalMem": 2**34,
    "multiProcessorCount": 108,
    "warpSize": 32,
    "maxThreadsPerBlock": 1024,
    "sharedMemPerBlock": 49152,
    "pciBusID": 0,
    "pciDeviceID": 0,
    "pciDomainID": 0,
}
HARMLESS_RUNTIME = frozenset(
    [
        *("check_status", "_ensure_context", "_is_hip_environment", "pointerGetMemoryType"),
        *("getDevice", "setDevice", "deviceSynchronize", "graphDestroy", "graphExecDestroy"),
        *("streamSynchronize", "streamQuery", "streamDestroy", "streamIsCapturing", "streamWaitEvent"),
        *("eventDestroy", "eventRecord", "eventQuery", "eventSynchronize", "eventElapsedTime"),
    ]
)
HARMLESS_DRIVER = frozenset(["moduleUnload", "linkDestroy"])


def _guarded(name: str, function: Callable[..., Any], failure: Callable[[int], Exception]) -> Callable[..., Any]:
    """The function, failing with the status that the emulation was told."""

    def answer(*arguments: Any, **named: Any) -> Any:
        if name in EMULATION.faults:
            raise failure(EMULATION.faults[name])
        return function(*arguments, **named)

    return answer


def runtime_answers(library: Callable[[], Any], failure: Callable[[int], Exception]) -> dict[str, Any]:
    """What the CUDA runtime says: one device, its properties, and host memory."""

    def fresh(*_: Any) -> int:
        return next(_IDS)

    answers: dict[str, Callable[..., Any]] = {
        "getDeviceCount": lambda: 1,
        "getDevice": lambda: 0,
        "deviceGetAttribute": lambda attribute, device: _ATTRIBUTES.get(attribute, 1),
        "getDeviceProperties": lambda device: dict(_PROPERTIES),
        "driverGetVersion": lambda: VERSION,
        "runtimeGetVersion": lambda: VERSION,
        "_getLocalRuntimeVersion": lambda: VERSION,
        "_getCUDAMajorVersion": lambda: VERSION // 1000,
        **dict.fromkeys(("eventCreate", "eventCreateWithFlags"), fresh),
        **dict.fromkeys(("streamCreate", "streamCreateWithFlags", "streamCreateWithPriority"), fresh),
    }
    guarded = {name: _guarded(name, function, failure) for name, function in answers.items()}
    return {**guarded, **memory.answers(library, failure)}


def driver_answers(failure: Callable[[int], Exception]) -> dict[str, Any]:
    """What the CUDA driver does: load compiled kernels and run them, counting."""
    modules: dict[int, ctypes.PyDLL] = {}
    functions: dict[int, tuple[str, Any]] = {}

    def load(data: bytes) -> int:
        handle = next(_IDS)
        modules[handle] = ctypes.PyDLL(bytes(data).decode())  # one kernel at a time
        return handle

    def find(module: int, name: str | bytes) -> int:
        handle = next(_IDS)
        text = name.decode() if isinstance(name, bytes) else name
        functions[handle] = (text, getattr(modules[module], entry_point(text)))
        return handle

    def launch(function: int, *rest: int) -> None:
        name, run = functions[function]
        EMULATION.launches.append(name)
        grid_and_block, parameters = rest[:6], rest[8]
        run(ctypes.c_void_p(parameters), *map(ctypes.c_uint, grid_and_block))

    answers: dict[str, Callable[..., Any]] = {
        "moduleLoadData": load,
        "moduleLoad": load,
        "moduleGetFunction": find,
        "launchKernel": launch,
        "funcGetAttribute": lambda attribute, function: 1024,
        "ctxGetCurrent": lambda: 1,
        "ctxGetDevice": lambda: 0,
        "get_build_version": lambda: VERSION,
        "occupancyMaxPotentialBlockSize": lambda *_: (108, 1024),
    }
    return {name: _guarded(name, function, failure) for name, function in answers.items()}
