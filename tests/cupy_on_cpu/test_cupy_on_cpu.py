"""The emulation itself: CuPy's numbers against NumPy's, and refusals where it cannot answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.cupy_on_cpu import Emulation, install

pytestmark = pytest.mark.cupy

RNG = np.random.default_rng(0)
A, B, STACK = RNG.standard_normal((5, 4)), RNG.standard_normal((4, 6)), RNG.standard_normal((3, 4, 6))
TALL, SQUARE = RNG.standard_normal((2, 40, 35)), A @ A.T + np.eye(5)
SYMMETRIC = STACK @ STACK.swapaxes(1, 2)


@pytest.fixture
def emulation() -> Emulation:
    """The emulated device, counting from zero."""
    device = install()
    device.clear()
    return device


def both(function: Callable[[Any], Any]) -> tuple[np.ndarray, np.ndarray]:
    """What CuPy and NumPy give for the same expression."""
    import cupy

    return cupy.asnumpy(function(cupy)), np.asarray(function(np))


@pytest.mark.parametrize(
    "function",
    [
        lambda xp: xp.asarray(A)[::-1, 1:] + xp.asarray(B).T[:5, :3],
        lambda xp: xp.sum(xp.asarray(STACK), axis=(0, 2)),
        lambda xp: xp.max(xp.asarray(STACK), axis=1),
        lambda xp: xp.argmax(xp.asarray(A), axis=0),
        lambda xp: xp.asarray(A)[xp.asarray([3, 1, 1])],
        lambda xp: xp.asarray(A)[xp.asarray(A) > 0.3],
        lambda xp: xp.where(xp.asarray(A) > 0, xp.exp(xp.asarray(A)), xp.log1p(xp.abs(xp.asarray(A)))),
        lambda xp: xp.asarray(A) @ xp.asarray(B),
        lambda xp: xp.asarray(A).T @ xp.asarray(A),
        lambda xp: xp.asarray(A) @ xp.asarray(STACK),
        lambda xp: xp.swapaxes(xp.asarray(STACK), 1, 2) @ xp.asarray(STACK),
        lambda xp: xp.asarray(A, dtype="f4") @ xp.asarray(B, dtype="f4"),
        lambda xp: xp.asarray(A) @ xp.asarray(B)[:, 0],
        lambda xp: xp.einsum("ij,bjk->bik", xp.asarray(A), xp.asarray(STACK)),
        lambda xp: xp.tensordot(xp.asarray(STACK), xp.asarray(B), axes=((1, 2), (0, 1))),
        lambda xp: xp.linalg.norm(xp.asarray(A)),
        lambda xp: xp.linalg.eigvalsh(xp.asarray(SQUARE)),
        lambda xp: xp.linalg.eigvalsh(xp.asarray(SYMMETRIC)),
        lambda xp: xp.linalg.svd(xp.asarray(STACK), compute_uv=False),
        lambda xp: xp.linalg.svd(xp.asarray(TALL), compute_uv=False),
        lambda xp: xp.linalg.cholesky(xp.asarray(SQUARE)),
        lambda xp: xp.linalg.solve(xp.asarray(SQUARE), xp.asarray(A)),
    ],
)
def test_numbers_are_those_of_numpy(emulation: Emulation, function: Callable[[Any], Any]) -> None:
    """Elementwise, reductions, indexing, products and spectra, through CuPy's own code."""
    ours, theirs = both(function)
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=2e-5 if ours.dtype == np.float32 else 1e-12, atol=1e-13)
    assert emulation.launches or emulation.calls
    assert not emulation.refused


@pytest.mark.parametrize("shape", [(5, 4), (4, 5), (3, 6, 4), (2, 40, 35), (2, 3, 7)])
def test_factors_multiply_to_the_matrix(emulation: Emulation, shape: tuple[int, ...]) -> None:
    """QR and SVD, stacked or not, tall or wide."""
    import cupy

    matrix = np.random.default_rng(1).standard_normal(shape)
    q, r = cupy.linalg.qr(cupy.asarray(matrix))
    np.testing.assert_allclose(cupy.asnumpy(q @ r), matrix, atol=1e-13)
    u, s, vt = cupy.linalg.svd(cupy.asarray(matrix), full_matrices=False)
    np.testing.assert_allclose(cupy.asnumpy((u * s[..., None, :]) @ vt), matrix, atol=1e-13)
    assert not emulation.refused


def test_threads_of_a_block_meet_at_barriers(emulation: Emulation) -> None:
    """A raw kernel that sums a block through shared memory."""
    import cupy

    source = """extern "C" __global__ void total(const double *x, double *y) {
        extern __shared__ double held[];
        held[threadIdx.x] = x[blockIdx.x * blockDim.x + threadIdx.x];
        for (int half = blockDim.x / 2; half; half /= 2) {
            __syncthreads();
            if (threadIdx.x < half) held[threadIdx.x] += held[threadIdx.x + half];
        }
        if (threadIdx.x == 0) y[blockIdx.x] = held[0];
    }"""
    x, y = cupy.arange(192.0), cupy.zeros(3)
    cupy.RawKernel(source, "total")((3,), (64,), (x, y), shared_mem=64 * 8)
    np.testing.assert_array_equal(cupy.asnumpy(y), np.arange(192.0).reshape(3, 64).sum(axis=1))
    assert emulation.launches.count("total") == 1


def test_what_is_not_emulated_raises_and_is_named(emulation: Emulation) -> None:
    """No function of a library or of the runtime answers by accident."""
    import cupy

    with pytest.raises(RuntimeError, match="CUBLAS_STATUS_NOT_SUPPORTED"):
        cupy.linalg.inv(cupy.asarray(SYMMETRIC))
    assert emulation.refused == ["cublasDgetrfBatched"]
    with pytest.raises(NotImplementedError, match="streamBeginCapture is not emulated"):
        cupy.cuda.runtime.streamBeginCapture(1)


def test_copies_are_counted_by_direction(emulation: Emulation) -> None:
    """To the device, back, and implicitly by looking at a value."""
    import cupy

    x = cupy.asarray(A)
    assert (emulation.uploads, emulation.downloads) == (1, 0)
    cupy.asnumpy(x)
    assert (emulation.uploads, emulation.downloads) == (1, 1)
    assert bool((x == x).all())
    assert (emulation.uploads, emulation.downloads) == (1, 2)


def test_new_memory_holds_no_numbers_that_look_right(emulation: Emulation) -> None:
    """What is read before it is written shows."""
    import cupy

    fresh = cupy.ndarray((1000,), memptr=cupy.cuda.MemoryPointer(cupy.cuda.Memory(8000), 0))
    assert set(cupy.asnumpy(fresh).tobytes()) == {0xA5}
    assert emulation.downloads == 1


def test_memory_has_a_limit(emulation: Emulation) -> None:
    """CuPy's own error, after its pool has given back what it holds."""
    import cupy

    with emulation.limited(10**6), pytest.raises(MemoryError):
        cupy.zeros(10**6)
    assert float(cupy.zeros(10**6).sum()) == 0
