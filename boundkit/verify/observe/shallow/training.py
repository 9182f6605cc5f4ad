"""Balanced two-layer networks with one output: training, the initialisation, and perturbations of it."""

from __future__ import annotations

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import (
    distance,
    flips,
    jacobian_drift,
    k,
    misfit,
    misfit_0,
    norm_J,
    path_length,
    radius,
    sigma_min_J0,
    step_size,
    tau,
    weight_change,
)
from boundkit.train import (
    Status,
    flip_budget,
    lipschitz_ratio,
    measure,
    memory_needed,
    replay,
    train,
    worst_flip_perturbation,
)
from boundkit.verify.observe.plan import Experiment, Observations, Plan, Progress, column, number, step_sizes
from boundkit.verify.observe.shallow.training_replay import jacobian_cost, slow_drift, slow_ratios

STOP_AT = 1e-8  # relative misfit below which rounding, not training, is observed
REPLAY_LIMIT = 2e10  # multiplications in extended precision, some minutes


def start_values(binding: Binding, plan: Plan, trial: int) -> dict[Symbol, np.ndarray]:
    """What is measured of one initialisation, as arrays [1, 1]; flips only where the statement asks for them."""
    first = measure(plan.problem, k=plan.width, trials=[trial], seed=plan.seed, device=plan.device)
    values = {
        misfit_0: column(first.misfit_0),
        sigma_min_J0: column(first.sigma_min_J0),
    }
    if any(flips in binding.reduce(item.relation).free_symbols for item in binding.statement.hypotheses):
        reach = float(np.squeeze(number(binding, radius, values)))
        budget = (
            flip_budget(plan.problem, k=plan.width, radius=reach, seed=plan.seed, trial=trial, device=plan.device)
            if 0 < reach < np.inf
            else np.array([plan.width])
        )
        values[flips] = column(np.array([budget.max()], dtype=float))
    return values


def _training(binding: Binding, plan: Plan) -> Observations:
    """All trials together, or one after the other where the step size depends on the draw."""
    needs_start = bool(_run_symbols(binding) & {sigma_min_J0, flips})
    groups = [(trial,) for trial in plan.trials] if needs_start else [plan.trials]
    rows: list[dict[Symbol, np.ndarray]] = []
    broken: list[int] = []
    for position, group in enumerate(groups):
        start = start_values(binding, plan, group[0]) if needs_start else {}
        run = train(
            plan.problem,
            k=plan.width,
            step_size=step_sizes(binding, start, 1)[0],
            steps=plan.steps,
            trials=group,
            seed=plan.seed,
            stop_at=STOP_AT,
            device=plan.device,
            progress=_part(plan.progress, position, len(groups)),
        )
        broken += [t for t, status in zip(group, run.status, strict=True) if status is Status.DIVERGED]
        curve = {misfit: run.misfit, distance: run.distance, path_length: run.path_length}
        rows.append({**curve, **start, misfit_0: run.misfit[:, :1]})
    longest = max(row[misfit].shape[1] for row in rows)
    values = {symbol: np.concatenate([_padded(row[symbol], longest) for row in rows]) for symbol in rows[0]}
    values[tau] = np.arange(longest, dtype=float)[None, :]
    return Observations(plan.trials, values, tuple(broken))


def _initialisation(binding: Binding, plan: Plan) -> Observations:
    first = measure(plan.problem, k=plan.width, trials=plan.trials, seed=plan.seed, device=plan.device)
    values = {misfit_0: column(first.misfit_0), sigma_min_J0: column(first.sigma_min_J0)}
    return Observations(plan.trials, values)


def _weights(binding: Binding, plan: Plan) -> Observations:
    """Random pairs at distance 1 and nearby, and the worst single unit; norms at the initialisation."""
    first = measure(plan.problem, k=plan.width, trials=plan.trials, seed=plan.seed, device=plan.device)
    ratios = lipschitz_ratio(plan.problem, k=plan.width, trials=plan.trials, seed=plan.seed, device=plan.device)
    worst_unit = np.full(len(plan.trials), ratios.adversarial)
    values = {
        norm_J: column(first.norm_J0),
        jacobian_drift: np.stack([ratios.random, ratios.small, worst_unit], axis=1),
        weight_change: np.ones((len(plan.trials), 3)),
    }
    return Observations(plan.trials, values)


