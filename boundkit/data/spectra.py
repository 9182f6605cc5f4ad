"""Certified smallest eigenvalues of symmetric matrices, in float64 and in ball arithmetic.

For the largest eigenvalue, pass the negated matrix: lambda_max(A) = -lambda_min(-A).
"""

from __future__ import annotations

import math
from typing import Any

import flint
import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from boundkit.data.inverse import largest_of_inverse

Array = NDArray[np.float64]

UNIT_ROUNDOFF = 2.0**-53
LEAST_ITERATED = 200  # rows from which factorisations beat an eigendecomposition
MOST_SHIFTS = 12
MARGIN = 16  # first shifts stay a 16th of the proven loss below the estimate
UNDERFLOW = 2.0**-1022  # bounds the absolute error of one operation that underflows, flushed to zero or not


def gamma(operations: int) -> float:
    """Upper bound on |prod_{i <= m} (1 + e_i)^{+-1} - 1| for |e_i| <= u = 2^-53: Higham's m u / (1 - m u)."""
    mu = operations * UNIT_ROUNDOFF
    return mu / (1 - mu) * (1 + 8 * UNIT_ROUNDOFF)


def smallest_eigenvalue(matrix: Array, spread: float = 0.0) -> Any:
    """A ball that contains lambda_min of every symmetric matrix within spectral distance `spread`.

    `matrix` is float64 [n, n], exactly symmetric and finite. The price is three or four Cholesky factorisations where
    the matrix is positive definite and large, otherwise a partial eigendecomposition and one or two.

    >>> bool(smallest_eigenvalue(np.array([[2.0, 1.0], [1.0, 2.0]])).contains(1))
    True
    """
    found = _by_inverse_iteration(matrix) if len(matrix) >= LEAST_ITERATED else None
    if found is None:
        values, vectors = scipy.linalg.eigh(matrix, subset_by_index=[0, 0])
        found = _certified_below(matrix, float(values[0])), vectors[:, 0]
    lower, vector = found
    return (lower - flint.arb(spread)).union(_rayleigh_above(matrix, vector) + flint.arb(spread))


def _by_inverse_iteration(matrix: Array) -> tuple[Any, Array] | None:
    """A certified lower bound and an approximate eigenvector; None unless the matrix is positive definite enough.

    Every factorisation of A - s I that runs to completion certifies s (see `_certified_below`) and serves Lanczos on
    the inverse, whose residual tells how far s can safely be raised for the next.
    """
    vector = np.random.default_rng(0).standard_normal(len(matrix))
    shift = -_loss(matrix, 0.0) / MARGIN
    certified, failed = -np.inf, np.inf
    for _ in range(MOST_SHIFTS):
        factor = _factor(matrix, shift)
        if factor is None:
            failed, shift = shift, (certified + shift) / 2
            if not np.isfinite(certified):
                return None
            continue
        certified = shift
        with np.errstate(all="ignore"):
            vector, largest, residual = largest_of_inverse(factor, vector)
            estimate, cautious = shift + 1 / largest, shift + 1 / (largest + residual)
        margin = _loss(matrix, estimate) / MARGIN
        if not (np.isfinite(cautious) and np.isfinite(vector).all()):
            return None
        if estimate - shift <= 2 * margin:
            return (flint.arb(shift) - flint.arb(_loss(matrix, shift))).lower(), vector
        shift = max(cautious - margin - (estimate - cautious) / 10, (certified + cautious) / 2)
        shift = shift if shift < failed else (certified + failed) / 2
    return None


def _loss(matrix: Array, shift: float) -> float:
    """The part of a certified lower bound that rounding takes; see `_certified_below`."""
    n = len(matrix)
    shifted = np.abs(matrix.diagonal() - shift)
    relative = gamma(n + 4) / (1 - gamma(n + 4)) * (1 + gamma(8))
    top = float(shifted.max())
    rounding = relative * math.fsum(shifted) + UNIT_ROUNDOFF * top * (1 + gamma(8))
    return max((rounding + n * (2 * n + 4 + 4 * top) * UNDERFLOW) * (1 + gamma(8)), UNDERFLOW * 2.0**64)


def _factor(matrix: Array, shift: float) -> Array | None:
    """The lower Cholesky factor of matrix - shift I, in Fortran order; None if there is none."""
    shifted = matrix.copy()
    np.fill_diagonal(shifted, matrix.diagonal() - shift)
    factor, failure = scipy.linalg.lapack.dpotrf(shifted.T, lower=1, overwrite_a=1, clean=0)
    return factor if failure == 0 else None


def _certified_below(matrix: Array, estimate: float) -> Any:
    """A number certainly at or below lambda_min(A): Cholesky of A - s I for s just below `estimate`.

    Let S = fl(A - s I); only the diagonal is rounded, so |S - (A - s I)| <= u max_i S_ii on it. When the
    factorisation runs to completion it has computed R with |S - R^T R| <= gamma_m |R|^T |R| entrywise (m = n
    + 4: sums of n terms in any order, a subtraction, a square root or a multiplication by a rounded
    reciprocal), plus underflow. The columns r_j of R then satisfy |r_j|^2 <= S_jj / (1 - gamma_m), hence by
    Cauchy-Schwarz (Demmel; Rump, BIT 46 (2006) 433-452) |S - R^T R|_ij <= gamma_m / (1 - gamma_m) sqrt(S_ii
    S_jj), a matrix of spectral norm gamma_m / (1 - gamma_m) tr S. R^T R is positive semidefinite, so

        lambda_min(A) >= s - gamma_m / (1 - gamma_m) tr S - u max_i S_ii - n * (underflow of one entry),

    and one entry underflows by at most (2 n + 2 max_j |r_j|) * UNDERFLOW <= (2 n + 4 + 4 max_i S_ii) *
    UNDERFLOW.
    """
    # The proven loss far exceeds the true rounding error, so the first shift is much closer than that.
    margin = _loss(matrix, estimate) / MARGIN
    while True:
        shift = estimate - margin
        if _factor(matrix, shift) is not None:
            return (flint.arb(shift) - flint.arb(_loss(matrix, shift))).lower()
        margin *= 4


