"""Exact input and outward-rounded output."""

from decimal import Decimal
from fractions import Fraction

import flint
import pytest
from hypothesis import given, strategies as st

from boundkit.arithmetic import ball, decimal_above, decimal_below, exact, precision
from boundkit.errors import BadInput


@given(st.fractions(), st.integers(1, 30))
def test_decimals_round_outwards(value, digits):
    """The printed decimals enclose the number, at any number of digits."""
    with precision(128):
        number = ball(value)
        assert Fraction(Decimal(decimal_below(number, digits))) <= value
        assert Fraction(Decimal(decimal_above(number, digits))) >= value


def test_decimals_of_a_wide_ball():
    """Both ends of a wide ball are covered."""
    with precision(64):
        wide = flint.arb("1.5 +/- 0.25")
        assert float(decimal_below(wide)) <= 1.25
        assert float(decimal_above(wide)) >= 1.75


@pytest.mark.parametrize("value", [2, 0.1, "0.1", "1e-3", "1/3", Fraction(2, 7), Decimal("2.5")])
def test_exact_keeps_what_was_written(value):
    """Numbers mean the rational that their text says."""
    expected = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    assert exact("delta", value) == expected


@pytest.mark.parametrize(
    "value", ["", "one", "nan", "inf", float("inf"), float("nan"), None, True, "1/0", [1], "9" * 300]
)
def test_exact_refuses_the_rest(value):
    """Anything that is not a finite number is one line of BadInput."""
    with pytest.raises(BadInput) as caught:
        exact("delta", value)
    assert "\n" not in str(caught.value)
    assert caught.value.argument == "delta"
