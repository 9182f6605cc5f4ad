"""SymPy trees in ball, float and extended arithmetic, against mpmath and against SymPy itself."""

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, strategies as st

from boundkit.arithmetic import BALL, COMPLEX_BALL, EXTENDED, FLOAT, ball, compare, evaluate, holds, precision

x = sympy.Symbol("x", real=True)

EXPRESSIONS = [
    sympy.exp(-(x**2)) / (1 + x**2),
    sympy.log(1 + sympy.exp(x)),
    sympy.sqrt(1 + x**2) ** 3,
    sympy.tanh(x) + sympy.atan(x) * sympy.cos(x) - sympy.sin(x),
    sympy.erf(x) * sympy.pi,
    sympy.Piecewise((x, x > 0), (sympy.exp(x) - 1, True)),
    sympy.Max(x, 0) + sympy.Abs(x) ** sympy.Rational(3, 2),
    sympy.Piecewise((x, sympy.And(x > -1, x < 2)), (x**2, sympy.Or(x < -3, x > 4)), (1, True)),
]
BEYOND = sympy.Rational(9, 4)
PLACES = {
    sympy.factorial: [(5,)],
    sympy.ceiling: [(BEYOND,), (-BEYOND,)],
    sympy.floor: [(BEYOND,), (-BEYOND,)],
    sympy.sign: [(BEYOND,), (-BEYOND,)],
    sympy.Heaviside: [(BEYOND,), (-BEYOND,)],
    sympy.Abs: [(-BEYOND,)],
    sympy.Max: [(-BEYOND, BEYOND, 1)],
    sympy.Min: [(BEYOND, -BEYOND, 1)],
    sympy.Mod: [(BEYOND, 2), (-BEYOND, 2)],
}


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
@given(value=st.fractions(-20, 20, max_denominator=1000))
def test_balls_contain_the_value(expression, value):
    """A ball contains the value that mpmath computes with twice the digits."""
    with precision(80):
        enclosure = evaluate(expression, {x: ball(value)}, BALL)
        ends = [str(e.str(40, radius=False)) for e in (enclosure.lower(), enclosure.upper())]
    with mpmath.workdps(50):
        reference = sympy.lambdify(x, expression, "mpmath")(mpmath.mpf(value.numerator) / value.denominator)
        low, high = map(mpmath.mpf, ends)
        room = mpmath.mpf(10) ** -18 * (1 + abs(reference))
        assert low - room <= reference <= high + room
        assert high - low <= room


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
@pytest.mark.parametrize(("arithmetic", "error"), [(FLOAT, 1e-14), (EXTENDED, 1e-17)])
def test_arrays_agree_with_balls(expression, arithmetic, error):
    """Float and extended arrays agree with balls to their own rounding."""
    points = np.linspace(-6, 6, 41)
    dtype = np.longdouble if arithmetic is EXTENDED else np.float64
    got = evaluate(expression, {x: points.astype(dtype)}, arithmetic)
    for point, value in zip(points, got, strict=True):
        with precision(100):
            exact = evaluate(expression, {x: ball(float(point))}, BALL)
        reference = np.longdouble(str(exact.mid().str(25, radius=False)))
        assert abs(value - reference) <= error * (1 + abs(reference))


@pytest.mark.parametrize("arithmetic", [BALL, COMPLEX_BALL, FLOAT, EXTENDED], ids=lambda item: item.name)
def test_every_function_is_the_one_of_its_name(arithmetic):
    """At one point or two, against SymPy's own number."""
    for function, found in arithmetic.functions.items():
        for place in PLACES.get(function, [(sympy.Rational(3, 8),)]):
            numbers = [
                arithmetic.rational(int(p), int(q)) for p, q in (sympy.Rational(a).as_numer_denom() for a in place)
            ]
            assert complex(found(*numbers)) == pytest.approx(complex(function(*place)), rel=1e-13), (function, place)


def test_relations_have_three_answers():
    """A relation is undecided exactly when the enclosures overlap."""
    with precision(64):
        wide = ball(1).union(ball(3))
        assert holds(x > 0, {x: wide}, BALL) is True
        assert holds(x > 4, {x: wide}, BALL) is False
        assert holds(x > 2, {x: wide}, BALL) is None
        assert holds(sympy.And(x > 2, x > 4), {x: wide}, BALL) is False
        assert holds(sympy.Or(x > 2, x > 0), {x: wide}, BALL) is True


