"""Dual activations: K(rho) = E[psi(u) psi(v)] for standard normals of correlation rho, psi = phi^(derivative).

K(rho) = sum_r mu_r(psi)^2 rho^r (Mehler; os19, App. H). Functions that are linear on either side of zero have
closed forms with arccos instead of a slow series (Cho & Saul 2009):

* psi = l for z < 0 and r for z >= 0: K = l r + (r - l)^2 (pi - arccos rho) / (2 pi);
* psi = l z for z < 0 and r z for z >= 0: K = l r rho + (r - l)^2 (sqrt(1 - rho^2) + rho (pi - arccos rho)) / (2 pi).

So do GELU and its relatives z (n + m erf(k z)) and their derivatives, with arctan (module `gates`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import flint
import numpy as np
import numpy.typing as npt
import sympy

from boundkit.activations.activation import LARGEST_DEGREE, LARGEST_DERIVATIVE, Activation, activation
from boundkit.activations.expressions import Z
from boundkit.activations.gates import gate_dual, gate_of
from boundkit.activations.pieces import jumps
from boundkit.arithmetic import BALL, evaluate, precision
from boundkit.errors import BadInput

Array = npt.NDArray[np.float64]

NEGLIGIBLE_TAIL = 1e-17
_UNIT = 2.0**-53
_BITS = 128
# arccos, sqrt and fewer than ten roundings of numbers of size at most 2, each assumed within 4 ulp
_CLOSED_FORM_SLACK = 64 * _UNIT


@dataclass(frozen=True)
class Ramp:
    """psi is `left` z^power for z < 0 and `right` z^power for z >= 0, power 0 or 1."""

    left: sympy.Expr
    right: sympy.Expr
    power: int


@dataclass(frozen=True)
class Series:
    """K(rho) = sum_r mu_r^2 rho^r up to the degree, and what is left.

    With T the sum of the other mu_r^2 and D that of r mu_r^2, known from E[psi'^2] = sum_r r mu_r^2 when psi does not
    jump, what is left is at most T |rho|^(degree + 1) and, for rho > 0, at least T rho^(D / T) by Jensen's inequality.
    """

    squares: tuple[Any, ...]
    total: Any
    slope: Any = None

    @property
    def remainder(self) -> Any:
        """T: E[psi^2] less the squares given."""
        return (self.total - sum(self.squares, flint.arb(0))).max(flint.arb(0))

    @property
    def floor(self) -> tuple[Any, Any]:
        """(t, p) such that what is left is at least t rho^p for 0 < rho <= 1."""
        least = self.remainder.lower()
        if self.slope is None or not least > 0:
            return flint.arb(0), flint.arb(0)
        rest = self.slope - sum((r * c for r, c in enumerate(self.squares)), flint.arb(0))
        return least, (rest / least).upper()

    def left(self, rho: Any) -> Any:
        """A ball for what is left at a ball rho."""
        most = (self.remainder * abs(rho) ** len(self.squares)).upper()
        if not rho > 0:
            return (-most).union(most)
        least, power = self.floor
        return (least * rho**power).lower().union(most)


def dual(source: str | Activation, *, derivative: int = 0, rho: Any) -> Any:
    """An enclosure of K(rho), in ball arithmetic, for a ball rho within [-1, 1].

    >>> dual("erf", derivative=1, rho=flint.arb(0)).str(12, radius=False)
    '0.424413181578'
    """
    phi = activation(source)
    rho = flint.arb(rho)
    if not abs(rho).lower() <= 1:
        raise BadInput("rho", rho, "must be within [-1, 1]")
    ramp = _ramp(phi, derivative)
    gate = gate_of(phi) if derivative <= 1 else None
    with precision(max(_BITS, flint.ctx.prec)):
        if ramp is not None:
            return _ramp_ball(ramp, rho)
        if gate is not None:
            return gate_dual(gate, derivative, 1, 1, rho.max(flint.arb(-1)).min(flint.arb(1)))
        if rho == 1:
            return phi.second_moment(derivative)
        series = _series(phi, derivative, float(abs(rho).upper()))
        total = flint.arb(0)
        for square in reversed(series.squares):
            total = total * rho + square
        return total + series.left(rho)


def dual_interval(
    source: str | Activation, derivative: int, rho_lower: npt.ArrayLike, rho_upper: npt.ArrayLike
) -> tuple[Array, Array]:
    """Float64 bounds lower <= K(rho) <= upper for every rho_lower <= rho <= rho_upper, elementwise.

    The bounds are proven for float64 arithmetic rounded to nearest; for functions linear on either side of zero
    they also assume arccos and sqrt within 4 ulp. Raises BadInput unless -1 <= rho_lower <= rho_upper <= 1.

    >>> low, high = dual_interval("relu", 1, [0.0, 0.5], [0.0, 0.5])
    >>> bool(((low <= [0.25, 1 / 3]) & ([0.25, 1 / 3] <= high)).all()), bool((high - low).max() < 1e-13)
    (True, True)
    """
    phi = activation(source)
    low, high = np.broadcast_arrays(np.asarray(rho_lower, np.float64), np.asarray(rho_upper, np.float64))
    if not (np.all(low >= -1) and np.all(high <= 1) and np.all(low <= high)):
        raise BadInput("rho", (rho_lower, rho_upper), "must satisfy -1 <= rho_lower <= rho_upper <= 1")
    ramp = _ramp(phi, derivative)
    if ramp is not None:
        return _ramp_interval(ramp, low, high)
    # the diagonal, rho = 1, is exact: it needs no terms
    inner = np.abs(np.concatenate([low[low < 1], high[high < 1]]))
    return _series_interval(_series(phi, derivative, float(inner.max(initial=0.5))), low, high)


def _ramp(phi: Activation, derivative: int) -> Ramp | None:
    pieces = phi.pieces(derivative)
    if len(pieces) != 2 or pieces[0].upper != 0:
        return None
    left, right = (p.expression for p in pieces)
    if Z not in left.free_symbols | right.free_symbols:
        return Ramp(left, right, 0)
    slopes = sympy.diff(left, Z), sympy.diff(right, Z)
    if sympy.expand(left - slopes[0] * Z) == 0 == sympy.expand(right - slopes[1] * Z):
        return Ramp(*slopes, 1)
    return None


def _ramp_ball(ramp: Ramp, rho: Any) -> Any:
    left, right = evaluate(ramp.left, {}, BALL), evaluate(ramp.right, {}, BALL)
    inside = rho.max(flint.arb(-1)).min(flint.arb(1))
    half_plane = (flint.arb.pi() - inside.acos()) / (2 * flint.arb.pi())
    gap = (right - left) * (right - left)  # no power: of a ball around 0 it would be nan
    if ramp.power == 0:
        return left * right + gap * half_plane
    root = (1 - inside**2).nonnegative_part().sqrt()
    return left * right * rho + gap * (root / (2 * flint.arb.pi()) + rho * half_plane)


def _ramp_interval(ramp: Ramp, low: Array, high: Array) -> tuple[Array, Array]:
    """Both kernels increase with rho; l r rho is bounded by itself since l r may be negative."""
    with precision(_BITS):
        left, right = evaluate(ramp.left, {}, BALL), evaluate(ramp.right, {}, BALL)
        mixed, gap = float((left * right).mid()), float(((right - left) * (right - left)).mid())
    kernels = []
    for rho in (low, high):
        half_plane = (np.pi - np.arccos(rho)) / (2 * np.pi)
        if ramp.power == 1:
            half_plane = np.sqrt((1 - rho) * (1 + rho)) / (2 * np.pi) + rho * half_plane
        kernels.append(half_plane)
    ends = [mixed * low, mixed * high] if ramp.power == 1 else [mixed, mixed]
    slack = _CLOSED_FORM_SLACK * (abs(mixed) + gap)
    return np.minimum(*ends) + gap * kernels[0] - slack, np.maximum(*ends) + gap * kernels[1] + slack


def _series(phi: Activation, derivative: int, largest: float) -> Series:
    """Enough terms for a negligible remainder at |rho| <= largest, or as many as there are."""
    with precision(max(_BITS, flint.ctx.prec)):
        total = phi.second_moment(derivative)
        degree = 32
        while True:
            squares = tuple(mu**2 for mu in phi.coefficients(derivative, degree))
            series = Series(squares, total)
            bound = series.remainder * flint.arb(largest) ** (degree + 1)
            if bound < NEGLIGIBLE_TAIL * total:
                return series
            if degree == LARGEST_DEGREE:
                jumping = derivative == LARGEST_DERIVATIVE or jumps(phi.pieces(derivative))
                return series if jumping else replace(series, slope=phi.second_moment(derivative + 1))
            degree = min(LARGEST_DEGREE, 2 * degree)


def _series_interval(series: Series, low: Array, high: Array) -> tuple[Array, Array]:
    """Even and odd powers apart: both increase with t = rho^2, so that ends of intervals give bounds.

    Rounding, u = 2^-53: a Horner step y <- c + t y, t <= 1, loses at most 2 u (sum of the later c), all of them
    u sum (r + 2) c_r; the rounding of t loses u sum (r/2) c_r; conversions of c and the last product and sums
    at most 4 u sum c_r to first order. The slack below is more than twice that.
    """
    squares = [max(0.0, float(s.upper())) for s in series.squares]
    slack = 4 * _UNIT * sum((r + 4) * c for r, c in enumerate(squares))
    remainder = float(series.remainder.upper()) * (1 + 4 * _UNIT) + 5e-324
    top = float(series.total.upper()) * (1 + 4 * _UNIT)
    floor_at_one = float(series.total.lower()) * (1 - 4 * _UNIT)
    even, odd = np.array(squares[0::2]), np.array(squares[1::2])
    size = np.maximum(np.abs(low), np.abs(high))
    crossing = (low <= 0) & (high >= 0)
    least = np.where(crossing, 0.0, np.minimum(np.abs(low), np.abs(high)))
    # |rho|^(degree + 1), rounded up: pow is within 4 ulp
    tail = remainder * np.where(size < 1, size ** len(squares) * (1 + 16 * _UNIT), 1.0)
    floor, power = series.floor
    sure = max(0.0, float(floor.lower())) * (1 - 4 * _UNIT)
    kept = sure * np.maximum(low, 0.0) ** (float(power.upper()) * (1 + 4 * _UNIT)) * (1 - 16 * _UNIT)
    lower = _horner(even, least) + low * _horner(odd, low) - slack + np.where(low < 0, -tail, kept)
    upper = _horner(even, size) + high * _horner(odd, high) + slack + tail
    lower = np.where(low >= 1, floor_at_one, np.maximum(lower, -top))
    return lower, np.minimum(upper, top)


def _horner(coefficients: Array, rho: Array) -> Array:
    t = rho * rho
    total = np.zeros_like(t)
    for c in coefficients[::-1]:
        total = total * t + c
    return total
