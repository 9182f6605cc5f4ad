"""Gradient descent and stochastic gradient descent on two-layer networks, batched over trials."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from boundkit.errors import BadInput
from boundkit.train.backend import Backend, select_device, with_fallback, worker_count
from boundkit.train.checks import checkpoint_steps, integer, positive
from boundkit.train.initialise import trial_indices
from boundkit.train.processes import worth_forking
from boundkit.train.records import Records, recorded_steps
from boundkit.train.shallow.initialise import initial_layers
from boundkit.train.shallow.network import Shallow
from boundkit.train.shallow.plan import ShallowPlan, with_fewer_trials
from boundkit.train.shallow.run import ShallowRun
from boundkit.train.shallow.sampling import BatchStreams
from boundkit.train.shallow.spectra import drift, jacobian_blocks, singular_values
from boundkit.train.shallow.step import CURVES, State
from boundkit.train.ticker import Ticker
from boundkit.train.workers import Workers

WORK_BETWEEN_CHECKS = 2e7  # activations evaluated between two looks of the host at the misfits
DRAWN_AHEAD = 256  # steps


@with_fallback
def descend(
    network: Shallow,
    *,
    k: int,
    step_size: float | Sequence[float],
    steps: int,
    trials: Iterable[int] = (0,),
    start: int | None = None,
    seed: int = 0,
    checkpoints: Iterable[int] = (),
    stop_at: float | None = None,
    radius: float | Sequence[float] | None = None,
    block: int | None = None,
    device: str | Backend = "auto",
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ShallowRun:
    """Train the network for `steps` steps in every trial; all algorithms of the papers but least squares.

    A trial has its own initial weights and its own batches; with `start` all trials share the weights of that trial
    and differ in their batches only. A result does not depend on the other trials, on `workers` or on `block` (trials
    handled at a time). A trial ends when its misfit is at most `stop_at` * |Y|, with the first iterate at a distance
    above `radius`, or when it diverges, and `status` says so. Singular values and drift of the Jacobian in the trained
    layers are taken at the steps in `checkpoints`. Step size and radius are one number, or one a trial.

    Raises BadInput for arguments that cannot be used and Infeasible when memory does not suffice.

    >>> from boundkit.train.shallow import Batches, NormalHidden, NormalOutput
    >>> start = {"hidden": NormalHidden(), "output": NormalOutput(0.1)}
    >>> net = Shallow(np.eye(3), [1.0, -1.0, 0.5], "tanh", trained="both", batches=Batches(1), **start)
    >>> run = descend(net, k=200, step_size=0.002, steps=200, trials=range(4), device="cpu")
    >>> run.loss.shape, bool((run.loss[:, -1] < run.loss[:, 0]).all())
    ((4, 201), True)
    """
    backend, chosen = select_device(device), trial_indices(trials, seed=seed)
    cores = worker_count(workers, backend)
    task = Task(
        network=network,
        backend=backend,
        k=integer("k", k, 1),
        step_sizes=_per_trial("step_size", step_size, chosen),
        steps=recorded_steps(steps, trials=len(chosen), curves=len(CURVES)),
        start=None if start is None else integer("start", start, 0),
        seed=seed,
        checkpoints=checkpoint_steps(checkpoints, steps),
        stop_below=0.0 if stop_at is None else positive("stop_at", stop_at) * network.norm_Y,
        radii=dict.fromkeys(chosen, np.inf) if radius is None else _per_trial("radius", radius, chosen),
    )
    started = time.perf_counter()
    sizes = {"k": k, "d": network.d, "n": network.n, "outputs": network.outputs}

    def attempt(plan: ShallowPlan) -> tuple[ShallowPlan, list[Records]]:
        ticker = Ticker(len(chosen) * (steps + 1), progress)
        found = _train_chunks(task, plan.chunks, cores, ticker)
        ticker.finish()
        return plan, found

    plan, records = with_fewer_trials(attempt, chosen, block=block, workers=cores, backend=backend, **sizes)
    joined = Records.joined(records)
    return ShallowRun(
        trials=chosen,
        seed=seed,
        k=k,
        step_size=max(task.step_sizes.values()),
        norm_y=network.norm_Y,
        checkpoints=task.checkpoints,
        backend=backend.name,
        reason=backend.reason,
        block=plan.together,
        seconds=time.perf_counter() - started,
        loss=network.loss.of_misfit(joined["misfit"], network.n),
        **joined,
    )


@dataclass(frozen=True)
class Task:
    """What every chunk of trials of a run has in common."""

    network: Shallow
    backend: Backend
    k: int
    step_sizes: Mapping[int, float]
    steps: int
    start: int | None
    seed: int
    checkpoints: tuple[int, ...]
    stop_below: float
    radii: Mapping[int, float]


def _train_chunks(task: Task, chunks: tuple[tuple[int, ...], ...], cores: int, ticker: Ticker) -> list[Records]:
    with Workers(cores) as workers, np.errstate(all="ignore"):
        if cores > 1 and len(chunks) > 1:
            products = sum(map(len, chunks)) * task.network.factor.size * task.k * task.steps
            return workers.map_reporting(
                lambda trials: _train_chunk(task, trials, ticker),
                chunks,
                ticker,
                apart=task.backend.fused and worth_forking(products),
            )
        return [_train_chunk(task, trials, ticker) for trials in chunks]


def _train_chunk(task: Task, trials: tuple[int, ...], ticker: Ticker) -> Records:
    network, backend = task.network, task.backend
    state = State(network, *_layers(task, trials), backend)
    streams = _streams(task, trials)
    radii = np.array([task.radii[trial] for trial in trials])
    records = Records(len(trials), task.checkpoints, task.stop_below, radius=radii, curves=CURVES)
    step_sizes = backend.asarray([[[task.step_sizes[trial]]] for trial in trials])
    between = int(min(64, max(1, WORK_BETWEEN_CHECKS / (network.n * task.k * len(trials)))))
    first, counts, recent = None, None, []
    for step in range(task.steps + 1):
        if step:
            if streams is not None and (step - 1) % DRAWN_AHEAD == 0:
                counts = backend.asarray(streams.draw(min(DRAWN_AHEAD, task.steps - step + 1)))
            state.move(step_sizes, None if counts is None else counts[(step - 1) % DRAWN_AHEAD, :, :])
        recent.append(state.forward())
        ticker.add(len(trials))
        if step in task.checkpoints or (step == 0 and task.checkpoints):
            now = jacobian_blocks(network, backend, value=state.value, derivative=state.derivative, output=state.output)
            first = now if first is None else first
            if step in task.checkpoints:
                records.note(step, *singular_values(network, backend, now), drift(network, backend, now, first))
        if len(recent) == between or step == task.steps:
            records.extend(backend.to_host(backend.xp.stack(recent)))
            recent = []
            if records.all_ended():
                break
    return records


def _layers(task: Task, trials: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """W_0 [trials, k, d] and V_0 [trials, K, k]."""
    network = task.network

    def one(trial: int) -> tuple[np.ndarray, np.ndarray]:
        return initial_layers(
            network.hidden,
            network.output,
            k=task.k,
            d=network.d,
            outputs=network.outputs,
            seed=task.seed,
            trial=trial,
        )

    drawn = [one(trial) for trial in trials] if task.start is None else [one(task.start)] * len(trials)
    return np.stack([W for W, _ in drawn]), np.stack([V for _, V in drawn])


def _streams(task: Task, trials: tuple[int, ...]) -> BatchStreams | None:
    network = task.network
    if not network.batches.random(network.n):
        return None
    keys = [(trial if task.start is None else task.start, trial) for trial in trials]
    return BatchStreams(network.batches, seed=task.seed, keys=keys, n=network.n)


def _per_trial(name: str, value: float | Sequence[float], trials: tuple[int, ...]) -> dict[int, float]:
    """A positive number for every trial; BadInput unless there is one, or one a trial."""
    if not isinstance(value, Sequence | np.ndarray):
        return dict.fromkeys(trials, positive(name, value))
    if len(value) != len(trials):
        raise BadInput(name, f"{len(value)} numbers", f"must be one number, or one for each of {len(trials)} trials")
    return {trial: positive(name, number) for trial, number in zip(trials, value, strict=True)}
