"""Which family an activation belongs to, and whether its mean derivatives vanish at every scale. `sjl17` section 2.

Activations are recognised by their expressions, so that log(1 + exp(4 z))/4 is the softplus of sharpness 4 whoever
wrote it. An indicator is 0 where values at a few points certainly differ, 1 where SymPy proves equality, and unknown,
the ball [0, 1], where neither works.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import flint
import sympy

from boundkit.activations.expressions import Z, sigmoid, softplus, tidy
from boundkit.arithmetic import BALL, evaluate, precision
from boundkit.errors import NotApplicable

if TYPE_CHECKING:
    from boundkit.activations.activation import Activation

BITS = 256
ORIGIN = sympy.Integer(0)
POINTS = tuple(sympy.Rational(p, q) for p, q in ((1, 3), (-1, 2), (7, 5), (-9, 4), (5, 1)))
SCALES = tuple(sympy.Rational(p, q) for p, q in ((1, 2), (1, 1), (2, 1), (4, 1)))


def unknown_truth() -> Any:
    """The ball [0, 1] of an indicator about which nothing is known."""
    return flint.arb(0).union(flint.arb(1))


def is_member(a: Activation, expression: sympy.Expr) -> Any:
    """1 if phi is this function, 0 if it certainly is not, [0, 1] if neither could be shown."""
    with precision(BITS):
        for point in POINTS:
            if not (_at(a.expression, point) - _at(expression, point)).contains(0):
                return flint.arb(0)
    difference = tidy(a.expression) - tidy(expression)
    if difference == 0 or sympy.simplify(difference.rewrite(sympy.exp)) == 0:
        return flint.arb(1)
    return unknown_truth()


def _at(expression: sympy.Expr, point: sympy.Expr) -> Any:
    return evaluate(expression.xreplace({Z: point}), {}, BALL)


def _softplus(a: Activation) -> tuple[Any, Any]:
    """The sharpness that phi would have as a softplus, from phi(0) = log(2) / b, and whether it is that softplus."""
    with precision(BITS):
        if not _at(a.expression, ORIGIN) > 0:
            return None, flint.arb(0)
    b = sympy.simplify(sympy.log(2) / a.expression.xreplace({Z: ORIGIN}))
    return b, is_member(a, softplus(b * Z) / b)


def _sigmoid(a: Activation) -> tuple[Any, Any]:
    """The same for the sigmoid, from phi'(0) = b / 4."""
    slope = a.derivative(1).xreplace({Z: ORIGIN})
    with precision(BITS):
        if not _at(slope, ORIGIN) > 0:
            return None, flint.arb(0)
    b = sympy.simplify(4 * slope)
    return b, is_member(a, sigmoid(b * Z))


def sharpness(a: Activation) -> Any:
    """b of log(1 + exp(b z)) / b or 1 / (1 + exp(-b z)). Raises NotApplicable for another activation."""
    for b, member in (_softplus(a), _sigmoid(a)):
        if member == 1:
            return evaluate(b, {}, BALL)
    raise NotApplicable("sharpness", f"{a.name} is neither a softplus nor a sigmoid: it has no sharpness")


def is_linear(a: Activation) -> Any:
    """1 when phi' is constant almost everywhere."""
    slopes = [sympy.simplify(piece.expression) for piece in a.pieces(1)]
    if len(set(slopes)) == 1 and not slopes[0].has(Z):
        return flint.arb(1)
    with precision(BITS):
        values = [_at(a.derivative(1), point) for point in POINTS]
        return flint.arb(0) if any(not (value - values[0]).contains(0) for value in values) else unknown_truth()


def mean_slope_vanishes(a: Activation) -> Any:
    """1 when E phi'(s g) = 0 at every scale s, 0 when at none, 1/2 when at some; a wider ball where unknown.

    If phi is even beside an affine function, its mean slope is that function's. If phi is monotone and not constant,
    it is not zero.
    """
    symmetry, slopes = a.symmetry(1), [piece.expression for piece in a.pieces(1)]
    if symmetry is not None and symmetry.parity == -1:
        return flint.arb(int(symmetry.affine == 0))
    if not any(slopes):
        return flint.arb(1)
    return flint.arb(0) if _one_sign(slopes) else _seen(a, "mu_phi_tilde")


