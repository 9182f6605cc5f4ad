"""How an expression behaves far out: a proven enclosure and proven growth rates on x >= start, z = +x or -x.

Compact intervals say nothing about |z| beyond them. Here the expression tree is walked once with values that hold
on a whole half-line: an interval with infinite ends allowed, and bounds of |f| from above and from below of
the form A x^p exp(q x). They certify that a Gaussian tail is negligible, and that a derivative is bounded or not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import flint
import sympy

from boundkit.activations.arithmetics import REAL
from boundkit.activations.expressions import Z
from boundkit.activations.rates import Envelope, Rate
from boundkit.arithmetic import BALL, ball, evaluate


class NoEnvelope(ValueError):
    """The expression is undefined far out, or grows too fast, or is outside what can be bounded."""


def envelope(expression: sympy.Expr, *, side: int, start: int) -> Envelope:
    """The envelope of a smooth expression in Z on z = side * x, x >= start >= 1; raises NoEnvelope.

    >>> far = envelope(Z * sympy.exp(-Z**2), side=1, start=8)
    >>> far.size < 1e-20, far.unbounded
    (True, False)
    """
    if Z not in expression.free_symbols:
        value = evaluate(expression, {}, BALL)
        return Envelope(start, value.lower(), value.upper(), Rate(abs(value).upper())).sharpened()
    if expression == Z:
        end, infinity = flint.arb(start * side), flint.arb.pos_inf() * side
        rate = Rate(flint.arb(1), Fraction(1))
        return Envelope(start, min(end, infinity), max(end, infinity), rate, rate)
    if expression.is_Pow and expression.base != sympy.E:
        if not expression.exp.is_Rational:
            raise NoEnvelope(f"the power {expression}")
        return _power(envelope(expression.base, side=side, start=start), Fraction(expression.exp))
    if isinstance(expression, sympy.sinh | sympy.cosh):
        return envelope(expression.rewrite(sympy.exp), side=side, start=start)
    parts = [envelope(a, side=side, start=start) for a in expression.args]
    if expression.is_Add and (logistic := _as_logistic(expression)) is not None:
        product, total = envelope(logistic, side=side, start=start), _add(*parts)
        lower, upper = max(product.lower, total.lower), min(product.upper, total.upper)
        return replace(product, lower=lower, upper=upper).sharpened()
    if expression.is_Add or expression.is_Mul:
        join = _add if expression.is_Add else _multiply
        total = parts[0]
        for part in parts[1:]:
            total = join(total, part)
        return total
    if isinstance(expression, sympy.exp):
        return _exponential(parts[0], _affine(expression.args[0], side))
    if isinstance(expression, sympy.sech):
        return _hyperbolic_secant(parts[0], _affine(expression.args[0], side)).sharpened()
    if isinstance(expression, sympy.log):
        near_one = envelope(expression.args[0] - 1, side=side, start=start)
        return _logarithm(parts[0], near_one).sharpened()
    if expression.func not in _FUNCTIONS:
        raise NoEnvelope(f"{expression.func.__name__} far from zero")
    return _FUNCTIONS[expression.func](parts[0]).sharpened()


def _as_logistic(total: sympy.Expr) -> sympy.Expr | None:
    """c (1 +- tanh u) as c exp(+-u) sech(u), whose decay can be read off."""
    if len(total.args) == 2 and total.args[0].is_Rational:
        constant, (k, function) = total.args[0], total.args[1].as_coeff_Mul()
        if isinstance(function, sympy.tanh) and abs(k) == abs(constant):
            u = function.args[0]
            return constant * sympy.exp(k / constant * u) * sympy.sech(u)
    return None


def _add(f: Envelope, g: Envelope) -> Envelope:
    start, above, below = f.start, None, None
    if f.above and g.above:
        big, small = sorted((f.above, g.above), key=Rate.order, reverse=True)
        above = replace(big, scale=(big.scale * (1 + small.ratio(big, start))).upper())
    same_sign = (f.lower >= 0 and g.lower >= 0) or (f.upper <= 0 and g.upper <= 0)
    known = [h.below for h in (f, g) if h.below]
    if same_sign and known:
        below = max(known, key=Rate.order)
    elif not same_sign:
        for big_rate, small_rate in ((f.below, g.above), (g.below, f.above)):
            if big_rate and small_rate:
                share = small_rate.ratio(big_rate, start)
                if share < 1:
                    below = replace(big_rate, scale=(big_rate.scale * (1 - share)).lower())
    return Envelope(start, (f.lower + g.lower).lower(), (f.upper + g.upper).upper(), above, below).sharpened()


def _multiply(f: Envelope, g: Envelope) -> Envelope:
    ends = [_product(a, b) for a in (f.lower, f.upper) for b in (g.lower, g.upper)]
    above = f.above * g.above if f.above and g.above else None
    below = f.below * g.below if f.below and g.below else None
    lower, upper = min(e.lower() for e in ends), max(e.upper() for e in ends)
    return Envelope(f.start, lower, upper, above, below).sharpened()


def _product(a: Any, b: Any) -> Any:
    # an infinite end is a limit of finite values, so 0 * infinity is 0
    return flint.arb(0) if a == 0 or b == 0 else a * b


def _power(f: Envelope, n: Fraction) -> Envelope:
    if n.denominator != 1 and not f.lower >= 0:
        raise NoEnvelope("a root of a number that may be negative")
    if n < 0:
        return _power(_reciprocal(f), -n)
    even = n.denominator == 1 and n % 2 == 0
    ends = [_raised(e, n, even) for e in (f.lower, f.upper)]
    if even and f.lower < 0 and f.upper > 0:
        ends.append(flint.arb(0))
    lower, upper = min(e.lower() for e in ends), max(e.upper() for e in ends)
    above, below = (r.to(n) if r else None for r in (f.above, f.below))
    return Envelope(f.start, lower, upper, above, below).sharpened()


def _raised(end: Any, n: Fraction, even: bool) -> Any:
    if not end.is_finite():
        return abs(end) if even else end
    return end ** int(n) if n.denominator == 1 else end ** ball(n)


def _reciprocal(f: Envelope) -> Envelope:
    if not (f.below and (f.lower >= 0 or f.upper <= 0)):
        raise NoEnvelope("a division by what may be zero")
    infinity, zero = flint.arb.pos_inf(), flint.arb(0)
    above, below = f.below.to(Fraction(-1)), f.above.to(Fraction(-1)) if f.above else None
    lower, upper = (zero, infinity) if f.lower >= 0 else (-infinity, zero)
    return Envelope(f.start, lower, upper, above, below).sharpened()


def _affine(argument: sympy.Expr, side: int) -> tuple[Any, Any] | None:
    """(a, b) with argument = a x + b, when it is affine."""
    slope = sympy.diff(argument, Z)
    if Z in slope.free_symbols:
        return None
    return evaluate(side * slope, {}, BALL), evaluate(argument.subs(Z, 0), {}, BALL)


def _exponential(f: Envelope, line: tuple[Any, Any] | None) -> Envelope:
    lower, upper = _monotone(f, REAL.functions[sympy.exp], flint.arb(0), flint.arb.pos_inf())
    above, below = None, None
    if line is not None:
        slope, size = line[0], line[1].exp()
        above, below = (
            Rate(size.upper(), exponent=_above(slope)),
            Rate(size.lower(), exponent=-_above(-slope)),
        )
    elif f.upper <= 0 and _least_slope(f) > 0:
        above = Rate(flint.arb(1), exponent=_above(-_least_slope(f)))
    elif f.above and f.above.power <= 1 and f.above.exponent <= 0:
        above = Rate(flint.arb(1), exponent=_above(f.above.scale))
    return Envelope(f.start, lower, upper, above, below).sharpened()


def _least_slope(f: Envelope) -> Any:
    """c with |f| >= c x; zero when none is known."""
    if f.below is None:
        return flint.arb(0)
    return (1 / Rate(flint.arb(1), Fraction(1)).ratio(f.below, f.start)).lower()


def _above(value: Any) -> Fraction:
    """A rational number at or above a ball, exact for dyadic rationals; at least -2^60, so that it stays small."""
    if not value < 2**60:
        raise NoEnvelope("growth like exp(2^60 z)")
    value = flint.arb(value).max(flint.arb(-(2**60)))
    return Fraction(int((value * 2**40).ceil().upper().unique_fmpz()), 2**40)


def _monotone(f: Envelope, function: Callable[[Any], Any], at_minus: Any, at_plus: Any) -> tuple[Any, Any]:
    lower = function(f.lower).lower() if f.lower.is_finite() else at_minus
    upper = function(f.upper).upper() if f.upper.is_finite() else at_plus
    return lower, upper


def _saturating(function: Callable[[Any], Any], limit: Any, slope: Any) -> Callable[[Envelope], Envelope]:
    """tanh, atan, erf: odd, increasing to `limit`, and at most `slope` |u| in size."""

    def apply(f: Envelope) -> Envelope:
        lower, upper = _monotone(f, function, -limit().upper(), limit().upper())
        above = replace(f.above, scale=f.above.scale * slope()) if f.above else None
        return Envelope(f.start, lower, upper, above)

    return apply


def _wave(slope: int) -> Callable[[Envelope], Envelope]:
    def apply(f: Envelope) -> Envelope:
        one = flint.arb(1)
        return Envelope(f.start, -one, one, f.above if slope else None)

    return apply


def _hyperbolic_secant(f: Envelope, line: tuple[Any, Any] | None) -> Envelope:
    """exp(-|u|) <= sech u <= 2 exp(-|u|)."""
    above, below = None, None
    if line is not None:
        slope, shift = abs(line[0]), abs(line[1]).exp()
        above = Rate((2 * shift).upper(), exponent=_above(-slope))
        below = Rate((1 / shift).lower(), exponent=-_above(slope))
    elif _least_slope(f) > 0:
        above = Rate(flint.arb(2), exponent=_above(-_least_slope(f)))
    return Envelope(f.start, flint.arb(0), flint.arb(1), above, below)


def _logarithm(f: Envelope, less_one: Envelope) -> Envelope:
    """log f, where `less_one` is the envelope of f - 1."""
    if not (f.lower >= 0 and f.below):
        raise NoEnvelope("the logarithm of what may not be positive")
    infinity = flint.arb.pos_inf()
    lower, upper = _monotone(f, lambda x: x.log() if x > 0 else -infinity, -infinity, infinity)
    above, below = None, None
    if less_one.above and less_one.lower >= -0.5 and less_one.upper.is_finite():
        above = replace(less_one.above, scale=less_one.above.scale * 2)  # |log(1 + v)| <= 2 |v| for v >= -1/2
    elif f.above:
        # log x <= x, and |log c| <= |log c| x, for x >= 1
        slopes = [abs(r.scale.log()) + abs(ball(r.power)) + abs(ball(r.exponent)) for r in (f.above, f.below)]
        above = Rate(max(s.upper() for s in slopes), Fraction(1))
    if f.below.exponent > 0 and f.below.power >= 0:
        slope = ball(f.below.exponent) - abs(f.below.scale.log()) / f.start
        below = Rate(slope.lower(), Fraction(1)) if slope > 0 else None
    return Envelope(f.start, lower, upper, above, below)


_FUNCTIONS: dict[Any, Callable[[Envelope], Envelope]] = {
    sympy.tanh: _saturating(REAL.functions[sympy.tanh], lambda: flint.arb(1), lambda: flint.arb(1)),
    sympy.atan: _saturating(lambda x: x.atan(), lambda: flint.arb.pi() / 2, lambda: flint.arb(1)),
    sympy.erf: _saturating(lambda x: x.erf(), lambda: flint.arb(1), lambda: flint.arb(math.sqrt(2))),
    sympy.sin: _wave(1),
    sympy.cos: _wave(0),
}
