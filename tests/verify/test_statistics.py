"""Exact binomial decisions against the definition."""

from math import comb

import pytest
from hypothesis import given, strategies as st

from boundkit.verify.statistics import excluded, interval


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
