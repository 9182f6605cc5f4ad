"""One Gaussian unit on the data: the chance that its gradient is large, whatever the weights of the samples."""

from __future__ import annotations

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.words.deep import copositive_minimum, node_level, node_probability
from boundkit.train.deep.nodes import copositive_minimum as smallest_form, fewest_large_nodes
from boundkit.train.deep.streams import DeepRole, deep_stream
from boundkit.verify.observe.conditions import wanted
from boundkit.verify.observe.deep.start_replay import slow_large_nodes
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, joined, number

DRAWS = 20_000  # Gaussian units a trial


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial, slow=False) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same units and the weights that were found for the samples, counted and valued in long double."""
    return _one(binding, plan, trial, slow=True)


def _one(binding: Binding, plan: Plan, trial: int, *, slow: bool) -> Observations:
    X, y, asked = plan.data.X, plan.data.y, wanted(binding)
    values: dict[Symbol, np.ndarray] = {}
    if node_probability in asked:
        relation = next(item.relation for item in binding.statement.hypotheses if item.relation.lhs == node_level)
        level = float(number(binding, relation.rhs, {}))
        generator = deep_stream(plan.seed, DeepRole.GAUSSIAN_UNITS, trial)
        units = generator.standard_normal((X.shape[1], DRAWS))
        found, shares = fewest_large_nodes(y, (X @ units > 0).astype(float), X, level=level, generator=generator)
        if slow:
            exact = X.astype(np.longdouble)
            found = slow_large_nodes(y * shares, exact @ units.astype(np.longdouble) > 0, exact, level=level)
        values[node_probability] = column(np.array([found / DRAWS]))
    if copositive_minimum in asked:
        smallest, at = smallest_form(X, y)
        values[copositive_minimum] = column(np.array([_form(X, y, at) if slow else smallest]))
    return Observations((trial,), values)


def _form(X: np.ndarray, y: np.ndarray, a: np.ndarray) -> float:
    """sum_ij a_i a_j y_i y_j rho_ij (pi - arccos rho_ij) / (2 pi), entry by entry, for a on the simplex."""
    exact, total = X.astype(np.longdouble), np.longdouble(0)
    share = a.astype(np.longdouble) / a.sum()
    turn = 2 * np.arccos(np.longdouble(-1))
    for i, j in np.ndindex(len(y), len(y)):
        rho = np.clip(exact[i] @ exact[j], -1, 1)
        total += share[i] * share[j] * y[i] * y[j] * rho * np.arccos(-rho) / turn
    return float(total)


UNITS = Experiment(_sample, replay=_replay)
