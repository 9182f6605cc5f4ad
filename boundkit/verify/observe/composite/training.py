"""SGD on composite objectives: half of the trials on a random map, half on a map with a rare and steep sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.errors import Infeasible
from boundkit.query import Binding
from boundkit.query.check import check
from boundkit.statement.vocabulary import (
    alpha,
    beta,
    distance,
    lipschitz,
    misfit,
    n,
    norm_J,
    path_length,
    radius,
    sigma_min_J,
    sigma_min_J0,
    step_size,
    tau,
)
from boundkit.statement.words.shared import b, loss, loss_0
from boundkit.statement.words.stochastic import (
    alpha_inner,
    batch_gradient_moment,
    batch_gradient_norm,
    beta_inner,
    beta_outer,
    growth,
    growth_sure,
    jacobian_shift,
    limit_loss,
    loss_before_exit,
    loss_given_stay,
    loss_slope,
    loss_slope_0,
    loss_slope_change,
    loss_smoothness,
    norm_J_outer,
    norm_J_start,
    outer_radius,
    output_shift,
    pl_constant,
    stopped_loss,
    stopped_path,
    weight_shift,
)
from boundkit.train.composite import Composite, CompositeRun, descend_composite, flattened_sine, random_map
from boundkit.verify.observe.conditions import conditions
from boundkit.verify.observe.plan import Experiment, Observations, Plan, joined, number

SAFE = 1e-6  # relative, by which measured constants are moved to the safe side
HALVINGS = 60
KICK = 2 * np.pi  # how far one draw of the steep sample moves the iterate: past the flat part from anywhere
FEWEST = 10**8


def problem_of(binding: Binding, plan: Plan, trial: int) -> Composite:
    """The objective of one trial: even trials have the rare sample, where batches are single samples."""
    size = int(plan.given.get("b", 1))
    rare = size == 1 and trial % 2 == 0
    reach = 0.02 if rare else 0.5
    for _ in range(HALVINGS):
        problem = _steep(binding, reach) if rare else random_map(n=plan.data.n, b=size, seed=plan.seed, size=reach)
        if not _refused(binding, problem):
            break
        reach /= 2
    return problem


def _steep(binding: Binding, start: float) -> Composite:
    """So many samples that one draw of the steep one, at the statement's own step size, leaves the curved part."""
    problem = flattened_sine(n=FEWEST, start=start)
    step = float(np.squeeze(number(binding, step_size, _constants(problem))))
    needed = (KICK / (step * start)) ** 2 if step > 0 else FEWEST
    return replace(problem, **_steepened(int(min(max(FEWEST, needed), 10**15)), start))


def _steepened(samples: int, start: float) -> dict[str, Any]:
    problem = flattened_sine(n=samples, start=start)
    return {"samples": problem.samples, "counts": problem.counts}


def _refused(binding: Binding, problem: Composite) -> bool:
    """Whether a condition that is measured on the start certainly fails: then the start must be nearer."""
    measured = {symbol: _ball(value) for symbol, value in _constants(problem).items()}
    run = (item for item in binding.statement.hypotheses if item.role == "run")
    return any(check(item, binding, measured).holds is False for item in run)


def _ball(value: Any) -> Any:
    import flint

    return flint.arb(float(np.squeeze(value)))


def _constants(problem: Composite) -> dict[Symbol, np.ndarray]:
    """What the statements ask of an objective and its start, as arrays [1, 1]."""
    known = problem.constants()
    J = problem.jacobian(problem.start)
    values = np.linalg.svd(J, compute_uv=False)
    z = problem.value(problem.start)
    slope = problem.curvature @ z
    least, most = float(values[-1]) * (1 - SAFE), float(values[0]) * (1 + SAFE)
    inner = least / (4 * problem.lipschitz)
    probe = problem.start + inner / 2 * np.eye(len(problem.start))[0]
    shifted = problem.value(probe)
    hessians, shares = problem.batches()
    batch_slopes = hessians @ z
    measured = {
        pl_constant: known["pl_constant"],
        loss_smoothness: known["loss_smoothness"],
        growth: known["growth"],
        growth_sure: known["growth_sure"],
        n: problem.n,
        b: problem.b,
        alpha: least,
        beta: most,
        lipschitz: problem.lipschitz * (1 + SAFE),
        loss_0: z @ problem.curvature @ z / 2,
        loss_slope_0: np.linalg.norm(slope),
        loss_slope: np.linalg.norm(slope),
        sigma_min_J0: values[-1],
        sigma_min_J: values[-1],
        norm_J: values[0],
        norm_J_start: values[0],
        norm_J_outer: values[0],
        radius: inner,
        outer_radius: 2 * inner,
        alpha_inner: least - problem.lipschitz * inner * (1 + SAFE),
        beta_inner: most + problem.lipschitz * inner,
        beta_outer: most + 2 * problem.lipschitz * inner,
        jacobian_shift: np.linalg.norm(problem.jacobian(probe) - J, 2),
        weight_shift: inner / 2,
        output_shift: np.linalg.norm(shifted - z),
        loss_slope_change: np.linalg.norm(problem.curvature @ (shifted - z)),
        batch_gradient_moment: shares @ (batch_slopes**2).sum(axis=1),
        batch_gradient_norm: np.linalg.norm(batch_slopes, axis=1).max(),
    }
    return {symbol: np.full((1, 1), float(value)) for symbol, value in measured.items()}


