"""Curvature of a loss surface at one point: dense where the matrix is small, Lanczos on exact products where not.

Near weights of zero all units have nearly the same block, and Lanczos does not tell their eigenvalues apart.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from boundkit.train.landscape.surface import Array, Surface

DENSE = 600  # parameters up to which the Hessian is a matrix
LARGEST = 4000  # parameters up to which it is one where Lanczos does not converge
LANCZOS_TOLERANCE = 1e-12
RESTARTS = 200


def hidden_hessian(surface: Surface, W: Array, v: Array) -> Array:
    """The Hessian in W, [k d, k d]: J^T J / n and a block for each unit. `sjl17` section 5.2.

    >>> surface = Surface(np.eye(2), np.array([1.0, 4.0]), "square")
    >>> np.diag(hidden_hessian(surface, np.zeros((1, 2)), np.ones(1))).tolist()
    [-1.0, -4.0]
    """
    J = surface.jacobian(W, v)
    H = J.T @ J / surface.n
    weights = surface.bend(W) * np.outer(surface.residual(W, v), v) / surface.n
    for unit, column in enumerate(weights.T):
        block = slice(unit * surface.d, (unit + 1) * surface.d)
        H[block, block] += (surface.X * column[:, None]).T @ surface.X
    return np.asarray(H)


def joint_hessian(surface: Surface, W: Array, v: Array) -> Array:
    """The Hessian in (W, v), [k d + k, k d + k], from its products with the unit vectors."""
    k, d = W.shape
    columns = []
    for row in np.eye(k * d + k):
        part, output = surface.hessian_product(W, v, row[: k * d].reshape(k, d), row[k * d :])
        columns.append(np.concatenate([part.ravel(), output]))
    return np.array(columns)


def hidden_spectrum(surface: Surface, W: Array, v: Array) -> tuple[float, float]:
    """The smallest and the largest eigenvalue of the Hessian in W; LinAlgError where Lanczos does not find them.

    >>> surface = Surface(np.eye(2), np.array([1.0, 4.0]), "square")
    >>> hidden_spectrum(surface, np.zeros((1, 2)), np.ones(1))
    (-4.0, -1.0)
    """
    if W.size <= DENSE:
        return _dense_spectrum(surface, W, v)
    still = np.zeros(len(v))

    def product(direction: Array) -> Array:
        return surface.hessian_product(W, v, direction.reshape(W.shape), still)[0].ravel()

    operator = LinearOperator((W.size, W.size), matvec=product, dtype=np.float64)
    start = np.random.default_rng(0).standard_normal(W.size)
    try:
        options = {"k": 1, "v0": start, "tol": LANCZOS_TOLERANCE, "maxiter": RESTARTS}
        ends = [eigsh(operator, which=end, **options)[0][0] for end in ("SA", "LA")]
    except ArpackNoConvergence:
        if W.size <= LARGEST:
            return _dense_spectrum(surface, W, v)
        raise np.linalg.LinAlgError(f"the ends of the spectrum of {W.size} parameters do not converge") from None
    return float(ends[0]), float(ends[1])


def _dense_spectrum(surface: Surface, W: Array, v: Array) -> tuple[float, float]:
    values = np.linalg.eigvalsh(hidden_hessian(surface, W, v))
    return float(values[0]), float(values[-1])
