"""Threads over independent pieces of work, with BLAS held to one thread in each of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import pairwise
from types import TracebackType
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

Parallel = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
REPORT_EVERY = 0.25  # seconds between two calls of a progress function
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

    def map_reporting(self, function: Callable[[Any], Any], items: Sequence[Any], ticker: Ticker) -> list[Any]:
        """As `map`, one task an item, while the calling thread reports the progress of the tasks.

        A single worker is the calling thread itself: settings that belong to a thread, such as CuPy's, hold.
        """
        if self.count == 1:
            return serially(function, items)
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


class Ticker:
    """Counts finished work from any thread and reports it, now and then, from the thread that made it."""

    def __init__(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        self._total, self._progress, self._done = total, progress, 0
        self._lock, self._owner = threading.Lock(), threading.get_ident()
        self._last = time.monotonic()
        self._abandoned = False

    def add(self, amount: int) -> None:
        """Count `amount` of work; stops a task whose caller has given up."""
        if self._abandoned:
            raise RuntimeError("abandoned")
        with self._lock:
            self._done += amount
        self.report()

    def report(self) -> None:
        """Call the progress function if this is its thread and its turn."""
        now = time.monotonic()
        if self._progress is None or threading.get_ident() != self._owner or now - self._last < REPORT_EVERY:
            return
        self._last = now
        self._progress(self._done, self._total)

    def finish(self) -> None:
        """Report that everything is done, even what was stopped early."""
        if self._progress is not None:
            self._progress(self._total, self._total)

    def abandon(self) -> None:
        """Make running tasks stop at their next count."""
        self._abandoned = True
