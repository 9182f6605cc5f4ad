"""Sweeps of a number of the data or of the statement."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from boundkit.data import Dataset, dataset
from boundkit.errors import BadInput, NotApplicable
from boundkit.verify.request import Request
from boundkit.verify.sweep import sweep


def request(data: str | Dataset, vary: str, **parameters: Any) -> Request:
    """A request that differs from others in data, parameters and what varies."""
    return Request(
        data=dataset(data) if isinstance(data, str) else data,
        activation=None,
        k=None,
        trials=(0, 1),
        steps=1,
        seed=0,
        device="cpu",
        assume={},
        parameters=parameters,
        out=None,
        replay_always=False,
        progress=None,
        vary=vary,
    )


def test_a_number_of_the_data() -> None:
    """The data set grows, everything else stays, and each trial is a fresh draw of its own."""
    first, second = (sweep(request("sphere:n=4,d=3,seed=5", "n"), trial) for trial in (0, 1))
    assert [(size, point.data.n, point.data.d) for size, point in first.items()] == [(n, n, 3) for n in (4, 6, 8, 12)]
    assert np.array_equal(first[Fraction(4)].data.X, dataset("sphere:n=4,d=3,seed=5").X)
    assert np.array_equal(second[Fraction(4)].data.X, dataset("sphere:n=4,d=3,seed=6").X)
    assert [point.trials for point in second.values()] == [(1,)] * 4


def test_the_runs_of_a_sweep_tell_no_progress() -> None:
    """What is searched at one size would be told as if it were all."""
    watched = replace(request("circle:n=5", "n"), progress=print)
    assert [point.progress for point in sweep(watched, 0).values()] == [None] * 4


def test_fractions_and_whole_numbers() -> None:
    """Separations grow exactly, counts are rounded, and small counts give fewer sizes."""
    found = sweep(request("arc:n=3,mu=0.6,phi=0.1", "phi"), 0)
    assert list(found) == [Fraction(1, 10), Fraction(3, 20), Fraction(1, 5), Fraction(3, 10)]
    spacing = [float(np.linalg.norm(np.diff(point.data.X, axis=0), axis=1)[0]) for point in found.values()]
    assert spacing == pytest.approx([0.1, 0.15, 0.2, 0.3])
    assert list(sweep(request("circle:n=1", "n"), 0)) == [1, 2, 3]
    assert list(sweep(request("circle:n=5", "n"), 0)) == [5, 8, 10, 15]


def test_a_number_of_the_statement() -> None:
    """A parameter grows on data that stay, generated or not; a depth stays whole."""
    mine = Dataset("mine", np.eye(2), np.ones(2))
    found = sweep(request(mine, "L", L=3, delta="1/2"), 1)
    assert [(str(size), point.parameters["L"], point.data) for size, point in found.items()] == [
        (size, size, mine) for size in ("3", "4", "6", "9")
    ]
    assert [point.parameters["delta"] for point in sweep(request(mine, "delta", delta="1/2"), 0).values()] == [
        *("1/2", "3/4", "1", "3/2")
    ]


def test_what_cannot_vary() -> None:
    """Numbers of data without a generator, words, seeds, and sizes at which there are no data."""
    with pytest.raises(NotApplicable, match="no generator"):
        sweep(request(Dataset("mine", np.eye(2), np.ones(2)), "n"), 0)
    for name in ("noise", "seed", "positive"):
        with pytest.raises(BadInput, match="of set: n, d, k, delta"):
            sweep(request("planted:n=4,d=3,k=2", name, delta=1), 0)
    with pytest.raises(BadInput, match="do not exist, n = 6: d"):
        sweep(request("orthonormal:n=4,d=5", "n"), 0)
