"""Gradient descent and SGD on all hidden layers of a deep ReLU network, over batches of trials."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from boundkit.errors import BadInput, Infeasible
from boundkit.train.backend import Array, Backend, select_device, with_fallback, worker_count
from boundkit.train.checks import checkpoint_steps, integer, positive
from boundkit.train.deep.layers import (
    flip_counts,
    forward,
    gradients,
    quadratic,
    sent_back,
    squares,
    tangent_kernels,
)
from boundkit.train.deep.problem import MarginProblem, hidden_widths, output_signs
from boundkit.train.deep.run import DeepRecords, DeepRun, curves, joined
from boundkit.train.deep.separation import separations
from boundkit.train.deep.spectral import SpectralNorm, spectral_norms
from boundkit.train.deep.streams import Batches, DeepRole, deep_stream, stacked_weights
from boundkit.train.initialise import trial_indices
from boundkit.train.plan import require_memory
from boundkit.train.processes import worth_forking
from boundkit.train.records import recorded_steps
from boundkit.train.ticker import Ticker
from boundkit.train.workers import Workers

Progress = Callable[[int, int], None]
CHUNK_ENTRIES = 2**16  # weights of one layer, over the trials of a chunk, that fit a small cache
DEVICE_ENTRIES = 2**25
WORK_BETWEEN_CHECKS = 2e7  # multiplications between two looks of the host at the risks
LONGEST_WINDOW = 64


@dataclass(frozen=True)
class DeepTask:
    """What every chunk of trials of a run has in common."""

    problem: MarginProblem
    widths: tuple[int, ...]
    step_size: float
    steps: int
    seed: int
    batch: int | None
    target: float | None
    checkpoints: tuple[int, ...]
    backend: Backend

    @property
    def entries(self) -> int:
        """Weights of one trial."""
        return sum(a * b for a, b in zip((self.problem.d, *self.widths), self.widths, strict=False))


@with_fallback
def train(
    problem: MarginProblem,
    *,
    widths: Sequence[int],
    step_size: float,
    steps: int,
    trials: Iterable[int] = (0,),
    seed: int = 0,
    batch: int | None = None,
    target: float | None = None,
    checkpoints: Iterable[int] = (),
    together: int | None = None,
    device: str | Backend = "auto",
    workers: int | None = None,
    progress: Progress | None = None,
) -> DeepRun:
    """(Stochastic) gradient descent on the risk from the Gaussian initialisation (`zczg18`, section 3).

    `batch` samples a step, drawn uniformly without replacement, fresh at every step; None takes all (gradient
    descent). A trial ends when its risk is at most `target` or exactly 0, or when it diverges. Exact spectral distances
    and separations of features are taken at `checkpoints`. A trial does not depend on the others nor on `together`, the
    trials that run side by side. Raises BadInput for arguments that cannot be used and Infeasible when memory does not
    suffice.

    >>> problem = MarginProblem(X=np.eye(2), y=[1, -1], loss="squared_hinge")
    >>> run = train(problem, widths=(64, 64), step_size=0.5 / 64, steps=200, target=1e-3, device="cpu")
    >>> run.status[0].value, bool(run.risk[0, run.steps[0]] <= 1e-3)
    ('stopped', True)
    """
    started, backend = time.perf_counter(), select_device(device)
    chosen = trial_indices(trials, seed=seed)
    if batch is not None and integer("batch", batch, 1) > problem.n:
        raise BadInput("batch", batch, f"must be at most the {problem.n} samples")
    hidden = hidden_widths(widths)
    seen = sum(curves(n=problem.n, layers=len(hidden)))
    steps = recorded_steps(steps, trials=len(chosen), curves=seen)
    marks = checkpoint_steps(checkpoints, steps)
    task = DeepTask(
        problem=problem,
        widths=hidden,
        step_size=positive("step_size", step_size),
        steps=steps,
        seed=seed,
        batch=None if batch == problem.n else batch,
        target=None if target is None else positive("target", target),
        checkpoints=marks,
        backend=backend,
    )
    cores = worker_count(workers, backend)
    size = together or max(1, (CHUNK_ENTRIES if backend.fused else DEVICE_ENTRIES) * 2 // task.entries)
    size = min(size, max(1, -(-len(chosen) // cores)))
    shape = {"d": problem.d, "n": problem.n}
    while True:
        at_once = min(cores, -(-len(chosen) // size))
        needed = memory_needed(task.widths, trials=size * at_once, **shape)
        if together is None and size > 1 and needed > backend.memory():
            size //= 2
            continue
        require_memory(needed, backend=backend, k=min(task.widths))
        chunks = [chosen[first : first + size] for first in range(0, len(chosen), size)]
        ticker = Ticker(len(chosen) * (steps + 1), progress)
        try:
            with backend.guard():
                parts = _train_chunks(task, chunks, cores, ticker)
            break
        except MemoryError:
            if size == 1:
                raise Infeasible(f"widths = {task.widths}: out of memory even with one trial at a time") from None
            size //= 2
    ticker.finish()
    return DeepRun(
        trials=chosen,
        seed=seed,
        widths=task.widths,
        step_size=task.step_size,
        batch=task.batch,
        steps=np.concatenate([records.last for records, _ in parts]),
        status=tuple(status for records, _ in parts for status in records.status),
        checkpoints=marks,
        backend=backend.name,
        seconds=time.perf_counter() - started,
        **joined([arrays for _, arrays in parts]),
    )


def _train_chunks(
    task: DeepTask, chunks: list[tuple[int, ...]], cores: int, ticker: Ticker
) -> list[tuple[DeepRecords, dict[str, np.ndarray]]]:
    with Workers(cores) as pool, np.errstate(all="ignore"):
        products = sum(map(len, chunks)) * task.problem.n * task.entries * task.steps
        return pool.map_reporting(
            lambda chunk: _train_chunk(task, chunk, ticker),
            chunks,
            ticker,
            apart=task.backend.fused and worth_forking(products),
        )


def memory_needed(widths: Sequence[int], *, d: int, n: int, trials: int = 1) -> int:
    """Bytes that training holds: weights, start, displacement, gradients and temporaries, features of all samples.

    >>> memory_needed((1000, 1000), d=10, n=8) < 80 * 2**20
    True
    """
    weights = sum(a * b for a, b in zip((d, *widths), widths, strict=False))
    return 8 * trials * (7 * weights + 8 * n * sum(widths))


def _train_chunk(task: DeepTask, trials: tuple[int, ...], ticker: Ticker) -> tuple[DeepRecords, dict[str, np.ndarray]]:
    n = task.problem.n
    state = _State(task, trials)
    records = DeepRecords(len(trials), n=n, layers=len(task.widths), target=task.target)
    between = int(min(LONGEST_WINDOW, max(1, WORK_BETWEEN_CHECKS / (3 * n * task.entries * len(trials)))))
    separation = np.full((len(trials), len(task.checkpoints), len(task.widths)), np.nan)
    for first in range(0, task.steps + 1, between):
        window = min(between, task.steps + 1 - first)
        shares = state.shares(window)
        recent = []
        for step in range(first, first + window):
            recent.append(state.step(shares[step - first], exact=step in task.checkpoints))
            if step in task.checkpoints:
                separation[:, task.checkpoints.index(step)] = state.separations()
        ticker.add(window * len(trials))
        records.extend(task.backend.to_host(task.backend.xp.stack(recent)))
        if not records.running.any():
            break
    arrays = records.close()
    late = np.array(task.checkpoints)[None, :] > records.last[:, None]
    separation[late] = np.nan
    return records, {**arrays, "separation": separation}


class _State:
    """The weights of some trials, kept as W(0) and displacement, so that small updates are not rounded away."""

    def __init__(self, task: DeepTask, trials: tuple[int, ...]) -> None:
        self.task, self.backend = task, task.backend
        problem, upload = task.problem, task.backend.asarray
        self.X, self.y = upload(problem.X), upload(problem.y)
        self.signs = upload(output_signs(task.widths[-1]))
        drawn = stacked_weights(task.widths, d=problem.d, seed=task.seed, trials=trials)
        self.initial = [upload(layer) for layer in drawn]
        self.displacement = [task.backend.xp.zeros_like(layer) for layer in self.initial]
        self.norms = [SpectralNorm(upload(self._directions(layer.shape, trials))) for layer in drawn]
        self.batches = (
            None
            if task.batch is None
            else [Batches(problem.n, task.batch, seed=task.seed, trial=trial) for trial in trials]
        )
        self.trials = len(trials)
        self.masks_0: list[Array] | None = None

    def shares(self, steps: int) -> list[Array]:
        """Weights of the samples in the next steps: [trials, n] each."""
        n = self.task.problem.n
        if self.batches is None:
            return [self.backend.asarray(np.full((self.trials, n), 1 / n))] * steps
        drawn = np.stack([batch.draw(steps) for batch in self.batches], axis=1)
        return [self.backend.asarray(share) for share in drawn]

    def step(self, share: Array, *, exact: bool) -> Array:
        """Observe the weights, then move them: one row [trials, entries] in the order of `run.FIELDS`."""
        xp, step_size, n = self.backend.xp, self.task.step_size, self.task.problem.n
        self.weights = [a + b for a, b in zip(self.initial, self.displacement, strict=True)]
        self.seen = seen = forward(self.X, self.weights, self.signs)
        if self.masks_0 is None:
            self.masks_0 = seen.masks
        value, slope = self.task.problem.loss.value_and_slope(self.y * seen.outputs)
        back = sent_back(seen, self.weights, self.signs)
        kernels = tangent_kernels(seen, back)
        drawn, everyone = share * slope * self.y, slope * self.y / n  # minus the derivatives of the losses
        ascent = gradients(seen, back, drawn)
        distances = [squares(layer) for layer in self.displacement]
        intervals = [self._interval(layer, distances[layer], exact) for layer in range(len(self.norms))]
        flips = [flip_counts(now, then) for now, then in zip(seen.masks, self.masks_0, strict=True)]
        drift = -xp.matmul(sum(kernels[1:], kernels[0]), drawn[..., None])[..., 0]
        per_layer = [
            [xp.sqrt(quadratic(kernel, everyone)) for kernel in kernels],
            [xp.sqrt(quadratic(kernel, drawn)) for kernel in kernels],
            [xp.sqrt(item) for item in distances],
            [low for low, _ in intervals],
            [high for _, high in intervals],
            [largest for largest, _ in flips],
        ]
        ones = [xp.sum(value, axis=-1) / n, xp.sum(slope, axis=-1) / n, xp.sum(share * slope, axis=-1), flips[-1][1]]
        row = [xp.stack(ones, axis=-1), seen.outputs, drift, *(xp.stack(part, axis=-1) for part in per_layer)]
        self.displacement = [u + step_size * move for u, move in zip(self.displacement, ascent, strict=True)]
        return xp.concat(row, axis=-1)

    def separations(self) -> np.ndarray:
        """Smallest distances of normalised features of opposite labels, layer by layer, on the host: [trials, L]."""
        opposite = self.task.problem.y[:, None] * self.task.problem.y[None, :] < 0
        features = [self.backend.to_host(layer) for layer in self.seen.features[1:]]
        return np.stack([separations(layer, opposite) for layer in features], axis=1)

    def _interval(self, layer: int, total: Array, exact: bool) -> tuple[Array, Array]:
        if exact:
            norm = spectral_norms(self.displacement[layer])
            return norm, norm
        return self.norms[layer].interval(self.displacement[layer], total)

    def _directions(self, shape: tuple[int, ...], trials: tuple[int, ...]) -> np.ndarray:
        drawn = [
            deep_stream(self.task.seed, DeepRole.DIRECTIONS, trial, *shape[1:]).standard_normal((1, shape[2]))
            for trial in trials
        ]
        return np.stack([vector / np.linalg.norm(vector) for vector in drawn])
