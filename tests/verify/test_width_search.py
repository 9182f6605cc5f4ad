"""Tests of the three widths side by side."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from boundkit.data import dataset
from boundkit.verify import certify
from boundkit.verify.width_search import PRECISION, looseness, smallest_width

I4 = dataset("orthonormal:n=4")


@given(st.integers(1, 10**6), st.integers(2, 10**6))
def test_the_search_lands_just_above_a_threshold(threshold: int, largest: int) -> None:
    """The width found works, is even, and 5 % less (or two units less) does not."""
    found = smallest_width(lambda k: k >= threshold, largest=largest)
    if found is None:
        assert threshold > largest
        return
    assert found % 2 == 0
    assert found >= threshold
    assert found <= max(2, threshold * PRECISION + 2)


def test_theory_asks_more_than_a_certificate_and_that_more_than_experience() -> None:
    """On four orthonormal samples: the specification's 4726, then less, then far less."""
    found = looseness("os19.thm6_2.refined", data=I4, activation="softplus", delta=1, trials=4, steps=40)
    assert found.theory == 4726
    assert found.certified is not None
    assert found.empirical is not None
    assert found.empirical < found.certified < found.theory


def test_the_certified_width_certifies_every_trial() -> None:
    """At the width found all draws are certified, at half of it one is not."""
    found = looseness("os19.thm6_2.refined", data=I4, activation="softplus", delta=1, trials=4, steps=5)
    assert found.certified is not None

    def all_certified(k: int) -> bool:
        return all(certify(data=I4, activation="softplus", k=k, trial=trial).certified for trial in range(4))

    assert all_certified(found.certified)
    assert not all_certified(found.certified // 4 * 2)


@pytest.mark.parametrize("id", ["os19.thm2_1"])
def test_an_open_constant_has_no_theory_width_but_works_somewhere(id: str) -> None:
    """Where the theorem's constant is open the first width is missing and the reason says so."""
    found = looseness(id, data=I4, activation="softplus", delta=1, trials=2, steps=5)
    assert found.theory is None
    assert found.reason
