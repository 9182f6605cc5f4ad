"""How the work is cut: blocks of hidden units, chunks of trials, and the memory that they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from boundkit.errors import Infeasible
from boundkit.train.backend import Backend
from boundkit.train.checks import integer
from boundkit.train.pages import ASKED_FROM
from boundkit.train.problem import half_width

CACHE_ENTRIES = 80_000  # float64 entries of one buffer: half of a small L2 cache
BLOCK_ENTRIES = 200_000  # of all arrays of a step of a block, be it of several networks or a part of one
TILED_ENTRIES = 320_000  # of all arrays of a block that is gone through in tiles that fit the cache
TILED_CHUNKS = 4  # chunks a worker, so that both end at about the same time
DEVICE_ENTRIES = 2**25
SCRATCH_BUFFERS = 6
STRETCHES = 3  # of large pages, a worker: for its chunk of trials, and for blocks of two shapes
KEPT_ENTRIES = 2**23  # of phi'(H) a trial; more are found again, for a quarter more time and half of the memory
SMALLEST_BLOCK = 16
FEW_BLOCKS = 32  # so few that waiting for all of them after every step would cost more than it gains
GIB = 2**30
Result = TypeVar("Result")


@dataclass(frozen=True)
class Plan:
    """`units` of the `half` of each sign to a block; `chunks` of trials that run in step with each other.

    `over_chunks`: the workers share out the chunks and not the blocks; `bytes` are needed at the same time;
    `keep`: phi'(H) is held between steps.
    """

    half: int
    units: int
    chunks: tuple[tuple[int, ...], ...]
    over_chunks: bool
    bytes: int
    keep: bool = True

    @property
    def starts(self) -> range:
        """The first unit of each sign in every block."""
        return range(0, self.half, self.units)

    def size(self, start: int) -> int:
        """The units of each sign in the block that begins at `start`."""
        return min(self.units, self.half - start)


def make_plan(
    trials: Sequence[int],
    *,
    k: int,
    d: int,
    n: int,
    block: int | None,
    workers: int,
    backend: Backend,
    tiled: bool = False,
) -> Plan:
    """Cut `k` units of dimension `d` and the trials for a backend; `block` units a block if given.

    `tiled` blocks are cut to the cache by the code that goes through them. The blocks depend on nothing but
    (k, d, n, block, tiled), so that a trial is computed in the same way whatever runs beside it.
    """
    half = half_width(k)
    largest = units_in(backend, n, d, tiled=tiled)
    units = max(SMALLEST_BLOCK, largest) if block is None else integer("block", block, 2) // 2
    blocks = -(-half // units)
    units = -(-half // blocks) if block is None else min(units, half)  # blocks of about the same size
    together = 1
    if blocks == 1:
        shares = workers * TILED_CHUNKS if tiled else workers
        together = max(1, min(largest // half, -(-len(trials) // shares)))
    count = -(-len(trials) // together)
    if together > 1:  # as many chunks for each worker, of as many trials
        count = min(len(trials), -(-count // workers) * workers)
    edges = [len(trials) * i // count for i in range(count + 1)]
    chunks = tuple(tuple(trials[start:stop]) for start, stop in pairwise(edges))
    over_chunks = workers > 1 and len(chunks) > 1 and blocks <= FEW_BLOCKS
    at_once = max(map(len, chunks)) * (min(workers, len(chunks)) if over_chunks else 1)
    keep = not backend.fused or k * n <= KEPT_ENTRIES
    needed = memory_needed(k=k, d=d, n=n, trials=at_once, workers=workers, block=2 * units, keep=keep)
    return Plan(half, units, chunks, over_chunks, needed, keep)


def in_smaller_blocks(
    compute: Callable[[Plan], Result],
    trials: Sequence[int],
    *,
    k: int,
    d: int,
    n: int,
    block: int | None,
    workers: int,
    backend: Backend,
    tiled: bool = False,
) -> Result:
    """The result of `compute`; when memory runs out, it is tried again with blocks of half the size.

    Raises Infeasible when the smallest blocks do not fit either.
    """
    while True:
        plan = make_plan(trials, k=k, d=d, n=n, block=block, workers=workers, backend=backend, tiled=tiled)
        try:
            with backend.guard():
                return compute(plan)
        except MemoryError:
            if plan.units <= SMALLEST_BLOCK:
                raise Infeasible(f"k = {k}: out of memory even in blocks of {2 * plan.units} units") from None
        block = plan.units


def units_in(backend: Backend, n: int, d: int, *, tiled: bool = False) -> int:
    """Units of each sign whose buffers fill the cache (or a sensible part of a device)."""
    if not backend.fused:
        return DEVICE_ENTRIES // (2 * max(n, d))
    if tiled:
        return TILED_ENTRIES // (2 * (n + 3 * d))
    return BLOCK_ENTRIES // (2 * (n + max(n, 3 * d)))


def memory_needed(
    *, k: int, d: int, n: int, trials: int = 1, workers: int = 1, block: int | None = None, keep: bool | None = None
) -> int:
    """Bytes that training holds at once: W_0 and W - W_0 [k, r], phi'(H) [n, k], and the workers' buffers.

    Without `keep`, as on the CPU at large k n, there is a bit for each phi'(H) at most, and W_0 takes a quarter. `d`
    counts after the reduction to r = min(n, d).

    >>> memory_needed(k=10**7, d=20, n=20) < 5 * 2**30
    True
    """
    r = min(n, d)
    keep = k * n <= KEPT_ENTRIES if keep is None else keep
    state = (8 * k * (2 * r + n) if keep else 10 * k * r + k * n // 8) * trials
    in_a_block = min(k, block or TILED_ENTRIES // (n + 3 * r))
    return state + 8 * in_a_block * max(n, r) * SCRATCH_BUFFERS * (trials + workers) + STRETCHES * workers * ASKED_FROM


def require_memory(needed: int, *, backend: Backend, k: int) -> None:
    """Raise Infeasible, with both amounts, when the backend has less memory than `needed` bytes."""
    available = backend.memory()
    if needed > available:
        raise Infeasible(
            f"k = {k} needs {needed / GIB:.2f} GiB of memory on {backend.name}, "
            f"{available / GIB:.2f} GiB are available: use a smaller width or fewer samples"
        )
