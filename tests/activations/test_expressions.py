"""Reading expressions safely, and rewriting them without changing the function."""

from __future__ import annotations

import contextlib

import flint
import pytest
import sympy
from hypothesis import given, strategies as st

from boundkit.activations.arithmetics import REAL
from boundkit.activations.expressions import FUNCTIONS, Z, adopt, derivative, parse, tidy
from boundkit.arithmetic import evaluate, precision
from boundkit.errors import BadInput

SMOOTH = [
    "exp(z)/(1 + exp(z))",
    "exp(2*z)/(1 + exp(z))**3",
    "1/(1 + exp(-3*z + 1))",
    "z*exp(-z)/(1 + exp(-z))**2",
    "tanh(z)**2",
    "3 - 3*tanh(z)**2 + z",
    "1 - 2*tanh(z)**2",
    "sinh(z)/cosh(z)",
    "sinh(z)**2/cosh(z)**3",
    "log(1 + exp(z))*tanh(z/2)",
    "2**z/(1 + z**2)",
]

HOSTILE = [
    "__import__('os').system('true')",
    "z.__class__",
    "(lambda: z)()",
    "[z for z in z]",
    "z if z else z",
    "'z'",
    "f'{z}'",
    "z; z",
    "z = 1",
    "9**9**9**9",
    "exp(exp(exp(exp(9))))",
    "Max(exp(exp(exp(exp(9)))), z)",
    "((z**64)**64)**1000",
    "(" * 400 + "z" + ")" * 50,
    "tanh(" * 120,
    "z" * 501,
    "1e400*z",
    "1e101*z",
    "sqrt(-1)*z",
    "log(-2) + z",
    "log(0) + z",
    "0**-1 + z",
    "z/0",
    "z/(1 - 1)",
    "1j*z",
    "True*z",
    "z & z",
    "z < 1",
    "z^2",
    "z**z",
    "(-2)**z",
    "z**(1/0)",
    "z**65",
    "gamma(z)",
    "tanh(z, z)",
    "relu()",
    "tanh(z=1)",
    "x + 1",
    "z\x00",
    "∑z",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: t[:20])
def test_hostile_text(text):
    """Hostile or wrong text is refused in one line, and never run."""
    with pytest.raises(BadInput) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="z0123456789.+-*/() eExplogtanhsqrt,", max_size=40))
def test_any_text(text):
    """Whatever is typed, the answer is an expression or BadInput."""
    with contextlib.suppress(BadInput):
        assert isinstance(parse(text), sympy.Expr)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    """Every listed function can be used and differentiated where smooth."""
    expression = parse(f"{name}(z/2 + 3)")
    assert expression.free_symbols == {Z}
    assert adopt(expression) == expression


def test_numbers_are_exact():
    """Decimals mean what they say, digit groups included."""
    assert parse("0.1*z") == Z / 10
    assert parse("1_000*z + 2.5e-3") == 1000 * Z + sympy.Rational(1, 400)
    assert parse("arctan(z) - atan(z) + pi*z") == sympy.pi * Z
    assert parse("2**z") == sympy.exp(Z * sympy.log(2))


@given(st.sampled_from(SMOOTH), st.integers(0, 2), st.floats(-30, 30))
def test_tidying_keeps_the_function(text, order, x):
    """The tidied expression and its derivatives agree with the plain ones at every point."""
    plain = parse(text)
    tidied = tidy(plain)
    for _ in range(order):
        plain, tidied = sympy.diff(plain, Z), derivative(tidied)
    with precision(600):
        values = [evaluate(e, {Z: flint.arb(x)}, REAL) for e in (plain, tidied)]
        assert abs(values[0] - values[1]) < flint.arb(10) ** -60 * (1 + abs(values[0]))


def test_tidied_forms():
    """The logistic function and the squared hyperbolic secant are recognised."""
    assert tidy(parse("exp(z)/(1 + exp(z))")) == (1 + sympy.tanh(Z / 2)) / 2
    assert tidy(parse("1 - tanh(z)**2")) == sympy.sech(Z) ** 2
    assert tidy(parse("sinh(z)/cosh(z)")) == sympy.tanh(Z)


@pytest.mark.parametrize("expression", [sympy.gamma(Z), Z**Z, sympy.zoo * Z, sympy.I + Z, sympy.exp(10**9) * Z])
def test_adopting_refuses(expression):
    """SymPy expressions meet the same rules as text."""
    with pytest.raises(BadInput):
        adopt(expression)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sin(z+" * 60 + "z" + ")" * 60, "nested"),
        ("abs(" * 11 + "z" + "-1)" * 11, "switches"),
        ("Max(" + ",".join(f"{k}*z-{k * k}" for k in range(20)) + ")", "switches"),
        ("+".join(f"{k}*sin({k}*z+1)" for k in range(2, 35)), "operations"),
    ],
)
def test_size_is_limited(text, reason):
    """Expressions that would take minutes to analyse are refused at once."""
    with pytest.raises(BadInput, match=reason):
        adopt(parse(text))
