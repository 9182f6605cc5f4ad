from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.verify.statistics import least_mean, mean_interval


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.floats(0, 1))
def test_a_lower_bound_is_below_the_sample_mean(values: list[float], ignored: float) -> None:
    """It never exceeds the mean of the sample, and ignoring more of the draws only lowers it."""
    sample = np.array(values)
    assert least_mean(sample, ignored=ignored) <= least_mean(sample) <= sample.mean() * (1 + 1e-12)


def test_coverage_for_a_heavy_tail() -> None:
    """Of 400 samples of a Pareto law with mean 2, at most the stated 2.5 % have a lower bound above 2."""
    rng = np.random.default_rng(0)
    samples = rng.random((400, 30)) ** -0.5
    too_high = sum(least_mean(sample) > 2 for sample in samples)
    assert too_high <= 16
    assert np.mean([least_mean(sample) for sample in samples]) > 0.9


def test_the_part_ignored_is_the_largest() -> None:
    """Half of the draws at 10^6 cannot violate a claim that may fail on half of the starts; 70 % can."""
    sample = np.concatenate([np.full(500, 0.5), np.full(500, 1e6)])
    assert least_mean(sample, ignored=0.5) < 1
    assert least_mean(np.concatenate([sample, np.full(700, 1e6)]), ignored=0.5) > 1


def test_bounds_hold_together() -> None:
    """More tests at once make each bound weaker; Student's interval is wider too."""
    sample = np.random.default_rng(1).random(50)
    assert least_mean(sample, tests=100) < least_mean(sample)
    low, high = mean_interval(sample, tests=100)
    assert low < mean_interval(sample)[0] < 0.5 < high
    assert mean_interval(sample[:1]) == (-np.inf, np.inf)


def test_students_interval_against_its_formula() -> None:
    """mean +- 4.303 s / sqrt(3) for three values."""
    low, high = mean_interval(np.array([1.0, 2.0, 4.0]))
    half = 4.302652729911275 * np.std([1, 2, 4], ddof=1) / np.sqrt(3)
    assert (low, high) == (pytest.approx(7 / 3 - half), pytest.approx(7 / 3 + half))
