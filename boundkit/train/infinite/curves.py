"""Curves of training in the limit: without sampling closed, with it step by step; all from the kernel alone.

Gradient descent is r_(t+1) = (I - eta G) r_t, gradient flow dr/dt = -G r, and a step on a batch moves r by eta G times
the residuals of the batch. These are the steps of a loss of half the sum of squares; a loss whose gradient has another
factor (`Loss.factor`) only multiplies eta, or the counts of the batches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boundkit.train.infinite.limits import Limit

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LimitRun:
    """Curves [T + 1] of one run: misfit, distance of the trained layers from their start, path length."""

    misfit: Array
    distance: Array
    path_length: Array


def descend_limit(limit: Limit, residual: Array, *, step_size: float, steps: int) -> LimitRun:
    """Gradient descent at infinite width from a residual [n] or [n, K], through the eigenvectors of the Gram matrix.

    >>> limit = Limit(np.eye(2), np.ones(2), np.zeros((2, 2)))
    >>> descend_limit(limit, -limit.y, step_size=0.5, steps=2).misfit / np.sqrt(2)
    array([1.  , 0.5 , 0.25])
    """
    values, parts = _parts(limit, residual)
    decay = (1 - step_size * values)[None, :] ** np.arange(steps + 1)[:, None]
    sizes = np.sqrt(np.where(values > 0, values, np.inf))
    lengths = step_size * np.sqrt(((decay * parts) ** 2 * values).sum(axis=1))
    return LimitRun(
        misfit=np.sqrt(((decay * parts) ** 2).sum(axis=1)),
        distance=np.sqrt(((parts / sizes * (1 - decay)) ** 2).sum(axis=1)),
        path_length=np.concatenate([[0.0], np.cumsum(lengths[:-1])]),
    )


def sample_limit(limit: Limit, residual: Array, counts: Array, *, step_size: float) -> LimitRun:
    """Stochastic gradient descent at infinite width; `counts` [steps, n] says how often each step uses each sample.

    The distance is that of the accumulated moves c: |W_t - W_0|^2 = <c, G c> = <c, r_0 - r_t>.

    >>> limit = Limit(np.eye(2), np.ones(2), np.zeros((2, 2)))
    >>> sample_limit(limit, -limit.y, np.array([[1.0, 0.0], [0.0, 1.0]]), step_size=1.0).misfit.tolist()
    [1.4142135623730951, 1.0, 0.0]
    """
    first = now = residual.reshape(limit.gram.shape[0], -1)
    total, path = np.zeros_like(now), 0.0
    rows = []
    for used in [*counts, None]:
        rows.append([np.linalg.norm(now), np.sqrt(max(float(np.sum(total * (first - now))), 0.0)), path])
        if used is not None:
            move = step_size * used[:, None] * now
            change = limit.gram @ move
            path += np.sqrt(max(float(np.sum(move * change)), 0.0))
            total, now = total + move, now - change
    return LimitRun(*np.array(rows).T)


def flow_limit(limit: Limit, residual: Array, times: Array) -> Array:
    """The misfit of kernel gradient flow at the times [m]: |exp(-t G) r_0|.

    >>> limit = Limit(2 * np.eye(1), np.ones(1), np.zeros((1, 1)))
    >>> bool(np.allclose(flow_limit(limit, -limit.y, np.array([0.0, 1.0])), [1, np.exp(-2)]))
    True
    """
    values, parts = _parts(limit, residual)
    return np.asarray(np.sqrt(((np.exp(-np.outer(times, values)) * parts) ** 2).sum(axis=1)))


def replay_limit(limit: Limit, residual: Array, counts: Array, *, step_size: float) -> LimitRun:
    """The same curves step after step in long double arithmetic; the distance through the Gram matrix.

    `counts` [steps, n] are ones for gradient descent.
    """
    G, r = limit.gram.astype(np.longdouble), residual.reshape(len(limit.gram), -1).astype(np.longdouble)
    total, path, rows = np.zeros_like(r), np.longdouble(0), []
    for used in [*counts, np.zeros(len(G))]:
        rows.append([np.sqrt((r * r).sum()), np.sqrt(np.maximum((total * (G @ total)).sum(), 0)), path])
        move = step_size * used[:, None] * r
        path = path + np.sqrt(np.maximum((move * (G @ move)).sum(), 0))
        total, r = total + move, r - G @ move
    return LimitRun(*np.array(rows).astype(float).T)


def _parts(limit: Limit, residual: Array) -> tuple[Array, Array]:
    """Eigenvalues of the Gram matrix, and the size of the residual along each eigenvector over all outputs, [n]."""
    values, vectors = np.linalg.eigh(limit.gram)
    return np.maximum(values, 0), np.linalg.norm((vectors.T @ residual).reshape(len(values), -1), axis=1)
