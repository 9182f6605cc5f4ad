"""Tests of the three widths side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from boundkit.activations import activation
from boundkit.data import dataset, quantities
from boundkit.errors import Infeasible, NotApplicable
from boundkit.papers import statement as find
from boundkit.train.initialise import initial_weights
from boundkit.verify import Report, Verdict, certify, verify
from boundkit.verify.request import Request
from boundkit.verify.width_search import PRECISION, holds, keeps, looseness, smallest_width

I4 = dataset("orthonormal:n=4")


@given(st.integers(1, 10**6), st.integers(2, 10**6))
def test_the_search_lands_just_above_a_threshold(threshold: int, largest: int) -> None:
    """The width found works, is even, and 5 % less (or two units less) does not; none above the largest is tried."""
    tried = []
    found = smallest_width(lambda k: tried.append(k) or k >= threshold, largest=largest)  # type: ignore[func-returns-value]
    assert max(tried) <= largest + largest % 2
    if found is None:
        assert threshold > largest
        return
    assert found % 2 == 0
    assert found >= threshold
    assert found <= max(2, threshold * PRECISION + 2)


def test_what_counts_as_working() -> None:
    """Neither an error nor a violation does, whatever the verdict; what could not be run stops the search."""
    ran = Report("s", "relaxed", Verdict.INCONCLUSIVE, "why", "sphere:n=2,d=2", None, 4, 0)
    assert holds(ran)
    assert not holds(replace(ran, violations=1))
    assert not holds(replace(ran, verdict=Verdict.ERROR))
    for verdict, error in ((Verdict.INFEASIBLE, Infeasible), (Verdict.NOT_APPLICABLE, NotApplicable)):
        with pytest.raises(error, match="why"):
            holds(replace(ran, verdict=verdict))


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


def request(data: str, name: str, **parameters: Any) -> Request:
    """Three trials of a statement on this data."""
    return Request(
        data=dataset(data),
        activation=activation(name),
        k=None,
        trials=(0, 1, 2),
        steps=20,
        seed=0,
        device="cpu",
        assume={},
        parameters=parameters,
        out=None,
        replay_always=False,
        progress=None,
    )


@pytest.mark.parametrize("width", [2, 6, 10, 14, 20, 40])
def test_a_width_keeps_the_spectrum_that_numpy_sees(width: int) -> None:
    """Lemma 6.7 with a loss of 1/4: the Gram matrix of the Jacobian, written out, has 3/4 of the eigenvalue or not."""
    data, trials = dataset("sphere:n=6,d=6"), (0, 1, 2)
    least = float(quantities(data, activation="softplus")["lambda"].value)
    kept = []
    for trial in trials:
        slopes = 1 / (1 + np.exp(-data.X @ initial_weights(width, d=6, seed=0, trial=trial).T))
        gram = (slopes @ slopes.T) * (data.X @ data.X.T) / width
        kept.append(np.linalg.eigvalsh(gram)[0] >= 0.75 * least)
    asked = request("sphere:n=6,d=6", "softplus", chernoff_loss="1/4")
    found = [keeps(find("os19.lem6_7.sharpened"), replace(asked, trials=(trial,)), width) for trial in trials]
    assert found == kept
    assert keeps(find("os19.lem6_7.sharpened"), asked, width) is all(kept)


def test_a_start_that_fails_the_conditions_is_not_kept() -> None:
    """The certificate's condition fails at two units, so that nothing is promised there; at 40000 all is kept."""
    found = [keeps(find("os19.d.cert_smooth"), request("orthonormal:n=2", "softplus"), k) for k in (2, 40000)]
    assert found == [False, True]
    assert verify("os19.d.cert_smooth", data="orthonormal:n=2", activation="softplus", k=2).trials == 0
