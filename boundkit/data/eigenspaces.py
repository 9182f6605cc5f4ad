"""All eigenvalues of a symmetric matrix and the spaces above and below a cutoff, with proven errors.

`scipy.linalg.eigh` gives A V ~ V D. With e >= |V^T V - I| there is an orthogonal Q with |Q - V| <= e, so that
|A Q - Q D| <= |A V - V D| + 2 e |A|. Every symmetric matrix within spectral distance `spread` of A therefore is
Q (D + F) Q^T with |F| <= `error`, the sum of the two: its sorted eigenvalues lie within `error` of those of D (Weyl).
Functions of it differ from those of Q D Q^T by what the docstrings of `Spaces` say; `gap` is the distance of the
computed eigenvalues above the cutoff from the exact ones below it, or of the exact ones above from the computed below.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import flint
import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from boundkit.data.spectra import UNDERFLOW, gamma
from boundkit.errors import NotApplicable

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Approximate eigenvalues [m], ascending, and vectors [m, m] of every symmetric matrix within some distance.

    `error` bounds the distance of sorted exact eigenvalues from `values`, and `turn` that of `vectors` from
    orthogonal ones in which the matrix is within `error` of diagonal.
    """

    values: Array = field(repr=False)
    vectors: Array = field(repr=False)
    error: float
    turn: float

    def eigenvalue(self, index: int) -> Any:
        """The enclosure of one eigenvalue, counted from the smallest."""
        return flint.arb(float(self.values[index]), self.error)

    @property
    def certainly_positive(self) -> int:
        """How many eigenvalues are certainly positive."""
        return int(np.count_nonzero(self.values > self.error))

    def split(self, cutoff: Any, y: Array) -> Spaces:
        """The eigenvalues at or above `cutoff`, a ball, those below it, and what the columns of y [m, K] have in each.

        Raises NotApplicable when the cutoff cannot be told from an eigenvalue.
        """
        error = flint.arb(self.error)
        below = int(np.searchsorted(self.values, float(cutoff.mid())))
        for i in (below - 1, below):
            near = flint.arb(float(self.values[i])) if 0 <= i < len(self.values) else None
            if near is not None and not ((near + error < cutoff) if i < below else (near - error > cutoff)):
                raise NotApplicable(
                    "cutoff_between_eigenvalues",
                    f"the cutoff {float(cutoff.mid().abs_upper() ** 0.5):.12g} is an eigenvalue's root to the accuracy"
                    f" of the kernel ({float(near.abs_upper() ** 0.5):.12g}): choose one between eigenvalues",
                )
        return Spaces(self, below, y)


