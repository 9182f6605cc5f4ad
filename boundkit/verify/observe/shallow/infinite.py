"""Training at infinite width, the reference for claims that hold for all large widths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sympy import Symbol

from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement.vocabulary import misfit_0, norm_J, sigma_min_J0, tau
from boundkit.statement.words.generalisation import initial_prediction
from boundkit.statement.words.shared import K
from boundkit.train.infinite import (
    Limit,
    LimitRun,
    balanced_limit,
    descend_limit,
    replay_limit,
    sample_limit,
    signs_limit,
)
from boundkit.train.shallow import Balanced, PairedSigns, Shallow, Signs
from boundkit.train.shallow.sampling import BatchStreams
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, joined, step_sizes
from boundkit.verify.observe.shallow.layers import STOP_AT, along, ball_radius, network_of, steps_of


@dataclass(frozen=True, eq=False)
class LimitCurves:
    """The curves of one run [1, T + 1]; a single unit has no limit: infinitely many share what the layer moves."""

    misfit: np.ndarray
    distance: np.ndarray
    path_length: np.ndarray
    row_distance: np.ndarray
    loss: np.ndarray
    steps: np.ndarray


def _network(binding: Binding, plan: Plan) -> Shallow:
    """The network of the statement; NotApplicable where its limit is not known."""
    setting = binding.statement.setting
    if setting is None or setting.trained == "hidden weights":
        network = network_of(binding, plan)
        if isinstance(network.output, Balanced | Signs | PairedSigns) and network.loss.name == "half sum of squares":
            return network
    raise NotApplicable("k", "infinite: the limit is known for fixed output weights, balanced or of random signs")


def _limit(network: Shallow, plan: Plan) -> Limit:
    output = network.output
    if isinstance(output, Balanced):
        return balanced_limit(plan.data, plan.activation)
    assert isinstance(output, Signs | PairedSigns)
    paired = isinstance(output, PairedSigns)
    return signs_limit(plan.data, plan.activation, output_scale=output.nu, paired=paired)


def _start(binding: Binding, plan: Plan, trial: int) -> Mapping[Symbol, np.ndarray]:
    network = _network(binding, plan)
    return {**_measured(_limit(network, plan), network, plan, trial), tau: np.zeros((1, 1))}


def _measured(limit: Limit, network: Shallow, plan: Plan, trial: int) -> dict[Symbol, np.ndarray]:
    values = np.linalg.eigvalsh(limit.gram)
    residual = limit.residual(seed=plan.seed, trial=trial)
    return {
        misfit_0: column(np.array([np.linalg.norm(residual)])),
        initial_prediction: column(np.array([np.linalg.norm(residual + limit.y)])),
        sigma_min_J0: column(np.array([np.sqrt(max(values[0], 0.0))])),
        norm_J: column(np.array([np.sqrt(values[-1])])),
        K: column(np.array([network.outputs])),
    }


def _one(binding: Binding, plan: Plan, trial: int, steps: int, *, slow: bool) -> Observations:
    network = _network(binding, plan)
    limit = _limit(network, plan)
    start = _measured(limit, network, plan, trial)
    size = step_sizes(binding, start, 1)[0]
    residual = limit.residual(seed=plan.seed, trial=trial)
    counts = np.ones((steps, network.n))
    random = network.batches.random(network.n)
    if random:
        streams = BatchStreams(network.batches, seed=plan.seed, keys=[(trial, trial)], n=network.n)
        counts = network.loss.factor(network.batches.samples(network.n)) * streams.draw(steps)[:, 0]
    if slow:
        run = replay_limit(limit, residual, counts, step_size=size)
    elif random:
        run = sample_limit(limit, residual, counts, step_size=size)
    else:
        run = descend_limit(limit, residual, step_size=size, steps=steps)
    seen = along(binding, _ended(run, network), ball_radius(binding, start, 1))
    return Observations((trial,), {**seen, **start}, () if np.isfinite(run.misfit).all() else (trial,))


def _ended(run: LimitRun, network: Shallow) -> LimitCurves:
    """The run up to the misfit below which rounding is observed, NaN from there on."""
    below = run.misfit < STOP_AT * network.norm_Y
    last = int(below.argmax()) if below.any() else len(below) - 1
    kept = np.arange(len(below)) <= last
    names = ("misfit", "distance", "path_length")
    curves = {name: np.where(kept, getattr(run, name), np.nan)[None, :] for name in names}
    return LimitCurves(
        **curves,
        row_distance=np.full((1, len(below)), np.nan),
        loss=network.loss.of_misfit(curves["misfit"], network.n),
        steps=np.array([last]),
    )


def _training(binding: Binding, plan: Plan) -> Observations:
    steps = steps_of(binding, plan)
    return joined([_one(binding, plan, trial, steps, slow=False) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """Step after step in long double arithmetic."""
    return _one(binding, plan, trial, step, slow=True)


INFINITE = Experiment(_training, replay=_replay, start=_start)
