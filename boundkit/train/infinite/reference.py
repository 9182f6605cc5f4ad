"""The limit a second time: kernels integrated entry by entry, roots and eigenvalues by rotations in long double.

It shares the random stream of the first outputs with `limits`, and no numerical code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation
from boundkit.data import Dataset
from boundkit.errors import NotApplicable
from boundkit.train.infinite.gaussian_means import mean_products, mean_value
from boundkit.train.infinite.limits import NOISE, Limit
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.shallow.initialise import (
    Balanced,
    NormalHidden,
    NormalOutput,
    PairedHidden,
    PairedSigns,
    Recipe,
    Signs,
    ZeroOutput,
)

SWEEPS = 60  # a few are enough: rotations converge quadratically
ROUNDING = 1e-18  # of the largest entry: what is left beside the diagonal


@dataclass(frozen=True, eq=False)
class ReplayedLimit(Limit):
    """A limit with its `features`, the Gram matrix of phi(X W_0^T), and the mean square of an output weight."""

    features: NDArray[np.float64]
    square: float

    def residual(self, *, seed: int, trial: int) -> Any:
        """The first residual of one trial, in long double."""
        normal = nested_stream(seed, Role.LIMIT, trial).standard_normal(self.y.T.shape).T
        values, vectors = rotated(self.first)
        kept = values > len(values) * NOISE * values[-1]
        parts = (vectors.T @ normal).reshape(len(values), -1) * np.sqrt(np.where(kept, values, 0))[:, None]
        return (vectors @ parts).reshape(self.y.shape) - self.y


def integrated_limit(
    data: Dataset, *, activation: Activation, hidden: Recipe, output: Recipe, trained: str, k: int
) -> ReplayedLimit:
    """The limit that `limit_of` gives, where it gives one. Raises NotApplicable or Infeasible where it takes too long.

    >>> from boundkit.activations import activation
    >>> from boundkit.data import dataset
    >>> given = {"activation": activation("relu"), "hidden": NormalHidden(), "output": NormalOutput(0.1), "k": 200}
    >>> integrated_limit(dataset("orthonormal:n=2"), trained="hidden", **given).gram.round(12)
    array([[1., 0.],
           [0., 1.]])
    """
    std = 1.0 if isinstance(hidden, PairedHidden) else _normal(hidden)
    square = mean_square(output, k=k, outputs=data.K)
    products = mean_products(data.X, activation, 0, std=std)
    gram = np.zeros_like(products)
    if trained in ("output", "both"):
        gram = gram + k * products
    if trained in ("hidden", "both"):
        gram = gram + k * square * mean_products(data.X, activation, 1, std=std) * (data.X @ data.X.T)
    first = k * square * products
    if isinstance(output, Balanced | PairedSigns):
        means = [mean_value(activation, std * float(length)) for length in np.linalg.norm(data.X, axis=1)]
        first = (
            np.zeros_like(first) if isinstance(hidden, PairedHidden) else first - k * square * np.outer(means, means)
        )
    return ReplayedLimit(gram, data.y, first, k * products, square)


def mean_square(output: Recipe, *, k: int, outputs: int) -> float:
    """E v^2 of an output weight.

    >>> mean_square(Signs(2.0), k=100, outputs=2)
    0.02
    """
    match output:
        case Balanced(norm_y=norm, n=n):
            return norm**2 / (k * n)
        case Signs(nu=nu) | PairedSigns(nu=nu):
            return nu**2 / (k * outputs)
        case NormalOutput(std=std):
            return float(std) ** 2
        case ZeroOutput():
            return 0.0
    raise NotApplicable("k", f"infinite: {type(output).__name__} weights have no limit")


def rotated(matrix: Any) -> tuple[Any, Any]:
    """Ascending eigenvalues [n] and eigenvectors [n, n] of a symmetric matrix by Jacobi's rotations in long double.

    >>> values, vectors = rotated(np.array([[2.0, 1.0], [1.0, 2.0]]))
    >>> values.astype(float).round(15)
    array([1., 3.])
    """
    A = np.array(matrix, dtype=np.longdouble)
    V = np.eye(len(A), dtype=np.longdouble)
    size = np.abs(A).max(initial=0)
    for _ in range(SWEEPS):
        if np.abs(np.triu(A, 1)).max(initial=0) <= ROUNDING * size:
            break
        for p in range(len(A)):
            for q in range(p + 1, len(A)):
                _rotate(A, V, p, q)
    order = np.argsort(A.diagonal())
    return A.diagonal()[order], V[:, order]


def _rotate(A: Any, V: Any, p: int, q: int) -> None:
    """Make A[p, q] zero by a rotation of the rows and columns p and q."""
    if not A[p, q]:
        return
    slope = (A[q, q] - A[p, p]) / (2 * A[p, q])
    tangent = np.where(slope < 0, -1, 1) / (np.abs(slope) + np.hypot(slope, 1))
    cosine = 1 / np.hypot(tangent, 1)
    turn = cosine * np.array([[1, tangent], [-tangent, 1]], dtype=np.longdouble)
    pair = [p, q]
    A[:, pair] = A[:, pair] @ turn
    A[pair] = turn.T @ A[pair]
    V[:, pair] = V[:, pair] @ turn


def _normal(hidden: Recipe) -> float:
    if not isinstance(hidden, NormalHidden):
        raise NotApplicable("k", f"infinite: {type(hidden).__name__} weights have no limit")
    return float(hidden.std)
