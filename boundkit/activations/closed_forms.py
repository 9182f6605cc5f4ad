"""Orthonormal Hermite coefficients mu_r = E[phi(g) h_r(g)] in closed form (os19, App. H), as SymPy numbers."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Rational, factorial, factorial2, pi, sqrt

from boundkit.activations.expressions import Z

ClosedForm = Callable[[int], sympy.Expr]


def polynomial(expression: sympy.Expr) -> ClosedForm:
    """z^k = sum_m k! / (2^m m! (k-2m)!) He_{k-2m}(z)."""
    coefficients = sympy.Poly(expression, Z).all_coeffs()[::-1]

    def mu(r: int) -> sympy.Expr:
        total = sympy.Integer(0)
        for k in range(r, len(coefficients), 2):
            m = (k - r) // 2
            total += coefficients[k] * factorial(k) / (2**m * factorial(m) * factorial(r))
        return total * sqrt(factorial(r))

    return mu


def relu(r: int) -> sympy.Expr:
    """(r - 3)!! / sqrt(2 pi r!) in size for even r."""
    if r == 1:
        return Rational(1, 2)
    if r % 2:
        return sympy.Integer(0)
    return sympy.Integer(-1) ** (r // 2 - 1) * factorial2(r - 3) / sqrt(2 * pi * factorial(r))


def step(r: int) -> sympy.Expr:
    """(r - 2)!! / sqrt(2 pi r!) in size for odd r."""
    if r % 2 == 0:
        return Rational(0 if r else 1, 2)
    return sympy.Integer(-1) ** ((r - 1) // 2) * factorial2(r - 2) / sqrt(2 * pi * factorial(r))


def leaky_relu(slope: sympy.Expr) -> ClosedForm:
    """phi = slope z + (1 - slope) relu(z)."""
    return lambda r: (slope if r == 1 else 0) + (1 - slope) * relu(r)


def cos(r: int) -> sympy.Expr:
    """exp(-1/2) / sqrt(r!) in size for even r."""
    if r % 2:
        return sympy.Integer(0)
    return sympy.Integer(-1) ** (r // 2) * sympy.exp(Rational(-1, 2)) / sqrt(factorial(r))


def sin(r: int) -> sympy.Expr:
    """exp(-1/2) / sqrt(r!) in size for odd r."""
    if r % 2 == 0:
        return sympy.Integer(0)
    return sympy.Integer(-1) ** ((r - 1) // 2) * sympy.exp(Rational(-1, 2)) / sqrt(factorial(r))


def erf(r: int) -> sympy.Expr:
    """From E[exp(-s g^2/2) exp(tg - t^2/2)] = exp(-t^2 s / (2(1+s))) / sqrt(1+s) with s = 2, and os19 D21."""
    if r % 2 == 0:
        return sympy.Integer(0)
    m = (r - 1) // 2
    return 2 * Rational(-1, 3) ** m * sqrt(factorial(2 * m)) / (sqrt(3 * pi * r) * factorial(m))


def gelu(r: int) -> sympy.Expr:
    """z Phi(z) by z h_r = sqrt(r+1) h_{r+1} + sqrt(r) h_{r-1}."""
    if r % 2:
        return Rational(1 if r == 1 else 0, 2)
    before = sqrt(r) * _normal_distribution(r - 1) if r else 0
    return sqrt(r + 1) * _normal_distribution(r + 1) + before


def _normal_distribution(r: int) -> sympy.Expr:
    """mu_r of the normal distribution function, odd r: the generating function of `erf` with s = 1."""
    m = (r - 1) // 2
    return Rational(-1, 4) ** m * sqrt(factorial(2 * m)) / (2 * sqrt(pi * r) * factorial(m))