def mean_curvature_vanishes(a: Activation) -> Any:
    """The same for E phi''(s g), read as E[g phi'(s g)] / s, so that the kinks of phi count.

    It vanishes if phi is odd beside an affine function, and does not if phi is convex or concave and not affine.
    """
    symmetry = a.symmetry(2)
    if (symmetry is not None and symmetry.parity == -1) or _even(a.derivative(1)):
        return flint.arb(1)
    curvatures = [piece.expression for piece in a.pieces(2)]
    return flint.arb(0) if _one_sign([*curvatures, *_jumps(a)]) else _seen(a, "mean_d2phi")


def _even(e: sympy.Expr) -> bool:
    """Whether SymPy proves a smooth function to be even."""
    with precision(BITS):
        if e.has(sympy.Piecewise) or any(not (_at(e, p) - _at(e, -p)).contains(0) for p in POINTS):
            return False
    return bool(sympy.simplify((e - e.xreplace({Z: -Z})).rewrite(sympy.exp)) == 0)


def _jumps(a: Activation) -> list[sympy.Expr]:
    """What phi' jumps by, between its pieces."""
    return [
        (after.expression - before.expression).xreplace({Z: after.lower}) for before, after in pairwise(a.pieces(1))
    ]


def _seen(a: Activation, quantity: str) -> Any:
    """What the values at a few scales say: of both signs, it vanishes at some scale; not zero, not at all of them."""
    values = [a.quantity(quantity, scale=scale) for scale in SCALES]
    if any(value > 0 for value in values) and any(value < 0 for value in values):
        return flint.arb(0.5)
    if any(value > 0 or value < 0 for value in values):
        return flint.arb(0).union(flint.arb(0.5))
    return unknown_truth()


def _one_sign(expressions: list[sympy.Expr]) -> bool:
    """Whether all functions are nonnegative everywhere, or all nonpositive, and not all zero: by their form."""
    shown = [e for e in expressions if e != 0]
    return bool(shown) and (all(map(_nonnegative, shown)) or all(_nonnegative(-e) for e in shown))


def _nonnegative(e: sympy.Expr) -> bool:
    """Whether the form of an expression shows that it is not negative for any real z."""
    if not e.has(Z):
        return bool(evaluate(e, {}, BALL) >= 0)
    if isinstance(e, sympy.exp | sympy.sech | sympy.cosh | sympy.Abs):
        return True
    if e.is_Pow:
        return bool(e.exp.is_Integer and e.exp % 2 == 0) or _nonnegative(e.base)
    if e.is_Mul:
        constant, rest = e.as_independent(Z, as_Add=False)
        return _nonnegative(constant) and all(map(_nonnegative, sympy.Mul.make_args(rest)))
    if e.is_Add:
        total = sympy.Integer(0)
        for term in e.args:
            constant, factor = term.as_independent(Z, as_Add=False)
            if isinstance(factor, sympy.tanh | sympy.erf | sympy.sin | sympy.cos):  # between -1 and 1
                total -= abs(constant)
            elif not _nonnegative(term):
                total += term if not term.has(Z) else -sympy.oo
            elif not term.has(Z):
                total += term
        return total != -sympy.oo and bool(evaluate(total, {}, BALL) >= 0)
    return False


FACTS: dict[str, Callable[[Activation], Any]] = {
    "is_quadratic": lambda a: is_member(a, Z**2),
    "is_linear": is_linear,
    "is_scaled_softplus": lambda a: _softplus(a)[1],
    "is_scaled_sigmoid": lambda a: _sigmoid(a)[1],
    "is_normal_integral": lambda a: is_member(a, sympy.sqrt(2) * sympy.erf(Z / sympy.sqrt(2))),
    "is_erf": lambda a: is_member(a, sympy.erf(Z)),
    "is_tanh": lambda a: is_member(a, sympy.tanh(Z)),
    "sharpness": sharpness,
    "slope_at_zero": lambda a: abs(_at(a.derivative(1), ORIGIN)),
    "mean_dphi_vanishes": mean_slope_vanishes,
    "mean_d2phi_vanishes": mean_curvature_vanishes,
}
