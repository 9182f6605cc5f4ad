"""Sums of squared Hermite coefficients that are not normalised: sum_i c_i^2, c_i = E[f(g) He_i(g)].

Where this is finite, f(z) = sum_i c_i He_i(z) / i! is entire of exponential type: its transform E f(g + z) = sum_i c_i
z^i / i! is, and the inverse heat flow keeps the type. So the sum is infinite for functions made of different pieces,
for tanh, arctan and softplus (poles and branch points), and for erf and exp(-z^2) (order two).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import flint
import sympy

from boundkit.activations.expressions import Z
from boundkit.activations.pieces import Piece
from boundkit.arithmetic import BALL, evaluate
from boundkit.errors import NotApplicable

if TYPE_CHECKING:
    from boundkit.activations.activation import Activation

POINTS = [sympy.Rational(7 * i - 9, 4) for i in range(4)]  # where two pieces are told apart


def square_sum(a: Activation, scale: sympy.Rational) -> Any:
    """sum_i E[phi(s g) He_i(g)]^2, possibly +inf. Raises NotApplicable where convergence is not decided.

    >>> from boundkit.activations import activation
    >>> square_sum(activation("square"), sympy.Integer(1)).contains(1 + 2**2)
    True
    """
    pieces = a.pieces()
    expression = pieces[0].expression
    if _differ(pieces) or (len(pieces) == 1 and _not_of_exponential_type(expression)):
        return flint.arb.pos_inf()
    if len(pieces) == 1 and expression.is_polynomial(Z):
        found = a.coefficients(0, int(sympy.degree(expression, Z)), scale=scale)
        return sum((flint.arb(i + 1).gamma() * mu**2 for i, mu in enumerate(found)), flint.arb(0))
    wave = _wave(expression, scale)
    if wave is None:
        raise NotApplicable("hermite_square_sum", f"the sum of c_i^2 is not known to converge for {a.name}")
    return wave


def _differ(pieces: tuple[Piece, ...]) -> bool:
    """Whether two neighbouring pieces certainly are different functions."""
    return any(
        not evaluate((left.expression - right.expression).xreplace({Z: point}), {}, BALL).contains(0)
        for left, right in pairwise(pieces)
        for point in POINTS
    )


def _not_of_exponential_type(expression: sympy.Expr) -> bool:
    """Whether it is a polynomial in z and one of the functions above, which it does contain."""
    atom, softplus = sympy.Dummy(), sympy.Wild("b", exclude=[Z])
    replaced = expression.replace(sympy.log(sympy.exp(softplus * Z) + 1), lambda b: atom)
    if replaced == expression:
        found = [f for f in expression.atoms(sympy.Function) if f.has(Z)]
        if len(found) != 1 or not found[0].args[0].is_polynomial(Z):
            return False
        steep = isinstance(found[0], sympy.exp) and sympy.degree(found[0].args[0], Z) >= 2
        if not (steep or isinstance(found[0], sympy.tanh | sympy.erf | sympy.atan)):
            return False
        replaced = expression.xreplace({found[0]: atom})
    return bool(replaced.is_polynomial(Z, atom) and sympy.degree(replaced, atom) > 0)


def _wave(expression: sympy.Expr, scale: sympy.Rational) -> Any:
    """The sum for a sin(b z), a cos(b z), a exp(b z): |c_i| = |a b^i| exp(-b^2/2), of one parity, or exp(b^2/2)."""
    factor, inner = expression.as_independent(Z, as_Add=False)
    if not isinstance(inner, sympy.sin | sympy.cos | sympy.exp):
        return None
    slope, exponent = inner.args[0].as_coeff_exponent(Z)
    if exponent != 1:
        return None
    square = evaluate((scale * slope) ** 2, {}, BALL)
    size = evaluate(factor**2, {}, BALL)
    if isinstance(inner, sympy.exp):
        return size * square.exp() / (1 - square) if square < 1 else flint.arb.pos_inf()
    if not square < 1:
        return flint.arb.pos_inf()
    return size * (-square).exp() * (square if isinstance(inner, sympy.sin) else 1) / (1 - square**2)
