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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from typing import Any

from boundkit.train.ticker import REPORT_EVERY, Ticker

WORTH_MULTIPLICATIONS = 5e9  # some tenths of a second, where a fork takes hundredths
Children = dict[Connection, Any]


def worth_forking(multiplications: float) -> bool:
    """Whether the products of all forward passes are worth processes, on a system that forks safely."""
    able = sys.platform == "linux" and not multiprocessing.current_process().daemon
    return able and multiplications >= WORTH_MULTIPLICATIONS


def map_forked(function: Callable[[Any], Any], items: Sequence[Any], ticker: Ticker, *, count: int) -> list[Any]:
    """The results of `function`, in order, computed by `count` forked processes.

    Who has finished an item gets the next: a core that somebody else slows down gets fewer. What `function` raises is
    raised here, and ends the others; a process that is killed is taken to have had too much memory.
    """

    def work(_: int, pipe: Connection) -> None:
        ticker.forward(lambda amount: pipe.send((None, amount)))
        while (index := pipe.recv()) is not None:
            pipe.send((index, function(items[index])))

    results: dict[int, Any] = {}
    waiting = iter(range(len(items)))
    with _forked(work, min(count, len(items))) as children:
        working = list(children)
        for pipe in working:
            pipe.send(next(waiting))
        while len(results) < len(items):
            ready = set(wait(working, timeout=REPORT_EVERY))
            for pipe in [pipe for pipe in working if pipe in ready]:
                index, value = _received(pipe, children[pipe])
                if index is None:
                    ticker.add(value)
                    continue
                results[index] = value
                following = next(waiting, None)
                with suppress(BrokenPipeError):  # the next look at this pipe finds that it has ended
                    pipe.send(following)
                if following is None:  # its memory is freed while others work
                    working.remove(pipe)
            ticker.report()
    return [results[index] for index in range(len(items))]


class Crew:
    """Forked processes that hold a share of some objects each, for a caller that asks all of them again and again.

    What the objects become is known to their process only.
    """

    def __init__(self, objects: Sequence[Any], children: Children) -> None:
        self._objects, self._children = objects, children

    @classmethod
    @contextmanager
    def of(cls, objects: Sequence[Any], *, count: int) -> Iterator[Crew]:
        """`count` processes, as long as the context lasts."""
        edges = [len(objects) * index // count for index in range(count + 1)]
        shares = [objects[first:last] for first, last in pairwise(edges)]

        def work(index: int, pipe: Connection) -> None:
            while True:
                function = pipe.recv()
                pipe.send((index, [function(each) for each in shares[index]]))

        with _forked(work, count) as children:
            yield cls(objects, children)

    def map(self, function: Callable[[Any], Any], objects: Sequence[Any]) -> list[Any]:
        """The results of `function`, which must be picklable, on the objects of this crew, in order."""
        assert objects is self._objects, "a crew works on what it was made with"
        for pipe in self._children:
            pipe.send(function)
        return [result for pipe, child in self._children.items() for result in _received(pipe, child)[1]]


@contextmanager
def _forked(work: Callable[[int, Connection], None], count: int) -> Iterator[Children]:
    """Processes that call `work` with their index and one end of a pipe, by the other end; they are killed at last."""
    context = multiprocessing.get_context("fork")
    children: Children = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there are other threads: see above
            for index in range(count):
                ours, theirs = context.Pipe()
                child = context.Process(target=_alone, args=(work, index, theirs, [*children, ours]), daemon=True)
                child.start()
                theirs.close()
                children[ours] = child
        yield children
    finally:
        for child in children.values():  # which end at the same time: the memory of each takes the system a while
            child.kill()
        for pipe, child in children.items():
            child.join()
            pipe.close()


def _received(pipe: Connection, child: Any) -> tuple[int | None, Any]:
    try:
        index, value = pipe.recv()
    except (EOFError, ConnectionResetError):
        child.join()
        killed = child.exitcode == -signal.SIGKILL
        raise (MemoryError if killed else RuntimeError)(f"a process ended with code {child.exitcode}") from None
    if isinstance(value, BaseException):
        raise value
    return index, value


def _alone(
    work: Callable[[int, Connection], None], index: int, pipe: Connection, inherited: Sequence[Connection]
) -> None:
    """Work in a process of its own, and send what it raises.

    The caller's ends of the pipes are closed: where nobody else holds one, the pipe tells that the caller has died.
    """
    for end in inherited:
        end.close()
    gc.disable()  # what the caller has on a device is not to be freed here
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller sees to it
    try:
        work(index, pipe)
    except BaseException as error:
        pipe.send((-1, error))
    finally:
        os._exit(0)  # without what the caller would do at its own end, also where the caller has gone
