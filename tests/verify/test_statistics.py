"""Exact binomial decisions against the definition."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.stats import ttest_1samp

from boundkit.verify.statistics import excluded, interval, least_mean, mean_interval


def tail(violations, trials, p):
    """P(Bin(trials, p) >= violations), summed."""
    return sum(comb(trials, j) * p**j * (1 - p) ** (trials - j) for j in range(violations, trials + 1))


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_interval_solves_its_definition(case):
    """At the ends of the interval the two tails have probability 2.5 %."""
    trials, violations = case
    low, high = interval(violations, trials)
    assert 0 <= low <= violations / trials <= high <= 1
    if violations > 0:
        assert tail(violations, trials, low) == pytest.approx(0.025, rel=1e-6)
    if violations < trials:
        assert 1 - tail(violations + 1, trials, high) == pytest.approx(0.025, rel=1e-6)


@pytest.mark.parametrize(
    ("violations", "trials", "allowed", "expected"),
    [(0, 100, 0.0, False), (1, 100, 0.0, True), (1, 1, 0.5, False), (6, 6, 0.5, True), (60, 100, 0.5, False)],
)
def test_exclusion(violations, trials, allowed, expected):
    """Only data that exclude the allowed probability count as a violation."""
    assert excluded(violations, trials, allowed) is expected


@pytest.mark.parametrize("tests", [1, 7])
def test_intervals_of_means_share_the_confidence(tests):
    """Student's interval is SciPy's at 5 % over the number of tests; a single number bounds nothing."""
    values = np.random.default_rng(0).standard_normal(12)
    expected = ttest_1samp(values, 0).confidence_interval(1 - 0.05 / tests)
    assert mean_interval(values, tests=tests) == pytest.approx((expected.low, expected.high))
    assert mean_interval(values[:1], tests=tests) == (-np.inf, np.inf)


@pytest.mark.parametrize("tests", [1, 7])
def test_what_a_lower_bound_leaves_out_has_the_stated_chance(tests):
    """Of ones it leaves out e with exp(-2 N e^2) = 0.025 over the tests (Massart's constant)."""
    left_out = 1 - least_mean(np.ones(200), tests=tests)
    assert np.exp(-2 * 200 * left_out**2) == pytest.approx(0.025 / tests)
    assert 1 - least_mean(np.ones(200), tests=tests, ignored=0.25) == pytest.approx(left_out + 0.25)
