"""The dual activation of phi(z) = z (n + m erf(k z)), which GELU, z Phi(z), is with n = m = 1/2 and k = 1/sqrt(2).

For (a, b) jointly normal of mean 0, variances v, w and covariance q, put V = 2 k^2 v, W = 2 k^2 w, Q = 2 k^2 q,
A = 1 + V, B = 1 + W, D = A B - Q^2 and T = arctan(Q / sqrt(D)) = arcsin(Q / sqrt(A B)). Then

    E[phi(a) phi(b)]   = n^2 q + m^2 (Q T + (V W + Q^2 (1/A + 1/B - 1)) / sqrt(D)) / (pi k^2),
    E[phi'(a) phi'(b)] = n^2 + 2 m^2 (T + Q (1/A + 1/B + 1/D) / sqrt(D)) / pi.

E[erf erf] = 2 T / pi is Williams 1997. By Stein's lemma, E[a F] = v E[dF/da] + q E[dF/db] with F = b erf(k a) erf(k b);
the factors exp(-k^2 a^2) that come up are absorbed into the normal density. Products of an even and an odd function
have mean 0. The second line is the derivative of the first in q (Price). For GELU: Tsuchida et al. 2021.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import flint
import sympy

from boundkit.activations.activation import Activation
from boundkit.activations.expressions import Z
from boundkit.arithmetic import BALL, evaluate


@dataclass(frozen=True)
class Gate:
    """phi(z) = z (linear + gated erf(slope z)), gated and slope not 0."""

    linear: sympy.Expr
    gated: sympy.Expr
    slope: sympy.Expr

    def numbers(self) -> tuple[Any, Any, Any]:
        """n, m and k as balls."""
        linear, gated, slope = (evaluate(number, {}, BALL) for number in (self.linear, self.gated, self.slope))
        return linear, gated, slope


def gate_of(phi: Activation) -> Gate | None:
    """The gate that an activation is, if it is one.

    >>> from boundkit.activations import activation
    >>> gate_of(activation("gelu"))
    Gate(linear=1/2, gated=1/2, slope=sqrt(2)/2)
    """
    return _gate(phi.expression)


@lru_cache(maxsize=256)
def _gate(expression: sympy.Expr) -> Gate | None:
    functions = expression.atoms(sympy.erf)
    if len(functions) != 1:
        return None
    (function,) = functions
    slope, power = function.args[0].as_coeff_exponent(Z)
    switch = sympy.Dummy("switch")
    bare = expression.xreplace({function: switch})
    if power != 1 or slope.has(Z) or not bare.is_polynomial(Z, switch):
        return None
    coefficients = sympy.Poly(bare, Z, switch).as_dict()
    if (1, 1) not in coefficients or not set(coefficients) <= {(1, 0), (1, 1)}:
        return None
    return Gate(coefficients.get((1, 0), sympy.Integer(0)), coefficients[1, 1], slope)


def gate_dual(gate: Gate, derivative: int, v: Any, w: Any, q: Any) -> Any:
    """An enclosure of E[phi(a) phi(b)] or E[phi'(a) phi'(b)] (derivative 0 or 1) for balls v, w >= 0 and q.

    >>> from boundkit.activations import activation
    >>> gate_dual(gate_of(activation("gelu")), 0, 1, 1, 1).str(12, radius=False)  # 1/3 + 1 / (2 sqrt(3) pi)
    '0.425221482570'
    """
    n, m, k = gate.numbers()
    unit = 2 * k**2
    v_scaled, w_scaled, q_scaled = unit * v, unit * w, unit * q
    a, b = 1 + v_scaled, 1 + w_scaled
    determinant = (a * b - q_scaled**2).max(1 + v_scaled + w_scaled)  # v w >= q^2
    root = determinant.sqrt()
    angle = (q_scaled / root).atan()
    if derivative == 0:
        algebraic = (v_scaled * w_scaled + q_scaled**2 * (1 / a + 1 / b - 1)) / root
        return n**2 * q + m**2 * (q_scaled * angle + algebraic) / (flint.arb.pi() * k**2)
    return n**2 + 2 * m**2 * (angle + q_scaled * (1 / a + 1 / b + 1 / determinant) / root) / flint.arb.pi()
