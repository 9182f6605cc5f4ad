"""Orders of growth against evaluating them at large numbers."""

from hypothesis import given, strategies as st
from sympy import Rational, log

from boundkit.statement import Order, growth, smaller
from boundkit.statement.vocabulary import d, delta, n
from boundkit.statement.words.deep import exponential_depth, inverse_target_risk, loss_exponent, target_risk
from boundkit.statement.words.shared import L

POWERS = st.fractions(-5, 5, max_denominator=4).map(lambda f: Rational(f.numerator, f.denominator))
ORDERS = st.builds(lambda a, b, c: Order("width", {n: a, d: b}, logs={n: c}), POWERS, POWERS, st.integers(-3, 3))


@given(ORDERS, ORDERS, st.fractions("1/4", 2, max_denominator=4))
def test_the_smaller_order_is_eventually_smaller(first, second, coupling):
    """The comparison agrees with the logarithms of both at n = exp(10^6), d = n^coupling."""
    power = Rational(coupling.numerator, coupling.denominator)
    found = smaller(first, second, base=n, couplings={d: power})

    def logarithm(order):
        exponent, logs = growth(order, n, {d: power})
        return float(exponent) * 1e6 + logs * float(log(Rational(10) ** 6))

    if found is not None:
        assert found == (logarithm(first) < logarithm(second))
    else:
        assert growth(first, n, {d: power}) == growth(second, n, {d: power})


def test_uncoupled_variables_are_not_compared():
    """A variable whose growth is not stated makes the orders incomparable."""
    assert growth(Order("width", {n: 2, delta: 1}), n, {d: Rational(1)}) is None
    assert smaller(Order("width", {n: 2}), Order("width", {delta: 1}), base=n, couplings={}) is None


def test_derived_variables_grow_as_their_definitions():
    """log(1 / epsilon) counts when 1 / epsilon grows, and not when epsilon does."""
    order = Order("width", {n: 1}, logs={inverse_target_risk: 2})
    assert growth(order, n, {target_risk: -3}) == (1, 2)
    assert growth(order, n, {target_risk: 1}) == (1, 0)
    assert growth(order, n, {}) is None


def test_parameters_of_the_exponent_take_their_coupling_as_value():
    """n^(26 - 2p) at p = 1/4 is n^(51/2)."""
    order = Order("width", {n: 26 - 2 * loss_exponent})
    assert growth(order, n, {loss_exponent: Rational(1, 4)}) == (Rational(51, 2), 0)
    assert growth(order, n, {}) is None


def test_symbols_that_are_no_powers_have_no_growth():
    """The exponential of the depth is no power of anything."""
    assert growth(Order("width", {exponential_depth: 1}), n, {L: 1}) is None
