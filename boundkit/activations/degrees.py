"""Hermite coefficients and tails at a given degree, as words of theorems: `name: (parameters, function)`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint

from boundkit.activations.activation import LARGEST_DEGREE, Activation
from boundkit.activations.hermite import tail
from boundkit.errors import BadInput


def whole(name: str, value: Fraction, least: int, largest: int = LARGEST_DEGREE) -> int:
    """The integer that a parameter is; raises BadInput for anything else or out of range."""
    if value.denominator != 1 or not least <= value <= largest:
        raise BadInput(name, value, f"must be an integer from {least} to {largest}")
    return int(value)


def _coefficient(derivative: int, below: int = 0) -> Callable[..., Any]:
    """mu_(t - below)(phi^(derivative)), orthonormal."""

    def coefficient(a: Activation, power: Fraction) -> Any:
        degree = whole("power", power, 1) - below
        return a.coefficients(derivative, degree)[degree]

    return coefficient


def _unnormalised(a: Activation, power: Fraction, hidden_std: Fraction) -> Any:
    """E[phi(s g) He_t(g)]."""
    degree = whole("power", power, 1)
    return flint.arb(degree + 1).gamma().sqrt() * a.coefficients(0, degree, scale=hidden_std)[degree]


def _tail(derivative: int) -> Callable[..., Any]:
    """sum_(r >= R) mu_r^2(phi^(derivative))."""

    def mass(a: Activation, tail_start: Fraction) -> Any:
        degree = whole("tail_start", tail_start, 0)
        return tail(a, degree - 1, derivative) if degree else a.second_moment(derivative)

    return mass


def _scaled_tail(a: Activation, power: Fraction, hidden_std: Fraction) -> Any:
    """sum_(i >= t) E[phi(s g) He_i(g)]^2 / i!."""
    return tail(a, whole("power", power, 1) - 1, scale=hidden_std)


def _at_scale(name: str) -> Callable[..., Any]:
    return lambda a, hidden_std: a.quantity(name, scale=hidden_std)


def _at_norm(name: str) -> Callable[..., Any]:
    return lambda a, scale: a.quantity(name, scale=scale)


OF_DEGREE_OR_SCALE: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "hermite_coefficient": (("power",), _coefficient(0)),
    "hermite_coefficient_dphi": (("power",), _coefficient(1)),
    "hermite_coefficient_dphi_below": (("power",), _coefficient(1, below=1)),
    "hermite_ct_scaled": (("power", "hidden_std"), _unnormalised),
    "hermite_tail_scaled": (("power", "hidden_std"), _scaled_tail),
    "tail_mass": (("tail_start",), _tail(0)),
    "tail_mass_dphi": (("tail_start",), _tail(1)),
    "mean_phi_scaled": (("hidden_std",), _at_scale("mean_phi")),
    "var_phi_scaled": (("hidden_std",), _at_scale("var_phi")),
    "mean_dphi": (("scale",), _at_norm("mu_phi_tilde")),
    "mean_d2phi": (("scale",), _at_norm("mean_d2phi")),
    "var_dphi": (("scale",), _at_norm("var_dphi")),
}
