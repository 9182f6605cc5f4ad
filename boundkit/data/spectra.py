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

Array = NDArray[np.float64]

UNIT_ROUNDOFF = 2.0**-53
UNDERFLOW = 2.0**-1022  # bounds the absolute error of one operation that underflows, flushed to zero or not


def gamma(operations: int) -> float:
    """Upper bound on |prod_{i <= m} (1 + e_i)^{+-1} - 1| for |e_i| <= u = 2^-53: Higham's m u / (1 - m u)."""
    mu = operations * UNIT_ROUNDOFF
    return mu / (1 - mu) * (1 + 8 * UNIT_ROUNDOFF)


def smallest_eigenvalue(matrix: Array, spread: float = 0.0) -> Any:
    """A ball that contains lambda_min of every symmetric matrix within spectral distance `spread`.

    `matrix` is float64 [n, n], exactly symmetric and finite. The price is one partial eigendecomposition and
    one or two Cholesky factorisations.

    >>> bool(smallest_eigenvalue(np.array([[2.0, 1.0], [1.0, 2.0]])).contains(1))
    True
    """
    values, vectors = scipy.linalg.eigh(matrix, subset_by_index=[0, 0])
    lower = _certified_below(matrix, float(values[0]))
    upper = _rayleigh_above(matrix, vectors[:, 0])
    return (lower - flint.arb(spread)).union(upper + flint.arb(spread))


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
    n = len(matrix)
    diagonal = matrix.diagonal()
    relative = gamma(n + 4) / (1 - gamma(n + 4)) * (1 + gamma(8))

    def loss(shifted: Array) -> float:
        top = float(shifted.max())
        rounding = relative * math.fsum(shifted) + UNIT_ROUNDOFF * top * (1 + gamma(8))
        return (rounding + n * (2 * n + 4 + 4 * top) * UNDERFLOW) * (1 + gamma(8))

    # The proven loss far exceeds the true rounding error, so the first shift is much closer than that.
    margin = max(loss(np.abs(diagonal - estimate)) / 16, UNDERFLOW * 2.0**60)
    while True:
        shift = estimate - margin
        shifted = matrix.copy()
        np.fill_diagonal(shifted, diagonal - shift)
        lost = loss(shifted.diagonal())
        if scipy.linalg.lapack.dpotrf(shifted.T, overwrite_a=1, clean=0)[1] == 0:
            return (flint.arb(shift) - flint.arb(lost)).lower()
        margin *= 4


def _rayleigh_above(matrix: Array, vector: Array) -> Any:
    """A number certainly at or above lambda_min(A): a Rayleigh quotient plus its rounding error."""
    n = len(matrix)
    numerator = float(vector @ (matrix @ vector))
    absolute = np.abs(vector)
    size = float(absolute @ (np.abs(matrix) @ absolute)) * (1 + 2 * gamma(2 * n))
    error = gamma(2 * n) * (1 + gamma(8)) * size + 2 * n * (n + 1) * UNDERFLOW
    square = float(vector @ vector)
    quotient = flint.arb(numerator, error) / flint.arb(square, gamma(n) * (1 + 2 * gamma(n)) * square + n * UNDERFLOW)
    return quotient.upper()


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
