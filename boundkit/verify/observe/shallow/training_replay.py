"""Pairs of weights seen again by a slow implementation: explicit Jacobians of long double slopes."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundkit.train.initialise import initial_weights
from boundkit.train.perturbations import NEARBY, random_direction, worst_single_unit
from boundkit.train.problem import Problem, output_weights
from boundkit.train.reference import jacobian


def jacobian_cost(problem: Problem, k: int) -> float:
    """Multiplications of a decomposition of the Jacobian [n, k d]."""
    return 4.0 * k * problem.d * problem.n**2


def slow_ratios(problem: Problem, *, k: int, seed: int, trial: int) -> tuple[float, list[float]]:
    """|J(W_0)| and the three ratios of `train.lipschitz_ratio` for one trial at radius 1."""
    start, direction = random_direction(problem, k=k, seed=seed, trial=trial)
    v = _outputs(problem, k)
    origin, away = _lifted(problem, start), _lifted(problem, direction)
    before = jacobian(problem, origin, v)
    ratios = [
        np.linalg.svd(jacobian(problem, origin + size * away, v) - before, compute_uv=False)[0] / size
        for size in (1.0, NEARBY)
    ]
    _, *ends = worst_single_unit(problem, k=k)
    low, high = (_lifted(problem, end[None]) for end in ends)
    change = jacobian(problem, high, v[:1]) - jacobian(problem, low, v[:1])
    length = float(np.sqrt(((high - low) ** 2).sum()))
    ratios.append(np.linalg.svd(change, compute_uv=False)[0] / length)
    return float(np.linalg.svd(before, compute_uv=False)[0]), [float(ratio) for ratio in ratios]


def slow_drift(problem: Problem, weights: np.ndarray, *, k: int, seed: int, trial: int) -> tuple[float, float]:
    """|J(W) - J(W_0)| and |W - W_0|_F for weights [k, min(n, d)] of the reduced space."""
    start = initial_weights(k, d=problem.factor.shape[1], seed=seed, trial=trial)
    now, then = _lifted(problem, weights), _lifted(problem, start)
    v = _outputs(problem, k)
    drift = np.linalg.svd(jacobian(problem, now, v) - jacobian(problem, then, v), compute_uv=False)[0]
    return float(drift), float(np.sqrt(((now - then) ** 2).sum()))


def _lifted(problem: Problem, weights: np.ndarray) -> Any:
    return weights.astype(np.longdouble) @ problem.basis.T.astype(np.longdouble)


def _outputs(problem: Problem, k: int) -> Any:
    return output_weights(k, norm_y=problem.norm_y, n=problem.n).astype(np.longdouble)
