"""Benchmarks report ratios; the table of one run is written to docs/benchmarks.md."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Ratios of running times, measured side by side in one run by `make bench`; the machine had {cores} cores ({system}).
A ratio above 1 says that boundkit is faster by that factor; `at most` rows are the cost of boundkit over a reference.

| what | against | ratio | goal | ours |
|---|---|---|---|---|
"""


@dataclass
class Ratios:
    """Rows of the table: what was measured, against what, the ratio, its goal and our time in seconds."""

    rows: list[str] = field(default_factory=list)

    def add(self, what: str, against: str, *, ratio: float, goal: str, seconds: float) -> None:
        """Record one measured ratio."""
        self.rows.append(f"| {what} | {against} | {ratio:.3g} | {goal} | {seconds:.3g} s |")


def median_time(function: Callable[[], object], *, repeats: int = 3) -> float:
    """Median wall-clock seconds of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


@pytest.fixture(scope="session")
def stopwatch() -> Callable[..., float]:
    """`median_time` for benchmarks."""
    return median_time


@pytest.fixture(scope="session")
def ratios() -> object:
    """Collects ratios and writes the page at the end of the session."""
    import os

    table = Ratios()
    yield table
    if table.rows:
        head = HEAD.format(cores=len(os.sched_getaffinity(0)), system=f"{platform.system()} {platform.machine()}")
        PAGE.write_text(head + "\n".join(table.rows) + "\n", encoding="utf-8")
