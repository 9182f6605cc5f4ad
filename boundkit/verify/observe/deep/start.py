"""Deep ReLU networks at the Gaussian initialisation: norms, separations, products, sparse vectors, large gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.words.deep import (
    depth_index,
    hidden_norm_deviation,
    last_gradient_norm,
    last_width,
    layer_antipodal_separation,
    layer_cosine,
    layer_separation,
    layer_width,
    max_hidden_norm,
    max_width,
    mean_slope,
    min_hidden_norm,
    norm_ratio_deviation,
    output_max,
    small_preactivations,
    weight_norm,
)
from boundkit.train.deep import Start, measure
from boundkit.verify.observe.deep import network
from boundkit.verify.observe.deep.searches import searched
from boundkit.verify.observe.deep.start_replay import slow_start, slow_values
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column

ZERO = 1e-12  # a deviation of norms below this is rounding


def _sample(binding: Binding, plan: Plan) -> Observations:
    problem, widths = network.problem_of(binding, plan), network.widths_of(binding, plan)
    start = measure(
        problem,
        widths=widths,
        trials=plan.trials,
        seed=plan.seed,
        threshold=network.threshold_of(binding, plan),
        device=plan.device,
    )
    values = layer_values(start, widths)
    norms = zip(plan.trials, start.smallest_norm, strict=True)
    rows = [searched(binding, plan, problem, widths, float(norm), trial)[0] for trial, norm in norms]
    values |= {symbol: column(np.array([row[symbol] for row in rows])) for symbol in rows[0]}
    return Observations(plan.trials, {**network.constants_of(binding, problem.loss), **values})


def layer_values(start: Start, widths: tuple[int, ...]) -> dict[Symbol, Any]:
    """What every statement about the initialisation may ask for, one column a layer or one in all."""
    depth = np.arange(1, len(widths) + 1, dtype=float)[None, :]
    return {
        depth_index: depth,
        layer_width: np.array([widths], dtype=float),
        last_width: np.float64(widths[-1]),
        max_width: np.float64(max(widths)),
        norm_ratio_deviation: start.norm_ratio,
        hidden_norm_deviation: column(start.norm_deviation.max(axis=1)),
        weight_norm: column(start.weight_norm.max(axis=1)),
        layer_separation: start.separation,
        layer_cosine: start.cosine,
        small_preactivations: start.small_units,
        min_hidden_norm: column(start.smallest_norm),
        max_hidden_norm: column(start.largest_norm),
        output_max: column(start.output),
        mean_slope: column(start.mean_slope),
        last_gradient_norm: column(start.last_gradient),
    }


def _start(binding: Binding, plan: Plan, trial: int) -> Mapping[Symbol, np.ndarray]:
    """What conditions on one initialisation are about: the features that enter the last layer, norms of all inputs."""
    problem, widths = network.problem_of(binding, plan), network.widths_of(binding, plan)
    start = measure(problem, widths=widths, trials=[trial], seed=plan.seed, device=plan.device)
    deviation = float(start.input_deviation[0])
    return {
        layer_separation: column(start.last_separation),
        layer_antipodal_separation: column(start.last_antipodal),
        hidden_norm_deviation: column(np.array([deviation if deviation > ZERO else 0.0])),
        min_hidden_norm: column(start.smallest_norm),
        max_hidden_norm: column(start.largest_norm),
    }


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """One initialisation in long double arithmetic; what a search found is valued again where it was found."""
    problem, widths = network.problem_of(binding, plan), network.widths_of(binding, plan)
    slow = slow_start(problem, widths, seed=plan.seed, trial=trial, threshold=network.threshold_of(binding, plan))
    if slow is None:
        return None
    found, points = searched(binding, plan, problem, widths, float(slow.smallest_norm[0]), trial)
    again = slow_values(problem, widths, points, set(found), seed=plan.seed, trial=trial)
    if again is None:
        return None
    values = layer_values(slow, widths) | {symbol: column(np.array([value])) for symbol, value in again.items()}
    return Observations((trial,), {**network.constants_of(binding, problem.loss), **values})


INITIALISATION = Experiment(_sample, replay=_replay, start=_start, bytes_needed=network.deep_bytes)
