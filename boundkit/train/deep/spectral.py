"""Spectral norms of a stack of matrices between two certified ends, without an eigensolve; and by one, exactly.

For a unit vector u with a = |A u|^2, G = A^T A and residual r = |G u - a u|, the largest eigenvalue of G is at least a
and at most that of [[a, r], [r, |A|_F^2 - a]], since the rest of G has trace |A|_F^2 - a. The interval is short once u
has converged and one direction dominates; it is never longer than that from a to the Frobenius norm.

Small matrices need no iteration: the largest eigenvalue of G is at most (tr G^128)^(1/128) and at least the root
(tr G^128 / tr G^96)^(1/32) of a weighted mean of 32nd powers of eigenvalues.
"""

from __future__ import annotations

from dataclasses import dataclass

from array_api_compat import array_namespace

from boundkit.train.backend import Array
from boundkit.train.deep.layers import squares

SMALL_SIDE = 16  # up to this many rows or columns powers of the Gram matrix cost less than the iteration
SQUARINGS = 6


@dataclass
class SpectralNorm:
    """Power iteration on a stack [trials, p, q] that changes slowly, from its last vectors [trials, 1, q]."""

    vectors: Array

    def interval(self, matrices: Array, squared: Array) -> tuple[Array, Array]:
        """Lower and upper end of the spectral norms [trials], up to rounding, and one step of the iteration.

        `squared` [trials] are the squared Frobenius norms.
        """
        if min(matrices.shape[-2:]) <= SMALL_SIDE:
            return _from_moments(matrices, squared)
        xp = array_namespace(matrices)
        forward = xp.matmul(self.vectors, xp.matrix_transpose(matrices))
        image = xp.matmul(forward, matrices)
        a = squares(forward)
        coupling = squares(image - a[:, None, None] * self.vectors)
        rest = xp.maximum(squared - a, xp.zeros_like(a))
        upper = (a + rest + xp.sqrt((a - rest) ** 2 + 4 * coupling)) / 2
        length = xp.sqrt(squares(image))[:, None, None]
        moved = length > 0
        self.vectors = xp.where(moved, image / xp.where(moved, length, xp.ones_like(length)), self.vectors)
        return xp.sqrt(a), xp.sqrt(xp.minimum(upper, a + rest))


def _from_moments(matrices: Array, squared: Array) -> tuple[Array, Array]:
    """Ends of the spectral norms from traces of powers of the Gram matrix, within 1.1 % of each other up to side 16.

    Scaled to trace 1, the largest eigenvalue is at least 1/16, so that its powers do not underflow.
    """
    xp = array_namespace(matrices)
    positive = squared > 0
    share = _gram(matrices) / xp.where(positive, squared, xp.ones_like(squared))[:, None, None]
    power = share
    for _ in range(SQUARINGS - 1):
        power = xp.matmul(power, power)
    last = xp.matmul(power, power)
    total, below = squares(last), xp.sum(last * power, axis=(-2, -1))
    ratio = total / xp.where(positive, below, xp.ones_like(below))
    return xp.sqrt(squared * ratio ** (0.5 ** (SQUARINGS - 1))), xp.sqrt(squared * total ** (0.5 ** (SQUARINGS + 1)))


def _gram(matrices: Array) -> Array:
    """A A^T or A^T A, whichever is smaller."""
    xp = array_namespace(matrices)
    transposed = xp.matrix_transpose(matrices)
    wide = matrices.shape[-2] < matrices.shape[-1]
    return xp.matmul(matrices, transposed) if wide else xp.matmul(transposed, matrices)


def spectral_norms(matrices: Array) -> Array:
    """Spectral norms [...] of a stack [..., p, q] from the eigenvalues of the smaller Gram matrix.

    The largest eigenvalue is accurate to a small multiple of eps times itself. Infinite for matrices that are not
    finite or that overflow when squared.
    """
    xp = array_namespace(matrices)
    gram = _gram(matrices)
    finite = xp.isfinite(xp.sum(gram * gram, axis=(-2, -1)))
    largest = xp.linalg.eigvalsh(xp.where(finite[..., None, None], gram, xp.zeros_like(gram)))[..., -1]
    largest = xp.maximum(largest, xp.zeros_like(largest))
    return xp.where(finite, xp.sqrt(largest), xp.full_like(largest, float("inf")))
