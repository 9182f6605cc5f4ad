"""What an entry of the catalogue says about its function, and how entries are found by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import sympy

from boundkit.activations.expressions import tidy
from boundkit.activations.kernels import Kernel
from boundkit.arithmetic import exact
from boundkit.errors import BadInput, unknown

ZERO = sympy.Integer(0)
ONE = sympy.Integer(1)
HALF = sympy.Rational(1, 2)
LARGEST_PARAMETER = 10**6
LARGEST_DEGREE = 32


@dataclass(frozen=True)
class Symmetry:
    """phi(z) - affine(z) is even or odd, so that half of the Hermite coefficients vanish exactly."""

    affine: sympy.Expr
    parity: Literal[1, -1]


EVEN = Symmetry(ZERO, 1)
ODD = Symmetry(ZERO, -1)


def even_beside(affine: sympy.Expr) -> Symmetry:
    """Even, once the affine part is taken away."""
    return Symmetry(affine, 1)


def odd_beside(affine: sympy.Expr) -> Symmetry:
    """Odd, once the affine part is taken away."""
    return Symmetry(affine, -1)


@dataclass(frozen=True)
class Definition:
    """One activation.

    `kernel` is its array code; `suprema` are sup|phi'| and sup|phi''| where exact forms exist (None: found by
    branch and bound, infinity: unbounded). All but the expression may be left out.
    """

    expression: sympy.Expr
    kernel: Kernel | None = None
    symmetry: Symmetry | None = None
    suprema: tuple[sympy.Expr | None, sympy.Expr | None] = (None, None)


_ENTRIES: dict[str, Callable[..., Definition]] = {}


def entry(build: Callable[..., Definition]) -> Callable[..., Definition]:
    """Puts a function into the catalogue under its own name; its arguments are the parameters of the entry."""
    _ENTRIES[build.__name__.strip("_")] = build
    return build


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

    Parameters that have their default value are not part of the canonical name. Raises BadInput for an unknown or
    unusable parameter of a known name.
    """
    name, _, given = text.partition(":")
    name = name.strip()
    if name not in _ENTRIES:
        return None
    defaults = _defaults(_ENTRIES[name])
    written: dict[str, Fraction] = {}
    for item in given.split(",") if given.strip() else []:
        key, equals, value = (part.strip() for part in item.partition("="))
        if key not in defaults:
            raise unknown(f"parameter of {name}", key, defaults)
        if not equals:
            raise BadInput("activation", text, f"write {key}=VALUE")
        if key in written:
            raise BadInput(key, value, f"is given twice in {text}")
        written[key] = exact(key, value)
        if abs(written[key]) > LARGEST_PARAMETER:
            raise BadInput(key, value, "must be at most 1e6 in size")
    values = {**defaults, **written}
    told = ",".join(f"{key}={_decimal(value)}" for key, value in values.items() if value != defaults[key])
    return (f"{name}:{told}" if told else name), _ENTRIES[name](**values)


def find(expression: sympy.Expr) -> str | None:
    """The name of the entry, with its default parameters, that is this expression."""
    wanted = tidy(expression)
    return next((name for name, build in _ENTRIES.items() if tidy(build().expression) == wanted), None)


def _decimal(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    return repr(float(value)) if Fraction(repr(float(value))) == value else str(value)


def rational(value: Fraction) -> sympy.Rational:
    """A parameter as a SymPy number."""
    return sympy.Rational(value.numerator, value.denominator)


def positive(parameter: str, value: Fraction) -> sympy.Rational:
    """The same for a parameter that must be positive. Raises BadInput."""
    if value <= 0:
        raise BadInput(parameter, _decimal(value), "must be positive")
    return rational(value)


def whole(parameter: str, value: Fraction) -> int:
    """The same for a parameter that must be a positive integer of moderate size. Raises BadInput."""
    if value.denominator != 1 or not 1 <= value <= LARGEST_DEGREE:
        raise BadInput(parameter, _decimal(value), f"must be an integer from 1 to {LARGEST_DEGREE}")
    return int(value)
