"""Deep ReLU networks in training: risks, margins, distances and flips along (stochastic) gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.errors import Infeasible
from boundkit.query import Binding
from boundkit.statement.vocabulary import distance, radius, step_size, tau
from boundkit.statement.words.deep import (
    batch_slope,
    conditional_drift,
    final_risk,
    last_gradient_norm,
    layer_distance,
    layer_flips,
    margin_change_max,
    margin_drift,
    margin_gain,
    mean_slope,
    misclassified,
    misclassified_0,
    next_risk,
    risk_hitting_time,
    target_risk,
    union_flips,
)
from boundkit.statement.words.shared import T, gradient_norm, loss, loss_0
from boundkit.train import Status
from boundkit.train.deep import MarginProblem, train
from boundkit.verify.observe.conditions import wanted
from boundkit.verify.observe.deep import network, potential, replay as slow
from boundkit.verify.observe.deep.conditions import along_run
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column

CHECKPOINTS = 32  # steps at which spectral distances are exact; at the others they are enclosed


@dataclass(frozen=True)
class Curves:
    """What the engine and the slow implementation both see, [trials, T + 1] or with samples or layers last."""

    risk: np.ndarray
    mean_slope: np.ndarray
    batch_slope: np.ndarray
    outputs: np.ndarray
    drift: np.ndarray
    gradient: np.ndarray
    distance: np.ndarray
    spectral: np.ndarray
    flips: np.ndarray
    union_flips: np.ndarray


def _sample(binding: Binding, plan: Plan) -> Observations:
    if conditional_drift in wanted(binding):
        return potential.sample(binding, plan)
    problem, steps, size = _arrangement(binding, plan)
    iterations = network.integer_value(binding, plan, T)
    if iterations is not None and iterations > steps:
        raise Infeasible(f"{iterations} steps are asked for, {iterations / steps:.3g} times the {steps} allowed")
    target = _target(binding, plan)
    run = train(
        problem,
        widths=network.widths_of(binding, plan),
        step_size=size,
        steps=steps,
        trials=plan.trials,
        seed=plan.seed,
        batch=network.batch_of(binding, plan),
        target=target,
        checkpoints=[int(step) for step in np.unique(np.geomspace(1, steps, CHECKPOINTS).astype(int))],
        device=plan.device,
        progress=plan.progress,
    )
    late = [t for t, status in zip(run.trials, run.status, strict=True) if status is Status.COMPLETED]
    ends = iterations is not None and any(T in item.relation.free_symbols for item in binding.statement.hypotheses)
    if final_risk in wanted(binding) and target is not None and late and not ends:
        raise Infeasible(f"{len(late)} of {len(run.trials)} trials miss the target within {steps} steps")
    awaited = not any(item.role == "run" for item in binding.statement.hypotheses)
    if misclassified in wanted(binding) and late and not ends and awaited:
        margins = plan.data.y * run.outputs[:, -1]
        erring = int((margins <= 0).any(axis=1).sum())
        if erring:
            raise Infeasible(f"{erring} of {len(run.trials)} trials still misclassify a sample after {steps} steps")
    names = Curves.__dataclass_fields__.keys() - {"spectral"}
    curves = Curves(spectral=run.spectral_lower, **{name: getattr(run, name) for name in names})
    broken = tuple(t for t, status in zip(run.trials, run.status, strict=True) if status is Status.DIVERGED)
    upper = {layer_distance: run.spectral_upper.max(axis=2)}
    return along_run(binding, run.trials, _values(binding, plan, curves, run.step_size), broken, upper)


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """One trial in long double arithmetic; None where that would take too long."""
    if conditional_drift in wanted(binding):
        return potential.replay(binding, plan, trial, step)
    problem, steps, size = _arrangement(binding, plan)
    curves = slow.curves(
        problem,
        widths=network.widths_of(binding, plan),
        step_size=size,
        steps=steps,
        seed=plan.seed,
        trial=trial,
        batch=network.batch_of(binding, plan),
        target=_target(binding, plan),
    )
    if curves is None:
        return None
    return along_run(binding, (trial,), _values(binding, plan, Curves(**curves), size), ())


def _arrangement(binding: Binding, plan: Plan) -> tuple[MarginProblem, int, float]:
    """The problem, the number of steps and their size."""
    problem = network.problem_of(binding, plan)
    size = network.chosen_step(binding, plan, problem.loss)
    covered = network.allowed_time(binding, plan, size)
    steps = network.steps_of(binding, plan)
    return problem, steps if covered is None else min(steps, covered), size


def _target(binding: Binding, plan: Plan) -> float | None:
    return network.value_of(binding, plan, target_risk)


def _values(binding: Binding, plan: Plan, seen: Curves, size: float) -> dict[Symbol, Any]:
    y, count = plan.data.y, seen.risk.shape[1]
    last = np.maximum(np.isfinite(seen.risk).sum(axis=1) - 1, 0)
    rows = np.arange(len(last))
    margins = y * seen.outputs
    gain = np.full_like(margins, np.nan)
    gain[:, :-1] = margins[:, 1:] - margins[:, :-1]
    drift = y * seen.drift
    excess = np.where(np.isnan(gain), np.inf, gain + size * drift)
    worst = (rows[:, None], np.arange(count)[None, :], excess.argmin(axis=2))
    following = np.full_like(seen.risk, np.nan)
    following[:, :-1] = seen.risk[:, 1:]
    steps = np.arange(count, dtype=float)[None, :]
    values: dict[Symbol, Any] = {
        **network.constants_of(binding, network.loss_of(binding, plan)),
        tau: steps,
        step_size: np.float64(size),
        loss: seen.risk,
        loss_0: seen.risk[:, :1],
        next_risk: following,
        final_risk: column(seen.risk[rows, last]),
        mean_slope: seen.mean_slope,
        batch_slope: seen.batch_slope,
        gradient_norm: np.sqrt((seen.gradient**2).sum(axis=2)),
        last_gradient_norm: seen.gradient[:, :, -1],
        distance: np.sqrt((seen.distance**2).sum(axis=2)),
        layer_distance: seen.spectral.max(axis=2),
        layer_flips: seen.flips.max(axis=2),
        union_flips: seen.union_flips,
        misclassified: column((margins[rows, last] <= 0).sum(axis=1)),
        misclassified_0: column((margins[:, 0] <= 0).sum(axis=1)),
        risk_hitting_time: column(last),
        margin_change_max: np.abs(gain).max(axis=2),
        margin_gain: gain[worst],
        margin_drift: drift[worst],
    }
    if T not in binding.values:
        values[T] = np.where(steps <= last[:, None], steps, np.nan)
    if radius in wanted(binding):
        ends = {T: float(last.max()), step_size: np.float64(size)}
        values[radius] = np.float64(network.chosen_radius(binding, ends))
    return values


TRAINING = Experiment(_sample, replay=_replay, bytes_needed=network.deep_bytes)
