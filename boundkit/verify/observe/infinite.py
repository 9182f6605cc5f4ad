"""Training at infinite width, the reference for claims that hold for all large widths."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import distance, misfit, misfit_0, norm_J, path_length, sigma_min_J0, step_size, tau
from boundkit.train.infinite import Limit, LimitRun, balanced_limit, descend_limit, replay_limit
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, joined, number
from boundkit.verify.observe.shallow import STOP_AT


def _start(binding: Binding, plan: Plan, trial: int) -> Mapping[Symbol, np.ndarray]:
    return _measured(balanced_limit(plan.data, plan.activation), plan, trial)


def _measured(limit: Limit, plan: Plan, trial: int) -> dict[Symbol, np.ndarray]:
    values = np.linalg.eigvalsh(limit.gram)
    return {
        misfit_0: column(np.array([np.linalg.norm(limit.residual(seed=plan.seed, trial=trial))])),
        sigma_min_J0: column(np.array([np.sqrt(max(values[0], 0.0))])),
        norm_J: column(np.array([np.sqrt(values[-1])])),
    }


def _one(
    binding: Binding, plan: Plan, limit: Limit, trial: int, steps: int, run: Callable[..., LimitRun]
) -> Observations:
    start = _measured(limit, plan, trial)
    size = float(np.squeeze(number(binding, step_size, start)))
    curves = run(limit, limit.residual(seed=plan.seed, trial=trial), step_size=size, steps=steps)
    ended = curves.misfit < STOP_AT * np.linalg.norm(limit.y)
    seen = {misfit: curves.misfit, distance: curves.distance, path_length: curves.path_length}
    values = {symbol: np.where(ended, np.nan, curve)[None, :] for symbol, curve in seen.items()}
    values[tau] = np.arange(steps + 1.0)[None, :]
    broken = () if np.isfinite(curves.misfit).all() else (trial,)
    return Observations((trial,), {**values, **start}, broken)


def _training(binding: Binding, plan: Plan) -> Observations:
    limit = balanced_limit(plan.data, plan.activation)
    return joined([_one(binding, plan, limit, trial, plan.steps, descend_limit) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """Step after step in long double arithmetic."""
    return _one(binding, plan, balanced_limit(plan.data, plan.activation), trial, step, replay_limit)


INFINITE = Experiment(_training, replay=_replay, start=_start)