@dataclass(frozen=True, eq=False)
class Spaces:
    """The span of the eigenvectors from number `first` on (above the cutoff), and that of the others."""

    spectrum: Spectrum
    first: int
    y: Array

    @cached_property
    def _squares(self) -> tuple[Array, float, float]:
        """Squared coefficients of y by eigenvector, an upper bound of |y|, and of |error| / |y| of the coefficients."""
        m = len(self.spectrum.values)
        coefficients = self.spectrum.vectors.T @ self.y
        size = float(np.linalg.norm(self.y)) * (1 + gamma(self.y.size + 4)) + UNDERFLOW**0.5
        inexact = self.spectrum.turn + gamma(m + 2) * m**0.5 * (1 + self.spectrum.turn)
        return (coefficients**2).sum(axis=1), size, inexact

    def _sum(self, weights: Array, part: slice) -> Any:
        """sum_i weights_i |coefficients_i|^2 with the error of the coefficients and of the sum, weights >= 0."""
        squares, size, inexact = self._squares
        if not len(squares[part]):
            return flint.arb(0)
        terms = weights * squares[part]
        total = float(terms.sum())
        largest = float(weights.max())
        norm = float(squares[part].sum()) ** 0.5
        change = largest * size * inexact * (2 * norm + inexact * size)
        rounding = gamma(len(terms) + self.y.shape[1] + 8) * total
        return flint.arb(total, (change + rounding) * (1 + gamma(64)) + UNDERFLOW**0.5)

    @property
    def _gap(self) -> Any:
        """The distance between the spaces' eigenvalues; infinite where one of the spaces is empty."""
        values = self.spectrum.values
        if self.first in (0, len(values)):
            return flint.arb.pos_inf()
        return flint.arb(float(values[self.first])) - float(values[self.first - 1]) - flint.arb(self.spectrum.error)

    @property
    def _lowest_above(self) -> Any:
        return flint.arb(float(self.spectrum.values[self.first])) - flint.arb(self.spectrum.error)

    def _size(self) -> Any:
        return flint.arb(self._squares[1])

    def _norm(self, part: slice) -> Any:
        if not len(self.spectrum.values[part]):
            return flint.arb(0)
        root = self._sum(np.ones(len(self.spectrum.values[part])), part).nonnegative_part().sqrt()
        # |P - P'| <= |F| / gap for the spectral projections (Davis and Kahan)
        return _widened(root, flint.arb(self.spectrum.error) / self._gap * self._size()).nonnegative_part()

    def norm_above(self) -> Any:
        """|P y|, P the projection on the eigenvectors at or above the cutoff."""
        return self._norm(slice(self.first, None))

    def norm_below(self) -> Any:
        """|y - P y|."""
        return self._norm(slice(0, self.first))

    def inverse_form(self) -> Any:
        """y^T A^+ y with the pseudo-inverse on the space above the cutoff.

        Its change is at most |F| (1 / a^2 + 2 / (a gap)) |y|^2, a the least eigenvalue of either matrix above the
        cutoff: A^-1 - B^-1 = A^-1 (B - A) B^-1 within the space, and A^-1 P_A (1 - P_B) beside it.
        """
        part = slice(self.first, None)
        values = self.spectrum.values[part]
        if not len(values):
            return flint.arb(0)
        least, error = self._lowest_above, flint.arb(self.spectrum.error)
        change = error * (1 / least**2 + 2 / (least * self._gap)) * self._size() ** 2
        return _widened(self._sum(1 / values, part), change).nonnegative_part()

    def form_below(self) -> Any:
        """y^T A (1 - P) y. Its change is at most |F| (1 + 2 b / gap) |y|^2, b the largest |eigenvalue| below."""
        part = slice(0, self.first)
        values = self.spectrum.values[part]
        if not len(values):
            return flint.arb(0)
        error = flint.arb(self.spectrum.error)
        largest = flint.arb(float(np.abs(values).max())) + error
        change = error * (1 + 2 * largest / self._gap) * self._size() ** 2
        negative = flint.arb(float(np.maximum(-values, 0).max())) * self._size() ** 2
        return _widened(self._sum(np.maximum(values, 0), part), change + negative).nonnegative_part()


def spectrum_of(matrix: Array, spread: float = 0.0) -> Spectrum:
    """The spectrum of every symmetric matrix within spectral distance `spread` of `matrix`, float64 [m, m], symmetric.

    >>> found = spectrum_of(np.array([[2.0, 1.0], [1.0, 2.0]]))
    >>> bool(found.eigenvalue(0).contains(1)), found.certainly_positive
    (True, 2)
    """
    m = len(matrix)
    values, vectors = scipy.linalg.eigh(matrix)
    size = float(np.linalg.norm(matrix)) * (1 + gamma(m * m + 4)) + m * UNDERFLOW**0.5
    length = m**0.5 * (1 + gamma(m + 4)) * 1.01  # |V|_F
    product = gamma(m + 2) * length * (1 + gamma(8))
    top = float(np.abs(values).max()) if m else 0.0
    turn = float(np.linalg.norm(vectors.T @ vectors - np.eye(m))) * (1 + gamma(m * m + 4)) + product * length
    residual = float(np.linalg.norm(matrix @ vectors - vectors * values)) * (1 + gamma(m * m + 4))
    residual += product * (size + top) + gamma(4) * length * (size + top)
    error = residual + 2 * turn * max(size, top) + spread
    return Spectrum(values, vectors, error * (1 + gamma(64)) + m * UNDERFLOW**0.5, turn)


def _widened(value: Any, change: Any) -> Any:
    return value + flint.arb(0, 1) * change.upper()
