"""Polynomials."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import sympy
from sympy import sqrt

from boundkit.activations.catalogue.definition import EVEN, ODD, ONE, ZERO, Definition, entry, whole
from boundkit.activations.expressions import Z


@entry
def identity() -> Definition:
    """z: a linear network."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return h + 0, xp.ones_like(h)

    return Definition(Z, kernel, ODD, (ONE, ZERO))


@entry
def quadratic() -> Definition:
    """z^2 / 2."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return 0.5 * h * h, h + 0

    return Definition(Z**2 / 2, kernel, EVEN, (sympy.oo, ONE))


@entry
def square() -> Definition:
    """z^2."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return h * h, 2 * h

    return Definition(Z**2, kernel, EVEN, (sympy.oo, 2 * ONE))


@entry
def monomial(degree: Fraction = Fraction(3)) -> Definition:
    """z^degree."""
    p = whole("degree", degree)

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        below = h ** (p - 1) if p > 1 else xp.ones_like(h)
        return h * below, p * below

    return Definition(Z**p, kernel, ODD if p % 2 else EVEN)


@entry
def hermite(degree: Fraction = Fraction(2)) -> Definition:
    """The orthonormal Hermite polynomial He_degree(z) / sqrt(degree!)."""
    p = whole("degree", degree)

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        before, now = xp.zeros_like(h), xp.ones_like(h)
        for k in range(p):
            before, now = now, (h * now - math.sqrt(k) * before) / math.sqrt(k + 1)
        return now, math.sqrt(p) * before

    rows = [ONE, Z]
    for k in range(1, p):
        rows.append(sympy.expand(Z * rows[k] - k * rows[k - 1]))
    return Definition(sympy.expand(rows[p] / sqrt(sympy.factorial(p))), kernel, ODD if p % 2 else EVEN)
