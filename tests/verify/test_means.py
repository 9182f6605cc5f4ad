from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sympy import Eq, Ge, Integer, Le, Rational
from sympy.core.relational import Relational

from boundkit.papers import statement
from boundkit.query import bind
from boundkit.statement.vocabulary import tightness
from boundkit.statement.words.shared import loss
from boundkit.verify.means import mean_violated
from boundkit.verify.observe import Observations
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


def violated(relation: Relational, values: np.ndarray, *, groups: tuple[int, ...] = (), ignored: float = 0.0) -> bool:
    """Whether these values [trials, steps] of the loss exclude a relation for its mean."""
    honest = statement("sgd22.d.general")
    claim = replace(honest.claim("rate"), template=relation, observable=loss, chance="in expectation")
    binding = bind(honest, data="sphere:n=12,d=3,seed=0", parameters={"b": 11, "exit_margin": 4})
    seen = Observations(tuple(range(len(values))), {loss: values}, groups=groups)
    return mean_violated(claim, binding, seen, ignored=ignored)


AT_MOST_ONE = Le(loss, 1 / tightness, evaluate=False)


def test_a_part_of_the_starts_may_fail() -> None:
    """Half of the trials far above the bound exclude it unless half of the starts are left out."""
    values = np.repeat([[0.5], [1e6]], 200, axis=0)
    assert violated(AT_MOST_ONE, values)
    assert not violated(AT_MOST_ONE, values, ignored=0.5)


def test_steps_that_are_tried_together_share_the_chance() -> None:
    """Forty trials at 1.3: enough for a single step, 1.3 (1 - sqrt(log(40) / 80)) > 1, not for sixteen at once."""
    assert violated(AT_MOST_ONE, np.full((40, 1), 1.3))
    assert not violated(AT_MOST_ONE, np.full((40, 16), 1.3))
    assert violated(AT_MOST_ONE, np.full((400, 16), 1.3))


def test_every_group_has_a_mean_of_its_own() -> None:
    """Groups with means 1/2 and 3/2: the second is too large, all together are not; what is unknown is no trial."""
    values = np.repeat([[0.5], [1.5]], 200, axis=0)
    assert violated(AT_MOST_ONE, values, groups=(0,) * 200 + (1,) * 200)
    assert not violated(AT_MOST_ONE, values)
    assert violated(AT_MOST_ONE, np.where(values < 1, np.nan, values))


def test_an_equation_is_rejected_on_both_sides_and_not_by_chance() -> None:
    """Means three standard errors away are kept, thirty are not; an equation with zero is one too."""
    noise = np.resize([-1.0, 1.0], (100, 1))  # mean 0, standard error 0.1
    for right, middle in ((2 / tightness, 2.0), (Integer(0), 0.0)):
        for away in (-3.0, -0.3, 0.3, 3.0):
            assert violated(Eq(loss, right, evaluate=False), middle + away + noise) == (abs(away) > 1), (right, away)


def test_a_least_probability_is_a_largest_one_of_the_contrary() -> None:
    """Of 400 trials 60 % where at least 90 % are claimed, and 92 %, whose contrary is 8 %, not one over nothing."""
    claim = Ge(loss, 1 - Rational(1, 10) / tightness, evaluate=False)
    for share, expected in ((0.6, True), (0.92, False)):
        assert violated(claim, (np.arange(400) < 400 * share).astype(float)[:, None]) is expected
