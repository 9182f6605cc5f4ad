"""Smooth rectifiers: z times something that goes from 0 to 1, and softplus."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import sympy
from array_api_compat import is_numpy_namespace
from sympy import Rational, pi, sqrt

from boundkit.activations import expressions
from boundkit.activations.catalogue.definition import HALF, ONE, Definition, entry, even_beside, positive
from boundkit.activations.expressions import Z
from boundkit.activations.kernels import Kernel, error_function, logistic, positive_part


@entry
def softplus(beta: Fraction = Fraction(1)) -> Definition:
    """log(1 + exp(beta z)) / beta."""
    b = positive("beta", beta)
    return Definition(
        expression=expressions.softplus(b * Z) / b,
        kernel=softplus_kernel if b == 1 else _softplus_kernel_of(float(b)),
        symmetry=even_beside(Z / 2),
        suprema=(ONE, b / 4),
    )


@entry
def shifted_softplus() -> Definition:
    """log(1 + exp(z)) - log(2), which is 0 at 0."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        value, derivative = softplus_kernel(xp, h)
        return value - math.log(2), derivative

    expression = expressions.softplus(Z) - sympy.log(2)
    return Definition(expression, kernel, even_beside(Z / 2), (ONE, Rational(1, 4)))


@entry
def gelu() -> Definition:
    """z times the normal distribution function."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        below = 0.5 * (1 + error_function(xp, h * math.sqrt(0.5)))
        return h * below, below + h * (xp.exp(-0.5 * h * h) / math.sqrt(2 * math.pi))

    return Definition(
        expression=Z * (1 + sympy.erf(Z / sqrt(2))) / 2,
        kernel=kernel,
        symmetry=even_beside(Z / 2),
        suprema=((1 + sympy.erf(1)) / 2 + sympy.exp(-1) / sqrt(pi), sqrt(2 / pi)),
    )


@entry
def gelu_tanh() -> Definition:
    """z (1 + tanh(sqrt(2 / pi) (z + 0.044715 z^3))) / 2: the usual approximation of gelu."""
    cubic = Rational("0.044715")
    root, third = math.sqrt(2 / math.pi), float(cubic)

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        square = h * h
        twice = 2 * root * h * (1 + third * square)
        gate = logistic(xp, twice)
        value = h * gate
        # the product of the gates first: it vanishes where the rest is large
        return value, gate + h * (gate * logistic(xp, -twice) * (2 * root * (1 + 3 * third * square)))

    inner = sqrt(2 / pi) * (Z + cubic * Z**3)
    return Definition(Z * (1 + sympy.tanh(inner)) / 2, kernel, even_beside(Z / 2))


@entry
def silu() -> Definition:
    """z times the logistic function."""
    return swish(Fraction(1))


@entry
def swish(beta: Fraction = Fraction(1)) -> Definition:
    """z times the logistic function of beta z."""
    b = positive("beta", beta)
    rate = float(b)

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        # 1 - s is s(-h), so that h large does not magnify its error
        x = h if rate == 1 else rate * h
        gate = logistic(xp, x)
        return h * gate, gate + x * gate * logistic(xp, -x)

    return Definition(Z * expressions.sigmoid(b * Z), kernel, even_beside(Z / 2), (None, b * HALF))


@entry
def mish() -> Definition:
    """z tanh(softplus(z))."""

    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        # with e = exp(-|h|), the gate tanh(softplus(h)) and 1 less its square are ratios of polynomials in e
        e = xp.exp(-xp.abs(h))
        square = e * e
        above = h >= 0
        scale = xp.where(above, 1 + 2 * e + 2 * square, 2 + 2 * e + square)
        gate = xp.where(above, 1 + 2 * e, 2 * e + square) / scale
        slope = xp.where(above, square, e) * (4 * (1 + e)) / (scale * scale)
        return h * gate, gate + h * slope

    return Definition(Z * sympy.tanh(expressions.softplus(Z)), kernel)


def softplus_kernel(xp: Any, h: Any) -> tuple[Any, Any]:
    """One exponential serves the value and the derivative."""
    if is_numpy_namespace(xp):
        return _numpy_softplus(h)
    e = xp.exp(-xp.abs(h))
    value = positive_part(xp, h) + xp.log1p(e)
    return value, xp.where(h >= 0, xp.ones_like(e), e) / (1 + e)


def _softplus_kernel_of(beta: float) -> Kernel:
    def kernel(xp: Any, h: Any) -> tuple[Any, Any]:
        value, derivative = softplus_kernel(xp, beta * h)
        return value / beta, derivative

    return kernel


def _numpy_softplus(h: Any) -> tuple[Any, Any]:
    """max(h, 0) - log(max(s, 1 - s)) with s the logistic function: one exp, one log, no branch, two buffers."""
    import numpy as np

    with np.errstate(over="ignore"):
        s = np.negative(h)
        np.exp(s, out=s)
    s += 1
    np.divide(1, s, out=s)
    value = np.subtract(1, s)
    np.maximum(value, s, out=value)
    np.log(value, out=value)
    np.subtract(np.maximum(h, 0), value, out=value)
    return value, s
