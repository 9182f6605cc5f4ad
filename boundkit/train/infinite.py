"""Training at infinite width: the residual moves by the kernel alone, and every curve has a closed form.

For weights of order 1 and output weights v of norm fixed as k grows, J J^T tends to |v|^2 times the tangent kernel and
does not move. Gradient descent is then r_(t+1) = (I - eta G) r_t, gradient flow dr/dt = -G r. At the balanced
initialisation of `os19` the first outputs tend to a Gaussian vector of covariance |v|^2 Cov(phi(Xw)), |v|^2 = |y|^2/n.
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
    """The limit of a setting: `gram` [n, n] of the Jacobian, labels `y` [n], `first` the covariance of the outputs."""

    gram: Array
    y: Array
    first: Array

    def residual(self, *, seed: int, trial: int) -> Array:
        """The first residual f_0 - y of one trial, float64 [n]."""
        values, vectors = np.linalg.eigh(self.first)
        normal = nested_stream(seed, Role.LIMIT, trial).standard_normal(len(values))
        return np.asarray(vectors @ (np.sqrt(np.maximum(values, 0)) * normal) - self.y)


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
    features = kernel(data, activation, kind="sigma_tilde").block
    return Limit(scale * kernel(data, activation).block, data.y, scale * (features - squared_mean))


def descend_limit(limit: Limit, residual: Array, *, step_size: float, steps: int) -> LimitRun:
    """Gradient descent at infinite width from a residual [n], through the eigenvectors of the Gram matrix.

    >>> limit = Limit(np.eye(2), np.ones(2), np.zeros((2, 2)))
    >>> descend_limit(limit, -limit.y, step_size=0.5, steps=2).misfit / np.sqrt(2)
    array([1.  , 0.5 , 0.25])
    """
    values, vectors = np.linalg.eigh(limit.gram)
    values = np.maximum(values, 0)
    parts = vectors.T @ residual
    decay = (1 - step_size * values)[None, :] ** np.arange(steps + 1)[:, None]
    sizes = np.sqrt(np.where(values > 0, values, np.inf))
    lengths = step_size * np.sqrt(((decay * parts) ** 2 * values).sum(axis=1))
    return LimitRun(
        misfit=np.sqrt(((decay * parts) ** 2).sum(axis=1)),
        distance=np.sqrt(((parts / sizes * (1 - decay)) ** 2).sum(axis=1)),
        path_length=np.concatenate([[0.0], np.cumsum(lengths[:-1])]),
    )


def flow_limit(limit: Limit, residual: Array, times: Array) -> Array:
    """The misfit of kernel gradient flow at the times [m]: |exp(-t G) r_0|.

    >>> limit = Limit(2 * np.eye(1), np.ones(1), np.zeros((1, 1)))
    >>> bool(np.allclose(flow_limit(limit, -limit.y, np.array([0.0, 1.0])), [1, np.exp(-2)]))
    True
    """
    values, vectors = np.linalg.eigh(limit.gram)
    decay = np.exp(-np.outer(times, np.maximum(values, 0)))
    return np.asarray(np.sqrt(((decay * (vectors.T @ residual)) ** 2).sum(axis=1)))


def replay_limit(limit: Limit, residual: Array, *, step_size: float, steps: int) -> LimitRun:
    """The same curves step after step in long double arithmetic; the distance through the accumulated residuals."""
    G, r = limit.gram.astype(np.longdouble), residual.astype(np.longdouble)
    total, path, rows = np.zeros_like(r), np.longdouble(0), []
    for _ in range(steps + 1):
        rows.append([np.sqrt(r @ r), np.sqrt(np.maximum(total @ G @ total, 0)), path])
        path = path + step_size * np.sqrt(np.maximum(r @ G @ r, 0))
        total, r = total + step_size * r, r - step_size * (G @ r)
    return LimitRun(*np.array(rows).astype(float).T)
