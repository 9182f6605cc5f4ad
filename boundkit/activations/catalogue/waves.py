"""Trigonometric functions, the exponential, and bumps."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy
from sympy import Rational, sqrt

from boundkit.activations.catalogue.definition import EVEN, ODD, ONE, Definition, entry, positive
from boundkit.activations.expressions import Z
from boundkit.activations.kernels import overflow_ignored


@entry
def cos() -> Definition:
    """The cosine."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return xp.cos(h), -xp.sin(h)

    return Definition(sympy.cos(Z), kernel, EVEN, (ONE, ONE))


@entry
def sin() -> Definition:
    """The sine."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return xp.sin(h), xp.cos(h)

    return Definition(sympy.sin(Z), kernel, ODD, (ONE, ONE))


@entry
def exp() -> Definition:
    """The exponential; its array code gives infinity beyond the range of floating point numbers."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        with overflow_ignored():
            value = xp.exp(h)
        return value, value + 0

    return Definition(sympy.exp(Z), kernel, None, (sympy.oo, sympy.oo))


@entry
def gaussian() -> Definition:
    """exp(-z^2)."""
    return _bump(ONE)


@entry
def rbf(width: Fraction = Fraction(1)) -> Definition:
    """exp(-z^2 / (2 width^2)): a radial basis function."""
    return _bump(1 / (2 * positive("width", width) ** 2))


def _bump(rate: sympy.Expr) -> Definition:
    """exp(-rate z^2)."""
    decay = float(rate)

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        value = xp.exp(-decay * (h * h))
        return value, -2 * decay * h * value

    suprema = (sqrt(2 * rate) * sympy.exp(Rational(-1, 2)), 2 * rate)
    return Definition(sympy.exp(-rate * Z**2), kernel, EVEN, suprema)


@entry
def gabor(frequency: Fraction = Fraction(2), width: Fraction = Fraction(1)) -> Definition:
    """exp(-z^2 / (2 width^2)) cos(frequency z)."""
    w, rate = positive("frequency", frequency), 1 / (2 * positive("width", width) ** 2)
    omega, decay = float(w), float(rate)

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        size = xp.exp(-decay * (h * h))
        value = size * xp.cos(omega * h)
        return value, -2 * decay * h * value - omega * size * xp.sin(omega * h)

    # at 0 all the curvatures of the frequencies that make it up add: it is their largest sum
    suprema = (None, w**2 + 2 * rate)
    return Definition(sympy.exp(-rate * Z**2) * sympy.cos(w * Z), kernel, EVEN, suprema)
