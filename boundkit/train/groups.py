"""The blocks of hidden units of a few trials, drawn and put where they are trained."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from functools import partial
from itertools import accumulate, pairwise

import numpy as np
from array_api_compat import device

from boundkit.train.backend import Backend
from boundkit.train.blocks import Block
from boundkit.train.cpu_blocks import CompiledBlock, FusedBlock
from boundkit.train.fused import compiles
from boundkit.train.initialise import UnitStreams
from boundkit.train.plan import Plan
from boundkit.train.problem import Problem
from boundkit.train.workers import Parallel


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
    kind = partial(CompiledBlock if compiles(activation, backend) else FusedBlock, keep=plan.keep)
    streams = UnitStreams(seed=seed, trials=trials, d=factor.shape[-1])
    for first in range(0, len(plan.starts), together):
        starts = plan.starts[first : first + together]
        drawn = [streams.draw(plan.size(start), parallel) for start in starts]
        if backend.fused:
            pairs = zip(drawn, _zeros([initial.shape for initial in drawn]), strict=True)
            yield [kind(initial, zeros, factor, activation, scratch) for initial, zeros in pairs]
        else:
            yield [Block(backend.asarray(initial), factor, activation, scratch) for initial in drawn]


def _zeros(shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    """Arrays cut from one, which the system gives larger pages than it would give to each."""
    edges = [0, *accumulate(map(math.prod, shapes))]
    whole = np.zeros(edges[-1])
    return [whole[start:stop].reshape(shape) for (start, stop), shape in zip(pairwise(edges), shapes, strict=True)]
