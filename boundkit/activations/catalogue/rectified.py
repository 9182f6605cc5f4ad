"""Piecewise functions: rectifiers, exponential units, clipped lines, jumps."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy
from sympy import Piecewise, Rational

from boundkit.activations import expressions
from boundkit.activations.catalogue.definition import (
    EVEN,
    HALF,
    ODD,
    ONE,
    ZERO,
    Definition,
    entry,
    even_beside,
    odd_beside,
    positive,
    rational,
    whole,
)
from boundkit.activations.expressions import Z
from boundkit.activations.kernels import cut, heaviside, negative_part, positive_part

# the constants of Klambauer et al. (2017), to the digits that they print
SELU_SCALE = Rational("1.0507009873554804934193349852946")
SELU_ALPHA = Rational("1.6732632423543772848170429916717")


@entry
def relu() -> Definition:
    """max(z, 0)."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return positive_part(xp, h), heaviside(xp, h)

    return Definition(expressions.relu(Z), kernel, even_beside(Z / 2), (ONE, None))


def _leaky(slope: Fraction) -> Definition:
    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        active = heaviside(xp, h)
        derivative = active + float(slope) * (1 - active)
        return h * derivative, derivative

    a = rational(slope)
    expression = Piecewise((a * Z, Z < 0), (Z, True))
    return Definition(expression, kernel, even_beside((1 + a) / 2 * Z), (sympy.Max(1, abs(a)), None))


@entry
def leaky_relu(slope: Fraction = Fraction(1, 100)) -> Definition:
    """z for z >= 0 and slope z below."""
    return _leaky(slope)


@entry
def prelu(slope: Fraction = Fraction(1, 4)) -> Definition:
    """leaky_relu with the slope at which He et al. (2015) start to train it."""
    return _leaky(slope)


@entry
def squared_relu() -> Definition:
    """max(z, 0)^2."""
    return relu_power(Fraction(2))


@entry
def relu_power(power: Fraction = Fraction(3)) -> Definition:
    """max(z, 0)^power, a rectified monomial."""
    p = whole("power", power)

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        part = positive_part(xp, h)
        return part**p, p * part ** (p - 1) if p > 1 else heaviside(xp, h)

    # sup|phi''| of a kinked function is infinite whatever is declared
    suprema = (ONE, None) if p == 1 else (sympy.oo, None if p == 2 else sympy.oo)
    return Definition(Piecewise((ZERO, Z < 0), (Z**p, True)), kernel, None, suprema)


@entry
def _abs() -> Definition:
    """|z|."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return xp.abs(h), 2 * heaviside(xp, h) - 1

    return Definition(sympy.Abs(Z), kernel, EVEN, (ONE, None))


@entry
def elu(alpha: Fraction = Fraction(1)) -> Definition:
    """z for z >= 0 and alpha (exp(z) - 1) below."""
    return _exponential_unit(ONE, rational(alpha), ONE)


@entry
def selu() -> Definition:
    """elu with the two constants of self-normalising networks."""
    return _exponential_unit(SELU_SCALE, SELU_ALPHA, ONE)


@entry
def celu(alpha: Fraction = Fraction(1)) -> Definition:
    """z for z >= 0 and alpha (exp(z / alpha) - 1) below."""
    a = positive("alpha", alpha)
    return _exponential_unit(ONE, a, 1 / a)


def _exponential_unit(scale: sympy.Expr, alpha: sympy.Expr, rate: sympy.Expr) -> Definition:
    """scale z for z >= 0 and scale alpha (exp(rate z) - 1) below."""
    right, left, speed = float(scale), float(scale * alpha), float(rate)

    def smooth_kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        """For alpha rate = 1 and scale = 1, where the derivative has no jump."""
        negative = negative_part(xp, h) if speed == 1 else speed * negative_part(xp, h)
        value = xp.expm1(negative) if left == 1 else left * xp.expm1(negative)
        return positive_part(xp, h) + value, xp.exp(negative)

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        negative = speed * negative_part(xp, h)
        value = right * positive_part(xp, h) + left * xp.expm1(negative)
        active = heaviside(xp, h)
        return value, right * active + left * speed * xp.exp(negative) * (1 - active)

    expression = Piecewise((scale * alpha * (sympy.exp(rate * Z) - 1), Z < 0), (scale * Z, True))
    code = smooth_kernel if scale == 1 == alpha * rate else kernel
    return Definition(expression, code, None, (scale * sympy.Max(1, abs(alpha * rate)), None))


def _between(xp: Any, h: Any, reach: float) -> Any:
    """1 for -reach <= h < reach, else 0."""
    return heaviside(xp, h + reach) - heaviside(xp, h - reach)


@entry
def hard_tanh() -> Definition:
    """z cut to [-1, 1]."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return cut(xp, h, -1.0, 1.0), _between(xp, h, 1.0)

    expression = Piecewise((-ONE, Z < -1), (Z, Z < 1), (ONE, True))
    return Definition(expression, kernel, ODD, (ONE, None))


@entry
def hard_sigmoid() -> Definition:
    """z / 6 + 1 / 2 cut to [0, 1]."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return cut(xp, h / 6 + 0.5, 0.0, 1.0), _between(xp, h, 3.0) / 6

    expression = Piecewise((ZERO, Z < -3), (Z / 6 + HALF, Z < 3), (ONE, True))
    return Definition(expression, kernel, odd_beside(HALF), (Rational(1, 6), None))


@entry
def hard_swish() -> Definition:
    """z hard_sigmoid(z)."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        gate = cut(xp, h / 6 + 0.5, 0.0, 1.0)
        return h * gate, gate + h * (_between(xp, h, 3.0) / 6)

    expression = Piecewise((ZERO, Z < -3), (Z * (Z / 6 + HALF), Z < 3), (Z, True))
    return Definition(expression, kernel, even_beside(Z / 2), (Rational(3, 2), None))


@entry
def step() -> Definition:
    """1 for z >= 0 and 0 below: the derivative of ReLU."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return heaviside(xp, h), xp.zeros_like(h)

    return Definition(Piecewise((ZERO, Z < 0), (ONE, True)), kernel, odd_beside(HALF))


@entry
def sign() -> Definition:
    """1 for z >= 0 and -1 below."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        return 2 * heaviside(xp, h) - 1, xp.zeros_like(h)

    return Definition(Piecewise((-ONE, Z < 0), (ONE, True)), kernel, ODD)
