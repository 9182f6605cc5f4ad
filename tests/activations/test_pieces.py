"""Splitting piecewise smooth functions into smooth pieces."""

from __future__ import annotations

import flint
import pytest
import sympy
from hypothesis import given, strategies as st

from boundkit.activations.expressions import Z, parse
from boundkit.activations.pieces import differentiate, join, jumps, split
from boundkit.arithmetic import BALL, evaluate, precision
from boundkit.errors import BadInput

TEXTS = [
    "relu(z)",
    "Max(0, 1 - abs(z))",
    "min(1, max(-1, z))",
    "abs(z**2 - 2) + sign(z + 1)",
    "relu(relu(z) - 1)*sin(z)",
    "Max(z, z**2, 1 - z)",
    "abs(abs(z) - 1)",
    "sign(sqrt(2)*z - 1)*exp(-z**2)",
    "Max(z**2 + 1, z)",
]


@given(st.sampled_from(TEXTS), st.fractions(-4, 4, max_denominator=1000))
def test_pieces_are_the_function(text, point):
    """The piece that covers a point, and the joined pieces, have the value of the expression there."""
    expression = parse(text)
    x = sympy.Rational(point.numerator, point.denominator)
    pieces = split(expression)
    covering = [p for p in pieces if p.lower <= x < p.upper]
    assert len(covering) == 1
    with precision(128):
        value = evaluate(expression, {Z: flint.arb(flint.fmpq(x.p, x.q))}, BALL)
        assert evaluate(covering[0].expression.subs(Z, x), {}, BALL).overlaps(value)
        assert evaluate(join(pieces).subs(Z, x), {}, BALL).overlaps(value)


def test_breaks():
    """Breaks are exact, in order, and only where the formula changes."""
    assert [p.upper for p in split(parse("abs(z**2 - 2)"))[:-1]] == [-sympy.sqrt(2), sympy.sqrt(2)]
    assert len(split(parse("Max(z**2 + 1, z)"))) == 1
    assert len(split(sympy.Piecewise((Z, Z < 0), (Z, True)))) == 1


def test_jumps():
    """A jump is found in the derivative at which it appears."""
    pieces = split(parse("Abs(z)**3"))
    orders = []
    for _ in range(4):
        orders.append(jumps(pieces))
        pieces = differentiate(pieces)
    assert orders == [(), (), (), (0,)]


@pytest.mark.parametrize("text", ["Abs(sin(z))", "relu(z**3 - z)", "Max(z, exp(z))", "sign(tanh(z))"])
def test_switches_without_known_zeros(text):
    """Switches at zeros that have no simple closed form are refused."""
    with pytest.raises(BadInput, match="degree 2"):
        split(parse(text))


def test_close_breaks_are_told_apart():
    """Breaks closer than float64 can tell are kept apart, in order, each with its branch."""
    tiny = sympy.Rational(1, 10**30)
    pieces = split(sympy.Abs(Z - 1) + sympy.Abs(Z - 1 - tiny))
    assert [p.upper for p in pieces[:-1]] == [1, 1 + tiny]
    assert pieces[1].expression == tiny
    assert split(sympy.Max(Z, sympy.sqrt(8)) - sympy.Max(Z, 2 * sympy.sqrt(2))) == split(sympy.Integer(0) * Z)
