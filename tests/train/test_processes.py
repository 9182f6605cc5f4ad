"""Forked processes: results in order, errors, deaths and progress, and the same numbers as threads."""

from __future__ import annotations

import dataclasses
import gc
import itertools
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from boundkit.data import dataset
from boundkit.errors import Infeasible
from boundkit.train import descent, processes, select_device, train
from boundkit.train.deep import MarginProblem, train as train_deep
from boundkit.train.processes import map_forked, worth_forking
from boundkit.train.shallow import NormalHidden, NormalOutput, Shallow, descend
from boundkit.train.ticker import Ticker
from tests.train.conftest import sphere_problem

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux only")
NUMPY = dataclasses.replace(select_device("cpu"), compiled=False)


def quiet() -> Ticker:
    """A ticker that tells nobody."""
    return Ticker(1, None)


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whatever its size, work is worth processes; the list gets the number of items of every use of them."""
    used: list[int] = []
    original = processes.map_forked

    def counted(function: Callable[[Any], Any], items: Any, ticker: Ticker, *, count: int) -> list[Any]:
        used.append(len(items))
        return original(function, items, ticker, count=count)

    monkeypatch.setattr(processes, "WORTH_MULTIPLICATIONS", 0)
    monkeypatch.setattr("boundkit.train.workers.map_forked", counted)
    return used


def test_who_has_nothing_left_to_do_ends_before_the_others() -> None:
    """The second item waits until the process of the first has ended, which then has freed its memory."""
    reading, writing = os.pipe()

    def ended(item: int) -> bool:
        if item == 0:
            return os.write(writing, f"{os.getpid()}".encode()) > 0
        process = os.pidfd_open(int(os.read(reading, 20)))
        return bool(select.select([process], [], [], 20)[0])

    try:
        assert map_forked(ended, range(2), quiet(), count=2) == [True, True]
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("items", [0, 1, 2, 7])
def test_results_come_in_order_from_other_processes(count: int, items: int) -> None:
    """Closures over local arrays are called once an item, never in this process."""
    offset = np.arange(3)
    found = map_forked(lambda i: (os.getpid(), offset + i), range(items), quiet(), count=count)
    assert all((value == offset + i).all() for i, (_, value) in enumerate(found))
    assert os.getpid() not in {pid for pid, _ in found}
    assert len({pid for pid, _ in found}) == min(count, items)
    assert not multiprocessing.active_children()


def test_who_has_finished_gets_the_next_item() -> None:
    """Item 0 waits for item 6, which the other process does: of a fixed half, item 0 would never end."""
    reader, writer = os.pipe()

    def one(item: int) -> int:
        if item == 0:
            assert select.select([reader], [], [], 20)[0], "nobody else came to item 6"
        if item == 6:
            os.write(writer, b"done")
        return os.getpid()

    first, *others = map_forked(one, range(7), quiet(), count=2)
    assert first not in others
    assert len(set(others)) == 1


@pytest.mark.parametrize("error", [MemoryError("much"), Infeasible("k = 4: no"), ValueError("x")])
def test_what_a_piece_raises_is_raised_here_and_ends_the_others(error: Exception) -> None:
    """The error keeps its type and text, and no process is left behind that waits for ever."""

    def one(item: int) -> None:
        if item == 0:
            raise error
        threading.Event().wait()

    with pytest.raises(type(error), match=str(error)):
        map_forked(one, range(3), quiet(), count=3)
    assert not multiprocessing.active_children()


def test_errors_that_cannot_be_sent_and_deaths_are_errors_too() -> None:
    """Killed means out of memory, since that is who kills; any other end is a fault."""

    class Local(Exception):
        pass

    def raises(item: int) -> None:
        raise Local

    with pytest.raises(MemoryError, match="-9"):
        map_forked(lambda item: os.kill(os.getpid(), signal.SIGKILL), [0, 1], quiet(), count=2)
    with pytest.raises(RuntimeError, match="code 3"):
        map_forked(lambda item: os._exit(3), [0, 1], quiet(), count=2)
    with pytest.raises(RuntimeError, match="code 0"):
        map_forked(raises, [0, 1], quiet(), count=2)


def test_the_death_of_the_last_process_is_noticed() -> None:
    """Its pipe ends with it: the caller holds no end of it open, and does not wait for ever."""
    calls = itertools.count(1)

    def patience(done: int, total: int) -> None:
        assert next(calls) < 100, "still waiting"

    with pytest.raises(RuntimeError, match="code 3"):
        map_forked(lambda item: os._exit(3) if item else item, [0, 1], Ticker(1, patience), count=2)


def test_an_interrupt_ends_the_processes() -> None:
    """Control-C reaches the caller, who kills them; they take no notice themselves."""

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    ticker = Ticker(10, interrupt)

    def one(item: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            ticker.add(1)

    with pytest.raises(KeyboardInterrupt):
        map_forked(one, range(2), ticker, count=2)
    assert not multiprocessing.active_children()
    deaf = map_forked(lambda item: (os.kill(os.getpid(), signal.SIGINT), item), range(3), quiet(), count=2)
    assert deaf == [(None, item) for item in range(3)]


def test_processes_collect_no_garbage_and_leave_no_pipe() -> None:
    """What the caller holds on a device is freed by the caller alone; after many uses as many files are open."""
    before = len(os.listdir("/proc/self/fd"))
    assert [map_forked(lambda item: gc.isenabled(), [0], quiet(), count=2) for _ in range(3)] == 3 * [[False]]
    assert len(os.listdir("/proc/self/fd")) == before


def test_an_error_of_a_piece_is_told_whatever_it_is() -> None:
    """Also one that a lost caller would cause."""

    def one(item: int) -> None:
        raise BrokenPipeError("its own")

    with pytest.raises(BrokenPipeError, match="its own"):
        map_forked(one, range(2), quiet(), count=2)


ORPHANS = """
import itertools, os
from boundkit.train.processes import map_forked
from boundkit.train.ticker import Ticker
ticker = Ticker(1, None)
def one(item):
    os.write(1, b"begun\\n")  # at once, however Python buffers
    for _ in itertools.count():
        ticker.add(1)