def _rayleigh_above(matrix: Array, vector: Array) -> Any:
    """A number certainly at or above lambda_min(A): a Rayleigh quotient plus its rounding error."""
    n = len(matrix)
    numerator = float(vector @ (matrix @ vector))
    size = _frobenius_above(matrix) * float(vector @ vector) * (1 + 2 * gamma(2 * n))  # >= |v|^T |A| |v|
    error = gamma(2 * n) * (1 + gamma(8)) * size + 2 * n * (n + 1) * UNDERFLOW
    square = float(vector @ vector)
    quotient = flint.arb(numerator, error) / flint.arb(square, gamma(n) * (1 + 2 * gamma(n)) * square + n * UNDERFLOW)
    return quotient.upper()


def _frobenius_above(matrix: Array) -> float:
    """An upper bound on the Frobenius norm, even where squares of entries overflow or underflow."""
    n = len(matrix)
    with np.errstate(over="ignore"):
        norm = float(np.linalg.norm(matrix))
    if not math.isfinite(norm):
        return n * float(np.abs(matrix).max()) * (1 + gamma(2))
    return norm * (1 + 2 * gamma(n * n + 2)) + n * UNDERFLOW**0.5


def smallest_eigenvalue_of_balls(matrix: Any) -> Any:
    """A ball that contains lambda_min of every symmetric matrix in the `flint.arb_mat` given, for small n.

    The radii enter by the largest row sum (a bound on the spectral norm). The midpoint matrix M is exact: a
    Rayleigh quotient q of an eigenvector refined in ball arithmetic bounds lambda_min(M) from above, and the
    elimination of M - (q - e) I with certainly positive pivots proves lambda_min(M) > q - e, for the smallest
    e on a ladder. An isolated eigenvalue comes out nearly to the working precision; one of a cluster that
    float64 does not resolve, to about 1e-15 of the norm.

    >>> ball = smallest_eigenvalue_of_balls(flint.arb_mat([[2, 1], [1, 2]]))
    >>> bool(ball.contains(1) and ball.rad() < 1e-9)
    True
    """
    n = matrix.nrows()
    if all(matrix[i, j] == 0 for i in range(n) for j in range(i)):
        return _smallest([matrix[i, i] for i in range(n)])
    middle = matrix.mid()
    rows = middle.tolist()
    spread = _largest([sum((entry.rad() for entry in row), flint.arb(0)) for row in matrix.tolist()])
    scale = _largest([sum((abs(entry) for entry in row), spread) for row in rows])
    upper = _refined_rayleigh(middle)
    exponent = 4 - flint.ctx.prec
    while True:
        lower = (upper - scale * flint.arb(2) ** exponent).lower()
        if _positive_definite([[*row[:i], row[i] - lower] for i, row in enumerate(rows)]):
            return (lower - spread).union(upper + spread)
        exponent += max(4, -exponent // 8)


def _refined_rayleigh(middle: Any) -> Any:
    """The least Rayleigh quotient met in iterating it from the float64 eigenvector, rounded up."""
    n = middle.nrows()
    floats = np.array([[float(entry) for entry in row] for row in middle.tolist()])
    _, vectors = scipy.linalg.eigh(floats, subset_by_index=[0, 0])
    vector = flint.arb_mat([[entry] for entry in vectors[:, 0].tolist()])
    identity = flint.arb_mat([[int(i == j) for j in range(n)] for i in range(n)])
    quotients = []
    for _ in range(3):
        transposed = vector.transpose()
        quotients.append((transposed * middle * vector)[0, 0] / (transposed * vector)[0, 0])
        try:
            solved = (middle - quotients[-1].mid() * identity).solve(vector)
        except ZeroDivisionError:
            break
        entries = [entry.mid() for entry in solved.entries()]
        largest = _largest([abs(entry) for entry in entries])
        vector = flint.arb_mat([[(entry / largest).mid()] for entry in entries])
    return _smallest(quotients).upper()


def _positive_definite(lower: list[list[Any]]) -> bool:
    """Whether eliminating a symmetric matrix (its lower triangle) meets certainly positive pivots only."""
    for k in range(len(lower)):
        pivot = lower[k][k]
        if not pivot > 0:
            return False
        for i in range(k + 1, len(lower)):
            row = lower[i]
            factor = row[k] / pivot
            for j in range(k + 1, i + 1):
                row[j] -= factor * lower[j][k]
    return True


def _smallest(numbers: list[Any]) -> Any:
    """The ball of the minimum."""
    least = numbers[0]
    for number in numbers[1:]:
        least = least.min(number)
    return least


def _largest(numbers: list[Any]) -> Any:
    """The upper end of the maximum."""
    top = numbers[0].upper()
    for number in numbers[1:]:
        top = top.max(number.upper()).upper()
    return top
