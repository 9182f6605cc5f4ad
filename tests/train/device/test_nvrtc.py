"""Every CUDA source that the engine makes CuPy generate, compiled by NVIDIA's own compiler, which needs no device."""

from __future__ import annotations

import pytest

from boundkit.train import Problem, measure, train
from boundkit.train.cuda import _KERNELS
from tests.cupy_on_cpu import Emulation
from tests.train.conftest import sphere_problem

pytestmark = pytest.mark.cupy


def machine_code(source: str, options: tuple[str, ...], architecture: int) -> bytes:
    """The cubin for an architecture, with CuPy's own headers and options."""
    from cupy._core import core
    from cupy.cuda import compiler

    given = core.assemble_cupy_compiler_options(options)
    chosen = (*given, "--device-as-default-execution-space", f"-arch=sm_{architecture}", "-ftz=true")
    compiled = compiler._NVRTCProgram(source, "kernel.cu", method="cubin").compile(chosen)
    return bytes(compiled[0])


@pytest.fixture
def sources(emulation: Emulation) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The sources of all tests so far, and of these runs."""
    for activation in (*_KERNELS, "gelu"):
        problem = sphere_problem(3, 4, activation)
        train(problem, k=30, step_size=0.1, steps=3, checkpoints=[0, 3], trials=range(2), block=8, device="cuda")
    measure(Problem(X=[[1.0], [1.0]], y=[1.0, 2.0], activation="softplus"), k=40, device="cuda")
    return emulation.sources


@pytest.mark.parametrize("architecture", [80, 90])
def test_everything_that_the_engine_generates_compiles(
    sources: dict[str, tuple[str, tuple[str, ...]]], architecture: int
) -> None:
    """NVRTC makes machine code of each, the kernels of activations among them."""
    assert len(sources) > 12
    text = "".join(source for source, _ in sources.values())
    assert all(f"boundkit_{name}" in text for name in _KERNELS)
    for source, options in sources.values():
        assert machine_code(source, options, architecture).startswith(b"\x7fELF")


def test_a_wrong_source_is_refused(sources: dict[str, tuple[str, tuple[str, ...]]]) -> None:
    """The planted twin: a kernel that calls what does not exist."""
    from cupy.cuda.compiler import CompileException

    source, options = next(item for item in sources.values() if "boundkit_softplus" in item[0])
    with pytest.raises(CompileException, match="log1q"):
        machine_code(source.replace("log1p(decay)", "log1q(decay)"), options, 80)
