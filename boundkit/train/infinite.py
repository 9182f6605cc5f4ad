"""Training at infinite width: the residual moves by the kernel alone, and without sampling every curve is closed.

For hidden weights of order 1 and output weights v of norm fixed as k grows, J J^T tends to |v|^2 times the tangent
kernel, the same for every output, and does not move. Gradient descent is then r_(t+1) = (I - eta G) r_t, gradient flow
dr/dt = -G r, and a step on a batch moves r by eta G times the residuals of the batch. The first outputs tend to a
Gaussian vector: of covariance |v|^2 Cov(phi(Xw)), |v|^2 = |y|^2 / n, at the balanced initialisation of `os19`; of
covariance |v|^2 E phi(Xw) phi(Xw)^T, |v|^2 = nu^2 / K, at the random signs of `ofls19`; zero where these come in pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation
from boundkit.data import Dataset
from boundkit.data.kernels import kernel
from boundkit.train.initialise import Role, nested_stream

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Limit:
    """The limit of a setting: `gram` [n, n] of the Jacobian and `first`, the covariance, of each output; labels `y`.

    Labels are [n] or [n, K]; the K outputs are independent at the start and share the Gram matrix.
    """

    gram: Array
    y: Array
    first: Array

    def residual(self, *, seed: int, trial: int) -> Array:
        """The first residual f_0 - y of one trial, float64, in the shape of the labels."""
        values, vectors = np.linalg.eigh(self.first)
        normal = nested_stream(seed, Role.LIMIT, trial).standard_normal(self.y.T.shape).T
        return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ normal - self.y)


@dataclass(frozen=True, eq=False)
class LimitRun:
    """Curves [T + 1] of one run: misfit, distance |W_t - W_0|_F, path length."""

    misfit: Array
    distance: Array
    path_length: Array


def balanced_limit(data: Dataset, activation: Activation) -> Limit:
    """The limit of the balanced initialisation of `os19` (2.1) on rows of length 1, from kernels with proven entries.

    >>> from boundkit.activations import activation
    >>> from boundkit.data import dataset
    >>> limit = balanced_limit(dataset("orthonormal:n=2"), activation("relu"))
    >>> bool(np.allclose(limit.gram, np.eye(2) * (limit.y**2).sum() / 4))
    True
    """
    scale = float(data.y @ data.y) / data.n
    second = float(activation.quantity("second_moment_phi").mid())
    squared_mean = second - float(activation.quantity("var_phi").mid())
    return Limit(scale * kernel(data, activation).block, data.y, scale * (_features(data, activation) - squared_mean))


def signs_limit(data: Dataset, activation: Activation, *, output_scale: float, paired: bool = False) -> Limit:
    """The limit at output weights of signs times nu / sqrt(k K) (`ofls19`), nu = `output_scale`, also in pairs.

    >>> from boundkit.activations import activation
    >>> from boundkit.data import dataset
    >>> limit = signs_limit(dataset("mixture:K=2,C=1,n=4,d=2"), activation("sin"), output_scale=3, paired=True)
    >>> limit.gram.shape, bool((limit.residual(seed=0, trial=0) == -limit.y).all())
    ((4, 4), True)
    """
    outputs = 1 if data.y.ndim == 1 else data.y.shape[1]
    scale = output_scale**2 / outputs
    first = 0.0 if paired else scale
    return Limit(scale * kernel(data, activation).block, data.y, first * _features(data, activation))


def _features(data: Dataset, activation: Activation) -> Array:
    """E phi(Xw) phi(Xw)^T."""
    return np.asarray(kernel(data, activation, kind="sigma_tilde").block)


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
