"""Deep ReLU networks moved within a spectral ball: one column a kind of move and layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import k, radius
from boundkit.statement.words.deep import (
    batch_slope,
    feature_change,
    last_gradient_norm,
    last_width,
    layer_batch_gradient,
    layer_distance,
    layer_flips,
    layer_gradient_norm,
    layer_width,
    max_hidden_norm,
    max_width,
    mean_slope,
    one_sided_norm,
    perturbed_output,
    perturbed_product,
    perturbed_weight_norm,
    product_norm,
    union_flips,
    weight_change_sum,
)
from boundkit.statement.words.shared import b
from boundkit.train import select_device
from boundkit.train.deep import MarginProblem, Moved, perturb
from boundkit.train.deep.products import product_norm as dense_norm
from boundkit.train.deep.start import start_pass
from boundkit.verify.observe.conditions import wanted
from boundkit.verify.observe.deep import network
from boundkit.verify.observe.deep.conditions import among_columns
from boundkit.verify.observe.deep.searches import Points
from boundkit.verify.observe.deep.start_replay import slow_values
from boundkit.verify.observe.deep.weights_replay import slow_moves
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column


def _sample(binding: Binding, plan: Plan) -> Observations:
    problem, widths = network.problem_of(binding, plan), network.widths_of(binding, plan)
    rows = [
        perturb(problem, widths=widths, seed=plan.seed, trial=trial, **_options(binding, plan)) for trial in plan.trials
    ]
    norms = [_dense_norm(problem, widths, plan.seed, t) for t in plan.trials] if _asks_dense(binding) else None
    return _observed(binding, plan, plan.trials, rows, norms)


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """The same moved weights, everything of them in long double arithmetic; None where that takes too long."""
    problem, widths = network.problem_of(binding, plan), network.widths_of(binding, plan)
    moves = slow_moves(problem, widths, seed=plan.seed, trial=trial, **_options(binding, plan))
    if moves is None:
        return None
    norms = None
    if _asks_dense(binding):
        again = slow_values(problem, widths, Points(1), {product_norm}, seed=plan.seed, trial=trial)
        if again is None:
            return None
        norms = [again[product_norm]]
    return _observed(binding, plan, (trial,), [moves], norms)


def _shape(binding: Binding, plan: Plan) -> dict[Symbol, Any]:
    widths = network.widths_of(binding, plan)
    return {
        layer_width: np.array([widths], dtype=float),
        last_width: np.float64(widths[-1]),
        max_width: np.float64(max(widths)),
        k: np.float64(plan.width),
    }


def _options(binding: Binding, plan: Plan) -> dict[str, Any]:
    """How far the weights move, and what is measured of them only where the statement asks for it."""
    asked = wanted(binding)
    known = {**_shape(binding, plan), layer_width: np.float64(plan.width)}
    reach = network.chosen_radius(binding, known)
    sparsity = network.sparsity_of(binding, {**known, radius: np.float64(reach)})
    return {
        "radius": reach,
        "batch": network.integer_value(binding, plan, b),
        "products": perturbed_product in asked,
        "sparsity": sparsity if perturbed_output in asked else None,
    }


def _observed(
    binding: Binding, plan: Plan, trials: tuple[int, ...], rows: list[list[Moved]], norms: list[float] | None
) -> Observations:
    reach, shape = _options(binding, plan)["radius"], _shape(binding, plan)
    layers = shape[layer_width].shape[1]
    columns = [_columns(moves, reach) for moves in rows]
    values: dict[Symbol, Any] = {symbol: np.stack([row[symbol] for row in columns]) for symbol in columns[0]}
    shape[layer_width] = np.tile(shape[layer_width], len(rows[0]))
    given = {symbol: value for symbol, value in shape.items() if symbol not in binding.values or symbol == layer_width}
    if norms is not None:
        values[one_sided_norm] = column(np.array(norms))
    constants = network.constants_of(binding, network.loss_of(binding, plan))
    everything = {**constants, **given, **values, radius: np.float64(reach)}
    return among_columns(binding, trials, everything, len(rows[0]) * layers)


def _asks_dense(binding: Binding) -> bool:
    return one_sided_norm in wanted(binding)


def _dense_norm(problem: MarginProblem, widths: tuple[int, ...], seed: int, trial: int) -> float:
    """An upper bound of the norm on sparse vectors: that on all vectors, at the initialisation."""
    stacked, seen = start_pass(problem, widths=widths, seed=seed, trial=trial, backend=select_device("cpu"))
    return dense_norm([layer[0] for layer in stacked], [mask[0] for mask in seen.masks])


def _columns(moves: list[Moved], reach: float) -> dict[Symbol, np.ndarray]:
    layers = len(moves[0].flips)

    def repeated(numbers: list[float]) -> np.ndarray:
        return np.repeat(np.array(numbers, dtype=float), layers)

    return {
        feature_change: np.concatenate([m.feature_change for m in moves]),
        weight_change_sum: np.concatenate([np.cumsum(m.weight_change) for m in moves]),
        layer_flips: np.concatenate([m.flips for m in moves]),
        layer_distance: repeated([min(m.weight_change.max(), reach) for m in moves]),
        perturbed_weight_norm: repeated([m.weight_norm.max() for m in moves]),
        layer_gradient_norm: repeated([m.gradient.max() for m in moves]),
        layer_batch_gradient: repeated([m.batch_gradient.max() for m in moves]),
        union_flips: repeated([m.union_flips for m in moves]),
        last_gradient_norm: repeated([m.last_gradient for m in moves]),
        mean_slope: repeated([m.mean_slope for m in moves]),
        batch_slope: repeated([m.batch_slope for m in moves]),
        max_hidden_norm: repeated([m.largest_norm for m in moves]),
        perturbed_product: repeated([m.product for m in moves]),
        perturbed_output: repeated([m.sparse_output for m in moves]),
    }


WEIGHTS = Experiment(_sample, replay=_replay, bytes_needed=network.deep_bytes)
