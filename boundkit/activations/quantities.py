"""The named numbers of an activation, at any scale s of its argument: moments of phi(s g), and suprema."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sympy

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
    "mu_phi": _slope,
    "mu_phi_tilde": _mean(1),
    "mean_d2phi": lambda a, s: _slope(a, s) / evaluate(s, {}, BALL),
    "second_moment_phi": lambda a, s: a.second_moment(0, scale=s),
    "second_moment_dphi": lambda a, s: a.second_moment(1, scale=s),
    "var_phi": _variance(0),
    "var_dphi": _variance(1),
}
SUPREMA: dict[str, Callable[[Activation], Any]] = {
    "sup_dphi": lambda a: a.sup(1),
    "sup_d2phi": lambda a: a.sup(2),
    "sup_d3phi": lambda a: a.sup(3),
    "B": lambda a: a.sup(1).max(a.sup(2)),
}
