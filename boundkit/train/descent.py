"""Gradient descent on the hidden weights, over batches of trials and blocks of hidden units."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from operator import methodcaller
from typing import Any

import numpy as np

from boundkit.train.backend import Array, Backend, on_device, worker_count
from boundkit.train.blocks import Blocks, in_groups, total
from boundkit.train.checks import checkpoint_steps, positive
from boundkit.train.cpu_blocks import CompiledBlock, FusedDescent
from boundkit.train.fused import compiles
from boundkit.train.groups import block_groups
from boundkit.train.initialise import trial_indices
from boundkit.train.plan import Plan, in_smaller_blocks, require_memory
from boundkit.train.problem import Problem, coefficient, half_width
from boundkit.train.processes import Crew, worth_forking
from boundkit.train.records import Records, recorded_steps
from boundkit.train.run import Run
from boundkit.train.spectra import (
    drift_norms,
    extreme_singular_values,
    jacobian_grams,
    triangular_factors,
)
from boundkit.train.ticker import Ticker
from boundkit.train.workers import Parallel, Workers, serially

Progress = Callable[[int, int], None]
Walk = Callable[[int], list[Array]]  # makes some steps and returns the squared norms [3, trials] of each
LONGEST_WINDOW = 64  # steps between two looks of the host at the misfits
WORK_BETWEEN_CHECKS = 2e7  # activations evaluated between two looks of the host, on the CPU


def train(
    problem: Problem,
    *,
    k: int,
    step_size: float,
    steps: int,
    trials: Iterable[int] = (0,),
    seed: int = 0,
    checkpoints: Iterable[int] = (),
    stop_at: float | None = None,
    block: int | None = None,
    device: str | Backend = "auto",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Gradient descent on 1/2 |f(W) - y|^2 from W_0 with i.i.d. N(0, 1) entries (os19, section 2).

    `trials` are the indices of independent initialisations of `seed`; a trial's result does not depend on
    the others, on `workers` or, up to rounding, on `block` (hidden units handled at a time). Singular values
    and drift of the Jacobian are taken at the steps in `checkpoints`. A trial stops when its misfit is at
    most `stop_at` * norm_y, or when it diverges, and `Run.status` says so. `progress(done, total)` is called
    from this thread a few times a second.

    Raises BadInput for arguments that cannot be used and Infeasible when memory does not suffice.

    >>> problem = Problem(X=np.eye(4), y=[1.0, -1.0, 0.5, 2.0], activation="softplus")
    >>> run = train(problem, k=400, step_size=0.3, steps=100, stop_at=1e-3, device="cpu")
    >>> run.status[0].value, bool(run.misfit[0, -1] <= 1e-3 * run.norm_y)
    ('stopped', True)
    """
    half_width(k)
    chosen = trial_indices(trials, seed=seed)
    marks = checkpoint_steps(checkpoints, recorded_steps(steps, trials=len(chosen)))
    step_size = positive("step_size", step_size)
    stop_below = 0.0 if stop_at is None else positive("stop_at", stop_at) * problem.norm_y
    started = time.perf_counter()

    def compute(backend: Backend) -> Run:
        cores = worker_count(workers, backend)
        transposed, labels = backend.asarray(problem.factor.T), backend.asarray(problem.y)
        task = Task(
            problem=problem,
            backend=backend,
            signed_factor=backend.xp.stack([transposed, -transposed]),
            labels=labels,
            k=k,
            size=coefficient(k, norm_y=problem.norm_y, n=problem.n),
            step_size=step_size,
            steps=steps,
            seed=seed,
            checkpoints=marks,
            stop_below=stop_below,
        )

        def attempt(plan: Plan) -> Run:
            require_memory(plan.bytes, backend=backend, k=k)
            ticker = Ticker(len(chosen) * (steps + 1), progress)
            records = _train_chunks(task, plan, cores, ticker)
            ticker.finish()
            return Run(
                trials=chosen,
                seed=seed,
                k=k,
                step_size=step_size,
                norm_y=problem.norm_y,
                checkpoints=marks,
                backend=backend.name,
                reason=backend.reason,
                block=2 * plan.units,
                seconds=time.perf_counter() - started,
                **Records.joined(records),
            )

        sizes = {"k": k, "d": problem.factor.shape[1], "n": problem.n, "tiled": compiles(problem.activation, backend)}
        return in_smaller_blocks(attempt, chosen, block=block, workers=cores, backend=backend, **sizes)

    return on_device(device, compute)


@dataclass(frozen=True)
class Task:
    """What every chunk of trials of a run has in common; arrays are on the backend."""

    problem: Problem
    backend: Backend
    signed_factor: Array  # the transposed data [2, r, n] with the signs of the output weights
    labels: Array
    k: int
    size: float
    step_size: float
    steps: int
    seed: int
    checkpoints: tuple[int, ...]
    stop_below: float

    @property
    def interpreted(self) -> bool:
        """Whether the blocks are NumPy's, whose steps are many short calls of the interpreter."""
        return self.backend.fused and not compiles(self.problem.activation, self.backend)


