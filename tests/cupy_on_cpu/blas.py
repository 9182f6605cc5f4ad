"""cuBLAS on host memory: products in column-major order, answered by NumPy."""

from __future__ import annotations

import ctypes

import numpy as np

from tests.cupy_on_cpu.libraries import answers

REAL_TYPES = {0: "f4", 1: "f8"}  # cudaDataType


def stack(address: int, batch: int, rows: int, columns: int, leading: int, stride: int, code: str) -> np.ndarray:
    """A view [batch, rows, columns] of column-major matrices in memory."""
    size = np.dtype(code).itemsize
    entries = (batch - 1) * stride + leading * max(columns - 1, 0) + rows
    buffer = (ctypes.c_char * max(1, entries * size)).from_address(address)
    return np.ndarray((batch, rows, columns), code, buffer, 0, (stride * size, size, leading * size))


def matrix(address: int, rows: int, columns: int, leading: int, code: str) -> np.ndarray:
    """A view of one column-major matrix."""
    return stack(address, 1, rows, columns, leading, 0, code)[0]


def vector(address: int, entries: int, code: str, step: int = 1) -> np.ndarray:
    """A view of a vector with `step` between its entries."""
    return matrix(address, 1, entries, step, code)[0]


def _scalar(address: int, code: str) -> float:
    return vector(address, 1, code)[0]


def _product(alpha: float, a: np.ndarray, b: np.ndarray, beta: float, c: np.ndarray) -> None:
    result = alpha * np.matmul(a, b)
    c[...] = result if beta == 0 else result + beta * c


def _operand(
    address: int, transposed: int, batch: int, rows: int, columns: int, leading: int, stride: int, code: str
) -> np.ndarray:
    if transposed:
        return stack(address, batch, columns, rows, leading, stride, code).swapaxes(1, 2)
    return stack(address, batch, rows, columns, leading, stride, code)


@answers("cublas{}gemmStridedBatched", "p i i i i i p p i l p i l p p i l i")
def _strided(code, _, ta, tb, m, n, k, alpha, a, lda, sa, b, ldb, sb, beta, c, ldc, sc, batch) -> None:
    left = _operand(a, ta, batch, m, k, lda, sa, code)
    right = _operand(b, tb, batch, k, n, ldb, sb, code)
    _product(_scalar(alpha, code), left, right, _scalar(beta, code), stack(c, batch, m, n, ldc, sc, code))


@answers("cublas{}gemm_v2", "p i i i i i p p i p i p p i")
def _single(code, handle, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) -> None:
    _strided(code, handle, ta, tb, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1)


@answers("cublas{}gemmBatched", "p i i i i i p p i p i p p i i")
def _pointers(code, handle, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, batch) -> None:
    listed = (vector(pointers, batch, "u8").tolist() for pointers in (a, b, c))
    for one, other, result in zip(*listed, strict=True):
        _single(code, handle, ta, tb, m, n, k, alpha, one, lda, other, ldb, beta, result, ldc)


@answers("cublasGemmStridedBatchedEx", "p i i i i i p p i i l p i i l p p i i l i i i")
def _strided_any(h, ta, tb, m, n, k, alpha, a, ka, lda, sa, b, kb, ldb, sb, beta, c, kc, ldc, sc, batch, *_) -> None:
    _strided(REAL_TYPES[kc], h, ta, tb, m, n, k, alpha, a, lda, sa, b, ldb, sb, beta, c, ldc, sc, batch)


@answers("cublasGemmEx", "p i i i i i p p i i p i i p p i i i i")
def _single_any(h, ta, tb, m, n, k, alpha, a, ka, lda, b, kb, ldb, beta, c, kc, ldc, *_) -> None:
    _single(REAL_TYPES[kc], h, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)


@answers("cublasSgemmEx", "p i i i i i p p i i p i i p p i i")
def _single_float(h, ta, tb, m, n, k, alpha, a, ka, lda, b, kb, ldb, beta, c, kc, ldc) -> None:
    _single("f4", h, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)


@answers("cublas{}gemv_v2", "p i i i p p i p i p p i")
def _matrix_vector(code, _, transposed, m, n, alpha, a, lda, x, step_x, beta, y, step_y) -> None:
    a = matrix(a, m, n, lda, code)
    a = a.T if transposed else a
    right = vector(x, a.shape[1], code, step_x)[:, None]
    _product(_scalar(alpha, code), a, right, _scalar(beta, code), vector(y, a.shape[0], code, step_y)[:, None])


@answers("cublas{}dot_v2", "p i p i p i p")
def _dot(code, _, n, x, step_x, y, step_y, result) -> None:
    vector(result, 1, code)[0] = vector(x, n, code, step_x) @ vector(y, n, code, step_y)
