"""Units of the last layer with a large gradient, whatever weights a >= 0 the samples get (Lemmas A.14, A.15)."""

from __future__ import annotations

import numpy as np

from boundkit.errors import Infeasible

CANDIDATES = 64
ROUNDS = 3
LARGEST_SUPPORT = 14


def node_norms(a: np.ndarray, y: np.ndarray, masks: np.ndarray, features: np.ndarray) -> np.ndarray:
    """|sum_i a_i y_i sigma'(<w_j, x_i>) x_i| of every unit j; a [candidates, n], masks [n, m], features [n, d].

    >>> node_norms(np.array([[1.0]]), np.array([1.0]), np.array([[1.0, 0.0]]), np.array([[3.0, 4.0]]))
    array([[5., 0.]])
    """
    gram = (y[:, None] * y) * (features @ features.T)
    weighted = a[:, :, None] * masks
    return np.sqrt(np.maximum(np.einsum("cim,ij,cjm->cm", weighted, gram, weighted, optimize=True), 0))


def fewest_large_nodes(
    y: np.ndarray, masks: np.ndarray, features: np.ndarray, *, level: float, generator: np.random.Generator
) -> tuple[int, np.ndarray]:
    """An upper bound of min over a >= 0, |a|_inf = 1, of the number of units whose norm is at least `level`, and its a.

    Candidates are all ones, single samples, pairs of opposite labels and random weights; the best are improved by
    changing one weight at a time.
    """
    a = _candidates(y, generator)
    counts = _counts(a, y, masks, features, level)
    for _ in range(ROUNDS):
        best = a[np.argsort(counts, kind="stable")[:4]]
        moved = np.repeat(best, len(y), axis=0)
        moved[np.arange(len(moved)), np.tile(np.arange(len(y)), len(best))] = generator.random(len(moved))
        moved = moved[moved.max(axis=1) > 0]
        moved /= moved.max(axis=1, keepdims=True)
        a = np.concatenate([a, moved])
        counts = np.concatenate([counts, _counts(moved, y, masks, features, level)])
    return int(counts.min()), a[counts.argmin()]


def _counts(a: np.ndarray, y: np.ndarray, masks: np.ndarray, features: np.ndarray, level: float) -> np.ndarray:
    return np.asarray((node_norms(a, y, masks, features) >= level).sum(axis=1))


def _candidates(y: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    n = len(y)
    pairs = [np.isin(np.arange(n), (i, j)).astype(float) for i in range(n) for j in range(i) if y[i] != y[j]]
    drawn = generator.random((CANDIDATES, n)) ** generator.uniform(0, 4, (CANDIDATES, 1))
    found = np.concatenate([np.ones((1, n)), np.eye(n), np.reshape(pairs[: 4 * CANDIDATES], (-1, n)), drawn])
    return np.asarray(found / found.max(axis=1, keepdims=True))


def copositive_minimum(X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """min over the simplex of a^T H a, and its a, for H_ij = y_i y_j rho_ij (pi - arccos rho_ij) / (2 pi).

    Rows of X are unit vectors. An interior minimum over a support S solves H_S a = constant, so all 2^n supports are
    tried. Infeasible for more than 14 samples.

    >>> round(copositive_minimum(np.eye(2), np.array([1.0, -1.0]))[0], 3)
    0.25
    """
    if len(y) > LARGEST_SUPPORT:
        raise Infeasible(f"a copositive minimum needs 2^{len(y)} supports, at most 2^{LARGEST_SUPPORT}")
    rho = np.clip(X @ X.T, -1, 1)
    H = (y[:, None] * y) * rho * (np.pi - np.arccos(rho)) / (2 * np.pi)
    best, at = float(np.diag(H).min()), np.eye(len(y))[np.diag(H).argmin()]
    for support in range(1, 2 ** len(y)):
        members = [i for i in range(len(y)) if support >> i & 1]
        block = H[np.ix_(members, members)]
        solution = np.linalg.lstsq(block, np.ones(len(members)), rcond=None)[0]
        if (solution > 0).all():
            a = solution / solution.sum()
            value = float(a @ block @ a)
            if value < best:
                best, at = value, np.zeros(len(y))
                at[members] = a
    return best, at
