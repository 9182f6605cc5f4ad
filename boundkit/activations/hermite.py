"""Hermite coefficients to any number of digits, in either convention (os19, App. H)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flint
import sympy

from boundkit.activations.activation import LARGEST_DEGREE, Activation, activation
from boundkit.activations.expressions import Z
from boundkit.arithmetic import BALL, WORKING_BITS, evaluate, precision
from boundkit.errors import BadInput, unknown

LARGEST_DIGITS = 1000
MOST_WORK = 150_000
MOST_TAIL_BITS = 1024
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
    scale: Any = 1,
) -> list[Coefficient]:
    """Certified Hermite coefficients 0..degree of f(z) = phi^(derivative)(scale z), each to `digits` digits.

    Orthonormal: mu_r = E[f(g) h_r(g)], h_r = He_r / sqrt(r!), so that sum mu_r^2 = E[f(g)^2].
    Probabilist: E[f(g) He_r(g)] / r! = mu_r / sqrt(r!), so that f = sum of coefficient times He_r.
    The scale is for inputs x that are not unit vectors: <w, x> is |x| g for standard normal w.
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
    form = phi.closed_form(derivative, scale=scale)
    if form is None and degree * digits > MOST_WORK:
        raise BadInput("degree", degree, f"times digits must be at most {MOST_WORK} where no closed form is known")
    wanted = int(digits * 3.3220) + 8
    with precision(wanted + 32):
        values = phi.coefficients_to(wanted + 16, derivative=derivative, degree=degree, scale=scale)
        deficit = max((wanted - v.rel_accuracy_bits() for v in values if not v.contains(0)), default=0)
        if deficit > 0:
            values = phi.coefficients_to(wanted + 16 + deficit, derivative=derivative, degree=degree, scale=scale)
        if convention == "orthonormal":
            return [Coefficient(r, v, form(r) if form else None) for r, v in enumerate(values)]
        roots = [sympy.sqrt(sympy.factorial(r)) for r in range(degree + 1)]
        return [
            Coefficient(r, v / evaluate(roots[r], {}, BALL), form(r) / roots[r] if form else None)
            for r, v in enumerate(values)
        ]


def tail(source: str | sympy.Expr | Activation, degree: int, derivative: int = 0, *, scale: Any = 1) -> Any:
    """An enclosure of sum_{r > degree} mu_r^2 for f(z) = phi^(derivative)(scale z): what a truncated series misses.

    By Parseval: E[f(g)^2] less the squares up to the degree, at enough precision that what is left keeps about nine
    digits, or is below 2^-1024; never below zero. Raises BadInput as `hermite` does.

    >>> tail("relu", 2).str(10, radius=False)
    '0.01126758536'
    """
    phi = activation(source)
    piece = phi.pieces(derivative)[0].expression
    if len(phi.pieces(derivative)) == 1 and piece.is_polynomial(Z) and sympy.degree(piece, Z) <= degree:
        return flint.arb(0)
    bits = WORKING_BITS
    while True:
        with precision(bits):
            squares = sum(mu**2 for mu in phi.coefficients(derivative, degree, scale=scale))
            rest = (phi.second_moment(derivative, scale=scale) - squares).nonnegative_part()
        if rest.rel_accuracy_bits() >= 30 or bits >= MOST_TAIL_BITS or rest == 0:
            return rest
        bits *= 2
