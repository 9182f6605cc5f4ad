"""Where trials run: in this process, in a pool of processes, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from boundkit.errors import BadInput, unknown
from boundkit.train.backend import usable_cores
from boundkit.train.checks import integer

NAMES = ("inline", "processes", "dask")
SECONDS_TO_ANSWER = 10


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


@contextmanager
def executor(name: str, *, workers: int | None = None) -> Iterator[tuple[Executor, int]]:
    """An executor and how many tasks it runs at once.

    `inline`; `processes` (as many as cores, or `workers`); `dask` (a cluster in this machine) or
    `dask://HOST:PORT` (a scheduler), which need the extra `boundkit[dask]`. BadInput for another name, or for a
    scheduler that does not answer.
    """
    if workers is not None:
        integer("workers", workers, 1)
    if name == "inline":
        yield Inline(), 1
    elif name == "processes":
        count = workers or usable_cores()
        # A forked child would inherit locks of BLAS threads that do not exist in it.
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
            yield pool, count
    elif name == "dask" or name.startswith("dask://"):
        with _dask(name, workers) as found:
            yield found
    else:
        raise unknown("executor", name, (*NAMES, "dask://HOST:PORT"))


@contextmanager
def _dask(name: str, workers: int | None) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise BadInput("executor", name, "needs Dask: pip install 'boundkit[dask]'") from None
    address = name.partition("://")[2]
    if address:
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
