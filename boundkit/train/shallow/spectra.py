"""Spectra of Jacobians and features of a batch of two-layer networks, through n K x n K Gram matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundkit.train.backend import Array, Backend
from boundkit.train.shallow.network import Shallow
from boundkit.train.spectra import extreme_singular_values, spectral_norms


def jacobian_blocks(
    network: Shallow, backend: Backend, *, value: Array, derivative: Array, output: Array
) -> tuple[Array | None, Array | None]:
    """What the Jacobian is made of: phi'(H) diag(v_a), class by class [trials, K n, k], and phi(H) [trials, n, k].

    None for a layer that does not move.
    """
    xp = backend.xp
    trials, n, k = derivative.shape
    hidden = None
    if network.moves_hidden:
        hidden = xp.reshape(derivative[:, None, :, :] * output[:, :, None, :], (trials, network.outputs * n, k))
    return hidden, value if network.moves_output else None


def gram(network: Shallow, backend: Backend, blocks: tuple[Array | None, Array | None]) -> np.ndarray:
    """J J^T [trials, K n, K n] of what `jacobian_blocks` returned (or of a difference), on the host.

    Rows are stacked class by class (`ofls19`, (6.27) and Theorem B.1).
    """
    xp, K, n = backend.xp, network.outputs, network.n
    hidden, output = blocks
    total: Any = 0.0
    if hidden is not None:
        inner = np.tile(network.X @ network.X.T, (K, K))
        total = total + backend.to_host(xp.matmul(hidden, xp.matrix_transpose(hidden))) * inner
    if output is not None:
        features = backend.to_host(xp.matmul(output, xp.matrix_transpose(output)))
        stacked = np.zeros((len(features), K, n, K, n))
        for label in range(K):
            stacked[:, label, :, label, :] = features
        total = total + stacked.reshape(len(features), K * n, K * n)
    return np.asarray(total)


def singular_values(
    network: Shallow, backend: Backend, blocks: tuple[Array | None, Array | None]
) -> tuple[np.ndarray, np.ndarray]:
    """Smallest (of n K) and largest singular value of the Jacobian of every trial."""
    return extreme_singular_values(
        gram(network, backend, blocks), lambda: triangular(explicit(network, backend, blocks))
    )


def drift(
    network: Shallow, backend: Backend, now: tuple[Array | None, Array | None], then: tuple[Array | None, Array | None]
) -> np.ndarray:
    """Spectral norm of the difference of two Jacobians of every trial."""
    moved = tuple(None if a is None or b is None else a - b for a, b in zip(now, then, strict=True))
    return spectral_norms(gram(network, backend, (moved[0], moved[1])))


def feature_values(backend: Backend, value: Array) -> tuple[np.ndarray, np.ndarray]:
    """The n-th and the largest singular value of the features phi(H) of every trial."""
    xp = backend.xp
    grams = backend.to_host(xp.matmul(value, xp.matrix_transpose(value)))
    return extreme_singular_values(grams, lambda: triangular(backend.to_host(value)))


def explicit(network: Shallow, backend: Backend, blocks: tuple[Array | None, Array | None]) -> np.ndarray:
    """The Jacobians themselves [trials, n K, p], on the host."""
    hidden, output = (None if block is None else backend.to_host(block) for block in blocks)
    K, n = network.outputs, network.n
    parts: list[np.ndarray] = []
    if hidden is not None:
        data = np.tile(network.factor, (K, 1))
        parts.append((hidden[:, :, :, None] * data[None, :, None, :]).reshape(len(hidden), K * n, -1))
    if output is not None:
        parts.append(np.stack([np.kron(np.eye(K), features) for features in output]))
    return np.concatenate(parts, axis=2)


def triangular(matrices: np.ndarray) -> np.ndarray:
    """R [trials, n, n] with R^T R = M M^T of a stack M [trials, n, p]; zeros make up for p < n."""
    square = np.zeros((len(matrices), matrices.shape[1], matrices.shape[1]))
    return np.asarray(np.linalg.qr(np.concatenate([square, np.swapaxes(matrices, 1, 2)], axis=1))[1])
