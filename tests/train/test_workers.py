from __future__ import annotations

import threading

import numpy as np
import pytest

from boundkit.train.ticker import Ticker
from boundkit.train.workers import Workers


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("items", [0, 1, 2, 7, 100])
def test_results_come_in_order(count: int, items: int) -> None:
    """Whatever finishes first, the results are in the order of the items."""
    with Workers(count) as workers:
        assert workers.map(lambda x: x * x, range(items)) == [x * x for x in range(items)]
        ticker = Ticker(items, None)
        assert workers.map_reporting(lambda x: -x, range(items), ticker) == [-x for x in range(items)]


def test_errors_of_a_task_reach_the_caller_and_stop_the_others() -> None:
    """The first error is raised, and a task that counts its work afterwards ends too."""
    release, ticker = threading.Event(), Ticker(10, None)

    def task(item: int) -> None:
        if item == 0:
            raise MemoryError("first")
        release.wait(10)
        ticker.add(1)

    abandon = ticker.abandon
    ticker.abandon = lambda: (abandon(), release.set())  # type: ignore[func-returns-value,method-assign]
    with pytest.raises(MemoryError, match="first"), Workers(2) as workers:
        workers.map_reporting(task, range(4), ticker)
    with pytest.raises(RuntimeError, match="abandoned"):
        ticker.add(1)


def test_overflow_in_a_worker_is_no_warning() -> None:
    """Diverging runs overflow in threads; this must not warn there."""
    with Workers(2) as workers:
        results = workers.map(lambda x: x * np.float64(1e308), [10.0, 10.0, 10.0])
    assert np.isinf(results).all()
