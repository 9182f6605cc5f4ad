"""How the trials of two-layer networks are cut into chunks, and the memory that they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from boundkit.errors import Infeasible
from boundkit.train.backend import Backend
from boundkit.train.checks import integer
from boundkit.train.plan import CACHE_ENTRIES, DEVICE_ENTRIES, require_memory

Result = TypeVar("Result")
BUFFERS = 6  # arrays [trials, n, k] that are alive at the same time in a step


@dataclass(frozen=True)
class ShallowPlan:
    """Chunks of trials; `at_once` of them are held at the same time and take `bytes`."""

    chunks: tuple[tuple[int, ...], ...]
    together: int
    bytes: int


def make_shallow_plan(
    trials: Sequence[int], *, k: int, d: int, n: int, outputs: int, block: int | None, workers: int, backend: Backend
) -> ShallowPlan:
    """`block` trials a chunk if given, otherwise as many as fill the cache (or a sensible part of a device)."""
    entries = CACHE_ENTRIES if backend.fused else DEVICE_ENTRIES
    together = entries // (k * max(n, d + outputs)) if block is None else integer("block", block, 1)
    together = max(1, min(together, -(-len(trials) // workers)))
    chunks = tuple(tuple(trials[i : i + together]) for i in range(0, len(trials), together))
    at_once = together * min(workers, len(chunks))
    return ShallowPlan(chunks, together, shallow_memory(k=k, d=d, n=n, outputs=outputs, trials=at_once))


def with_fewer_trials(
    compute: Callable[[ShallowPlan], Result],
    trials: Sequence[int],
    *,
    k: int,
    d: int,
    n: int,
    outputs: int,
    block: int | None,
    workers: int,
    backend: Backend,
) -> Result:
    """The result of `compute`; when memory does not suffice or runs out, with half as many trials at a time.

    Raises Infeasible when one trial does not fit either.
    """

    def planned(together: int | None) -> ShallowPlan:
        sizes = {"k": k, "d": d, "n": n, "outputs": outputs}
        return make_shallow_plan(trials, block=together, workers=workers, backend=backend, **sizes)

    while True:
        plan = planned(block)
        while block is None and plan.together > 1 and plan.bytes > backend.memory():
            plan = planned(plan.together // 2)
        require_memory(plan.bytes, backend=backend, k=k)
        try:
            with backend.guard():
                return compute(plan)
        except MemoryError:
            if plan.together == 1:
                raise Infeasible(f"k = {k}: out of memory even with one trial at a time") from None
        block = plan.together // 2


def shallow_memory(*, k: int, d: int, n: int, outputs: int = 1, trials: int = 1) -> int:
    """Bytes that `trials` networks take at once: the layers, their displacements and steps, and the activations.

    >>> shallow_memory(k=10**6, d=20, n=20) < 2 * 2**30
    True
    """
    r = min(n, d)
    return 8 * k * trials * (d + 4 * (r + outputs) + BUFFERS * n)
