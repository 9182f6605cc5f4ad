"""The arithmetics of real and of complex balls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flint
import sympy

from boundkit.arithmetic.balls import quotient
from boundkit.arithmetic.evaluate import Arithmetic, compare


def _union(values: list[Any]) -> Any:
    total = values[0]
    for v in values[1:]:
        total = total.union(v)
    return total


def _ball_piecewise(pieces: list[tuple[Any, Any]], walk: Callable[[Any], Any]) -> Any:
    """The hull of every branch that could be taken."""
    possible = []
    for expression, condition in pieces:
        truth = _ball_condition(condition, walk)
        if truth is not False:
            possible.append(walk(expression))
        if truth is True:
            return _union(possible)
    raise ValueError("no branch of the Piecewise certainly covers its argument")


def _ball_condition(condition: Any, walk: Callable[[Any], Any]) -> bool | None:
    if condition in (sympy.true, sympy.false):
        return bool(condition)
    if isinstance(condition, sympy.And | sympy.Or):
        decisive = isinstance(condition, sympy.Or)
        answers = [_ball_condition(a, walk) for a in condition.args]
        if decisive in answers:
            return decisive
        return None if None in answers else not decisive
    return compare(walk(condition.lhs), walk(condition.rhs), condition.rel_op)


def _ball_sign(x: Any) -> Any:
    if x > 0:
        return flint.arb(1)
    if x < 0:
        return flint.arb(-1)
    return flint.arb(0) if x == 0 else flint.arb(0, 1)


def _ball_heaviside(x: Any, at_zero: Any = None) -> Any:
    if x > 0:
        return flint.arb(1)
    if x < 0:
        return flint.arb(0)
    return flint.arb("0.5 +/- 0.5") if at_zero is None or not x == 0 else at_zero


def _ball_integer_power(x: Any, n: int) -> Any:
    x = flint.arb(x)
    if n <= 0 or x.is_exact() or not x.mid() == 0:
        return x**n
    # arb gives nan for a ball whose midpoint is exactly zero
    largest = flint.arb(x.rad()) ** n
    return flint.arb(0).union(largest) if n % 2 == 0 else (-largest).union(largest)


def fold_pairs(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """A function of two arguments as one of any number of them."""

    def folded(*xs: Any) -> Any:
        total = xs[0]
        for x in xs[1:]:
            total = function(total, x)
        return total

    return folded


def _ball_mod(x: Any, m: Any) -> Any:
    """The remainder; of exact integers by integers, whose quotient a ball may have to round."""
    x, m = flint.arb(x), flint.arb(m)
    if x.is_exact() and m.is_exact() and x.is_integer() and m.is_integer() and m != 0:
        return flint.arb(x.unique_fmpz() % m.unique_fmpz())
    return x - m * (x / m).floor()


BALL = Arithmetic(
    name="ball",
    rational=quotient,
    constants={
        sympy.pi: flint.arb.pi,
        sympy.E: flint.arb.const_e,
        sympy.EulerGamma: flint.arb.const_euler,
        sympy.oo: flint.arb.pos_inf,
    },
    functions={
        sympy.exp: lambda x: flint.arb(x).exp(),
        sympy.log: lambda x: flint.arb(x).log(),
        sympy.sqrt: lambda x: flint.arb(x).sqrt(),
        sympy.sin: lambda x: flint.arb(x).sin(),
        sympy.cos: lambda x: flint.arb(x).cos(),
        sympy.tan: lambda x: flint.arb(x).tan(),
        sympy.sinh: lambda x: flint.arb(x).sinh(),
        sympy.cosh: lambda x: flint.arb(x).cosh(),
        sympy.tanh: lambda x: flint.arb(x).tanh(),
        sympy.sech: lambda x: flint.arb(x).sech(),
        sympy.atan: lambda x: flint.arb(x).atan(),
        sympy.acos: lambda x: flint.arb(x).acos(),
        sympy.asin: lambda x: flint.arb(x).asin(),
        sympy.erf: lambda x: flint.arb(x).erf(),
        sympy.erfc: lambda x: flint.arb(x).erfc(),
        sympy.Abs: lambda x: abs(flint.arb(x)),
        sympy.sign: lambda x: _ball_sign(flint.arb(x)),
        sympy.Heaviside: _ball_heaviside,
        sympy.factorial: lambda x: (flint.arb(x) + 1).gamma(),
        sympy.Max: fold_pairs(lambda a, b: flint.arb(a).max(flint.arb(b))),
        sympy.Min: fold_pairs(lambda a, b: flint.arb(a).min(flint.arb(b))),
        sympy.Mod: _ball_mod,
        sympy.ceiling: lambda x: flint.arb(x).ceil(),
        sympy.floor: lambda x: flint.arb(x).floor(),
    },
    integer_power=_ball_integer_power,
    power=lambda x, y: flint.arb(x) ** flint.arb(y),
    piecewise=_ball_piecewise,
)


def _complex_piecewise(pieces: list[tuple[Any, Any]], walk: Callable[[Any], Any]) -> Any:
    raise NotImplementedError("a Piecewise is not analytic: split the integral at its kinks")


COMPLEX_BALL = Arithmetic(
    name="complex ball",
    rational=lambda p, q: flint.acb(quotient(p, q)),
    constants={
        sympy.pi: lambda: flint.acb(flint.arb.pi()),
        sympy.E: lambda: flint.acb(flint.arb.const_e()),
        sympy.I: lambda: flint.acb(0, 1),
    },
    functions={
        sympy.exp: lambda z: flint.acb(z).exp(),
        sympy.log: lambda z: flint.acb(z).log(analytic=True),
        sympy.sqrt: lambda z: flint.acb(z).sqrt(analytic=True),
        sympy.sin: lambda z: flint.acb(z).sin(),
        sympy.cos: lambda z: flint.acb(z).cos(),
        sympy.tan: lambda z: flint.acb(z).tan(),
        sympy.sinh: lambda z: flint.acb(z).sinh(),
        sympy.cosh: lambda z: flint.acb(z).cosh(),
        sympy.tanh: lambda z: flint.acb(z).tanh(),
        sympy.sech: lambda z: flint.acb(z).sech(),
        sympy.atan: lambda z: flint.acb(z).atan(),
        sympy.erf: lambda z: flint.acb(z).erf(),
        sympy.erfc: lambda z: flint.acb(z).erfc(),
    },
    integer_power=lambda z, n: flint.acb(z) ** n,
    power=lambda z, y: flint.acb(z).pow(flint.acb(y), analytic=True),
    piecewise=_complex_piecewise,
)
