"""The real CuPy on a machine without a GPU: a test tool, pinned to the CuPy of requirements/gpu.txt.

CuPy's Cython core, its code generator and its wrappers of the CUDA libraries run unchanged. What lies below them is
replaced: device memory is host memory (`memory`), the CUDA C++ that CuPy generates is compiled by g++ and run block by
block (`kernels`, `cuda_on_host.h`), and cuBLAS and cuSOLVER are small shared libraries that ask NumPy and LAPACK
(`libraries`, `blas`, `solver`). Whatever is not replaced raises, so that nothing passes by accident.

`install()` must run before the first `import cupy` of the process and returns the `Emulation`: kernel launches, library
calls and copies between host and device as they happen, a limit on device memory, and faults on demand.

Not shown by it: speed, the numerics and failures of the true libraries, CUB reductions, sorting and cumulative sums
(which use CUB or the instructions of a warp), races between threads (they run in a fixed order), streams and graphs.
"""

from __future__ import annotations

from tests.cupy_on_cpu.emulation import Emulation
from tests.cupy_on_cpu.installation import install

__all__ = ["Emulation", "install"]
