"""Threads over independent pieces of work, with BLAS held to one thread in each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import pairwise
from types import TracebackType
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from boundkit.train.processes import map_forked
from boundkit.train.ticker import REPORT_EVERY, Ticker

Parallel = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
GROUPS_PER_WORKER = 4


def serially(function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """The results of `function`, in order, computed in this thread."""
    return [function(item) for item in items]


class Workers:
    """A thread pool for array work that releases the interpreter lock.

    Results come in the order of the items, so that sums over them do not depend on the number of workers.

    >>> with Workers(2) as workers:
    ...     workers.map(abs, [-1, 2, -3])
    [1, 2, 3]
    """

    def __init__(self, count: int) -> None:
        self.count = count

    def __enter__(self) -> Workers:
        # Two BLAS threads make small stacked linear algebra several times slower, not faster.
        self._limits = threadpool_limits(1, "blas")
        # Overflow is expected of a diverging run and is found in the observables.
        self._pool = ThreadPoolExecutor(self.count, initializer=partial(np.seterr, all="ignore"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._limits.restore_original_limits()

    def map(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        """The results of `function`, in order, computed by all workers in a few contiguous groups."""
        groups = min(len(items), self.count * GROUPS_PER_WORKER)
        if self.count == 1 or groups < 2:
            return serially(function, items)
        edges = pairwise(len(items) * g // groups for g in range(groups + 1))
        pieces = [items[start:stop] for start, stop in edges]
        return [r for results in self._pool.map(partial(serially, function), pieces) for r in results]

    def map_reporting(
        self, function: Callable[[Any], Any], items: Sequence[Any], ticker: Ticker, *, apart: bool = False
    ) -> list[Any]:
        """As `map`, one task an item, while the calling thread reports the progress of the tasks.

        A single worker is the calling thread itself: settings that belong to a thread, such as CuPy's, hold. Workers
        that are `apart` are processes.
        """
        if self.count == 1:
            return serially(function, items)
        if apart:
            return map_forked(function, items, ticker, count=self.count)
        futures: list[Future[Any]] = [self._pool.submit(function, item) for item in items]
        try:
            pending: set[Future[Any]] = set(futures)
            while pending:
                done, pending = wait(pending, timeout=REPORT_EVERY, return_when="FIRST_EXCEPTION")
                for future in done:
                    future.result()
                ticker.report()
        except BaseException:
            ticker.abandon()
            raise
        return [future.result() for future in futures]
