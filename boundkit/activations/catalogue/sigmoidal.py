"""Bounded increasing functions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import sympy
from sympy import Rational, pi, sqrt

from boundkit.activations import expressions
from boundkit.activations.catalogue.definition import HALF, ODD, ONE, Definition, entry, odd_beside, positive
from boundkit.activations.expressions import Z
from boundkit.activations.kernels import error_function, logistic


@entry
def sigmoid(beta: Fraction = Fraction(1)) -> Definition:
    """The logistic function 1 / (1 + exp(-beta z))."""
    return _logistic(positive("beta", beta), sympy.Integer(0), odd_beside)


@entry
def shifted_sigmoid() -> Definition:
    """The logistic function less 1 / 2, which is 0 at 0."""
    return _logistic(ONE, HALF, lambda _: ODD)


def _logistic(beta: sympy.Expr, shift: sympy.Expr, symmetry: Any) -> Definition:
    rate, below = float(beta), float(shift)

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        s = logistic(xp, h if rate == 1 else rate * h)
        slope = s * (1 - s)
        return s if below == 0 else s - below, slope if rate == 1 else rate * slope

    return Definition(
        expression=expressions.sigmoid(beta * Z) - shift,
        kernel=kernel,
        symmetry=symmetry(HALF),
        suprema=(beta / 4, beta**2 / (6 * sqrt(3))),
    )


@entry
def tanh() -> Definition:
    """The hyperbolic tangent."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        t = xp.tanh(h)
        return t, 1 - t * t

    return Definition(sympy.tanh(Z), kernel, ODD, (ONE, 4 / (3 * sqrt(3))))


@entry
def arctan() -> Definition:
    """The inverse tangent."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return xp.atan(h), 1 / (1 + h * h)

    return Definition(sympy.atan(Z), kernel, ODD, (ONE, 3 * sqrt(3) / 8))


@entry
def erf() -> Definition:
    """The error function."""
    return _error_function(ONE, ONE)


@entry
def erf_normal() -> Definition:
    """erf(z / sqrt(2)) = 2 Phi(z) - 1, Phi the normal distribution function."""
    return _error_function(ONE, 1 / sqrt(2))


@entry
def erf_paper() -> Definition:
    """sqrt(2) erf(z / sqrt(2)): what Soltanolkotabi, Javanmard & Lee (2017) print as "erf"."""
    return _error_function(sqrt(2), 1 / sqrt(2))


def _error_function(height: sympy.Expr, slope: sympy.Expr) -> Definition:
    """height erf(slope z)."""
    tall, rate = float(height), float(slope)

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        x = rate * h
        return tall * error_function(xp, x), (2 * tall * rate / math.sqrt(math.pi)) * xp.exp(-x * x)

    largest = 2 * height * slope / sqrt(pi)
    return Definition(
        expression=height * sympy.erf(slope * Z),
        kernel=kernel,
        symmetry=ODD,
        suprema=(largest, largest * sqrt(2) * slope * sympy.exp(Rational(-1, 2))),
    )
