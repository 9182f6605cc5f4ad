"""Pairs of weights of two-layer networks: how far Jacobian, features and their Gram matrix move between them.

Each trial has four pairs: the start and a random point at the radius of the statement (or 1), the same closer by, one
unit moved along the sample that it sees most steeply, and all units along the leading direction of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import (
    alpha,
    jacobian_drift,
    norm_J,
    norm_v_inf,
    radius,
    sigma_min_J,
    weight_change,
)
from boundkit.statement.words.generalisation_lemmas import gradient_row, hidden_change_row, output_column, output_norm
from boundkit.statement.words.landscape import weight_change_spectral
from boundkit.statement.words.shared import feature_sigma_min
from boundkit.statement.words.stochastic import jacobian_shift, weight_shift
from boundkit.statement.words.stochastic_network import (
    feature_gram_change,
    feature_min_0,
    feature_norm_0,
    features_norm,
    features_norm_other,
    largest_weights,
    max_hidden_row,
    output_weights_bound,
    output_weights_norm,
    output_weights_norm_0,
)
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.shallow import Shallow, initial_layers, measure_start
from boundkit.train.shallow.observe import jacobian_change
from boundkit.train.shallow.plan import shallow_memory
from boundkit.train.shallow.reference import jacobian, phi
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, joined, number
from boundkit.verify.observe.shallow.layers import network_of, start_columns

Layers = tuple[np.ndarray, np.ndarray]
NEAR = 1e-3  # of the radius
ROUND = 1e-9
REPLAY_ENTRIES = 4e7


def _start(binding: Binding, plan: Plan, trial: int) -> Mapping[Symbol, np.ndarray]:
    network = network_of(binding, plan)
    start = measure_start(network, k=plan.width, trials=[trial], seed=plan.seed, device="cpu")
    values = start_columns(network, start)
    limit = _row_limit(binding)
    if limit is not None:
        values[max_hidden_row] = np.minimum(values[max_hidden_row], limit * (1 - 2 * ROUND))
    bound = column(start.output_weights_norm)
    return {**values, alpha: values[feature_sigma_min], output_weights_norm: bound, output_weights_bound: 1.01 * bound}


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial, _measured) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """The same pairs with explicit Jacobians and features in long double arithmetic."""
    if float(plan.width) * plan.data.n**2 * plan.data.d > REPLAY_ENTRIES:
        return None
    return _one(binding, plan, trial, _explicit)


def _one(binding: Binding, plan: Plan, trial: int, measured: Any) -> Observations:
    network, start = network_of(binding, plan), _start(binding, plan, trial)
    found = [measured(network, at, to) for at, to in _pairs(binding, plan, network, trial, start)]
    symbols: dict[Symbol, np.ndarray] = {symbol: np.array([[row[symbol] for row in found]]) for symbol in found[0]}
    symbols[radius] = symbols[weight_change]
    symbols[output_weights_bound] = symbols[output_weights_norm]
    return Observations((trial,), {**start, **symbols})


def _pairs(
    binding: Binding, plan: Plan, network: Shallow, trial: int, start: Mapping[Symbol, np.ndarray]
) -> list[tuple[Layers, Layers]]:
    expression = binding.statement.summary.get("radius")
    reach = 1.0 if expression is None else float(np.squeeze(number(binding, expression, start))) * (1 - ROUND)
    limit = _row_limit(binding)
    W, V = initial_layers(
        network.hidden, network.output, k=plan.width, d=network.d, outputs=network.outputs, seed=plan.seed, trial=trial
    )
    W = _clipped(W, limit)
    probe = NEAR * reach
    rng = nested_stream(plan.seed, Role.PERTURBATION, trial)
    away, across = rng.standard_normal(W.shape), rng.standard_normal(V.shape) * network.moves_output
    length = float(np.sqrt((away**2).sum() + (across**2).sum()))
    steep = W.copy()
    hidden, lengths = network.X @ W.T, np.linalg.norm(network.X, axis=1)[:, None]
    slopes = network.activation.derivative_values(hidden)
    if not network.moves_output:  # then only the change of the slope moves the Jacobian
        slopes = network.activation.derivative_values(hidden + probe * lengths) - slopes
    slopes = np.abs(slopes) * lengths
    sample, unit = np.unravel_index(int(np.argmax(slopes)), slopes.shape)
    steep[unit] = W[unit] + probe * network.X[sample] / np.linalg.norm(network.X[sample])
    points = [(W + s * away / length, V + s * across / length) for s in (reach, NEAR * reach)]
    pairs = [((W, V), (_clipped(A, limit), B)) for A, B in points]
    pairs.append(((W, V), (_clipped(steep, limit), V)))
    if expression is None:
        size = limit * (1 - ROUND) if limit is not None else float(np.linalg.norm(W, axis=1).max())
        leading = np.linalg.svd(network.X)[2][0]
        along = np.outer(np.full(plan.width, size), leading)
        pairs.append(((along, V), ((1 - NEAR) * along, V)))
    return pairs


def _row_limit(binding: Binding) -> float | None:
    """The bound that the statement puts on the weights of one hidden unit."""
    for item in binding.statement.hypotheses:
        if item.relation.lhs == max_hidden_row:
            return float(np.squeeze(number(binding, item.relation.rhs, {})))
    return None


def _clipped(W: np.ndarray, limit: float | None) -> np.ndarray:
    if limit is None:
        return W
    norms = np.linalg.norm(W, axis=1, keepdims=True)
    return np.asarray(W * np.minimum(1.0, limit * (1 - ROUND) / norms))


def _measured(network: Shallow, at: Layers, to: Layers) -> dict[Symbol, float]:
    features = [network.activation.value_and_derivative(network.X @ W.T)[0] for W, _ in (at, to)]
    smallest, largest, moved = jacobian_change(network, at=at, to=to)
    return {**_values(at, to, features, smallest, largest, moved), **_rows(network, to)}


def _explicit(network: Shallow, at: Layers, to: Layers) -> dict[Symbol, float]:
    layers = [(W.astype(np.longdouble), V.astype(np.longdouble)) for W, V in (at, to)]
    X = network.X.astype(np.longdouble)
    features = [np.asarray(phi(network, 0, X @ W.T)) for W, _ in layers]
    before, after = (jacobian(network, W, V) for W, V in layers)
    values = np.linalg.svd(after, compute_uv=False)
    moved = float(np.linalg.norm(after - before, 2))
    found = _values(at, to, features, float(values[-1]), float(values[0]), moved)
    return {**found, **_rows(network, to)}


def _rows(network: Shallow, at: Layers) -> dict[Symbol, float]:
    """The largest row of a gradient over all unit residuals: |V_s| |D_s X| of some unit s, exactly."""
    slopes = network.activation.derivative_values(network.X @ at[0].T)
    columns = np.linalg.norm(at[1], axis=0)
    spectra = np.linalg.norm(slopes.T[:, :, None] * network.X[None], 2, axis=(1, 2))
    return {gradient_row: float((columns * spectra).max())}


def _values(
    at: Layers, to: Layers, features: list[np.ndarray], smallest: float, largest: float, moved: float
) -> dict[Symbol, float]:
    before, after = features
    spectra = [np.linalg.svd(item.astype(float), compute_uv=False) for item in features]
    change = np.sqrt(((to[0] - at[0]) ** 2).sum() + ((to[1] - at[1]) ** 2).sum())
    gram = np.sqrt(((after @ after.T - before @ before.T) ** 2).sum())
    smallest_features = [float(values[-1]) if len(values) == len(after) else 0.0 for values in spectra]
    return {
        feature_min_0: smallest_features[0],
        feature_norm_0: float(spectra[0][0]),
        output_weights_norm_0: float(np.linalg.norm(at[1], 2)),
        **dict.fromkeys((weight_change, weight_shift), float(change)),
        **dict.fromkeys((jacobian_drift, jacobian_shift), moved),
        sigma_min_J: smallest,
        norm_J: largest,
        feature_sigma_min: smallest_features[1],
        features_norm: float(spectra[1][0]),
        features_norm_other: float(spectra[0][0]),
        feature_gram_change: float(gram),
        largest_weights: max(float(np.linalg.norm(W)) for W, _ in (at, to)),
        norm_v_inf: float(np.abs(to[1]).max()),
        output_norm: float(np.linalg.norm(to[1], 2)),
        output_column: float(np.linalg.norm(to[1], axis=0).max()),
        weight_change_spectral: float(np.linalg.norm(to[0] - at[0], 2)),
        hidden_change_row: float(np.linalg.norm(to[0] - at[0], axis=1).max()),
        output_weights_norm: max(float(np.linalg.norm(V, 2)) for _, V in (at, to)),
    }


def _bytes(binding: Binding, plan: Plan) -> int:
    return 4 * shallow_memory(k=plan.width, d=plan.data.d, n=plan.data.n)


WEIGHTS = Experiment(_sample, replay=_replay, start=_start, bytes_needed=_bytes)
