"""Functions f whose Gaussian integrals c_r = E[f(g) He_r(g)] are known exactly.

By parts, c_r = E[f'(g) He_(r-1)(g)] - [f He_(r-1) w] with the normal density w, and z He_r = He_(r+1) + r He_(r-1):
for the functions below that is a recurrence, so that all c_r are rational combinations of a few numbers, the basis.
Parameters are rational unless stated otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import flint
import sympy
from sympy import pi, sqrt

Vector = tuple[Any, ...]
ZERO = flint.fmpq(0)
ONE = flint.fmpq(1)


def fraction(number: sympy.Rational) -> Any:
    """A SymPy rational as a flint.fmpq."""
    return flint.fmpq(int(number.p), int(number.q))


class Factor(Protocol):
    """One function."""

    @property
    def basis(self) -> tuple[sympy.Expr, ...]:
        """The numbers that c_r are combinations of."""

    def integrals(self) -> Iterator[Vector]:
        """The rational numbers before those of the basis in c_r, r = 0, 1, ..."""


@dataclass(frozen=True)
class Exponential:
    """exp(linear z + square z^2) on [lower, upper]; the basis is its mean and its weight f w at either end."""

    linear: sympy.Rational
    square: sympy.Rational
    lower: sympy.Expr = -sympy.oo
    upper: sympy.Expr = sympy.oo

    @property
    def basis(self) -> tuple[sympy.Expr, ...]:
        """See `Factor`."""
        decay = 1 - 2 * self.square
        below = [(1 + sympy.erf((end - self.linear / decay) * sqrt(decay / 2))) / 2 for end in (self.lower, self.upper)]
        mean = sympy.exp(self.linear**2 / (2 * decay)) / sqrt(decay) * (below[1] - below[0])
        return mean, self._weight(self.lower), self._weight(self.upper)

    def _weight(self, end: sympy.Expr) -> sympy.Expr:
        if end.is_infinite:
            return sympy.Integer(0)
        return sympy.exp(self.linear * end + (self.square - sympy.Rational(1, 2)) * end**2) / sqrt(2 * pi)

    def integrals(self) -> Iterator[Vector]:
        """See `Factor`."""
        linear, twice = fraction(self.linear), 2 * fraction(self.square)
        before, now = (ZERO, ZERO, ZERO), (ONE, ZERO, ZERO)
        at_ends = zip(_hermite_values(self.lower), _hermite_values(self.upper), strict=True)
        for r, (at_lower, at_upper) in enumerate(at_ends):
            yield now
            ends = (ZERO, at_lower, -at_upper)
            following = tuple(
                (linear * n + twice * r * b + e) / (1 - twice) for n, b, e in zip(now, before, ends, strict=True)
            )
            before, now = now, following


def _hermite_values(end: sympy.Expr) -> Iterator[Any]:
    """He_0, He_1, ... at a rational number; zeros at infinity, where the weight vanishes."""
    x = ZERO if end.is_infinite else fraction(end)
    before, now, r = ZERO, ZERO if end.is_infinite else ONE, 0
    while True:
        yield now
        before, now, r = now, x * now - r * before, r + 1


@dataclass(frozen=True)
class Wave:
    """exp(linear z + square z^2) cos(frequency z + phase) on the whole line, of any phase.

    The basis is its mean and that of the sine.
    """

    linear: sympy.Rational
    square: sympy.Rational
    frequency: sympy.Rational
    phase: sympy.Expr

    @property
    def basis(self) -> tuple[sympy.Expr, ...]:
        """See `Factor`."""
        decay = 1 - 2 * self.square
        size = sympy.exp((self.linear**2 - self.frequency**2) / (2 * decay)) / sqrt(decay)
        angle = self.linear * self.frequency / decay + self.phase
        return size * sympy.cos(angle), size * sympy.sin(angle)

    def integrals(self) -> Iterator[Vector]:
        """See `Factor`."""
        linear, frequency, twice = fraction(self.linear), fraction(self.frequency), 2 * fraction(self.square)
        # with exp(i frequency z) for the cosine, c_r is the mean times the complex number now[0] + i now[1]
        before, now, r = (ZERO, ZERO), (ONE, ZERO), 0
        while True:
            yield now[0], -now[1]
            following = (
                (linear * now[0] - frequency * now[1] + twice * r * before[0]) / (1 - twice),
                (linear * now[1] + frequency * now[0] + twice * r * before[1]) / (1 - twice),
            )
            before, now, r = now, following, r + 1


@dataclass(frozen=True)
class ErrorFunction:
    """erf(slope z + shift) on the whole line, slope^2 and slope shift rational: c_r is c_(r-1) of its derivative."""

    slope: sympy.Expr
    shift: sympy.Expr

    @property
    def _density(self) -> Exponential:
        return Exponential(sympy.Rational(-2 * self.slope * self.shift), sympy.Rational(-(self.slope**2)))

    @property
    def basis(self) -> tuple[sympy.Expr, ...]:
        """See `Factor`."""
        density = 2 * self.slope / sqrt(pi) * sympy.exp(-(self.shift**2)) * self._density.basis[0]
        return sympy.erf(self.shift / sqrt(1 + 2 * self.slope**2)), density

    def integrals(self) -> Iterator[Vector]:
        """See `Factor`."""
        yield ONE, ZERO
        for density, *_ in self._density.integrals():
            yield ZERO, density