map_forked(one, range(3), ticker, count=3)
"""


def test_processes_end_when_the_caller_is_killed() -> None:
    """They hold its output open, which ends only with the last of them."""
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout is not None
        try:
            assert [caller.stdout.readline() for _ in range(3)] == 3 * ["begun\n"]
        finally:
            caller.kill()  # or else leaving the block waits for ever
        assert caller.communicate(timeout=30) == ("", None)


def test_a_thread_of_the_caller_may_fork() -> None:
    """Where another thread than the first one asks, such as a worker of a cluster."""
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(map_forked, lambda item: item + 1, range(3), quiet(), count=2).result() == [1, 2, 3]


def test_progress_of_the_processes_is_told_here() -> None:
    """Amounts add up to what was counted in both processes, and only this process reports."""
    told: list[tuple[int, int]] = []
    here, amounts = os.getpid(), 5

    def progress(done: int, total: int) -> None:
        assert os.getpid() == here
        told.append((done, total))

    ticker, counted = Ticker(100, progress), multiprocessing.get_context("fork").Semaphore(0)

    def one(item: int) -> None:
        for _ in range(amounts):
            ticker._last = -np.inf  # its turn at once
            ticker.add(1)
        counted.release()

    map_forked(one, range(4), ticker, count=2)
    ticker._last = -np.inf
    ticker.report()
    assert told[-1] == (4 * amounts, 100)
    assert all(counted.acquire(block=False) for _ in range(4))


def test_small_work_and_daemons_do_not_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do systems on which a fork is not safe."""
    assert worth_forking(1e12)
    assert not worth_forking(1e6)
    monkeypatch.setattr(processes.multiprocessing.current_process(), "_config", {"daemon": True})
    assert not worth_forking(1e12)
    monkeypatch.undo()
    monkeypatch.setattr(processes.sys, "platform", "darwin")
    assert not worth_forking(1e12)


@pytest.mark.parametrize("activation", ["relu", "softplus"])
def test_training_is_the_same_in_processes(forks: list[int], activation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves and spectra equal those of threads to the last bit."""
    problem = sphere_problem(6, 4, activation)
    options = {"k": 20, "step_size": 0.1, "steps": 9, "trials": range(5), "checkpoints": [0, 9], "device": NUMPY}
    monkeypatch.setattr("boundkit.train.plan.BLOCK_ENTRIES", 1600)
    apart = train(problem, workers=2, **options)
    assert forks
    monkeypatch.setattr(descent, "worth_forking", lambda products: False)
    together = train(problem, workers=2, **options)
    for name in ("misfit", "distance", "path_length", "sigma_min_J", "drift_J"):
        np.testing.assert_array_equal(getattr(apart, name), getattr(together, name))
    assert apart.status == together.status


def test_other_engines_are_the_same_in_processes(forks: list[int]) -> None:
    """Both layers of shallow networks, and deep ones, from seeds alone."""
    rng = np.random.default_rng(0)
    network = Shallow(
        rng.standard_normal((5, 3)),
        rng.standard_normal((5, 2)),
        activation="tanh",
        hidden=NormalHidden(1.0),
        output=NormalOutput(0.5),
        trained="both",
    )
    options: dict[str, Any] = {"k": 8, "step_size": 0.01, "steps": 6, "trials": range(4), "device": "cpu"}
    runs = [descend(network, workers=count, block=1, **options) for count in (1, 2)]
    np.testing.assert_array_equal(runs[0].misfit, runs[1].misfit)
    assert forks == [4]
    options = {"widths": (6, 4), "step_size": 0.01, "steps": 6, "trials": range(4), "device": "cpu", "together": 1}
    data = dataset("lifted:n=6,d=4,mu=0.3,phi=0.5,seed=0")
    margins = MarginProblem(X=data.X, y=data.y, loss="logistic")
    deep = [train_deep(margins, workers=count, **options) for count in (1, 2)]
    np.testing.assert_array_equal(deep[0].risk, deep[1].risk)
    assert forks == [4, 4]
