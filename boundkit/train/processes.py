"""Processes over independent pieces of work whose array calls are too short for threads.

NumPy gives the interpreter's lock back for every call, and threads that meet at it wait for longer than a short call
takes: two of them are 1.3 to 1.6 times as fast as one. Processes have a lock each. They are forked, so that a piece may
be any closure, and do nothing but NumPy on one thread: they ask for no lock that another thread may have held.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from boundkit.train.ticker import REPORT_EVERY, Ticker

WORTH_MULTIPLICATIONS = 5e9  # some tenths of a second, where a fork takes hundredths


def worth_forking(multiplications: float) -> bool:
    """Whether the products of all forward passes are worth processes, on a system that forks safely."""
    able = sys.platform == "linux" and not multiprocessing.current_process().daemon
    return able and multiplications >= WORTH_MULTIPLICATIONS


def map_forked(function: Callable[[Any], Any], items: Sequence[Any], ticker: Ticker, *, count: int) -> list[Any]:
    """The results of `function`, in order, computed by `count` forked processes.

    What it raises is raised here, and ends the others; a process that is killed is taken to have had too much memory.
    """
    context = multiprocessing.get_context("fork")
    results: list[Any] = [None] * len(items)
    children: dict[Connection, Any] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there are other threads: see above
            for first in range(min(count, len(items))):
                receiver, sender = context.Pipe(duplex=False)
                share = range(first, len(items), count)
                inherited = [*children, receiver]
                told = (function, items, share, sender, ticker, inherited)
                child = context.Process(target=_work, args=told, daemon=True)
                child.start()
                sender.close()
                children[receiver] = child
        left = set(children)
        while left:
            ready = set(wait(left, timeout=REPORT_EVERY))
            for receiver in [receiver for receiver in children if receiver in ready]:
                index, value = _received(receiver, children[receiver])
                if index is None:
                    ticker.add(value)
                elif index < 0:
                    left.discard(receiver)
                else:
                    results[index] = value
            ticker.report()
        return results
    finally:
        for receiver, child in children.items():
            child.kill()
            child.join()
            receiver.close()


def _received(receiver: Connection, child: Any) -> tuple[int | None, Any]:
    try:
        index, value = receiver.recv()
    except EOFError:
        child.join()
        killed = child.exitcode == -signal.SIGKILL
        raise (MemoryError if killed else RuntimeError)(f"a process ended with code {child.exitcode}") from None
    if isinstance(value, BaseException):
        raise value
    return index, value


def _work(
    function: Callable[[Any], Any],
    items: Sequence[Any],
    share: range,
    sender: Connection,
    ticker: Ticker,
    inherited: Sequence[Connection],
) -> None:
    """Send (index, result) of every item of the share, (None, amount) as work is done, and (-1, None or an error).

    The caller's ends of the pipes are closed: where nobody else holds one, sending tells that the caller has died.
    """
    for receiver in inherited:
        receiver.close()
    gc.disable()  # what the caller has on a device is not to be freed here
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller sees to it
    try:
        ticker.forward(lambda amount: sender.send((None, amount)))
        for index in share:
            sender.send((index, function(items[index])))
        sender.send((-1, None))
    except BrokenPipeError:
        pass  # the caller has gone
    except BaseException as error:
        sender.send((-1, error))
    finally:
        os._exit(0)  # without what the caller would do at its own end
