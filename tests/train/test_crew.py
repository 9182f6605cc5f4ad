"""A crew of forked processes: the same numbers as threads, errors, deaths, and no process that outlives its use."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import signal
import sys
from operator import attrgetter, methodcaller
from typing import Any

import numpy as np
import pytest

from boundkit.errors import Infeasible
from boundkit.train import processes, select_device, train
from boundkit.train.processes import Crew
from tests.train.conftest import sphere_problem

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux only")
NUMPY = dataclasses.replace(select_device("cpu"), compiled=False)


class Counter:
    """Counts how often it is asked, and where."""

    def __init__(self, start: int) -> None:
        self.count = start

    def add(self, amount: int) -> tuple[int, int]:
        """The count and the process."""
        self.count += amount
        return self.count, os.getpid()

    def fail(self, error: BaseException) -> None:
        """Raise the error, if this is the last of three."""
        if self.count == 2:
            raise error

    def end(self, code: int) -> None:
        """End the process, or have it killed."""
        if code < 0:
            os.kill(os.getpid(), -code)
        os._exit(code)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_objects_live_in_their_process(count: int) -> None:
    """They keep what happened to them between two questions; those of the caller do not change."""
    counters = [Counter(start) for start in range(7)]
    with Crew.of(counters, count=count) as crew:
        first, second = (crew.map(methodcaller("add", 10), counters) for _ in range(2))
    assert [value for value, _ in first] == [10 + start for start in range(7)]
    assert [value for value, _ in second] == [20 + start for start in range(7)]
    owners = [pid for _, pid in first]
    assert owners == [pid for _, pid in second]
    assert len(set(owners)) == count
    assert os.getpid() not in owners
    assert [counter.count for counter in counters] == list(range(7))
    assert not multiprocessing.active_children()


def test_a_crew_works_on_its_own_objects_only() -> None:
    """Others than those it was made with would be answered for by the wrong ones."""
    with Crew.of([Counter(0), Counter(1)], count=2) as crew, pytest.raises(AssertionError):
        crew.map(attrgetter("count"), [Counter(0), Counter(1)])


@pytest.mark.parametrize("error", [MemoryError("much"), Infeasible("k = 4: no"), ValueError("x")])
def test_what_an_object_raises_is_raised_here(error: Exception) -> None:
    """With its type and text, and the processes end."""
    counters = [Counter(start) for start in range(3)]
    with pytest.raises(type(error), match=str(error)), Crew.of(counters, count=2) as crew:
        crew.map(methodcaller("fail", error), counters)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(("code", "kind"), [(-signal.SIGKILL, MemoryError), (3, RuntimeError)])
def test_a_death_is_noticed(code: int, kind: type[Exception]) -> None:
    """Killed means out of memory, since that is who kills; a later question does not wait for ever either."""
    counters = [Counter(start) for start in range(3)]
    with pytest.raises(kind, match=f"code {code}"), Crew.of(counters, count=3) as crew:
        crew.map(methodcaller("end", code), counters)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("activation", ["softplus", "relu"])
@pytest.mark.parametrize("kept", [True, False])
def test_blocks_apart_train_to_the_same_bits(activation: str, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves, spectra and the step at which a trial stops do not depend on where the blocks are."""
    problem = sphere_problem(5, 3, activation)
    options: dict[str, Any] = {"k": 300, "block": 64, "step_size": 0.1, "steps": 9, "trials": [0, 4], "seed": 1}
    options |= {"checkpoints": [0, 4, 9], "stop_at": 0.6, "device": NUMPY}
    monkeypatch.setattr("boundkit.train.plan.FEW_BLOCKS", 1)  # the workers share out the blocks of each trial
    if not kept:
        monkeypatch.setattr("boundkit.train.plan.KEPT_ENTRIES", 0)
    alone = train(problem, workers=2, **options)
    walked = train(problem, workers=1, **options)  # several steps at a time through all blocks
    for curve in ("misfit", "distance", "path_length", "sigma_min_J", "norm_J", "drift_J"):
        np.testing.assert_allclose(getattr(walked, curve), getattr(alone, curve), rtol=1e-13, err_msg=curve)
    crews: list[int] = []
    original = Crew.of

    def watched(objects: Any, *, count: int) -> Any:
        crews.append(len(objects))
        return original(objects, count=count)

    monkeypatch.setattr(processes, "WORTH_MULTIPLICATIONS", 0)
    monkeypatch.setattr(Crew, "of", watched)
    apart = train(problem, workers=2, **options)
    assert crews == [5, 5]
    for field in dataclasses.fields(apart):
        if field.name not in ("seconds", "status"):
            np.testing.assert_array_equal(getattr(apart, field.name), getattr(alone, field.name), err_msg=field.name)
    assert apart.status == alone.status