def _flips(binding: Binding, plan: Plan) -> Observations:
    reach = float(np.squeeze(number(binding, radius, {})))
    moved = [
        worst_flip_perturbation(
            plan.problem, k=plan.width, radius=reach, seed=plan.seed, trial=trial, device=plan.device
        )
        for trial in plan.trials
    ]
    values = {
        jacobian_drift: column(np.array([item.drift for item in moved])),
        weight_change: column(np.array([item.distance for item in moved])),
    }
    return Observations(plan.trials, values)


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """One trial in extended precision; None above `REPLAY_LIMIT` operations."""
    problem = plan.problem
    if float(plan.width) * problem.n * problem.d * (step + 1) > REPLAY_LIMIT:
        return None
    claims = (claim.template for claim in binding.statement.claims)
    start = any(sigma_min_J0 in binding.reduce(template).free_symbols for template in claims)
    measured = start_values(binding, plan, trial) if step and sigma_min_J0 in _run_symbols(binding) else {}
    run = replay(
        problem,
        k=plan.width,
        step_size=step_sizes(binding, measured, 1)[0] if step else 1e-300,
        steps=step,
        seed=plan.seed,
        trial=trial,
        checkpoints=(0,) if start else (),
    )
    values = {
        misfit: run.misfit.astype(float),
        distance: run.distance.astype(float),
        path_length: run.path_length.astype(float),
        misfit_0: run.misfit[:, :1].astype(float),
        tau: np.arange(run.misfit.shape[1], dtype=float)[None, :],
    }
    if start:
        values[sigma_min_J0] = run.sigma_min_J[:, :1]
    return Observations((trial,), values)


def _replay_weights(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """The same pairs, their Jacobians explicit; None above `REPLAY_LIMIT` operations."""
    problem = plan.problem
    if jacobian_cost(problem, plan.width) > REPLAY_LIMIT:
        return None
    norm, ratios = slow_ratios(problem, k=plan.width, seed=plan.seed, trial=trial)
    values = {norm_J: column(np.array([norm])), jacobian_drift: np.array([ratios]), weight_change: np.ones((1, 3))}
    return Observations((trial,), values)


def _replay_flips(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """The same moved weights, their Jacobian explicit; None above `REPLAY_LIMIT` operations."""
    problem = plan.problem
    if jacobian_cost(problem, plan.width) > REPLAY_LIMIT:
        return None
    reach = float(np.squeeze(number(binding, radius, {})))
    moved = worst_flip_perturbation(problem, k=plan.width, radius=reach, seed=plan.seed, trial=trial, device="cpu")
    drift, length = slow_drift(problem, moved.weights, k=plan.width, seed=plan.seed, trial=trial)
    values = {jacobian_drift: column(np.array([drift])), weight_change: column(np.array([length]))}
    return Observations((trial,), values)


def _bytes(binding: Binding, plan: Plan) -> int:
    return memory_needed(k=plan.width, d=plan.problem.d, n=plan.problem.n)


TRAINING = Experiment(_training, replay=_replay, start=start_values, bytes_needed=_bytes)
INITIALISATION = Experiment(_initialisation, replay=_replay, bytes_needed=_bytes)
WEIGHTS = Experiment(_weights, replay=_replay_weights, bytes_needed=_bytes)
FLIPS = Experiment(_flips, replay=_replay_flips, bytes_needed=_bytes)


def _run_symbols(binding: Binding) -> set[Symbol]:
    statement = binding.statement
    found: set[Symbol] = binding.reduce(step_size).free_symbols
    for item in (*(h.relation for h in statement.hypotheses), *(c.template for c in statement.claims)):
        found = found | binding.reduce(item).free_symbols
    return found - {k}


def _padded(array: np.ndarray, length: int) -> np.ndarray:
    missing = length - array.shape[1]
    return (
        array if missing <= 0 or array.shape[1] == 1 else np.pad(array, ((0, 0), (0, missing)), constant_values=np.nan)
    )


def _part(progress: Progress | None, position: int, parts: int) -> Progress | None:
    """The progress of one of several equal parts, in units of the whole."""
    if progress is None:
        return None
    return lambda done, total: progress(position * total + done, parts * total)
