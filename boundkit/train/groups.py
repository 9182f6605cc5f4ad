"""The blocks of hidden units of a few trials, drawn and put where they are trained."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import zip_longest

import numpy as np
from array_api_compat import device

from boundkit.train.backend import Backend
from boundkit.train.blocks import Block
from boundkit.train.cpu_blocks import CompiledBlock, FusedBlock
from boundkit.train.fused import BINARY, compiles
from boundkit.train.initialise import UnitStreams
from boundkit.train.pages import zeros
from boundkit.train.plan import Plan
from boundkit.train.problem import Problem
from boundkit.train.workers import Parallel

STAYING_ENTRIES = 50_000  # of phi'(H) of a network, so few that they stay in the cache until the next step


def block_groups(
    problem: Problem,
    plan: Plan,
    trials: tuple[int, ...],
    *,
    seed: int,
    backend: Backend,
    parallel: Parallel,
    together: int = 16,
) -> Iterator[list[Block]]:
    """The blocks of hidden units of some trials at initialisation, on the backend, a few at a time."""
    factor, scratch = backend.asarray(problem.factor), threading.local()
    if not backend.fused:  # one copy a product: CuPy would otherwise collect pointers to the one factor at every step
        stack = (len(trials), 2, *factor.shape)
        factor = factor + backend.xp.zeros(stack, dtype=factor.dtype, device=device(factor))
    activation = backend.evaluator(problem.activation)
    kind = CompiledBlock if compiles(activation, backend) else FusedBlock
    types = _types(kind, problem.activation.name, plan, n=problem.n)
    streams = UnitStreams(seed=seed, trials=trials, d=factor.shape[-1])
    for first in range(0, len(plan.starts), together):
        sizes = [plan.size(start) for start in plan.starts[first : first + together]]
        if backend.fused:
            state = _state((len(trials), 2), factor.shape, sizes, *types)
            for size, (initial, _, _) in zip(sizes, state, strict=True):
                streams.draw(size, parallel, into=initial)
            yield [kind(*arrays, factor, activation, scratch) for arrays in state]
        else:
            drawn = [streams.draw(size, parallel) for size in sizes]
            yield [Block(backend.asarray(initial), factor, activation, scratch) for initial in drawn]


def _types(kind: type[CompiledBlock | FusedBlock], activation: str, plan: Plan, *, n: int) -> tuple[type, type | None]:
    """The types of W_0 and of phi'(H), None where it is not kept.

    NumPy would take long for the sum of two types. Where phi' is 0 or 1 and does not stay in the cache until the next
    step, it is made from marks then: to write it again takes less than to fetch it.
    """
    if not plan.keep:
        return np.float16, None
    if kind is CompiledBlock:
        return np.float16, np.float64
    in_cache = len(plan.starts) == 1 and 2 * plan.units * n <= STAYING_ENTRIES
    return np.float64, np.bool if activation in BINARY and not in_cache else np.float64


def _state(
    stack: tuple[int, int], factor: tuple[int, int], sizes: list[int], exact: type, kept: type | None
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
    """Room for W_0, W - W_0 and, if kept, phi'(H) of blocks of these sizes."""
    n, r = factor
    weights, slopes = ([(*stack, rows, size) for size in sizes] for rows in (r, n))
    held = (slopes, kept) if kept else ([], np.float64)
    initial, displacement, marks = zeros((weights, exact), (weights, np.float64), held)
    return list(zip_longest(initial, displacement, marks))
