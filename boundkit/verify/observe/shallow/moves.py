"""Balanced networks at the start and moved from it: norms, rows and Gram matrix of the Jacobian, slopes and signs.

ReLU weights are moved by an adversary that flips as many signs of one sample as the ball allows, and in a random
direction. Smooth ones in a random direction, by little, and one unit where its slope changes most.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import (
    flips,
    jacobian_drift,
    lambda_max_hadamard,
    lambda_min_hadamard,
    norm_J,
    norm_v,
    norm_v_inf,
    radius,
    sigma_min_J,
)
from boundkit.statement.words.features import (
    derivative_drift,
    flip_level,
    row_norm_J,
    small_preactivation,
    spectral_change,
)
from boundkit.statement.words.generalisation_lemmas import gradient_row
from boundkit.train import worst_flip_perturbation
from boundkit.train.observables import jacobian_drift as drift_of
from boundkit.train.perturbations import random_direction, worst_single_unit
from boundkit.train.problem import Problem, output_weights
from boundkit.train.reference import jacobian, slopes
from boundkit.verify.observe.plan import Experiment, Observations, Plan, floats, in_agreement, joined, number

NEAR = 1e-3  # of the radius
ROUND = 1e-9
ZERO = 1e-12  # relative: eigenvalues below it are zeros
REPLAY_ENTRIES = 4e7
MOVED = {jacobian_drift, derivative_drift, spectral_change, gradient_row}
SPECTRA = {sigma_min_J, norm_J}
Pair = tuple[np.ndarray, np.ndarray]
Hidden = Callable[[Problem, np.ndarray], Any]
Measure = Callable[[Problem, Pair, set[Symbol]], dict[Symbol, float]]


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial, _measured, _hidden) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """The same pairs with explicit Jacobians of unreduced data and slopes in long double arithmetic."""
    if float(plan.width) * plan.data.n**2 * plan.data.d > REPLAY_ENTRIES:
        return None
    return _one(binding, plan, trial, _explicit, _exact_hidden)


def _one(binding: Binding, plan: Plan, trial: int, measure: Measure, hidden_of: Hidden) -> Observations:
    problem, asked = plan.problem, set[Symbol]().union(*(c.template.free_symbols for c in binding.statement.claims))
    start, away = random_direction(problem, k=plan.width, seed=plan.seed, trial=trial)
    level = int(floats(binding).get(flip_level, 1))
    hidden = np.sort(np.abs(hidden_of(problem, start)), axis=1)
    smallest = float(hidden[:, min(level, plan.width) - 1].min())
    reach = _reach(binding, smallest)
    fitting = [int(np.searchsorted(np.cumsum(row**2), reach**2 * (1 + ROUND), side="right")) for row in hidden]
    found = [measure(problem, pair, asked) for pair in _pairs(plan, start, away, trial, reach, moved=asked & MOVED)]
    values: dict[Symbol, Any] = {symbol: np.array([[row[symbol] for row in found]]) for symbol in found[0]}
    values |= {small_preactivation: np.array([[smallest]]), flips: np.array([[float(max(fitting))]])}
    return Observations((trial,), {**in_agreement(binding, values), radius: np.array([[reach]])})


def _reach(binding: Binding, smallest: float) -> float:
    """The largest change of the weights in spectral norm that the statement allows, or 1."""
    known = {**floats(binding), small_preactivation: smallest}
    for item in binding.statement.hypotheses:
        if item.relation.lhs == spectral_change and binding.reduce(item.relation.rhs).free_symbols <= known.keys():
            return float(np.squeeze(number(binding, item.relation.rhs, known))) * (1 - ROUND)
    return 1.0


def _pairs(plan: Plan, start: np.ndarray, away: np.ndarray, trial: int, reach: float, *, moved: Any) -> list[Pair]:
    if not moved:
        return [(start, start)]
    problem, away = plan.problem, reach / float(np.linalg.norm(away, 2)) * away
    if not problem.activation.smooth:
        adversary = worst_flip_perturbation(problem, k=plan.width, radius=reach, seed=plan.seed, trial=trial)
        return [(start, adversary.weights), (start, start + away)]
    curved, lower, upper = (start.copy() for _ in range(3))
    _, lower[0], upper[0] = worst_single_unit(problem, k=plan.width)
    return [(start, start + away), (curved, start + NEAR * away), (lower, upper)]


def _hidden(problem: Problem, weights: np.ndarray) -> Any:
    return problem.factor @ weights.T


def _exact_hidden(problem: Problem, weights: np.ndarray) -> Any:
    """X W^T of the data as given, with lifted weights, in long double."""
    return problem.X.astype(np.longdouble) @ _lifted(problem, weights).T


def _lifted(problem: Problem, weights: np.ndarray) -> Any:
    return weights.astype(np.longdouble) @ problem.basis.T.astype(np.longdouble)


def _measured(problem: Problem, pair: Pair, asked: set[Symbol]) -> dict[Symbol, float]:
    at, to = pair
    v = output_weights(len(at), norm_y=problem.norm_y, n=problem.n)
    before, after = (problem.activation.derivative_values(_hidden(problem, W)) for W in pair)
    found = {
        norm_v: float(np.linalg.norm(v)),
        norm_v_inf: float(np.abs(v).max()),
        row_norm_J: float((np.linalg.norm(before * v, axis=1) * np.linalg.norm(problem.factor, axis=1)).max()),
    }
    if gradient_row in asked:
        units = after.T[:, :, None] * problem.factor
        found[gradient_row] = float((np.abs(v) * np.linalg.norm(units, 2, axis=(1, 2))).max())
    if asked & SPECTRA:
        rows = ((before * v)[:, :, None] * problem.factor[:, None, :]).reshape(problem.n, -1)
        found |= _spectra(rows, ((before * v) @ (before * v).T) * problem.gram)
    if asked & MOVED:
        found |= {
            derivative_drift: float(np.linalg.norm(after - before, axis=1).max()),
            spectral_change: float(np.linalg.norm(to - at, 2)),
            jacobian_drift: drift_of(problem, weights=to, start=at, device="cpu"),
        }
    return found


def _spectra(rows: np.ndarray, product: np.ndarray) -> dict[Symbol, float]:
    """Singular values of the Jacobian [n, k d], eigenvalues of the Hadamard product [n, n] that is its Gram matrix."""
    n, values = len(rows), np.linalg.svd(rows, compute_uv=False)
    least, eigenvalues = values[n - 1] if len(values) == n else 0.0, np.linalg.eigvalsh(product)
    return {
        sigma_min_J: float(least) if least**2 > ZERO * values[0] ** 2 else 0.0,
        norm_J: float(values[0]),
        lambda_min_hadamard: float(eigenvalues[0]) if eigenvalues[0] > ZERO * eigenvalues[-1] else 0.0,
        lambda_max_hadamard: float(eigenvalues[-1]),
    }


def _explicit(problem: Problem, pair: Pair, asked: set[Symbol]) -> dict[Symbol, float]:
    v = output_weights(len(pair[0]), norm_y=problem.norm_y, n=problem.n).astype(np.longdouble)
    at, to = (_lifted(problem, W) for W in pair)
    X = problem.X.astype(np.longdouble)
    before, rows = slopes(problem, _exact_hidden(problem, pair[0])), jacobian(problem, at, v)
    found = {
        norm_v: float(sum(item * item for item in v) ** 0.5),
        norm_v_inf: float(max(abs(item) for item in v)),
        row_norm_J: float(max(np.sqrt((row * row).sum()) for row in rows)),
    }
    if asked & SPECTRA:
        left = [[sum(a * b * c * c for a, b, c in zip(p, q, v, strict=True)) for q in before] for p in before]
        found |= _spectra(rows, np.array(left, dtype=float) * np.array(X @ X.T, dtype=float))
    if gradient_row in asked:
        blocks = jacobian(problem, to, v).reshape(problem.n, len(v), -1)
        found[gradient_row] = max(
            float(np.sqrt(np.linalg.eigvalsh(unit @ unit.T)[-1])) for unit in np.swapaxes(blocks, 0, 1)
        )
    if asked & MOVED:
        change = slopes(problem, _exact_hidden(problem, pair[1])) - before
        found |= {
            derivative_drift: float(max(np.sqrt((row * row).sum()) for row in change)),
            spectral_change: float(np.sqrt(np.linalg.eigvalsh(np.asarray((to - at).T @ (to - at), float))[-1])),
            jacobian_drift: float(np.linalg.norm(jacobian(problem, to, v) - rows, 2)),
        }
    return found


MOVES = Experiment(_sample, replay=_replay)
