"""Where trials run: in this process, in a pool of processes, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from boundkit.errors import BadInput, BoundkitError, shorten, unknown
from boundkit.train.backend import DEVICES, select_device, usable_cores
from boundkit.train.checks import LARGEST_WORKERS, integer

Result = TypeVar("Result")
NAMES = ("inline", "processes", "dask")
SCHEDULER = "dask://"
SECONDS_TO_ANSWER = 10


class WorkerDied(Exception):
    """The worker of one task died, and the executor goes on; the text is for the task's row."""


def outcome(future: Future[Result]) -> Result:
    """The result of a task that itself never fails.

    Raises BrokenExecutor where the executor ends with the worker that died, WorkerDied where it does not, and
    BoundkitError where the executor itself is gone.
    """
    try:
        return future.result()
    except BrokenExecutor:
        raise
    except CancelledError:
        raise BoundkitError("the executor was lost; what was done is in the store: run again to go on") from None
    except Exception as error:
        raise WorkerDied(f"the worker died: {type(error).__name__}: {shorten(error, 500)}") from None


class Inline(Executor):
    """Runs each task in this process, at once."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """A future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future


class Processes(ProcessPoolExecutor):
    """A pool whose processes leave Ctrl-C to this one."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """As in any pool; a process started here inherits the signals that are blocked."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(function, *arguments, **named)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def require_executor(name: str, workers: int | None) -> None:
    """BadInput unless the name is one of an executor and the number, if any, can be one of workers."""
    if workers is not None:
        integer("workers", workers, 1, LARGEST_WORKERS)
    if name not in NAMES and name.removeprefix(SCHEDULER) in ("", name):
        raise unknown("executor", name, (*NAMES, f"{SCHEDULER}HOST:PORT"))


def require_device(device: str, executor_name: str) -> None:
    """BadInput unless the device is one that there may be, Infeasible where it is asked for and cannot be used.

    What a cluster can use is known to its own machines only.
    """
    if device not in DEVICES:
        raise unknown("device", device, DEVICES)
    if device != "auto" and not executor_name.startswith(SCHEDULER):
        select_device(device)


@contextmanager
def executor(name: str, *, workers: int | None = None) -> Iterator[tuple[Executor, int]]:
    """An executor and how many tasks it runs at once.

    `inline`; `processes` (as many as cores, or `workers`); `dask` (a cluster in this machine) or
    `dask://HOST:PORT` (a scheduler), which need the extra `boundkit[dask]`. BadInput for another name, or for a
    scheduler that does not answer.
    """
    require_executor(name, workers)
    if name == "inline":
        yield Inline(), 1
    elif name == "processes":
        count = workers or usable_cores()
        with _processes(count) as pool:
            yield pool, count
    else:
        with _dask(name, workers) as found:
            yield found


@contextmanager
def _processes(count: int) -> Iterator[Executor]:
    """A pool that ends with the block: at once when that fails, and also when this process is killed."""
    context = multiprocessing.get_context("spawn")  # a forked child would inherit locks of BLAS threads it lacks
    followed, lifeline = context.Pipe(duplex=False)
    with followed, lifeline, Processes(count, mp_context=context, initializer=_end_with, initargs=(followed,)) as pool:
        try:
            yield pool
        except BaseException:
            lifeline.close()
            raise


def _end_with(followed: Connection) -> None:
    """Ends this process, whatever it does, when the other end of the pipe is closed."""

    def follow() -> None:
        with suppress(EOFError, OSError):
            followed.recv_bytes()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


@contextmanager
def _dask(name: str, workers: int | None) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise BadInput("executor", name, "needs Dask: pip install 'boundkit[dask]'") from None
    if name.startswith(SCHEDULER):
        address = name.removeprefix(SCHEDULER)
        try:
            client = Client(f"tcp://{address}", timeout=SECONDS_TO_ANSWER)
        except (OSError, ValueError) as error:
            raise BadInput("executor", name, f"no scheduler answers there: {error}") from None
        with client:
            yield client.get_executor(), max(1, sum(client.nthreads().values()))
        return
    count = workers or usable_cores()
    with (
        LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor(), count
