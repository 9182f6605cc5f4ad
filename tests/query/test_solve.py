"""Solving for any variable: the range certainly satisfies every hypothesis, and its ends are tight."""

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from boundkit.errors import BadInput
from boundkit.query import guarantee, required, required_width
from boundkit.query.search import interval, narrow, smallest_integer

I4 = {"data": "orthonormal:n=4", "activation": "softplus"}
ID = "os19.thm6_2.refined"


def test_solving_for_the_width_is_required_width():
    """The smallest k is the required width, and nothing bounds it from above."""
    found = required(ID, solve_for="k", delta=1, **I4)
    assert found.smallest == required_width(ID, delta=1, **I4).width == 4726
    assert found.largest is None
    assert found.binding == ("width",)


def test_largest_deviation_at_a_width():
    """At width 9220 (that of delta = 2) the largest deviation is just above 2, and the theorem holds there."""
    found = required(ID, solve_for="delta", k=9220, **I4)
    assert found.smallest is None
    assert 2 <= found.largest < Fraction("2.001")
    assert guarantee(ID, k=9220, delta=found.largest, **I4).applicable
    assert "width" in guarantee(ID, k=9220, delta=found.largest * (1 + Fraction(1, 2**30)), **I4).failing


def test_a_wanted_probability_bounds_the_deviation_from_below():
    """For probability 0.7 on four orthonormal samples delta must be at least sqrt(-2 log(0.05) / 4)."""
    found = required(ID, solve_for="delta", k=10**6, probability="0.7", **I4)
    assert float(found.smallest) == pytest.approx((2 * 2.995732273553991 / 4) ** 0.5, rel=1e-9)
    assert found.largest > found.smallest
    assert set(found.binding) == {"probability", "width"}


def test_step_fraction_is_at_most_one():
    """The step fraction is bounded by its own hypothesis."""
    found = required(ID, solve_for="eta_bar", k=4726, delta=1, **I4)
    assert (found.smallest, found.largest) == (None, None)


def test_no_value():
    """Where no value works, the hypothesis that fails anyway is named."""
    found = required("os19.thm2_1.tracked", solve_for="k", data="orthonormal:n=4", activation="tanh", delta=1)
    assert found.smallest is None
    assert "mu_phi_nonzero" in found.reason


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"solve_for": "width"}, "solve_for"),
        ({"solve_for": "delta", "delta": 1}, "delta"),
        ({"solve_for": "delta"}, "k"),
        ({"solve_for": "k", "delta": 1, "probability": 2}, "probability"),
    ],
)
def test_bad_input(change, argument):
    """Unusable questions are one line."""
    with pytest.raises(BadInput) as caught:
        required(ID, **{**I4, **change})
    assert caught.value.argument == argument


@given(st.integers(1, 10**30), st.integers(0, 10**30))
def test_integer_intervals_are_exact(low, length):
    """The interval of integers is found exactly whenever it contains a power of two."""
    found = interval(lambda x: low <= x <= low + length, integer=True)
    if any(low <= 2**e <= low + length for e in range(110)):
        assert found == (low, low + length)
    assert smallest_integer(lambda m: m >= low, limit=10**40) == low


@given(st.fractions("1/1000", 1000), st.fractions(2, 50))
def test_real_ends_are_safe_and_tight(low, factor):
    """Ends lie inside the true interval, within 2^-39 of its ends."""
    high = low * factor
    found = interval(lambda x: low <= x <= high, integer=False)
    assert found is not None
    assert low <= found[0] <= low * (1 + Fraction(1, 2**39))
    assert high * (1 - Fraction(1, 2**39)) <= found[1] <= high


@given(st.integers(2, 10**15), st.integers(0, 10**14), st.booleans())
def test_ranges_between_powers_of_two_are_found(low, length, integer):
    """Where one condition needs at least `low` and another at most `high`, a value that satisfies both is found."""
    high = low + length + (0 if integer else Fraction(low, 10**6))
    found = narrow(lambda x: ["small"] * (x < low) + ["large"] * (x > high), integer=integer, largest=None)
    powers = any(low <= 2**e <= high for e in range(60))
    assert powers or low <= found <= high


def test_ranges_that_are_empty_are_not_found():
    """Conditions that exclude each other have no value, integer or real."""
    for integer in (True, False):
        found = narrow(lambda x: ["small"] * (x < 80) + ["large"] * (x > 75), integer=integer, largest=None)
        assert found is None


@given(st.integers(8, 10**12), st.integers(1, 3))
def test_a_width_is_one_from_which_on_the_condition_holds(start, island):
    """A condition such as k >= C log(k)^6 that also holds for tiny widths is not satisfied there."""
    assert smallest_integer(lambda m: m <= island or m >= start, limit=10**300) == start


def test_a_range_bounded_above_keeps_its_smallest_width():
    """Where large widths fail for good, the smallest width of the range is the answer."""
    assert smallest_integer(lambda m: 10 <= m <= 1000, limit=10**300) == 10
    assert smallest_integer(lambda m: m < 0, limit=10**300) is None
