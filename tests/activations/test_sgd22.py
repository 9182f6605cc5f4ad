"""Section 9 of the specification of `sgd22` (linear-width SGD, 2022): monic coefficients, tails, scales."""

from __future__ import annotations

import math

import flint
import pytest
import sympy

from boundkit.activations import Z, activation, tail
from boundkit.arithmetic import BALL, evaluate, precision

# c_0 .. c_5 against the monic polynomials, E phi^2, the tail from degree 2 (sgd22)
MONIC = {
    "tanh": "0 0.6057055096 0 -0.3635953763 0 0.6851737935 0.394294490398 0.0274153",
    "erf": "0 0.6514700159 0 -0.4343133439 0 0.8686266878 0.464559054398 0.0401459",
    "sin": "0 0.60653065971 0 -0.60653065971 0 0.60653065971 0.432332 0.0644529",
    "gelu": "0.2820947918 0.5 0.4231421877 0 -0.3526184897 0 0.425221482570 0.0956440",
    "silu": "0.2066209641 0.5 0.3508454443 0 -0.1852059626 0 0.355775519817 0.0630833",
    "shifted_softplus": "0.1129120028 0.5 0.2066209641 0 -0.0623964840 0 0.284263622174 0.0215145",
    "erf_normal": "0 0.5641896 0 -0.2820948 0 0.4231422 0.33333333333 0.0150234",
}


@pytest.mark.parametrize("name", MONIC)
def test_sgd22_table(name, rounds_to):
    """c_i = E[phi q_i] with monic q_i, E phi^2 and the tail of section 9 of `sgd22`."""
    *coefficients, second, rest = MONIC[name].split()
    phi = activation(name)
    with precision(128):
        for r, (c, text) in enumerate(zip(phi.coefficients(0, 5), coefficients, strict=True)):
            assert rounds_to(c * flint.arb(math.factorial(r)).sqrt(), text), r
        assert rounds_to(phi.second_moment(0), second)
        assert rounds_to(tail(name, 1), rest)


def test_sgd22_closed_forms():
    """c_2k of GELU, c_2k+1 of erf(a x) and of sin as printed."""
    gelu, sin = activation("gelu").closed_form(), activation("sin").closed_form()
    for k in range(9):
        printed = (-1) ** (k - 1) * sympy.factorial(2 * k) * (2 * k + 1) / (4**k * sympy.factorial(k) * (2 * k - 1))
        even, odd = sympy.sqrt(sympy.factorial(2 * k)), sympy.sqrt(sympy.factorial(2 * k + 1))
        assert sympy.simplify(gelu(2 * k) * even - sympy.Rational(printed) / (2 * sympy.sqrt(sympy.pi))) == 0
        assert sympy.simplify(sin(2 * k + 1) * odd - (-1) ** k * sympy.exp(-sympy.Rational(1, 2))) == 0
        for a in (sympy.Rational(1, 3), sympy.Integer(2), 1 / sympy.sqrt(2)):
            value = activation(sympy.erf(a * Z)).closed_form()(2 * k + 1) * odd
            power = (a / sympy.sqrt(1 + 2 * a**2)) ** (2 * k + 1)
            expected = 2 / sympy.sqrt(sympy.pi) * (-1) ** k * sympy.factorial(2 * k) / sympy.factorial(k) * power
            assert sympy.simplify(value - expected) == 0


def test_sgd22_constants():
    """E GELU^2 = 1/3 + 1/(2 sqrt 3 pi), E erf(g/sqrt 2)^2 = 1/3, c_0 of SiLU = c_2 of softplus = c_1 of sigmoid."""
    with precision(128):
        third = flint.arb(1) / 3
        assert activation("gelu").second_moment(0).overlaps(third + 1 / (2 * flint.arb(3).sqrt() * flint.arb.pi()))
        assert activation("erf_normal").second_moment(0).overlaps(third)
        silu = activation("silu").coefficients(0, 0)[0]
        assert silu.overlaps(activation("softplus").coefficients(0, 2)[2] * flint.arb(2).sqrt())
        assert silu.overlaps(activation("sigmoid").coefficients(0, 1)[1])


def test_sgd22_scale(rounds_to):
    """CHECK-13 and 14: E tanh(s g)^2 = 0.0770 and 0.635, not the series in s^(2i), which gives 0.0330 at s = 0.3."""
    tanh = activation("tanh")
    with precision(128):
        assert rounds_to(tanh.second_moment(0, scale="0.3"), "0.0770")
        assert rounds_to(tanh.second_moment(0, scale=2), "0.635")
        printed = sum(flint.arb("0.3") ** (2 * i) * c**2 for i, c in enumerate(tanh.coefficients(0, 60)))
        assert rounds_to(printed, "0.0330")
        exact = sum(c**2 for c in tanh.coefficients(0, 60, scale="0.3")) + tail("tanh", 60, scale="0.3")
        assert exact.overlaps(tanh.second_moment(0, scale="0.3"))
        bound = flint.arb("0.09") * (tanh.coefficients(0, 1)[1] ** 2 + tail("tanh", 1))
        assert rounds_to(bound, "0.0355")
        assert rounds_to(activation("gelu").quantity("mean_phi", scale=4), "1.548")


def test_sgd22_homogeneous():
    """c_i(s) = s^p c_i for activations homogeneous of degree p."""
    with precision(128):
        for name, p in (("relu", 1), ("squared_relu", 2), ("abs", 1), ("monomial", 3), ("step", 0)):
            plain, scaled = (activation(name).coefficients(0, 12, scale=s) for s in (1, 3))
            assert all((c * 3**p).overlaps(d) for c, d in zip(plain, scaled, strict=True))


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("tanh", "1", "0.769800"),
        ("gelu", "1.128904145", "0.797884561"),
        ("silu", "1.0998393", "0.5"),
        ("shifted_softplus", "1", "0.25"),
        ("shifted_sigmoid", "0.25", "0.0962250"),
        ("erf", "1.1283792", "0.9678829"),
        ("erf_normal", "0.7978846", "0.4839414"),
        ("sin", "1", "1"),
    ],
)
def test_sgd22_suprema(name, first, second, rounds_to):
    """The derivative bounds of Assumption 3, each activation vanishing at 0."""
    phi = activation(name)
    with precision(128):
        assert rounds_to(phi.sup(1), first)
        assert rounds_to(phi.sup(2), second)
        assert evaluate(phi.expression.subs(Z, 0), {}, BALL) == 0
