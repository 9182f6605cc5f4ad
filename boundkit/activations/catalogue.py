"""The activations known by name: one function an entry, everything about it in one place."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import sympy
from sympy import Rational, pi, sqrt

from boundkit.activations import closed_forms, expressions, kernels
from boundkit.activations.closed_forms import ClosedForm
from boundkit.activations.expressions import Z
from boundkit.activations.kernels import Kernel
from boundkit.arithmetic import exact
from boundkit.errors import BadInput, unknown


@dataclass(frozen=True)
class Symmetry:
    """phi(z) - affine(z) is even or odd, so that half of the Hermite coefficients vanish exactly."""

    affine: sympy.Expr
    parity: Literal[1, -1]


@dataclass(frozen=True)
class Definition:
    """One activation.

    `kernel` is its array code; `closed_form` gives mu_r(phi); `suprema` are sup|phi'| and sup|phi''| where exact
    forms exist (None: found by branch and bound, infinity: unbounded). All but the expression may be left out.
    """

    expression: sympy.Expr
    kernel: Kernel | None = None
    symmetry: Symmetry | None = None
    closed_form: ClosedForm | None = None
    suprema: tuple[sympy.Expr | None, sympy.Expr | None] = (None, None)


_ENTRIES: dict[str, Callable[..., Definition]] = {}
_EVEN: Literal[1] = 1
_ODD: Literal[-1] = -1
_ZERO = sympy.Integer(0)
_ONE = sympy.Integer(1)


def _entry(build: Callable[..., Definition]) -> Callable[..., Definition]:
    _ENTRIES[build.__name__.strip("_")] = build
    return build


@_entry
def softplus() -> Definition:
    """log(1 + exp(z))."""
    return Definition(
        expression=expressions.softplus(Z),
        kernel=kernels.softplus,
        symmetry=Symmetry(Z / 2, _EVEN),
        suprema=(_ONE, Rational(1, 4)),
    )


@_entry
def relu() -> Definition:
    """max(z, 0)."""
    return Definition(
        expression=expressions.relu(Z),
        kernel=kernels.relu,
        symmetry=Symmetry(Z / 2, _EVEN),
        closed_form=closed_forms.relu,
        suprema=(_ONE, None),
    )


@_entry
def leaky_relu(slope: Fraction = Fraction(1, 100)) -> Definition:
    """z for z >= 0 and slope z below."""
    a = sympy.Rational(slope.numerator, slope.denominator)
    return Definition(
        expression=sympy.Piecewise((a * Z, Z < 0), (Z, True)),
        kernel=kernels.leaky_relu(float(slope)),
        symmetry=Symmetry((1 + a) / 2 * Z, _EVEN),
        closed_form=closed_forms.leaky_relu(a),
        suprema=(sympy.Max(1, abs(a)), None),
    )


@_entry
def gelu() -> Definition:
    """z times the normal distribution function."""
    return Definition(
        expression=Z * (1 + sympy.erf(Z / sqrt(2))) / 2,
        kernel=kernels.gelu,
        symmetry=Symmetry(Z / 2, _EVEN),
        closed_form=closed_forms.gelu,
        suprema=((1 + sympy.erf(1)) / 2 + sympy.exp(-1) / sqrt(pi), sqrt(2 / pi)),
    )


@_entry
def silu() -> Definition:
    """z times the logistic function (swish)."""
    return Definition(
        expression=Z * expressions.sigmoid(Z),
        kernel=kernels.silu,
        symmetry=Symmetry(Z / 2, _EVEN),
        suprema=(None, Rational(1, 2)),
    )


@_entry
def tanh() -> Definition:
    """The hyperbolic tangent."""
    return Definition(
        expression=sympy.tanh(Z),
        kernel=kernels.tanh,
        symmetry=Symmetry(_ZERO, _ODD),
        suprema=(_ONE, 4 / (3 * sqrt(3))),
    )


@_entry
def erf() -> Definition:
    """The error function."""
    return Definition(
        expression=sympy.erf(Z),
        kernel=kernels.erf,
        symmetry=Symmetry(_ZERO, _ODD),
        closed_form=closed_forms.erf,
        suprema=(2 / sqrt(pi), 2 * sqrt(2) * sympy.exp(Rational(-1, 2)) / sqrt(pi)),
    )


@_entry
def cos() -> Definition:
    """The cosine."""
    return Definition(
        expression=sympy.cos(Z),
        kernel=kernels.cos,
        symmetry=Symmetry(_ZERO, _EVEN),
        closed_form=closed_forms.cos,
        suprema=(_ONE, _ONE),
    )


@_entry
def sin() -> Definition:
    """The sine."""
    return Definition(
        expression=sympy.sin(Z),
        kernel=kernels.sin,
        symmetry=Symmetry(_ZERO, _ODD),
        closed_form=closed_forms.sin,
        suprema=(_ONE, _ONE),
    )


@_entry
def sigmoid() -> Definition:
    """The logistic function 1 / (1 + exp(-z))."""
    return Definition(
        expression=expressions.sigmoid(Z),
        kernel=kernels.sigmoid,
        symmetry=Symmetry(Rational(1, 2), _ODD),
        suprema=(Rational(1, 4), 1 / (6 * sqrt(3))),
    )


@_entry
def arctan() -> Definition:
    """The inverse tangent."""
    return Definition(
        expression=sympy.atan(Z),
        kernel=kernels.arctan,
        symmetry=Symmetry(_ZERO, _ODD),
        suprema=(_ONE, 3 * sqrt(3) / 8),
    )


@_entry
def elu() -> Definition:
    """z for z >= 0 and exp(z) - 1 below."""
    return Definition(
        expression=sympy.Piecewise((sympy.exp(Z) - 1, Z < 0), (Z, True)),
        kernel=kernels.elu,
        suprema=(_ONE, None),
    )


@_entry
def quadratic() -> Definition:
    """z^2 / 2."""
    return Definition(
        expression=Z**2 / 2,
        kernel=kernels.quadratic,
        symmetry=Symmetry(_ZERO, _EVEN),
        suprema=(sympy.oo, _ONE),
    )


@_entry
def identity() -> Definition:
    """z: a linear network."""
    return Definition(
        expression=Z,
        kernel=kernels.identity,
        symmetry=Symmetry(_ZERO, _ODD),
        suprema=(_ONE, _ZERO),
    )


@_entry
def step() -> Definition:
    """1 for z >= 0 and 0 below: the derivative of ReLU."""
    return Definition(
        expression=sympy.Piecewise((_ZERO, Z < 0), (_ONE, True)),
        kernel=kernels.step,
        symmetry=Symmetry(Rational(1, 2), _ODD),
        closed_form=closed_forms.step,
    )


def catalogue() -> dict[str, dict[str, Fraction]]:
    """The names of all entries, each with its parameters and their default values.

    >>> catalogue()["leaky_relu"], "softplus" in catalogue()
    ({'slope': Fraction(1, 100)}, True)
    """
    return {name: _defaults(build) for name, build in _ENTRIES.items()}


def _defaults(build: Callable[..., Definition]) -> dict[str, Fraction]:
    return {p.name: p.default for p in inspect.signature(build).parameters.values()}


def look_up(text: str) -> tuple[str, Definition] | None:
    """The canonical name and definition for "name" or "name:parameter=value,..."; None for another word.

    Raises BadInput for an unknown or unusable parameter of a known name.
    """
    name, _, given = text.partition(":")
    if name.strip() not in _ENTRIES:
        return None
    name = name.strip()
    build = _ENTRIES[name]
    values = _defaults(build)
    for item in given.split(",") if given.strip() else []:
        key, equals, value = (part.strip() for part in item.partition("="))
        if key not in values:
            raise unknown(f"parameter of {name}", key, values)
        if not equals:
            raise BadInput("activation", text, f"write {key}=VALUE")
        values[key] = exact(key, value)
        if abs(values[key]) > 10**6:
            raise BadInput(key, value, "must be at most 1e6 in size")
    parameters = ",".join(f"{key}={_decimal(value)}" for key, value in values.items())
    return (f"{name}:{parameters}" if parameters else name), build(**values)


def _decimal(value: Fraction) -> str:
    return repr(float(value)) if Fraction(repr(float(value))) == value else str(value)
