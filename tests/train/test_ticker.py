"""Progress that is told now and then, from one thread, on a clock that moves by hand."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from boundkit.train import ticker
from boundkit.train.ticker import REPORT_EVERY, Ticker


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Moves the clock to the next report."""
    now = [100.0]

    def later() -> None:
        now[0] += REPORT_EVERY

    monkeypatch.setattr(ticker.time, "monotonic", lambda: now[0])
    return later


def test_progress_is_told_now_and_then_by_its_own_thread(wait: Callable[[], None]) -> None:
    """What other threads have counted is told too, but not by them; the end is told whatever was counted."""
    told: list[tuple[int, int]] = []
    work = Ticker(10, lambda *pair: told.append(pair))
    work.add(1)
    assert told == []
    wait()
    work.add(2)
    work.add(1)
    assert told == [(3, 10)]
    wait()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work.add, 1).result()
    assert told == [(3, 10)]
    work.report()
    work.finish()
    assert told == [(3, 10), (5, 10), (10, 10)]


def test_a_process_of_its_own_sends_what_is_new(wait: Callable[[], None]) -> None:
    """Amounts since the last one, so that they add up; what was counted before is not sent."""
    sent: list[int] = []
    work = Ticker(10, None)
    work.add(4)
    work.forward(sent.append)
    for amount in (2, 1):
        work.add(amount)
        wait()
        work.report()
    assert sent == [2, 1]
