"""The float64 evaluation of kernels of unit rows, k(rho), with one proven error for all entries.

Every kernel of the two-layer network is a power series k(rho) = sum_r a_r rho^r with a_r >= 0 (`os19` H.1 and H.2):

* `sigma`, K_phi'(rho) rho (`os19` Definition 6.1): the Gram matrix of the gradients in the hidden layer;
* `sigma_tilde` = `nngp`, K_phi(rho) (`os19` Definition 3.1): that of the gradients in the output layer;
* `ntk`, their sum: both layers trained.

A truncated series is evaluated where it converges fast; positively homogeneous activations of degree 0 and 1 have
arccos instead (Cho & Saul 2009); correlations near 1 that suit neither are bounded by `dual_interval` one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation, Z, dual_interval
from boundkit.arithmetic import BALL, evaluate
from boundkit.data.spectra import UNIT_ROUNDOFF
from boundkit.errors import NotApplicable, unknown

Array = NDArray[np.float64]

# derivative of the activation, power of rho that multiplies its dual
TERMS: dict[str, tuple[tuple[int, int], ...]] = {
    "sigma": ((1, 1),),
    "sigma_tilde": ((0, 0),),
    "nngp": ((0, 0),),
    "ntk": ((1, 1), (0, 0)),
}
DEGREES = (32, 64, 128, 256)
NEGLIGIBLE = 2.0**-54  # of k(1)
SAFELY_BELOW_ONE = 0.9  # where any series converges
ARCCOS_BELOW = 0.99  # the slope of arccos is at most 7.1 up to here
ROUNDED_UP = 1 + 2.0**-30  # covers the few dozen roundings of a bound made of positive terms


def terms(kind: str) -> tuple[tuple[int, int], ...]:
    """The duals that a kernel is the sum of; raises BadInput for an unknown kind."""
    if kind not in TERMS:
        raise unknown("kind", kind, TERMS)
    return TERMS[kind]


def diagonal(chosen: Activation, kind: str) -> Any:
    """k(1) as a ball; raises NotApplicable when it is not finite."""
    total = sum((chosen.second_moment(derivative) for derivative, _ in terms(kind)), flint.arb(0))
    if not total.is_finite():
        names = " + ".join("E[phi'(g)^2]" if derivative else "E[phi(g)^2]" for derivative, _ in terms(kind))
        raise NotApplicable("second_moment", f"{names} is not finite for {chosen.name}")
    return total


def power_series(chosen: Activation, kind: str, degree: int) -> list[Any]:
    """a_0, ..., a_degree as balls."""
    total = [flint.arb(0)] * (degree + 1)
    for derivative, power in terms(kind):
        squares = [mu**2 for mu in chosen.coefficients(derivative, degree - power)]
        total = [a + b for a, b in zip(total, [flint.arb(0)] * power + squares, strict=True)]
    return total


@dataclass(frozen=True)
class Profile:
    """k on [-reach, reach]: `values(rho)` is within `radius` of k at every point within `c` of rho.

    `c` and `reach` are those that `profile` was asked for. `parts` are the coefficients of the even and the odd powers;
    `arc` the factors of 1, rho, A, rho A and sqrt(1 - rho^2) / (2 pi), A = (pi - arccos rho) / (2 pi).
    """

    reach: float
    radius: float
    parts: tuple[Array, Array] | None = None
    arc: tuple[float, float, float, float, float] | None = None

    def values(self, rho: Array) -> Array:
        """k(rho), elementwise, for a contiguous array."""
        return self._arc_values(rho) if self.arc else self._series_values(rho)

    def _arc_values(self, rho: Array) -> Array:
        assert self.arc is not None
        constant, linear, angle, slanted, root = self.arc
        result = np.arccos(rho)
        np.subtract(np.pi, result, out=result)
        result /= 2 * np.pi
        result *= (angle + slanted * rho) if angle else slanted * rho
        if root:
            height = rho * rho
            np.subtract(1, height, out=height)
            np.sqrt(height, out=height)
            height *= root / (2 * np.pi)
            result += height
        if linear:
            result += linear * rho
        if constant:
            result += constant
        return result

    def _series_values(self, rho: Array) -> Array:
        assert self.parts is not None
        square = rho * rho
        even, odd = (_horner(part, square) for part in self.parts)
        odd = rho * odd if isinstance(odd, float) else np.multiply(odd, rho, out=odd)
        return np.add(odd, even, out=odd)


def profile(chosen: Activation, kind: str, largest: float, c: float) -> Profile:
    """A profile that reaches `largest`, or as close to it as one is efficient and accurate.

    `largest` bounds |rho| for the computed correlations and `c` their distance from the exact ones.
    """
    ramps = [_ramp(chosen, derivative, power) for derivative, power in terms(kind)]
    if None not in ramps:
        return _arc_profile(ramps, min(largest, ARCCOS_BELOW), c)
    return _series_profile(chosen, kind, min(largest, 1.0 - 2 * c), c)


def homogeneous(chosen: Activation, derivative: int = 0) -> tuple[Any, Any, int] | None:
    """(l, r, p) with phi^(derivative) = l z^p for z < 0 and r z^p for z >= 0; None if there is none."""
    pieces = chosen.pieces(derivative)
    if len(pieces) > 2 or (len(pieces) == 2 and pieces[0].upper != 0):
        return None
    expressions = [piece.expression.expand() for piece in pieces]
    factors = [expression.as_coeff_exponent(Z) for expression in expressions]
    if any(factor.has(Z) or not (power.is_Integer and power >= 0) for factor, power in factors):
        return None
    powers = {int(power) for factor, power in factors if factor != 0}
    if len(powers) > 1:
        return None
    left, right = (evaluate(factor, {}, BALL) for factor, _ in (factors[0], factors[-1]))
    return left, right, max(powers, default=0)


def bounded_entries(chosen: Activation, kind: str, rho: Array, c: float) -> tuple[Array, Array]:
    """Midpoints and radii of k for correlations within c of `rho`, one dimensional, by `dual_interval`."""
    below = np.maximum(np.nextafter(rho - c, -np.inf), -1.0)
    above = np.minimum(np.nextafter(rho + c, np.inf), 1.0)
    lowest, highest = np.zeros_like(rho), np.zeros_like(rho)
    for derivative, power in terms(kind):
        ends = list(dual_interval(chosen, derivative, below, above))
        if power:
            corners = [end * correlation for end in ends for correlation in (below, above)]
            ends = [
                np.nextafter(np.minimum.reduce(corners), -np.inf),
                np.nextafter(np.maximum.reduce(corners), np.inf),
            ]
        lowest = np.nextafter(lowest + ends[0], -np.inf)
        highest = np.nextafter(highest + ends[1], np.inf)
    middle = 0.5 * (lowest + highest)
    return middle, np.nextafter(np.maximum(highest - middle, middle - lowest), np.inf)


def _ramp(chosen: Activation, derivative: int, power: int) -> tuple[Any, Any, int, int] | None:
    """(l, r, p, power) as in `homogeneous`, where rho^power K(rho) has a closed form with arccos."""
    found = homogeneous(chosen, derivative)
    return (*found, power) if found is not None and found[2] + power <= 1 else None


def _arc_profile(ramps: list[Any], reach: float, c: float) -> Profile:
    """The error is that of arccos and sqrt (4 ulp each), ten roundings, and c times the slope."""
    factors = np.zeros(5)
    inexact = 0.0
    for left, right, degree, power in ramps:
        mixed, gap = left * right, (right - left) * (right - left)  # no power: of a ball around 0 it would be nan
        inexact += float(mixed.rad() + gap.rad())
        m, g = float(mixed.mid()), float(gap.mid())
        # the dual of degree 0 is m + g A, of degree 1 it is m rho + g (sqrt(1 - rho^2) / (2 pi) + rho A)
        factors += [0, m, 0, g, g] if degree else ([0, m, 0, g, 0] if power else [m, 0, g, 0, 0])
    constant, linear, angle, slanted, root = (float(factor) for factor in factors)
    edge = reach + c
    steep = 1 / (2 * np.pi * np.sqrt((1 - edge) * (1 + edge)))
    slope = abs(linear) + slanted + (angle + slanted + root) * steep
    rounding = (
        128 * UNIT_ROUNDOFF * (1 + root * steep) * (sum(abs(f) for f in (constant, linear, angle, slanted, root)))
    )
    return Profile(
        reach, (c * slope + rounding + 2 * inexact) * ROUNDED_UP, arc=(constant, linear, angle, slanted, root)
    )


def _series_profile(chosen: Activation, kind: str, reach: float, c: float) -> Profile:
    """Fewest terms whose remainder is negligible at `reach`; if there are too many, `reach` is lowered.

    With m = reach + c >= |rho| for the exact and the computed correlation, the radius is the sum of

    * the remainder, at most (k(1) - sum of the a_r kept) m^(degree + 1);
    * c p'(m), the effect of the error of rho on the polynomial p;
    * rounding, u = 2^-53. Coefficient r / 2 of Horner's rule in rho^2 passes through at most r + 1 operations, meets
      the rounding of rho^2 r / 2 times, its own once, and two more for the product with rho and the last sum: at most
      (1.5 r + 4) u a_r m^r (1 + tiny), less than the 2 u (r + 4) a_r below;
    * the distance of the a_r from their floats.
    """
    total = diagonal(chosen, kind)
    while True:
        edge = flint.arb(reach) + flint.arb(c)
        for degree in DEGREES:
            a = power_series(chosen, kind, degree)
            rest = (total - sum(a, flint.arb(0))).nonnegative_part()
            if (rest * edge ** (degree + 1)).upper() < NEGLIGIBLE * total:
                break
        else:
            if reach > SAFELY_BELOW_ONE:
                reach = SAFELY_BELOW_ONE
                continue
        break
    kept = len(a)
    while kept > 1 and ((rest + a[kept - 1]) * edge ** (kept - 1)).upper() < NEGLIGIBLE * total:
        kept -= 1
        rest += a[kept]
    floats = np.array([float(entry.mid()) for entry in a[:kept]])
    error = (rest * edge**kept).upper()
    for r in range(kept):
        size = a[r].abs_upper()
        error += abs(a[r] - flint.arb(float(floats[r])))
        error += (flint.arb(c) * r * edge ** max(r - 1, 0) + flint.arb(2 * UNIT_ROUNDOFF) * (r + 4)) * size
    parts = (np.trim_zeros(floats[0::2], "b"), np.trim_zeros(floats[1::2], "b"))
    return Profile(reach, float(error.upper()) * ROUNDED_UP, parts=parts)


def _horner(coefficients: Array, square: Array) -> Any:
    """The polynomial in `square`; a number where it is constant."""
    if len(coefficients) <= 1:
        return float(coefficients[0]) if len(coefficients) else 0.0
    total = coefficients[-1] * square
    for c in coefficients[-2:0:-1]:
        total += c
        total *= square
    total += coefficients[0]
    return total