def test_missing_symbol_and_unknown_function():
    """A symbol without value and a function without implementation are errors, not guesses."""
    with pytest.raises(KeyError):
        evaluate(x + 1, {}, BALL)
    with pytest.raises(NotImplementedError, match="besselj"):
        evaluate(sympy.besselj(0, x), {x: ball(1)}, BALL)


@pytest.mark.parametrize("value", [2 * 3**40, 2 * 3**40 + 1, 10**30, 10**299 + 1, 7, -7])
@pytest.mark.parametrize("modulus", [2, 5])
def test_remainders_of_large_integers_are_exact(value, modulus):
    """Integers beyond the precision keep every digit, and the parity of one is decided as by Python's integers."""
    remainder = sympy.Mod(sympy.Symbol("m", integer=True), modulus)
    with precision(53):
        found = evaluate(remainder, {sympy.Symbol("m", integer=True): ball(value)}, BALL)
        assert found.is_exact()
        assert found == value % modulus
        assert ball(value).is_exact()
        assert evaluate(sympy.Integer(value), {}, BALL).unique_fmpz() == value
        assert evaluate(sympy.Mod(x, 2), {x: ball("5/2")}, BALL) == 0.5


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize(("left", "right"), [(1, 1), (1, 2), (2, 1)])
def test_exact_numbers_are_compared_as_numbers(operator, left, right):
    """Where both sides are known exactly there is always an answer, the one of Python."""
    known = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "==": left == right}
    expected = known.get(operator, left != right)
    assert compare(ball(left), ball(right), operator) is expected


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
def test_what_overlaps_is_undecided(operator):
    """Neither a conjunction with what is true nor a disjunction with what is false decides it."""
    wide = ball(1).union(ball(3))
    assert compare(wide, ball(2), operator) is None
    assert holds(sympy.And(x > 2, x > 0), {x: wide}, BALL) is None
    assert holds(sympy.Or(x > 2, x > 4), {x: wide}, BALL) is None


def test_every_branch_that_may_be_taken_is_in_the_hull():
    """Also where a conjunction is undecided, and none of those that certainly are not taken."""
    wide, y = ball(1).union(ball(3)), sympy.Symbol("y")
    pieces = sympy.Piecewise((5, x > 2), (7, sympy.And(x > 0, y > 2)), (9, True))
    found = evaluate(pieces, {x: wide, y: wide}, BALL)
    assert all(found.contains(value) for value in (5, 7, 9))
    sure = evaluate(sympy.Piecewise((5, x > 4), (7, x > 2), (9, True)), {x: wide}, BALL)
    assert (sure.contains(5), sure.contains(7), sure.contains(9)) == (False, True, True)
    assert evaluate(sympy.Piecewise((5, x > 0), (7, True)), {x: wide}, BALL) == 5


def test_powers_of_balls_around_zero():
    """Even powers of [-2, 2] are in [0, 2^n] and reach both ends, odd ones reach -2^n too."""
    around = ball(-2).union(ball(2))
    for n in (2, 3, 4, 5):
        found = evaluate(x**n, {x: around}, BALL)
        assert all(found.contains(value) for value in (0, 1, 2**n))
        assert found.contains(-1) == bool(n % 2)


@pytest.mark.parametrize("jump", [sympy.sign(x), sympy.Heaviside(x), sympy.Heaviside(x, 1)], ids=str)
def test_jumps_of_a_ball_around_zero_hold_both_sides(jump):
    """Whatever the value at zero; one at zero itself is that value."""
    around = ball(-2).union(ball(2))
    low, high = (float(jump.subs(x, side)) for side in (-1, 1))
    found = evaluate(jump, {x: around}, BALL)
    assert found.contains(low)
    assert found.contains(high)
    assert evaluate(jump, {x: ball(0)}, BALL).contains(float(jump.subs(x, 0)))


def test_numbers_of_formulas_are_what_is_written():
    """0.1 is one tenth, and a remainder is exact however large the number."""
    y = sympy.Symbol("y", integer=True)
    with precision(128):
        assert evaluate(sympy.Float("0.1") * y - 1, {y: 10}, BALL).contains(0)
    assert evaluate(sympy.Mod(y, 7), {y: ball(10**60 + 5)}, BALL) == (10**60 + 5) % 7