def _train_chunks(task: Task, plan: Plan, cores: int, ticker: Ticker) -> list[Records]:
    products = sum(map(len, plan.chunks)) * task.problem.factor.size * task.k * task.steps
    apart = task.interpreted and worth_forking(products)

    def alone(trials: tuple[int, ...]) -> Records:
        return _train_chunk(task, plan, trials, _blocks(task, plan, trials, serially), serially, ticker)

    def together(trials: tuple[int, ...]) -> Records:
        blocks = _blocks(task, plan, trials, workers.map)
        with Crew.of(blocks, count=cores) if apart and len(blocks) > 1 else nullcontext(workers) as team:
            return _train_chunk(task, plan, trials, blocks, team.map, ticker)

    with Workers(cores) as workers, np.errstate(all="ignore"):
        if plan.over_chunks or cores == 1:
            return workers.map_reporting(alone, plan.chunks, ticker, apart=apart)
        return [together(trials) for trials in plan.chunks]


def _blocks(task: Task, plan: Plan, trials: tuple[int, ...], parallel: Parallel) -> Blocks:
    options: dict[str, Any] = {"seed": task.seed, "backend": task.backend, "parallel": parallel}
    return in_groups(next(block_groups(task.problem, plan, trials, together=len(plan.starts), **options)))


def _train_chunk(
    task: Task, plan: Plan, trials: tuple[int, ...], blocks: Blocks, parallel: Parallel, ticker: Ticker
) -> Records:
    records = Records(len(trials), task.checkpoints, task.stop_below)
    between = LONGEST_WINDOW
    if task.backend.fused:  # a device is not made to wait for the host more often than that
        between = int(min(between, max(1, WORK_BETWEEN_CHECKS / (task.problem.n * task.k * len(trials)))))
    walk = _many_steps(task, blocks, held=plan.keep) if parallel is serially or len(blocks) == 1 else None
    longest = between if walk else 1
    walk = walk or _single_steps(task, blocks, parallel)
    recent: list[Array] = []
    for first, last in _windows(task.checkpoints, task.steps, longest):
        recent += walk(last - first + 1)
        ticker.add((last - first + 1) * len(trials))
        if last in task.checkpoints:
            records.note(last, *_spectra(task, blocks, parallel))
        if len(recent) >= between or last == task.steps:
            records.extend(task.backend.to_host(task.backend.xp.stack(recent)))
            recent = []
            if records.all_ended():
                break
    return records


def _windows(checkpoints: tuple[int, ...], steps: int, longest: int) -> Iterator[tuple[int, int]]:
    """First and last step of windows that end at every checkpoint and at the last step."""
    first = 0
    for mark in (*checkpoints, steps):
        while first <= mark:
            last = min(mark, first + longest - 1)
            yield first, last
            first = last + 1


def _many_steps(task: Task, blocks: Blocks, *, held: bool) -> Walk | None:
    """Windows of steps without the host's work between them, where the blocks have such a pass on one thread."""
    constants: dict[str, Any] = {"labels": task.labels, "size": task.size, "step_size": task.step_size}
    if task.interpreted:
        descent = FusedDescent(blocks, factor=task.problem.factor, **constants)
        return lambda count: list(descent.walk(count))
    whole = blocks[0]
    if len(blocks) == 1 and held and isinstance(whole, CompiledBlock):
        return lambda count: list(whole.descend(count, **constants))
    return None


def _single_steps(task: Task, blocks: Blocks, parallel: Parallel) -> Walk:
    push: Array | None = None

    def walk(count: int) -> list[Array]:
        nonlocal push
        rows = []
        for _ in range(count):
            measured, push = _step(task, blocks, push, parallel)
            rows.append(measured)
        return rows

    return walk


def _step(task: Task, blocks: Blocks, push: Array | None, parallel: Parallel) -> tuple[Array, Array]:
    """One pass over all blocks: squared misfit, distance and step [3, trials], and the next update's push."""
    xp = task.backend.xp
    outputs, step_squares, distance_squares = total(parallel(methodcaller("advance", push), blocks))
    residual = task.size * (outputs[:, 0, :] - outputs[:, 1, :]) - task.labels
    measured = xp.stack([xp.sum(residual * residual, axis=-1), distance_squares, step_squares])
    return measured, task.signed_factor * ((-task.step_size * task.size) * residual)[:, None, None, :]


def _spectra(task: Task, blocks: Blocks, parallel: Parallel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shared: dict[str, Any] = {"size": task.size, "parallel": parallel, "backend": task.backend}
    gram = task.problem.gram
    grams = jacobian_grams(blocks, gram=gram, **shared)
    smallest, largest = extreme_singular_values(grams, lambda: triangular_factors(blocks, **shared))
    return smallest, largest, drift_norms(blocks, gram=gram, **shared)
