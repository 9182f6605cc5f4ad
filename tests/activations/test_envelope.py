"""Envelopes at infinity: every proven bound holds at random points far out."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from hypothesis import given, strategies as st

from boundkit.activations.arithmetics import REAL
from boundkit.activations.envelope import NoEnvelope, envelope
from boundkit.activations.expressions import Z, derivative, parse, tidy
from boundkit.activations.rates import Rate
from boundkit.arithmetic import ball, evaluate, precision

EXPRESSIONS = [
    "softplus(z)",
    "softplus(2*z - 1)**2",
    "z*sigmoid(z)",
    "z*(1 + erf(z/sqrt(2)))/2",
    "z*tanh(softplus(z))",
    "log(cosh(z))",
    "log(1 + z**2)*tanh(z)",
    "z/sqrt(1 + z**2)",
    "exp(-z**2/2)*(z**5 - z)",
    "exp(-exp(z))",
    "exp(sin(z)) - z",
    "z**3 - 7*z + 2",
    "1/(2 + cos(z))",
    "atan(z/3)**2/(1 + z**2)",
    "sech(z - 2)*exp(z/2)",
    "cosh(z)/(1 + exp(z))",
    "sin(1/(1 + z**2))",
    "sinh(z)*sech(z) + 1e-3*z",
    "cos(z)**2 + 1",
    "exp(z/3)",
]


@given(
    st.sampled_from(EXPRESSIONS),
    st.integers(0, 2),
    st.sampled_from([-1, 1]),
    st.sampled_from([2, 8, 32]),
    st.floats(0, 1e4),
)
def test_bounds_hold(text, order, side, start, further):
    """The value at z = side (start + further) is inside the interval and between the two rates."""
    expression = tidy(parse(text))
    for _ in range(order):
        expression = derivative(expression)
    with precision(96):
        try:
            far = envelope(expression, side=side, start=start)
        except NoEnvelope:
            assert start < 32
            return
    with precision(400):
        x = flint.arb(start) + flint.arb(further)
        value = evaluate(expression, {Z: side * x}, REAL)
        assert not value < far.lower
        assert not value > far.upper
        for rate, sign in ((far.above, 1), (far.below, -1)):
            if rate is not None:
                bound = rate.scale * x ** ball(rate.power) * (ball(rate.exponent) * x).exp()
                assert not (abs(value) - bound) * sign > 0


@pytest.mark.parametrize(
    ("text", "power", "exponent"), [("softplus(z)", 1, 0), ("z*tanh(z)", 1, 0), ("cosh(z)", 0, 1), ("z**3 + z", 3, 0)]
)
def test_rates_are_sharp(text, power, exponent):
    """Both rates of a simple function are its true order of growth."""
    far = envelope(tidy(parse(text)), side=1, start=32)
    assert far.above.order() == far.below.order() == (exponent, power)
    assert far.unbounded


@pytest.mark.parametrize("text", ["tanh(z)", "z*tanh(softplus(z))", "softplus(z)*tanh(z)", "z**4*exp(-z**2)"])
def test_second_derivatives_vanish(text):
    """Decay of second derivatives is proven, products with powers of z included."""
    expression = derivative(derivative(tidy(parse(text))))
    assert all(envelope(expression, side=side, start=64).size < 1e-20 for side in (1, -1))


@pytest.mark.parametrize("text", ["log(z)", "sqrt(z)", "tan(z)", "1/sin(z)"])
def test_undefined_far_out(text):
    """What is undefined on the half-line has no envelope."""
    with pytest.raises(NoEnvelope):
        envelope(parse(text), side=-1, start=32)


@pytest.mark.parametrize(("power", "exponent", "at"), [(10, -1, 10), (3, -2, 2), (-1, -1, 2), (0, 0, 2)])
def test_the_largest_value_of_a_rate_is_that_at_its_peak(power, exponent, at):
    """x^p exp(q x) over x >= 2 is largest at -p / q, or at 2 where it falls from there on."""
    with precision(128):
        expected = flint.arb(at) ** power * (flint.arb(exponent) * at).exp()
        assert abs(Rate(flint.arb(1), Fraction(power), Fraction(exponent)).largest(2) / expected - 1) < 1e-30
    assert not Rate(flint.arb(1), Fraction(1)).largest(2).is_finite()


@pytest.mark.parametrize("text", ["erf(exp(z))", "tanh(exp(z))", "atan(exp(z))", "sin(exp(z))"])
def test_what_bends_is_bounded_by_its_steepest_slope_where_it_is_small(text):
    """The rate of exp, times 2 / sqrt(pi) at least for erf and times 1 for the others, and less than half more."""
    expression = tidy(parse(text))
    far = envelope(expression, side=-1, start=8)
    with precision(128):
        for x in (8, 9, 20):
            value = abs(evaluate(expression, {Z: flint.arb(-x)}, REAL))
            bound = far.above.scale * flint.arb(x) ** ball(far.above.power) * (ball(far.above.exponent) * x).exp()
            assert value <= bound <= 1.5 * value
