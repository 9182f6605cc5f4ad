"""The smallest loss of quadratic networks that can represent every symmetric matrix: linear least squares."""

from __future__ import annotations

import numpy as np

from boundkit.train.landscape.surface import Array


def symmetric_features(X: Array) -> Array:
    """The entries of x x^T on and below the diagonal, those below it times sqrt(2): [n, d (d + 1) / 2].

    Their Gram matrix is that of the Khatri-Rao square: (X * X)^T (X * X) = G o G, G = X X^T.

    >>> symmetric_features(np.array([[1.0, 2.0]])).round(3).tolist()
    [[1.0, 2.828, 4.0]]
    """
    first, second = np.tril_indices(X.shape[1])
    return np.asarray(X[:, first] * X[:, second] * np.where(first == second, 1.0, np.sqrt(2)))


def least_loss(X: Array, y: Array) -> float:
    """min over symmetric M of sum_i (x_i^T M x_i - y_i)^2 / (2n). `sjl17` (6.7)."""
    features = symmetric_features(X)
    fitted = features @ np.linalg.lstsq(features, y, rcond=None)[0]
    return float(((fitted - y) ** 2).sum() / (2 * len(y)))


def expected_least_loss(X: Array, deviation: float) -> float:
    """Its mean over independent N(0, deviation^2) labels: what the projection off the features leaves.

    >>> round(expected_least_loss(np.random.default_rng(0).standard_normal((30, 4)), 1.0), 12)
    0.333333333333
    """
    values = np.linalg.svd(symmetric_features(X), compute_uv=False)
    rank = int((values > values[0] * 1e-12).sum())
    return deviation**2 * (len(X) - rank) / (2 * len(X))
