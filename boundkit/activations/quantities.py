"""The named numbers of an activation, at any scale s of its argument: moments of phi(s g), suprema, facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import flint
import sympy

from boundkit.activations.expressions import Z
from boundkit.activations.recognition import FACTS
from boundkit.activations.square_sum import square_sum
from boundkit.arithmetic import BALL, evaluate

if TYPE_CHECKING:
    from boundkit.activations.activation import Activation

Moment = Callable[["Activation", sympy.Rational], Any]


def _mean(derivative: int) -> Moment:
    return lambda a, s: a.coefficients(derivative, 0, scale=s)[0]


def _slope(a: Activation, s: sympy.Rational) -> Any:
    """E[g phi'(s g)]."""
    return a.coefficients(1, 1, scale=s)[1]


def _variance(derivative: int) -> Moment:
    def variance(a: Activation, s: sympy.Rational) -> Any:
        mean = a.coefficients(derivative, 0, scale=s)[0]
        return (a.second_moment(derivative, scale=s) - mean**2).nonnegative_part()

    return variance


MOMENTS: dict[str, Moment] = {
    "mean_phi": _mean(0),
    "gamma_phi": lambda a, s: a.coefficients(0, 2, scale=s)[2],
    "mu_phi": _slope,
    "mu_phi_tilde": _mean(1),
    "mean_d2phi": lambda a, s: _slope(a, s) / evaluate(s, {}, BALL),
    "second_moment_phi": lambda a, s: a.second_moment(0, scale=s),
    "hermite_norm": lambda a, s: a.second_moment(0, scale=s).sqrt(),
    "hermite_square_sum": square_sum,
    "second_moment_dphi": lambda a, s: a.second_moment(1, scale=s),
    "var_phi": _variance(0),
    "var_dphi": _variance(1),
}
WHATEVER_THE_SCALE: dict[str, Callable[[Activation], Any]] = {
    "sup_dphi": lambda a: a.sup(1),
    "sup_d2phi": lambda a: a.sup(2),
    "sup_d3phi": lambda a: a.sup(3),
    "B": lambda a: a.sup(1).max(a.sup(2)),
    "sup_phi_0": lambda a: abs(evaluate(a.expression, {Z: flint.arb(0)}, BALL)),
    "kinks": lambda a: flint.arb(len(a.kinks)),
    "is_relu": lambda a: flint.arb(int(a.name == "relu")),
    "is_softplus": lambda a: flint.arb(int(a.name == "softplus")),
    **FACTS,
}
NAMED = (*MOMENTS, *WHATEVER_THE_SCALE)
