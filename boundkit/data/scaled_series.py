"""E[psi(a) psi(b)] of rows of any length by series: sum_r c_r(s_i) c_r(s_j) rho_ij^r, c_r(s) = E[psi(s g) h_r(g)].

For activations without a closed form. The coefficients are certified at float64 lengths; how far the exact lengths are
from these is paid for with sup |psi'|.
"""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation
from boundkit.data.spectra import gamma
from boundkit.errors import NotApplicable

Array = NDArray[np.float64]

MOST_LENGTHS = 100  # each costs about 0.1 s
SHORTEST, LONGEST = 1e-3, 100.0
DEGREES = (32, 64, 128)
NEGLIGIBLE = 2.0**-50


def series_dual(chosen: Activation, derivative: int, gram: Array, products: Array, d: int) -> tuple[Array, Array]:
    """Values and radii [n, n]; `products` bounds |x_i| |x_j|.

    Raises NotApplicable for more than 100 different lengths, lengths outside [0.001, 100], and where psi =
    phi^(derivative) is not Lipschitz.
    """
    lengths = np.sqrt(gram.diagonal())
    distinct, which = np.unique(lengths, return_inverse=True)
    lipschitz = _checked(chosen, derivative, distinct)
    rho = np.clip(gram / np.outer(lengths, lengths), -1.0, 1.0)
    np.fill_diagonal(rho, 1.0)
    c = gamma(4 * d + 32)  # of the correlations, and relative of the lengths
    edge = np.minimum(np.abs(rho) + c, 1.0)
    inside = np.where(np.eye(len(rho), dtype=bool), 0.0, edge)
    for degree in DEGREES:
        coefficients, moments, rests = _expansions(chosen, derivative, distinct, degree)
        remainder = np.sqrt(np.outer(rests[which], rests[which])) * inside ** (degree + 1)
        if remainder.max() <= NEGLIGIBLE * moments.max():
            break
    values, size, slope = np.zeros_like(rho), np.zeros_like(rho), np.zeros_like(rho)
    power, bound, before = np.ones_like(rho), np.ones_like(rho), np.zeros_like(rho)
    for r in range(degree + 1):
        pairs = np.outer(coefficients[which, r], coefficients[which, r])
        values += pairs * power
        size += np.abs(pairs) * bound
        slope += r * np.abs(pairs) * before
        power, before, bound = power * rho, bound, bound * edge
    np.fill_diagonal(values, moments[which])
    np.fill_diagonal(slope, 0.0)
    top = np.sqrt(moments[which])
    moved = lipschitz * c * lengths  # psi(s g) moves at most so far, in mean square, between the two lengths
    shift = np.add.outer(moved * top.max(), moved * top.max()) + np.outer(moved, moved)
    error = remainder + c * slope + gamma(4 * degree + 32) * (size + np.outer(top, top)) + shift
    return values, error * (1 + 1e-9)


def _checked(chosen: Activation, derivative: int, lengths: Array) -> float:
    """sup |psi'|, when the series applies."""
    if len(lengths) > MOST_LENGTHS:
        raise NotApplicable(
            "unit_rows",
            f"rows have {len(lengths)} different lengths: kernels of {chosen.name}, which has no closed form, are "
            f"computed for at most {MOST_LENGTHS} (FILE:normalize=true)",
        )
    if not (lengths[0] >= SHORTEST and lengths[-1] <= LONGEST):
        wrong = lengths[0] if lengths[0] < SHORTEST else lengths[-1]
        raise NotApplicable(
            "unit_rows", f"rows of {chosen.name} must be between {SHORTEST} and {LONGEST} long; one has {wrong:.3g}"
        )
    supremum = chosen.sup(derivative + 1).upper()
    if not supremum.is_finite():
        name = "phi''" if derivative else "phi'"
        raise NotApplicable(
            "unit_rows", f"rows must have length 1 for {chosen.name} (FILE:normalize=true): {name} is unbounded"
        )
    return float(supremum) * (1 + 1e-9)


def _expansions(chosen: Activation, derivative: int, lengths: Array, degree: int) -> tuple[Array, Array, Array]:
    """c_r [lengths, degree + 1], E psi(s g)^2 and upper bounds of what the squares leave of it."""
    rows, moments, rests = [], [], []
    for length in lengths.tolist():
        scale = Fraction(length)
        found = chosen.coefficients(derivative, degree, scale=scale)
        moment = chosen.second_moment(derivative, scale=scale)
        rest = (moment - sum((mu**2 for mu in found), flint.arb(0))).nonnegative_part()
        rows.append([float(mu.mid()) for mu in found])
        moments.append(float(moment.mid()))
        rests.append(float(rest.upper()) * (1 + 1e-9))
    return np.array(rows), np.array(moments), np.array(rests)
