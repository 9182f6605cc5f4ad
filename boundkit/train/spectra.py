"""Singular values of Jacobians, from n x n Gram matrices where these are accurate enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import methodcaller
from typing import Any

import numpy as np

from boundkit.train.backend import Backend
from boundkit.train.blocks import Blocks
from boundkit.train.cuda import DeviceFault
from boundkit.train.workers import Parallel


def jacobian_grams(
    blocks: Blocks, *, gram: np.ndarray, size: float, parallel: Parallel, backend: Backend
) -> np.ndarray:
    """J J^T = (phi'(H) diag(v)^2 phi'(H)^T) o X X^T, [trials, n, n] (os19, section 6.1), on the host.

    `gram` is X X^T and `size` the absolute value of the output weights.
    """
    return _combine(parallel(methodcaller("jacobian_gram"), blocks), gram, size, backend)


def drift_norms(blocks: Blocks, *, gram: np.ndarray, size: float, parallel: Parallel, backend: Backend) -> np.ndarray:
    """Spectral norm of J(W) - J(W_0) for every trial, from the Gram matrix of phi'(H) - phi'(H_0)."""
    grams = _combine(parallel(methodcaller("drift_gram"), blocks), gram, size, backend)
    return spectral_norms(grams)


def spectral_norms(grams: np.ndarray) -> np.ndarray:
    """Square roots of the largest eigenvalues of a stack [trials, n, n]; infinite where not finite."""
    norms = np.full(grams.shape[0], np.inf)
    finite = np.isfinite(grams).all(axis=(1, 2))
    norms[finite] = np.sqrt(np.maximum(np.linalg.eigvalsh(grams[finite])[:, -1], 0.0))
    return norms


def extreme_singular_values(grams: np.ndarray, explicitly: Callable[[], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest singular values of the Jacobians of a stack of Gram matrices [trials, n, n].

    A Gram matrix squares the condition number: its smallest eigenvalue is accepted only above
    1e3 n eps times the largest. Otherwise `explicitly()` supplies the triangular factors [trials, n, n] of
    the Jacobians, whose singular values are accurate to a small multiple of eps |J|.
    """
    n = grams.shape[-1]
    smallest, largest = np.full(grams.shape[0], np.nan), np.full(grams.shape[0], np.inf)
    finite = np.isfinite(grams).all(axis=(1, 2))
    eigenvalues = np.linalg.eigvalsh(grams[finite])
    accepted = eigenvalues[:, 0] > 1e3 * n * np.finfo(np.float64).eps * eigenvalues[:, -1]
    smallest[finite] = np.sqrt(np.maximum(eigenvalues[:, 0], 0.0))
    largest[finite] = np.sqrt(np.maximum(eigenvalues[:, -1], 0.0))
    doubtful = np.flatnonzero(finite)[~accepted]
    if doubtful.size:
        factors = explicitly()[doubtful]
        _require_factors(factors, grams[doubtful])
        values = np.linalg.svd(factors, compute_uv=False)
        smallest[doubtful], largest[doubtful] = values[:, -1], values[:, 0]
    return smallest, largest


def _require_factors(factors: np.ndarray, grams: np.ndarray) -> None:
    """Raise DeviceFault unless R^T R is the Gram matrix, which was found another way: a library may fail in silence."""
    difference = np.abs(np.matrix_transpose(factors) @ factors - grams).max(axis=(1, 2))
    if not (difference <= 1e-9 * np.abs(grams).max(axis=(1, 2))).all():
        raise DeviceFault("a QR factorisation does not reproduce the Gram matrix of the Jacobian")


def triangular_factors(blocks: Blocks, *, size: float, parallel: Parallel, backend: Backend) -> np.ndarray:
    """R [trials, n, n] with R^T R = J J^T, from QR factorisations of the blocks' rows of J^T."""
    triangles = parallel(methodcaller("jacobian_triangles"), blocks)
    return combine_triangles([backend.to_host(backend.xp.concat(triangles, axis=2))], size)


def combine_triangles(triangles: Sequence[np.ndarray], size: float) -> np.ndarray:
    """One triangular factor [trials, n, n] of several [trials, 2, rows, n] stacked on each other."""
    trials, *_, n = triangles[0].shape
    square = np.zeros((trials, n, n))  # so that a Jacobian with fewer than n columns has singular values 0
    stacked = np.concatenate([square, *(t.reshape(trials, -1, n) for t in triangles)], axis=1)
    return np.asarray(size * np.linalg.qr(stacked)[1])


def _combine(parts: list[Any], gram: np.ndarray, size: float, backend: Backend) -> np.ndarray:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return np.asarray(size**2 * backend.to_host(total) * gram)
