"""Singular values of the Jacobian in the hidden weights, and what a residual has above and below a cutoff.

`ofls19` Definitions 2.1 and 6.1. The Jacobian is [m K, k d], class by class; the smaller of its two Gram matrices is
decomposed. Rows are weighted by the roots of the multiplicities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.errors import Infeasible
from boundkit.train.information.merged import Merged

Array = NDArray[np.float64]

LARGEST_SIDE = 6000
ZERO = 1e-7  # relative singular value that a Gram matrix in float64 cannot tell from zero


@dataclass(frozen=True, eq=False)
class Split:
    """Norms of the parts of a residual at a cutoff.

    `information`, `nuisance`; `inverse` |J_I^+ r|, `gradient` |J_N^T r|.
    """

    cutoff: float
    information: float
    nuisance: float
    inverse: float
    gradient: float

    def stopping_value(self, duration: float) -> float:
        """B of `ofls19` (6.1) for a learning duration."""
        return float(np.hypot(self.cutoff * self.inverse, duration / self.cutoff * self.gradient))


@dataclass(frozen=True, eq=False)
class JacobianSpaces:
    """`values` descending; singular vectors on the side of the samples (`left`) or of the parameters (`right`)."""

    values: Array
    left: Array | None = field(repr=False)
    right: Array | None = field(repr=False)
    pull: Any = field(repr=False)

    def parts(self, residual: Array) -> tuple[Array, Array]:
        """<u_s, r> and lambda_s <u_s, r> for weighted residuals [m, K]; the first is 0 where lambda_s is."""
        if self.left is not None:
            along = self.left.T @ residual.T.reshape(-1)
            return along, self.values * along
        assert self.right is not None
        pulled = self.right.T @ self.pull(residual).reshape(-1)
        kept = self.values > ZERO * self.values[0]
        return np.where(kept, pulled / np.where(kept, self.values, 1.0), 0.0), pulled

    def split(self, residual: Array, cutoff: float, *, scatter: float = 0.0) -> Split:
        """The parts of a weighted residual; `scatter` is the squared norm that lies outside the range of J."""
        along, pulled = self.parts(residual)
        above = self.values >= cutoff
        information = float((along[above] ** 2).sum())
        if self.left is not None:
            nuisance = float((along[~above] ** 2).sum())
        else:
            nuisance = max(0.0, float((residual**2).sum()) - information)
        return Split(
            cutoff=cutoff,
            information=information**0.5,
            nuisance=(nuisance + scatter) ** 0.5,
            inverse=float(np.linalg.norm(along[above] / self.values[above])),
            gradient=float(np.linalg.norm(pulled[~above])),
        )

    def scaled(self, scale: float) -> JacobianSpaces:
        """The spaces of `scale` times the Jacobian."""

        def pull(residual: Array) -> Any:
            return scale * self.pull(residual)

        return JacobianSpaces(scale * self.values, self.left, self.right, pull)

    def project(self, residual: Array, cutoff: float) -> float:
        """The norm of the information part alone."""
        return float(np.linalg.norm(self.parts(residual)[0][self.values >= cutoff]))


def jacobian_spaces(data: Merged, W: Array, V: Array, activation: Any) -> JacobianSpaces:
    """The spaces of the Jacobian at W [k, d], V [K, k]; Infeasible where both of its sides exceed 6000.

    >>> from boundkit.activations import activation
    >>> from boundkit.train.information import merged
    >>> data = merged(np.eye(2), np.eye(2))
    >>> spaces = jacobian_spaces(data, np.zeros((3, 2)), np.ones((2, 3)), activation("sin"))
    >>> spaces.values.round(6).tolist()  # every slope is 1 and V V^T has rank 1
    [2.44949, 2.44949, 0.0, 0.0]
    """
    slopes = activation.derivative_values(data.X @ W.T) * data.roots
    (m, k), K, d = slopes.shape, len(V), data.X.shape[1]
    if min(m * K, k * d) > LARGEST_SIDE:
        raise Infeasible(f"Jacobian of {m * K} x {k * d}: singular spaces are found up to a side of {LARGEST_SIDE}")

    def pull(residual: Array) -> Array:
        return np.asarray((slopes * (residual @ V)).T @ data.X)

    if m * K <= k * d:
        inner = data.X @ data.X.T
        gram = np.block([[((slopes * (V[a] * V[b])) @ slopes.T) * inner for b in range(K)] for a in range(K)])
        values, vectors = np.linalg.eigh(gram)
        return JacobianSpaces(np.sqrt(np.maximum(values[::-1], 0)), vectors[:, ::-1], None, pull)
    features = (slopes[:, :, None] * data.X[:, None, :]).reshape(m, k * d)
    gram = (features.T @ features) * np.kron(V.T @ V, np.ones((d, d)))
    values, vectors = np.linalg.eigh(gram)
    return JacobianSpaces(np.sqrt(np.maximum(values[::-1], 0)), None, vectors[:, ::-1], pull)
