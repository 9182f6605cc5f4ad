"""Put the emulation in place, once a process."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from tests.cupy_on_cpu import blas, capsules, libraries, memory, runtime, solver
from tests.cupy_on_cpu.compiling import shared_object
from tests.cupy_on_cpu.emulation import EMULATION, Emulation
from tests.cupy_on_cpu.kernels import compile_kernels

PINNED = "14.2.0"  # its private parts are used: another version must be tried before it is pinned
_ANSWERING = (blas, solver)


@cache
def install() -> Emulation:
    """Replace what lies below CuPy and return the emulation of its one device."""
    if "cupy" in sys.modules:
        raise RuntimeError("the emulation must be installed before the first import of cupy")
    os.environ["CUPY_ACCELERATORS"] = ""  # no CUB: reductions go through generated kernels
    os.environ["CUPY_CACHE_IN_MEMORY"] = "1"
    library = ctypes.CDLL(str(shared_object("#include <stdint.h>\n" + memory.SOURCE, suffix=".c")), ctypes.RTLD_GLOBAL)
    _replace("runtime", runtime.HARMLESS_RUNTIME, native=memory.NATIVE, library=library)
    _replace("driver", runtime.HARMLESS_DRIVER, native={}, library=library)
    _link_libraries()
    import cupy

    if cupy.__version__ != PINNED:
        raise RuntimeError(f"the emulation is written for CuPy {PINNED}, not {cupy.__version__}")
    from cupy.cuda import compiler, function

    def compile_module(source: str, options: tuple[str, ...] = (), **_: Any) -> Any:
        module = function.Module()
        module.load(compile_kernels(source, options).encode())
        return module

    compiler._compile_module_with_cache = compile_module
    return EMULATION


def _replace(name: str, harmless: frozenset[str], *, native: dict[str, str], library: ctypes.CDLL) -> None:
    module: Any = importlib.import_module(f"cupy_backends.cuda.api.{name}")
    if name == "runtime":
        answers = runtime.runtime_answers(lambda: library, module.CUDARuntimeError)
    else:
        answers = runtime.driver_answers(lambda status: _driver_error(module.CUDADriverError, status))
    declared = "".join(f"extern void {function}();\n" for function in native.values())
    capsules.replace(module.__name__, answers, harmless=harmless, native=native, extra=declared)


def _driver_error(kind: Any, status: int) -> Exception:
    """The driver's exception without the driver, which CuPy asks for the name of the status."""
    error = kind.__new__(kind)
    RuntimeError.__init__(error, f"CUDA_ERROR {status}")
    error.status = status
    return error


def _link_libraries() -> None:
    from cuda import pathfinder

    found = importlib.util.find_spec("cupy_backends")
    assert found is not None
    assert found.origin is not None
    root = Path(found.origin).parent
    wrappers = [*(root / "cuda" / "libs").glob("cu[bs]*.so"), *(root.parent / "cupyx").glob("_cusolver*.so")]
    libraries.install(wrappers, pathfinder)
