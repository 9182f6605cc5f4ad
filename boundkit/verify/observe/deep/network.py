"""Which deep network, loss, step size and radius a bound statement is about; the same for every kind of experiment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Le, Symbol

from boundkit.errors import BadInput, NotApplicable
from boundkit.query import Binding
from boundkit.statement import VOCABULARY
from boundkit.statement.classes import MARGIN_LOSS
from boundkit.statement.vocabulary import k, radius, step_size
from boundkit.statement.words.deep import (
    last_width,
    margin_loss_smoothness,
    max_width,
    preactivation_threshold,
    vector_sparsity,
)
from boundkit.statement.words.shared import L, T, b
from boundkit.train.deep import MarginLoss, MarginProblem, loss_with, memory_needed
from boundkit.verify.observe.plan import Plan, number

RADII = (1e-12, 1e6)


def value_of(binding: Binding, plan: Plan, symbol: Symbol) -> float | None:
    """A number of the statement, or one that the caller gave beside it; None where there is neither."""
    value = binding.values.get(symbol)
    return plan.given.get(symbol.name) if value is None else float(value.mid())


def integer_value(binding: Binding, plan: Plan, symbol: Symbol) -> int | None:
    """The same for an integer."""
    value = value_of(binding, plan, symbol)
    return None if value is None else int(value)


def widths_of(binding: Binding, plan: Plan) -> tuple[int, ...]:
    """L layers of the plan's width; the first has `max_width` and the last `last_width` units where these are given."""
    depth = integer_value(binding, plan, L)
    if depth is None:
        raise BadInput("L", None, "is needed: number of hidden layers, for example 2")
    shape = [plan.width] * depth
    shape[-1] = integer_value(binding, plan, last_width) or plan.width
    largest = integer_value(binding, plan, max_width)
    if largest is not None and depth > 1:
        shape[0] = largest
    elif largest is not None:
        shape[-1] = largest if integer_value(binding, plan, last_width) is None else shape[-1]
    return tuple(shape)


def loss_of(binding: Binding, plan: Plan) -> MarginLoss:
    """The loss with the constants of the statement or the caller; the logistic loss where there are none."""
    constants: dict[str, float] = {}
    for name in MARGIN_LOSS:
        symbol = VOCABULARY[name].symbol
        own = binding.statement.instance.get(symbol)
        value = value_of(binding, plan, symbol) if own is None else float(own)
        if value is not None:
            constants[name] = value
    return loss_with(constants)


def problem_of(binding: Binding, plan: Plan) -> MarginProblem:
    """The data of the plan with this loss; BadInput unless the labels are +1 and -1."""
    return MarginProblem(X=plan.data.X, y=plan.data.y, loss=loss_of(binding, plan))


def constants_of(binding: Binding, loss: MarginLoss) -> dict[Symbol, Any]:
    """The loss's own constants, for symbols that the caller left open."""
    symbols = {VOCABULARY[name].symbol: value for name, value in loss.constants.items()}
    return {symbol: np.float64(value) for symbol, value in symbols.items() if symbol not in binding.values}


def chosen_step(binding: Binding, plan: Plan, loss: MarginLoss) -> float:
    """The statement's step size: given by its setting, or the largest that its conditions allow.

    Without any condition 1 / (2 lambda k), which bounds the curvature of one step by a quarter (`zczg18` DRV-15).
    """
    if step_size in binding.values or binding.reduce(step_size) != step_size:
        return float(np.squeeze(number(binding, step_size, {k: float(plan.width)})))
    limits = _upper_limits(binding, step_size, {})
    smoothness = loss.constants[margin_loss_smoothness.name]
    return min(limits) if limits else 1 / (2 * smoothness * plan.width)


def chosen_radius(binding: Binding, values: Mapping[Symbol, Any]) -> float:
    """The statement's radius: the largest that its conditions allow, or the smallest, where they bound it from below.

    Raises NotApplicable when nothing says how large the ball is.
    """
    if radius in binding.values or binding.reduce(radius) != radius:
        return float(np.squeeze(number(binding, radius, values)))
    limits = _upper_limits(binding, radius, values)
    if limits:
        return min(limits)
    conditions = [item.relation for item in binding.statement.hypotheses if radius in item.relation.free_symbols]
    known = {**binding.values, **values, radius: None}
    conditions = [c for c in conditions if binding.reduce(c).free_symbols <= known.keys()]
    if not conditions:
        raise NotApplicable("radius", "no condition of the statement says how large the ball is")
    low, high = RADII
    for _ in range(100):
        middle = (low * high) ** 0.5
        good = all(_holds(binding, c, {**values, radius: middle}) for c in conditions)
        low, high = (low, middle) if good else (middle, high)
    return high


def threshold_of(binding: Binding, plan: Plan) -> float:
    """The level below which a pre-activation counts as small; 0 where the statement has none."""
    return value_of(binding, plan, preactivation_threshold) or 0.0


def sparsity_of(binding: Binding, values: Mapping[Symbol, Any]) -> int | None:
    """The number of non-zero entries of sparse vectors, None where the statement has none."""
    if not binding.reduce(vector_sparsity).free_symbols <= {*binding.values, *values}:
        return None
    return max(1, int(float(np.squeeze(number(binding, vector_sparsity, values)))))


def batch_of(binding: Binding, plan: Plan) -> int | None:
    """The batch size: all samples for gradient descent, one where a stochastic setting leaves it open."""
    setting = binding.statement.setting
    if setting is None or not setting.algorithm.startswith("stochastic"):
        return None
    return integer_value(binding, plan, b) or 1


def steps_of(binding: Binding, plan: Plan) -> int:
    """The steps to run: the statement's number of iterations where it is given, else the plan's."""
    return min(integer_value(binding, plan, T) or plan.steps, plan.steps)


def allowed_time(binding: Binding, plan: Plan, step: float) -> int | None:
    """The steps that the statement covers where it gives their order from above, the constant taken as 1."""
    reach = value_of(binding, plan, radius)
    known = {step_size: np.float64(step), **({} if reach is None else {radius: np.float64(reach)})}
    orders = [order for order in binding.statement.orders if order.quantity == "iterations" and order.side == "upper"]
    sides = [binding.reduce(order.expression) for order in orders]
    covered = [side for side in sides if side.free_symbols <= {*binding.values, *known}]
    return max(1, int(min(float(np.squeeze(number(binding, side, known))) for side in covered))) if covered else None


def deep_bytes(binding: Binding, plan: Plan) -> int:
    """Memory of a plan; refuses labels other than +1 and -1 and a missing depth before anything runs."""
    problem = MarginProblem(X=plan.data.X, y=plan.data.y)
    return memory_needed(widths_of(binding, plan), d=problem.d, n=problem.n)


def _upper_limits(binding: Binding, symbol: Symbol, values: Mapping[Symbol, Any]) -> list[float]:
    relations = (item.relation for item in binding.statement.hypotheses)
    sides = [binding.reduce(r.rhs) for r in relations if isinstance(r, Le) and r.lhs == symbol]
    known = {*binding.values, *values}
    return [float(np.squeeze(number(binding, side, values))) for side in sides if side.free_symbols <= known]


def _holds(binding: Binding, relation: Any, values: Mapping[Symbol, Any]) -> bool:
    left, right = (float(np.squeeze(number(binding, side, values))) for side in (relation.lhs, relation.rhs))
    return left <= right if relation.rel_op in ("<=", "<") else left >= right