def _start(binding: Binding, plan: Plan, trial: int) -> Mapping[Symbol, np.ndarray]:
    values = _constants(problem_of(binding, plan, trial))
    return {**values, loss: values[loss_0]}


def _one(binding: Binding, plan: Plan, trial: int, steps: int, dtype: type) -> Observations:
    problem = problem_of(binding, plan, trial)
    constants = _constants(problem)
    size = float(np.squeeze(number(binding, step_size, constants)))
    options: dict[str, Any] = {"step_size": size, "steps": steps, "seed": plan.seed, "trial": trial, "dtype": dtype}
    weighted = descend_composite(problem, **options)
    plain = descend_composite(replace(problem, forced=0), **options) if problem.forced else weighted
    expression = binding.statement.summary.get("radius", radius)
    reach = float(np.squeeze(number(binding, expression, constants)))
    broken = () if np.isfinite(np.asarray(plain.loss, dtype=float)).all() else (trial,)
    means = {claim.observable for claim in binding.statement.claims if claim.chance == "in expectation"}
    seen = _curves(plain, reach) | {s: v for s, v in _curves(weighted, reach).items() if s in means}
    seen = _in_time(binding, {**constants, **seen})
    return Observations((trial,), seen, broken, (int(problem.forced > 0),))


def _curves(run: CompositeRun, reach: float) -> dict[Symbol, np.ndarray]:
    """Distance, path and losses of one run; losses and stopped path times its weight, but for that of the limit."""
    losses, moved = np.asarray(run.loss, dtype=float), np.asarray(run.distance, dtype=float)
    times = np.arange(len(losses))
    outside = moved > reach
    leaves = int(outside.argmax()) if outside.any() else len(losses)
    seen = run.weight * losses
    path = np.asarray(run.path_length, dtype=float)
    curves = {
        tau: times.astype(float),
        misfit: np.sqrt(losses),
        distance: moved,
        path_length: path,
        loss: seen,
        limit_loss: np.where(times == len(losses) - 1, losses, np.nan),
        stopped_loss: np.where(times < leaves, seen, 0.0),
        loss_before_exit: np.where(times <= leaves, seen, 0.0),
        loss_given_stay: seen if leaves == len(losses) else np.full(len(losses), np.nan),
        stopped_path: run.weight * path[[min(leaves, len(losses) - 1)]],
    }
    return {symbol: array[None, :] for symbol, array in curves.items()}


def _in_time(binding: Binding, seen: dict[Symbol, np.ndarray]) -> dict[Symbol, np.ndarray]:
    """Without the losses at steps of which the statement does not speak. Raises Infeasible where no step is left."""
    timed = {item.label for item in binding.statement.hypotheses if tau in item.relation.free_symbols}
    for label, holds in conditions(binding, seen):
        if label in timed:
            if not holds.any():
                raise Infeasible(f"no run of {seen[tau].shape[1] - 1} steps meets the condition {label}")
            seen = {**seen, loss: np.where(holds, seen[loss], np.nan)}
    return seen


def _training(binding: Binding, plan: Plan) -> Observations:
    runs = [_one(binding, plan, trial, plan.steps, np.float64) for trial in plan.trials]
    return joined(runs)


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same draws in long double arithmetic."""
    return _one(binding, plan, trial, step, np.longdouble)


TRAINING = Experiment(_training, replay=_replay, start=_start)
