"""The logistic fit against the equations that a maximum of the likelihood solves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from boundkit.figures.logistic import crossing, curve, logistic_fit


@given(st.lists(st.integers(1, 9), min_size=4, max_size=8), st.floats(-50, 50))
def test_score_equations(successes: list[int], origin: float) -> None:
    """Expected and observed successes agree, and so do their products with x, wherever x is counted from."""
    x = origin + np.arange(len(successes), dtype=float)
    fit = logistic_fit(x, successes, 10)
    assert fit is not None
    difference = np.array(successes) - 10 * curve(fit, x)
    assert abs(difference.sum()) < 0.02
    assert abs(difference @ (x - origin)) < 0.05


def test_crossing_is_where_the_curve_is_one_half() -> None:
    """The crossing of a fit to exact probabilities is that of the curve that made them."""
    x = np.arange(5, 19)
    successes = np.round(1e6 / (1 + np.exp(-1.3 * (x - 11.4)))).astype(int)
    assert crossing(logistic_fit(x, successes, 10**6)) == pytest.approx(11.4, abs=1e-3)


def test_no_transition_has_no_crossing() -> None:
    """Nothing is fitted where every trial fails, or every one succeeds."""
    assert logistic_fit([1, 2], [0, 0], 5) is None
    assert crossing(logistic_fit([1, 2], [5, 5], 5)) is None
    assert crossing(logistic_fit([1, 2, 3, 4], [0, 0, 5, 5], 5)) == pytest.approx(2.5, abs=1e-2)
