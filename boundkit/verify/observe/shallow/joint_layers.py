"""Two-layer networks of which both layers move: norm, gradients and change of the Jacobian, at adverse weights.

Each trial has four pairs of weights: all zero and equal output weights; small units along the leading direction of the
data and equal output weights, and the same a little further; random ones; one unit moved where its slope changes most.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import norm_v_inf, weight_change
from boundkit.statement.words.generalisation_lemmas import (
    gradient_row,
    joint_drift,
    joint_norm,
    output_gradient_entry,
    output_weight_change,
)
from boundkit.statement.words.landscape import frobenius_W, row_max_W
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.perturbations import worst_single_unit
from boundkit.train.problem import Problem
from boundkit.train.shallow import Given, Shallow
from boundkit.train.shallow.observe import jacobian_change
from boundkit.train.shallow.reference import jacobian
from boundkit.verify.observe.plan import Experiment, Observations, Plan, in_agreement, joined

SMALL = 1e-3
MOST_ENTRIES = 4e7  # of an explicit Jacobian
Layers = tuple[np.ndarray, np.ndarray]
Measure = Callable[[Shallow, Layers, Layers], dict[Symbol, float]]


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial, _measured) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """The same pairs with explicit Jacobians and features in long double arithmetic."""
    outputs = plan.data.K
    entries = float(plan.data.n) * outputs * plan.width * (plan.data.d + outputs)
    return None if entries > MOST_ENTRIES else _one(binding, plan, trial, _explicit)


def _one(binding: Binding, plan: Plan, trial: int, measure: Measure) -> Observations:
    pairs = _pairs(plan, trial)
    found = [measure(_network(plan, at), at, to) for at, to in pairs]
    values: dict[Symbol, Any] = {symbol: np.array([[row[symbol] for row in found]]) for symbol in found[0]}
    return Observations((trial,), in_agreement(binding, values))


def _network(plan: Plan, at: Layers) -> Shallow:
    return Shallow(plan.data.X, plan.data.y, plan.activation, Given(at[0]), Given(at[1]), trained="both")


def _pairs(plan: Plan, trial: int) -> list[tuple[Layers, Layers]]:
    rng, X, width, outputs = nested_stream(plan.seed, Role.PERTURBATION, trial, 7), plan.data.X, plan.width, plan.data.K
    size = 10.0 ** rng.uniform(-1, 1)
    zero, none = np.zeros((width, X.shape[1])), np.zeros((outputs, width))
    equal = np.full((outputs, width), size)
    leading = np.linalg.svd(X)[2][0]
    lined = np.outer(SMALL * (1 + rng.exponential(size=width)), leading)
    W, V = rng.standard_normal(zero.shape), size * rng.standard_normal(none.shape)
    away, across = 10.0 ** rng.uniform(-2, 0, 2)
    random = W + away * rng.standard_normal(W.shape), V + across * rng.standard_normal(V.shape)
    stand_in = Problem(X=X, y=np.ones(len(X)), activation=plan.activation)
    _, lower, upper = worst_single_unit(stand_in, k=2 * width)
    curved, moved = W.copy(), W.copy()
    curved[0], moved[0] = stand_in.basis @ lower, stand_in.basis @ upper
    return [
        ((zero, none), (zero, equal)),
        ((lined, equal), ((1 + SMALL) * lined, equal)),
        ((W, V), random),
        ((curved, equal), (moved, equal)),
    ]


def _measured(network: Shallow, at: Layers, to: Layers) -> dict[Symbol, float]:
    features, slopes = network.activation.value_and_derivative(network.X @ to[0].T)
    _, largest, moved = jacobian_change(network, at=at, to=to)
    units = np.linalg.norm(slopes.T[:, :, None] * network.X, 2, axis=(1, 2))
    return {
        joint_norm: largest,
        joint_drift: moved,
        gradient_row: float((np.linalg.norm(to[1], axis=0) * units).max()),
        output_gradient_entry: float(np.linalg.norm(features, axis=0).max()),
        **_sizes(at, to),
    }


def _explicit(network: Shallow, at: Layers, to: Layers) -> dict[Symbol, float]:
    before, after = (jacobian(network, *(layer.astype(np.longdouble) for layer in layers)) for layers in (at, to))
    width, d = to[0].shape
    rows = [after[:, unit * d : (unit + 1) * d] for unit in range(width)]
    return {
        joint_norm: _norm(after.T),
        joint_drift: _norm((after - before).T),
        gradient_row: max(_norm(row) for row in rows),
        output_gradient_entry: float(np.sqrt((after[:, width * d :] ** 2).sum(axis=0)).max()),
        **_sizes(at, to),
    }


def _norm(matrix: np.ndarray) -> float:
    """The spectral norm, from the Gram matrix of the columns."""
    return float(np.sqrt(max(np.linalg.eigvalsh(matrix.T @ matrix)[-1], 0.0)))


def _sizes(at: Layers, to: Layers) -> dict[Symbol, float]:
    """Norms of the weights; the bound on the change holds with the output weights of either end."""
    return {
        frobenius_W: float(np.linalg.norm(to[0])),
        row_max_W: float(np.linalg.norm(to[0], axis=1).max()),
        norm_v_inf: float(np.abs(to[1]).max()),
        output_weight_change: float(np.abs(to[1] - at[1]).max()),
        weight_change: float(np.linalg.norm(to[0] - at[0])),
    }


def _bytes(binding: Binding, plan: Plan) -> int:
    """The pairs of weights, and of every unit its features and its gradient."""
    n, d, outputs = plan.data.n, plan.data.d, plan.data.K
    return 8 * plan.width * (10 * (d + outputs) + n * (d + 6))


JOINT = Experiment(_sample, replay=_replay, bytes_needed=_bytes)
