"""Hermite coefficients mu_r = E[phi(g) h_r(g)] in closed form, for sums of products that Gaussians integrate exactly.

The products are z^k exp(a z + b z^2) on any interval, and z^k exp(a z + b z^2) cos(w z + p) and z^k erf(a z + b) on
the whole line, with rational a, b, w and ends (module gaussian_factors). Coefficients are then rational combinations of
a few numbers such as erf(1/sqrt(2)) and exp(-1/2): the rational numbers are exact, and what vanishes is zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import flint
import sympy
from sympy import pi, sqrt

from boundkit.activations.expressions import Z
from boundkit.activations.gaussian_factors import ZERO, ErrorFunction, Exponential, Factor, Vector, Wave, fraction
from boundkit.activations.pieces import Piece
from boundkit.arithmetic import BALL, evaluate

LARGEST_POWER = 400


@dataclass
class _Sum:
    """p(z) factor(z) constant with a polynomial p: coefficients[k] is the rational number before z^k."""

    factor: Factor
    constant: sympy.Expr
    coefficients: dict[int, Any] = field(default_factory=dict)
    known: list[Vector] = field(default_factory=list)

    def integral(self, r: int) -> Vector:
        """E[p(g) factor(g) He_r(g)] against the basis of the factor."""
        if len(self.known) <= r:
            self.known = self._integrals(max(2 * r, 16))
        return self.known[r]

    def _integrals(self, most: int) -> list[Vector]:
        powers = max(self.coefficients)
        row = list(islice(self.factor.integrals(), most + powers + 1))
        total = [(ZERO,) * len(row[0])] * (most + 1)
        for k in range(powers + 1):
            weight = self.coefficients.get(k, ZERO)
            if weight != 0:
                total = [_combined(t, v, weight) for t, v in zip(total, row, strict=False)]
            # z He_r = He_(r+1) + r He_(r-1)
            row = [_combined(row[r + 1], row[r - 1] if r else row[0], r) for r in range(len(row) - 1)]
        return total


def _combined(a: Vector, b: Vector, weight: Any) -> Vector:
    return tuple(x + weight * y for x, y in zip(a, b, strict=True))


class ClosedForm:
    """mu_r for every r: called, it gives a SymPy number; `ball` gives an enclosure at the precision in force."""

    def __init__(self, sums: list[_Sum]) -> None:
        self._sums = sums
        self._parts = [[_parts(s.constant * b) for b in s.factor.basis] for s in sums]

    def __call__(self, r: int) -> sympy.Expr:
        """mu_r as a SymPy number."""
        collected = self._collected(r)
        if not collected:
            return sympy.Integer(0)
        total = sympy.Add(*(sympy.Rational(int(c.p), int(c.q)) * b for b, c in collected.items()))
        return total / sqrt(sympy.factorial(r))

    def ball(self, r: int) -> Any:
        """An enclosure of mu_r at the precision in force; exactly zero when mu_r is."""
        total = sum((evaluate(b, {}, BALL) * flint.arb(c) for b, c in self._collected(r).items()), flint.arb(0))
        return total / flint.arb(math.factorial(r)).sqrt()

    def _collected(self, r: int) -> Mapping[sympy.Expr, Any]:
        """The rational number before each irrational one in sqrt(r!) mu_r."""
        collected: dict[sympy.Expr, Any] = {}
        for s, parts in zip(self._sums, self._parts, strict=True):
            for number, part in zip(s.integral(r), parts, strict=True):
                for rest, rational in part if number != 0 else ():
                    collected[rest] = collected.get(rest, ZERO) + rational * number
        return {rest: c for rest, c in collected.items() if c != 0}


def closed_form(pieces: tuple[Piece, ...]) -> ClosedForm | None:
    """The closed form of mu_r, r = 0, 1, ..., of a piecewise smooth function; None when it is not such a sum.

    >>> from boundkit.activations.pieces import split
    >>> closed_form(split(sympy.Max(Z, 0)))(4), closed_form(split(sympy.tanh(Z)))
    (-sqrt(3)/(12*sqrt(pi)), None)
    """
    sums: dict[tuple[Factor, sympy.Expr], _Sum] = {}
    for piece in pieces:
        if not all(isinstance(end, sympy.Rational) or end.is_infinite for end in (piece.lower, piece.upper)):
            return None
        terms = _terms(piece)
        if terms is None:
            return None
        for factor, constant, power, coefficient in terms:
            into = sums.setdefault((factor, constant), _Sum(factor, constant)).coefficients
            into[power] = into.get(power, ZERO) + coefficient
    return ClosedForm(list(sums.values()))


def _terms(piece: Piece) -> list[tuple[Factor, sympy.Expr, int, Any]] | None:
    known = (sympy.exp, sympy.erf, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh)
    if any(f.has(Z) and not isinstance(f, known) for f in piece.expression.atoms(sympy.Function)):
        return None
    expression = piece.expression.replace(lambda n: isinstance(n, known[-2:]), lambda n: n.rewrite(sympy.exp))
    expanded = sympy.expand(expression, power_exp=False, power_base=False, log=False)
    terms = []
    for product in sympy.Add.make_args(expanded):
        term = _term(product, piece) if product != 0 else None
        if term is None and product != 0:
            return None
        terms += [term] if term is not None else []
    return terms


def _term(product: sympy.Expr, piece: Piece) -> tuple[Factor, sympy.Expr, int, Any] | None:
    """factor, irrational constant, power of z and rational coefficient of one product."""
    constant, depending = product.as_independent(Z, as_Add=False)
    power, exponent, others = 0, sympy.Integer(0), []
    for f in sympy.Mul.make_args(depending):
        base, n = f.as_base_exp()
        if isinstance(f, sympy.exp):
            exponent += f.args[0]
        elif base == Z and n.is_Integer and n > 0:
            power += int(n)
        elif f != 1:
            others.append(f)
    quadratic = _coefficients(exponent, 2)
    if len(others) > 1 or quadratic is None or power > LARGEST_POWER:
        return None
    shift, linear, square = quadratic
    if not (linear.is_Rational and square.is_Rational and square < sympy.Rational(1, 2)):
        return None
    constant *= sympy.exp(shift)
    factor: Factor = Exponential(linear, square, piece.lower, piece.upper)
    if others:
        whole = piece.lower.is_infinite and piece.upper.is_infinite
        found = _bounded_factor(others[0], linear, square) if whole else None
        if found is None:
            return None
        factor = found
    rational, irrational = constant.as_coeff_Mul()
    return factor, irrational, power, fraction(rational)


def _bounded_factor(function: sympy.Expr, linear: sympy.Rational, square: sympy.Rational) -> Factor | None:
    """exp(linear z + square z^2) times a cosine, a sine or an error function."""
    line = _coefficients(function.args[0], 1) if isinstance(function, sympy.cos | sympy.sin | sympy.erf) else None
    if line is None:
        return None
    shift, slope, _ = line
    if isinstance(function, sympy.erf):
        if linear != 0 or square != 0 or not ((slope**2).is_Rational and (slope * shift).is_Rational):
            return None
        return ErrorFunction(slope, shift)
    if not slope.is_Rational:
        return None
    return Wave(linear, square, slope, shift - pi / 2 if isinstance(function, sympy.sin) else shift)


def _coefficients(expression: sympy.Expr, degree: int) -> tuple[sympy.Expr, sympy.Expr, sympy.Expr] | None:
    """Of a polynomial in z of at most this degree, from the constant one upwards."""
    if not expression.is_polynomial(Z):
        return None
    found = sympy.Poly(expression, Z).all_coeffs()[::-1]
    return (*found, *[sympy.Integer(0)] * (3 - len(found))) if len(found) <= degree + 1 else None


def _parts(number: sympy.Expr) -> list[tuple[sympy.Expr, Any]]:
    """A number as a sum of rational multiples of irrational ones."""
    split = (term.as_coeff_Mul() for term in sympy.Add.make_args(sympy.expand(number, power_exp=False)))
    return [(rest, fraction(rational)) for rational, rest in split if rational != 0]
