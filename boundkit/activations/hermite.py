"""Hermite coefficients to any number of digits, in either convention (os19, App. H)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flint
import sympy

from boundkit.activations.activation import LARGEST_DEGREE, Activation, activation
from boundkit.arithmetic import precision
from boundkit.errors import BadInput, unknown

LARGEST_DIGITS = 1000
MOST_WORK = 150_000
CONVENTIONS = ("orthonormal", "probabilist")


@dataclass(frozen=True)
class Coefficient:
    """One coefficient: a ball that contains it, and its exact form where one is known."""

    degree: int
    value: Any
    closed_form: sympy.Expr | None


def hermite(
    source: str | sympy.Expr | Activation,
    *,
    degree: int = 10,
    digits: int = 15,
    convention: str = "orthonormal",
    derivative: int = 0,
) -> list[Coefficient]:
    """Certified Hermite coefficients 0..degree of phi^(derivative), each to `digits` significant digits.

    Orthonormal: mu_r = E[phi(g) h_r(g)], h_r = He_r / sqrt(r!), so that sum mu_r^2 = E[phi(g)^2].
    Probabilist: E[phi(g) He_r(g)] / r! = mu_r / sqrt(r!), so that phi = sum of coefficient times He_r.
    A coefficient that is zero without a known reason has absolute accuracy 10^-digits instead.
    Raises BadInput for a degree above 400, more than 1000 digits or, without a closed form, a product of the
    two above 150000.

    >>> [c.value.str(12, radius=False) for c in hermite("relu", degree=2)]
    ['0.398942280401', '0.500000000000', '0.282094791774']
    >>> hermite("relu", degree=2, convention="probabilist")[2].closed_form
    sqrt(2)/(4*sqrt(pi))
    """
    phi = activation(source)
    if convention not in CONVENTIONS:
        raise unknown("convention", convention, CONVENTIONS)
    if not isinstance(degree, int) or not 0 <= degree <= LARGEST_DEGREE:
        raise BadInput("degree", degree, f"must be an integer from 0 to {LARGEST_DEGREE}")
    if not isinstance(digits, int) or not 1 <= digits <= LARGEST_DIGITS:
        raise BadInput("digits", digits, f"must be an integer from 1 to {LARGEST_DIGITS}")
    form = phi.closed_form(derivative)
    if form is None and degree * digits > MOST_WORK:
        raise BadInput("degree", degree, f"times digits must be at most {MOST_WORK} where no closed form is known")
    wanted = int(digits * 3.3220) + 8
    with precision(wanted + 32):
        values = phi._coefficients(derivative, degree, wanted + 16)
        deficit = max((wanted - v.rel_accuracy_bits() for v in values if not v.contains(0)), default=0)
        if deficit > 0:
            values = phi._coefficients(derivative, degree, wanted + 16 + deficit)
        scale = [_scale(r) if convention == "probabilist" else sympy.Integer(1) for r in range(degree + 1)]
        return [
            Coefficient(r, v / flint.arb(int(scale[r] ** 2)).sqrt(), form(r) / scale[r] if form else None)
            for r, v in enumerate(values)
        ]


def _scale(r: int) -> sympy.Expr:
    return sympy.sqrt(sympy.factorial(r))
