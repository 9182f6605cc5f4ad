from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.stats import norm

from boundkit.errors import BadInput
from boundkit.train import initial_weights
from boundkit.train.initialise import Role, UnitStreams, stream, trial_indices
from boundkit.train.workers import serially


@given(
    half=st.integers(1, 40),
    d=st.integers(1, 5),
    cut=st.integers(1, 40),
    trials=st.lists(st.integers(0, 50), min_size=1, max_size=4, unique=True),
)
def test_weights_do_not_depend_on_blocks_or_on_other_trials(half: int, d: int, cut: int, trials: list[int]) -> None:
    """Drawn in any blocks, beside any trials, the weights are bit for bit those of `initial_weights`."""
    streams = UnitStreams(seed=5, trials=trials, d=d)
    sizes = [min(cut, half - first) for first in range(0, half, cut)]
    drawn = np.concatenate([streams.draw(size, serially) for size in sizes], axis=-1)
    for row, trial in enumerate(trials):
        whole = initial_weights(2 * half, d=d, seed=5, trial=trial)
        np.testing.assert_array_equal(drawn[row, 0].T, whole[:half])
        np.testing.assert_array_equal(drawn[row, 1].T, whole[half:])


def test_a_wider_network_contains_the_narrower_one() -> None:
    """Unit j of a sign is the same at every width."""
    narrow, wide = (initial_weights(k, d=3, seed=1, trial=2) for k in (10, 15))
    np.testing.assert_array_equal(narrow[:5], wide[:5])
    np.testing.assert_array_equal(narrow[5:], wide[7:12])


def test_float16_holds_the_weights_which_are_the_stream_rounded() -> None:
    """Every entry is a float16 number, within half a unit in its last place of the float64 number of the stream."""
    weights, exact = initial_weights(2000, d=3, seed=1, trial=2), stream(1, Role.POSITIVE_UNITS, 2)
    np.testing.assert_array_equal(weights, weights.astype(np.float16))
    np.testing.assert_allclose(weights[:1000], exact.standard_normal((1000, 3)), rtol=2.0**-11, atol=2.0**-25)


def test_what_the_rounding_does_to_the_gaussian() -> None:
    """The law of a rounded entry, summed over all numbers of float16: its moments and its distribution function.

    A Kolmogorov-Smirnov test would need some 10^8 entries to see it.
    """
    values = np.arange(2**15, dtype=np.uint16).view(np.float16)
    values = values[np.isfinite(values)].astype(np.float64)  # the law is symmetric
    edges = (values[1:] + values[:-1]) / 2
    above = np.array([0.5, *norm.sf(edges), 0.0])
    shares = 2 * (above[:-1] - above[1:])
    assert abs(shares @ values**2 - 1) < 1e-7
    assert abs(shares @ values**4 / 3 - 1) < 1e-7
    assert abs(shares @ values * np.sqrt(np.pi / 2) - 1) < 1e-7
    assert np.abs(norm.sf(values[1:]) - above[1:-1]).max() < 1.2e-4
    assert shares[0] < 3e-8  # of an entry that is 0


RECORDED = (1.2918689310096432, -0.3709294872428449)


def test_released_streams_keep_their_numbers() -> None:
    """The first normals of two streams, recorded when they were released."""
    assert stream(0, Role.POSITIVE_UNITS, 0).standard_normal() == RECORDED[0]
    assert stream(7, Role.NEGATIVE_UNITS, 3).standard_normal() == RECORDED[1]


def test_roles_and_trials_are_independent() -> None:
    """Correlations between streams of 10^5 normals are within five standard deviations of 0."""
    keys = [(0, role, trial) for role in Role for trial in (0, 1)] + [(1, Role.POSITIVE_UNITS, 0)]
    drawn = np.array([stream(*key).standard_normal(10**5) for key in keys])
    off = np.corrcoef(drawn) - np.eye(len(keys))
    assert np.abs(off).max() < 5 / np.sqrt(10**5)


@pytest.mark.parametrize("trials", [[], [1, 1], [-1], [0.5], 8, "12", [True]])
def test_trials_must_be_distinct_indices(trials: object) -> None:
    """Everything that is not a set of indices is refused."""
    with pytest.raises(BadInput, match="trials"):
        trial_indices(trials, seed=0)  # type: ignore[arg-type]
