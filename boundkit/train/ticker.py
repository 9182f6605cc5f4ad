"""Progress of work that several threads or processes do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

REPORT_EVERY = 0.25  # seconds between two calls of a progress function


class Ticker:
    """Counts finished work from any thread and reports it, now and then, from the thread that made it."""

    def __init__(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        self._total, self._progress, self._done = total, progress, 0
        self._lock, self._owner = threading.Lock(), threading.get_ident()
        self._last = time.monotonic()
        self._abandoned = False
        self._forward: Callable[[int], object] | None = None

    def add(self, amount: int) -> None:
        """Count `amount` of work; stops a task whose caller has given up."""
        if self._abandoned:
            raise RuntimeError("abandoned")
        with self._lock:
            self._done += amount
        self.report()

    def forward(self, send: Callable[[int], object]) -> None:
        """From now on, in a process of its own, `send` what is done since the last time instead of reporting it."""
        self._forward, self._done = send, 0

    def report(self) -> None:
        """Call the progress function if this is its thread and its turn."""
        now = time.monotonic()
        if threading.get_ident() != self._owner or now - self._last < REPORT_EVERY:
            return
        self._last = now
        if self._forward is not None:
            self._forward(self._done)
            self._done = 0
        elif self._progress is not None:
            self._progress(self._done, self._total)

    def finish(self) -> None:
        """Report that everything is done, even what was stopped early."""
        if self._progress is not None:
            self._progress(self._total, self._total)

    def abandon(self) -> None:
        """Make running tasks stop at their next count."""
        self._abandoned = True
