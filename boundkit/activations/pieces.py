"""A piecewise smooth function of z as a list of smooth pieces: what integrals and suprema work on."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import sympy
from sympy.core.relational import Relational

from boundkit.activations.expressions import Z, derivative, tidy
from boundkit.arithmetic import BALL, ball, evaluate, precision
from boundkit.errors import BadInput

# breaks that differ by more than this many bits are told apart
_DECISION_BITS = 1024
_NON_SMOOTH = (sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Heaviside, sympy.Piecewise)


@dataclass(frozen=True)
class Piece:
    """`expression`, smooth on lower <= z < upper (SymPy reals, or plus and minus infinity)."""

    lower: sympy.Expr
    upper: sympy.Expr
    expression: sympy.Expr


@lru_cache(maxsize=4096)
def number(value: sympy.Expr, bits: int) -> Any:
    """A SymPy real, finite or not, as a ball; `bits` must be the precision in force."""
    if value == -sympy.oo:
        return evaluate(sympy.oo, {}, BALL) * -1
    return evaluate(value, {}, BALL)


def split(expression: sympy.Expr) -> tuple[Piece, ...]:
    """The smooth pieces of an expression, from left to right; right-continuous at the breaks.

    Raises BadInput when a switch (Abs, Max, Min, sign, a condition) is not at the zero of a polynomial of
    degree at most two.

    >>> [str(p.expression) for p in split(sympy.Max(0, 1 - sympy.Abs(Z)))]
    ['0', 'z + 1', '1 - z', '0']
    """
    with precision(_DECISION_BITS):
        return _merge(_split(Piece(-sympy.oo, sympy.oo, expression)))


def _split(piece: Piece) -> list[Piece]:
    switch = next((n for n in sympy.postorder_traversal(piece.expression) if isinstance(n, _NON_SMOOTH)), None)
    if switch is None:
        return [Piece(piece.lower, piece.upper, tidy(piece.expression))]
    ends = [piece.lower, *_inside(_switching_points(switch), piece), piece.upper]
    result = []
    for lower, upper in pairwise(ends):
        branch = _branch(switch, sympy.Rational(_between(lower, upper)))
        result += _split(Piece(lower, upper, piece.expression.xreplace({switch: branch})))
    return result


def _merge(pieces: list[Piece]) -> tuple[Piece, ...]:
    merged = [pieces[0]]
    for piece in pieces[1:]:
        if piece.expression == merged[-1].expression:
            merged[-1] = Piece(merged[-1].lower, piece.upper, piece.expression)
        else:
            merged.append(piece)
    return tuple(merged)


def _switching_points(switch: sympy.Expr) -> set[sympy.Expr]:
    if isinstance(switch, sympy.Max | sympy.Min):
        functions = [a - b for i, a in enumerate(switch.args) for b in switch.args[i + 1 :]]
    elif isinstance(switch, sympy.Piecewise):
        relations = {r for _, condition in switch.args for r in condition.atoms(Relational)}
        functions = [r.lhs - r.rhs for r in relations]
    else:
        functions = [switch.args[0]]
    points: set[sympy.Expr] = set()
    for function in functions:
        polynomial = sympy.Poly(function, Z) if function.is_polynomial(Z) else None
        if polynomial is None or polynomial.degree() > 2:
            raise BadInput("activation", switch, "Abs, Max, Min switch only where a polynomial of degree 2 is zero")
        if polynomial.degree() > 0:
            points |= {root for root in sympy.roots(polynomial) if root.is_real}
    return points


def _inside(points: set[sympy.Expr], piece: Piece) -> list[sympy.Expr]:
    """The points strictly inside the piece, in order, each once."""
    inside: list[sympy.Expr] = []
    for point in sorted(points, key=_position):
        known = [e for e in (piece.lower, piece.upper, *inside[-1:]) if not e.is_infinite]
        if any(_same(point, e) for e in known):
            continue
        if (piece.lower.is_infinite or _position(piece.lower) < _position(point)) and (
            piece.upper.is_infinite or _position(point) < _position(piece.upper)
        ):
            inside.append(point)
    return inside


def _position(point: sympy.Expr) -> Fraction:
    middle = evaluate(point, {}, BALL).mid().fmpq()
    return Fraction(int(middle.p), int(middle.q))


def _same(a: sympy.Expr, b: sympy.Expr) -> bool:
    """Whether two SymPy reals are equal; raises BadInput when they are too close to tell."""
    if a == b or not evaluate(a - b, {}, BALL).contains(0):
        return a == b
    if sympy.simplify(a - b) == 0:
        return True
    raise BadInput("activation", a, f"switches that are too close to {b} to be told apart")


def _between(lower: sympy.Expr, upper: sympy.Expr) -> Fraction:
    """A rational number strictly between two SymPy reals."""
    if lower.is_infinite and upper.is_infinite:
        return Fraction(0)
    if lower.is_infinite:
        return _position(upper) - 1
    if upper.is_infinite:
        return _position(lower) + 1
    return (_position(lower) + _position(upper)) / 2


def _branch(switch: sympy.Expr, sample: sympy.Rational) -> sympy.Expr:
    """What the switch equals on the whole interval around `sample`, inside which it does not switch."""
    if isinstance(switch, sympy.Piecewise):
        for expression, condition in switch.args:
            if condition.subs(Z, sample) == sympy.true:
                return expression
        raise BadInput("activation", switch, f"no branch covers z = {sample}")
    values = [(evaluate(a, {Z: ball(Fraction(sample))}, BALL), a) for a in switch.args]
    if isinstance(switch, sympy.Max | sympy.Min):
        best = values[0]
        for candidate in values[1:]:
            if (candidate[0] > best[0]) == isinstance(switch, sympy.Max) and candidate[0] != best[0]:
                best = candidate
        return best[1]
    positive = bool(values[0][0] > 0)
    if isinstance(switch, sympy.Abs):
        return switch.args[0] if positive else -switch.args[0]
    if isinstance(switch, sympy.sign):
        return sympy.Integer(1 if positive else -1)
    return sympy.Integer(1 if positive else 0)


def differentiate(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The derivative almost everywhere."""
    return tuple(Piece(p.lower, p.upper, derivative(p.expression)) for p in pieces)


def join(pieces: tuple[Piece, ...]) -> sympy.Expr:
    """The pieces as one SymPy expression, right-continuous."""
    branches = [(p.expression, sympy.StrictLessThan(Z, p.upper)) for p in pieces[:-1]] + [(pieces[-1].expression, True)]
    return sympy.Piecewise(*branches)


def jumps(pieces: tuple[Piece, ...]) -> tuple[sympy.Expr, ...]:
    """The breaks at which the one-sided limits are not provably equal."""
    breaks = []
    for left, right in pairwise(pieces):
        gap = (left.expression - right.expression).subs(Z, right.lower)
        if not evaluate(gap, {}, BALL).contains(0) or sympy.simplify(gap) != 0:
            breaks.append(right.lower)
    return tuple(breaks)
