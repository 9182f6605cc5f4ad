"""One sampler for each kind of experiment that a claim can name; none knows which theorem it serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.arithmetic import FLOAT, evaluate
from boundkit.query import Binding
from boundkit.statement.vocabulary import (
    distance,
    flips,
    jacobian_drift,
    k,
    lambda_max_factor,
    lambda_max_hadamard,
    lambda_min_factor,
    lambda_min_hadamard,
    max_diagonal,
    min_diagonal,
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
    Problem,
    Status,
    flip_budget,
    lipschitz_ratio,
    measure,
    train,
    worst_flip_perturbation,
)
from boundkit.verify.judge import Observations, floats

Progress = Callable[[int, int], None]
STOP_AT = 1e-8  # relative misfit below which rounding, not training, is observed


@dataclass(frozen=True)
class Plan:
    """How to run: trial indices, width, steps, seed, device; `progress(done, total)` counts training steps."""

    problem: Problem
    width: int
    trials: tuple[int, ...]
    steps: int
    seed: int
    device: str
    progress: Progress | None = None


def observe(experiment: str, binding: Binding, plan: Plan) -> Observations:
    """The observations that claims of this kind of experiment are about."""
    return _SAMPLERS[experiment](binding, plan)


def start_values(binding: Binding, plan: Plan, trial: int) -> dict[Symbol, np.ndarray]:
    """What is measured of one initialisation, as arrays [1, 1]; flips only where the statement asks for them."""
    first = measure(plan.problem, k=plan.width, trials=[trial], seed=plan.seed, device=plan.device)
    values = {
        misfit_0: _column(first.misfit_0),
        sigma_min_J0: _column(first.sigma_min_J0),
    }
    if any(flips in binding.reduce(item.relation).free_symbols for item in binding.statement.hypotheses):
        reach = float(np.squeeze(number(binding, radius, values)))
        budget = (
            flip_budget(plan.problem, k=plan.width, radius=reach, seed=plan.seed, trial=trial)
            if 0 < reach < np.inf
            else np.array([plan.width])
        )
        values[flips] = _column(np.array([budget.max()], dtype=float))
    return values


def number(binding: Binding, expression: Any, values: Mapping[Symbol, Any]) -> Any:
    """`expression` in float64 from the bound values and `values`."""
    with np.errstate(all="ignore"):
        return evaluate(binding.reduce(expression), {**floats(binding), **values}, FLOAT)


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
            step_size=float(np.squeeze(number(binding, step_size, start))),
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
    values = {misfit_0: _column(first.misfit_0), sigma_min_J0: _column(first.sigma_min_J0)}
    return Observations(plan.trials, values)


def _weights(binding: Binding, plan: Plan) -> Observations:
    """Random pairs at distance 1 and nearby, and the worst single unit; norms at the initialisation."""
    first = measure(plan.problem, k=plan.width, trials=plan.trials, seed=plan.seed, device=plan.device)
    ratios = lipschitz_ratio(plan.problem, k=plan.width, trials=plan.trials, seed=plan.seed)
    worst_unit = np.full(len(plan.trials), ratios.adversarial)
    values = {
        norm_J: _column(first.norm_J0),
        jacobian_drift: np.stack([ratios.random, ratios.small, worst_unit], axis=1),
        weight_change: np.ones((len(plan.trials), 3)),
    }
    return Observations(plan.trials, values)


def _flips(binding: Binding, plan: Plan) -> Observations:
    reach = float(np.squeeze(number(binding, radius, {})))
    moved = [
        worst_flip_perturbation(plan.problem, k=plan.width, radius=reach, seed=plan.seed, trial=trial)
        for trial in plan.trials
    ]
    values = {
        jacobian_drift: _column(np.array([item.drift for item in moved])),
        weight_change: _column(np.array([item.distance for item in moved])),
    }
    return Observations(plan.trials, values)


def _matrices(binding: Binding, plan: Plan) -> Observations:
    """Pairs of random positive semidefinite matrices of the size of the data."""
    n = plan.problem.n
    rows = []
    for trial in plan.trials:
        rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(plan.seed, spawn_key=(9, trial))))
        a, b = (g @ g.T / n for g in rng.standard_normal((2, n, 2 * n)))
        product, factor = np.linalg.eigvalsh(a * b), np.linalg.eigvalsh(a)
        rows.append([product[0], product[-1], factor[0], factor[-1], np.diag(b).min(), np.diag(b).max()])
    symbols = (
        lambda_min_hadamard,
        lambda_max_hadamard,
        lambda_min_factor,
        lambda_max_factor,
        min_diagonal,
        max_diagonal,
    )
    return Observations(plan.trials, dict(zip(symbols, map(_column, np.array(rows).T), strict=True)))


_SAMPLERS: dict[str, Callable[[Binding, Plan], Observations]] = {
    "training": _training,
    "initialisation": _initialisation,
    "weights": _weights,
    "flips": _flips,
    "matrices": _matrices,
}


def _run_symbols(binding: Binding) -> set[Symbol]:
    statement = binding.statement
    found: set[Symbol] = binding.reduce(step_size).free_symbols
    for item in (*(h.relation for h in statement.hypotheses), *(c.template for c in statement.claims)):
        found = found | binding.reduce(item).free_symbols
    return found - {k}


def _column(array: np.ndarray) -> np.ndarray:
    return np.asarray(array, dtype=float).reshape(-1, 1)


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
