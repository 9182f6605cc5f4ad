"""The CUDA C++ that CuPy generates, compiled for the host."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from tests.cupy_on_cpu.compiling import shared_object
from tests.cupy_on_cpu.emulation import EMULATION

_KERNEL = re.compile(r"__global__\s+void\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?(\w+)\s*\(")
_DYNAMIC = re.compile(r"extern\s+__shared__\s+([\w ]+?)\s+(\w+)\s*\[\s*\]\s*;")
_BARRIERS = ("__syncthreads", "__syncwarp")


def entry_point(kernel: str) -> str:
    """The name of the C function that runs a kernel on the host."""
    return f"on_host_{kernel}"


def compile_kernels(source: str, options: Sequence[str]) -> str:
    """The path of a shared object with an entry point for every kernel of the source."""
    EMULATION.sources[hashlib.sha256(source.encode()).hexdigest()] = (source, tuple(options))
    together = str(int(any(barrier in source for barrier in _BARRIERS)))
    body = _DYNAMIC.sub(r"\1 *\2 = (\1 *)on_host_shared;", source)
    entries = "".join(
        f'extern "C" void {entry_point(name)}(void **p, unsigned gx, unsigned gy, unsigned gz, unsigned bx,'
        f" unsigned by, unsigned bz) {{ on_host_launch(&{name}, p, {{gx, gy, gz}}, {{bx, by, bz}}, {together}); }}\n"
        for name in _KERNEL.findall(source)
    )
    return str(shared_object(f'#include "cuda_on_host.h"\n{body}\n{entries}', *_host_options(options), suffix=".cpp"))


def _host_options(options: Sequence[str]) -> list[str]:
    """Macros and include folders, but for the headers of CUDA itself."""
    return [o for o in options if o.startswith(("-D", "-I")) and "_cccl" not in o and "nvidia" not in o]
