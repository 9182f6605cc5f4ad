"""cuSOLVER on host memory: factorisations and spectra, answered by NumPy and LAPACK."""

from __future__ import annotations

import ctypes

import numpy as np
from scipy.linalg import lapack

from tests.cupy_on_cpu.blas import REAL_TYPES, matrix, stack, vector
from tests.cupy_on_cpu.libraries import answers

WORKSPACE = 1
LOWER = 0
VERSION = (12, 0, 0)


def _store(address: int, value: int, kind: type = ctypes.c_int) -> None:
    kind.from_address(address).value = value


def _lapack(name: str, code: str):
    return getattr(lapack, ("s" if code == "f4" else "d") + name)


@answers("cusolverGetProperty", "i p")
def _property(part, value) -> None:
    _store(value, VERSION[part])


@answers("cusolverDn{}geqrf_bufferSize", "p i i p i p")
def _geqrf_size(code, h, m, n, a, lda, size) -> None:
    _store(size, WORKSPACE)


@answers("cusolverDn{}geqrf", "p i i p i p p i n")
def _geqrf(code, h, m, n, a, lda, tau, work, size, info) -> None:
    view = matrix(a, m, n, lda, code)
    factors, scalars, _, flag = _lapack("geqrf", code)(view)
    view[...] = factors
    vector(tau, len(scalars), code)[:] = scalars
    _store(info, flag)


@answers("cusolverDn{}orgqr_bufferSize", "p i i i p i p p")
def _orgqr_size(code, h, m, n, k, a, lda, tau, size) -> None:
    _store(size, WORKSPACE)


@answers("cusolverDn{}orgqr", "p i i i p i p p i n")
def _orgqr(code, h, m, n, k, a, lda, tau, work, size, info) -> None:
    view = matrix(a, m, n, lda, code)
    made, _, flag = _lapack("orgqr", code)(view, vector(tau, k, code))
    view[...] = made
    _store(info, flag)


@answers("cusolverDn{}potrf_bufferSize", "p i i p i p")
def _potrf_size(code, h, uplo, n, a, lda, size) -> None:
    _store(size, WORKSPACE)


@answers("cusolverDn{}potrf", "p i i p i p i n")
def _potrf(code, h, uplo, n, a, lda, work, size, info) -> None:
    view = matrix(a, n, n, lda, code)
    factor, flag = _lapack("potrf", code)(view, lower=uplo == LOWER, clean=False)
    view[...] = factor
    _store(info, flag)


@answers("cusolverDn{}getrf_bufferSize", "p i i p i p")
def _getrf_size(code, h, m, n, a, lda, size) -> None:
    _store(size, WORKSPACE)


@answers("cusolverDn{}getrf", "p i i p i p p n")
def _getrf(code, h, m, n, a, lda, work, pivots, info) -> None:
    view = matrix(a, m, n, lda, code)
    factors, order, flag = _lapack("getrf", code)(view)
    view[...] = factors
    vector(pivots, len(order), "i4")[:] = order + 1
    _store(info, flag)


@answers("cusolverDn{}getrs", "p i i i p i p p i n")
def _getrs(code, h, transposed, n, columns, a, lda, pivots, b, ldb, info) -> None:
    view = matrix(b, n, columns, ldb, code)
    order = vector(pivots, n, "i4") - 1
    solved, flag = _lapack("getrs", code)(matrix(a, n, n, lda, code), order, view, trans=transposed)
    view[...] = solved
    _store(info, flag)


def _symmetric(a: np.ndarray, w: np.ndarray, vectors: int, uplo: int) -> None:
    half = "L" if uplo == LOWER else "U"
    if vectors:
        values, made = np.linalg.eigh(a, half)
        a[...] = made
    else:
        values = np.linalg.eigvalsh(a, half)
    w[...] = values


@answers("cusolverDnXsyevd_bufferSize", "p p i i l i p l i p i p p")
def _syevd_size(h, params, jobz, uplo, n, ka, a, lda, kw, w, kind, device, host) -> None:
    _store(device, WORKSPACE, ctypes.c_size_t)
    _store(host, WORKSPACE, ctypes.c_size_t)


@answers("cusolverDnXsyevd", "p p i i l i p l i p i p l p l n")
def _syevd(h, params, jobz, uplo, n, ka, a, lda, kw, w, kind, d, ds, host, hs, info) -> None:
    _symmetric(matrix(a, n, n, lda, REAL_TYPES[ka]), vector(w, n, REAL_TYPES[kw]), jobz, uplo)
    _store(info, 0)


@answers("cusolverDn{}syevjBatched_bufferSize", "p i i i p i p p p i")
def _syevj_size(code, h, jobz, uplo, n, a, lda, w, size, params, batch) -> None:
    _store(size, WORKSPACE)


@answers("cusolverDn{}syevjBatched", "p i i i p i p p i n p i")
def _syevj(code, h, jobz, uplo, n, a, lda, w, work, size, info, params, batch) -> None:
    values = vector(w, batch * n, code).reshape(batch, n)
    _symmetric(stack(a, batch, n, n, lda, lda * n, code), values, jobz, uplo)
    vector(info, batch, "i4")[:] = 0


@answers("cusolverDn{}gesvd_bufferSize", "p i i p")
def _gesvd_size(code, h, m, n, size) -> None:
    _store(size, WORKSPACE)


@answers("cusolverDn{}gesvd", "p c c i i p i p p i p i p i p n")
def _gesvd(code, h, job_u, job_v, m, n, a, lda, s, u, ldu, v, ldv, work, size, rwork, info) -> None:
    view, k = matrix(a, m, n, lda, code), min(m, n)
    full = b"A" in (job_u, job_v)
    left, values, right = np.linalg.svd(view.copy(), full_matrices=full)
    vector(s, k, code)[:] = values
    if job_u in (b"A", b"S"):
        matrix(u, *left.shape, ldu, code)[...] = left
    elif job_u == b"O":
        view[:, :k] = left[:, :k]
    if job_v in (b"A", b"S"):
        matrix(v, *right.shape, ldv, code)[...] = right
    elif job_v == b"O":
        view[:k, :] = right[:k, :]
    _store(info, 0)


@answers("cusolverDn{}gesvdjBatched_bufferSize", "p i i i p i p p i p i p p i")
def _gesvdj_size(code, h, jobz, m, n, a, lda, s, u, ldu, v, ldv, size, params, batch) -> None:
    _store(size, WORKSPACE)


@answers("cusolverDn{}gesvdjBatched", "p i i i p i p p i p i p i n p i")
def _gesvdj(code, h, jobz, m, n, a, lda, s, u, ldu, v, ldv, work, size, info, params, batch) -> None:
    left, values, right = np.linalg.svd(stack(a, batch, m, n, lda, lda * n, code))
    vector(s, batch * min(m, n), code).reshape(batch, -1)[...] = values
    if jobz:
        stack(u, batch, m, m, ldu, ldu * m, code)[...] = left
        stack(v, batch, n, n, ldv, ldv * n, code)[...] = right.swapaxes(1, 2)
    vector(info, batch, "i4")[:] = 0
