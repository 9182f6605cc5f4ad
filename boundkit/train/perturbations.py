"""Weights that move the Jacobian as far as possible: adversaries of os19, Lemmas 6.8, 6.9 and C.1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from boundkit.train.backend import Backend, on_device, select_device
from boundkit.train.checks import positive
from boundkit.train.initialise import Role, initial_weights, stream, trial_indices
from boundkit.train.observables import jacobian_drift
from boundkit.train.plan import require_memory
from boundkit.train.problem import Problem, coefficient, half_width

NEARBY = 1e-4  # of the radius: the second pair of every trial
SLACK = 1e-6  # of the radius: what the adversary keeps to push its units past zero and not only up to it
CURVATURE_GRID = np.linspace(-8.0, 8.0, 4001)


@dataclass(frozen=True)
class FlipPerturbation:
    """Weights [k, r] at `distance` |W - W_0|_F that flip units of sample `sample`, and what they do.

    `flips` [n] counts the units whose sign changed for each sample; `drift` is |J(W) - J(W_0)|; `bound` is
    the right-hand side of os19, Lemma C.1: |v|_inf |X| sqrt(max flips).
    """

    sample: int
    weights: np.ndarray
    distance: float
    flips: np.ndarray
    drift: float
    bound: float


@dataclass(frozen=True)
class LipschitzRatios:
    """Ratios |J(W') - J(W)| / |W' - W|_F (os19, Lemma 6.8).

    `random` [trials] for random pairs at distance `radius`, `small` [trials] for the same directions at 1e-4
    of it, and `adversarial` the largest found by moving one unit at its most curved point.
    """

    radius: float
    random: np.ndarray
    small: np.ndarray
    adversarial: float


def flip_budget(
    problem: Problem, *, k: int, radius: float, seed: int = 0, trial: int = 0, device: str | Backend = "auto"
) -> np.ndarray:
    """For each sample the most units whose sign any W with |W - W_0| <= radius can change: integers [n].

    Flipping unit l of sample i costs at least <w_l, x_i>^2 of |(W - W_0) x_i|^2 <= radius^2 |x_i|^2, so the
    budget is the longest prefix of the sorted squares within it (the exact count behind os19, Lemma C.2).
    It holds in spectral and hence in Frobenius norm. Units with output weight 0 are not counted: their
    flips do not move the Jacobian. Sums are compared with a relative slack of 1e-12 on the safe side.
    """
    weights = _start(problem, k, seed, trial)[: 2 * half_width(k)]
    radius = positive("radius", radius)
    reaches = radius * np.linalg.norm(problem.factor, axis=1) * (1 + 1e-12)
    hidden = _hidden(problem, weights, device)
    return np.array([len(_cheapest(row, float(reach))) for row, reach in zip(hidden, reaches, strict=True)])


def worst_flip_perturbation(
    problem: Problem, *, k: int, radius: float, seed: int = 0, trial: int = 0, device: str | Backend = "auto"
) -> FlipPerturbation:
    """Flip the cheapest units of the sample with the largest budget, by a rank-one change of Frobenius norm
    at most `radius`. It attains the budget of that sample (up to a slack of 1e-6 of the radius).
    """
    radius = positive("radius", radius)
    start = _start(problem, k, seed, trial)
    active = start[: 2 * half_width(k)]
    norms = np.linalg.norm(problem.factor, axis=1)
    hidden = _hidden(problem, active, device)
    chosen = [_cheapest(row, radius * s * (1 - SLACK)) for row, s in zip(hidden, norms, strict=True)]
    sample = int(np.argmax([len(units) for units in chosen]))
    units, x, length = chosen[sample], problem.factor[sample], norms[sample]
    own = hidden[sample, units]
    beyond = 0.1 * SLACK * radius * length / np.sqrt(max(1, len(units)))
    change = -(own + np.where(own >= 0, beyond, -beyond))
    weights = start.copy()
    weights[units] += np.outer(change, x) / length**2
    flips = ((hidden >= 0) != (_hidden(problem, weights[: len(active)], device) >= 0)).sum(axis=1)
    return FlipPerturbation(
        sample=sample,
        weights=weights,
        distance=float(np.linalg.norm(weights - start)),
        flips=flips,
        drift=jacobian_drift(problem, weights=weights, start=start, device=device),
        bound=float(coefficient(k, norm_y=problem.norm_y, n=problem.n) * problem.norm_X * np.sqrt(flips.max())),
    )


def lipschitz_ratio(
    problem: Problem,
    *,
    k: int,
    trials: Iterable[int] = (0,),
    seed: int = 0,
    radius: float = 1.0,
    device: str | Backend = "auto",
) -> LipschitzRatios:
    """Drift over distance for random pairs around W_0 and for the worst single unit.

    The adversary puts one unit at z e, where e runs over the samples' directions and the leading right
    singular vector of X and z is where phi'' is largest, and moves it along e.
    """
    radius = positive("radius", radius)
    ratios = []
    for trial in trial_indices(trials, seed=seed):
        start, direction = random_direction(problem, k=k, seed=seed, trial=trial)
        ratios.append(
            [
                jacobian_drift(problem, weights=start + size * direction, start=start, device=device) / size
                for size in (radius, NEARBY * radius)
            ]
        )
    random, small = np.array(ratios).T
    return LipschitzRatios(radius, random, small, worst_single_unit(problem, k=k)[0])


def random_direction(problem: Problem, *, k: int, seed: int, trial: int) -> tuple[np.ndarray, np.ndarray]:
    """W_0 and a random direction of Frobenius norm 1 in the reduced space, [k, min(n, d)] each."""
    start = _start(problem, k, seed, trial)
    direction = stream(seed, Role.PERTURBATION, trial).standard_normal(start.shape)
    return start, direction / np.linalg.norm(direction)


def worst_single_unit(problem: Problem, *, k: int) -> tuple[float, np.ndarray, np.ndarray]:
    """The largest ratio found by moving one unit at its most curved point, and its weights [min(n, d)] at both ends."""
    slope = problem.activation.derivative_values
    spacing = CURVATURE_GRID[1] - CURVATURE_GRID[0]
    curved = CURVATURE_GRID[np.argmax(np.abs(np.diff(slope(CURVATURE_GRID))))] + spacing / 2
    leading = np.linalg.svd(problem.factor)[2][0]
    directions = [*(x / np.linalg.norm(x) for x in problem.factor if x.any()), leading]
    ratios = []
    for e in directions:
        hidden, shift = curved * (problem.factor @ e), spacing * (problem.factor @ e) / 2
        change = slope(hidden + shift) - slope(hidden - shift)
        ratios.append(np.linalg.norm(change[:, None] * problem.factor, 2) / spacing)
    e = directions[int(np.argmax(ratios))]
    largest = float(coefficient(k, norm_y=problem.norm_y, n=problem.n) * max(ratios))
    return largest, (curved - spacing / 2) * e, (curved + spacing / 2) * e


def _start(problem: Problem, k: int, seed: int, trial: int) -> np.ndarray:
    r = problem.factor.shape[1]
    require_memory(8 * 2 * half_width(k) * (4 * r + 3), backend=select_device("cpu"), k=k)
    return initial_weights(k, d=r, seed=seed, trial=trial)


def _hidden(problem: Problem, weights: np.ndarray, device: str | Backend) -> np.ndarray:
    """X W^T [n, units] on the host."""

    def compute(backend: Backend) -> np.ndarray:
        upload = backend.asarray
        return backend.to_host(backend.xp.matmul(upload(problem.factor), upload(weights.T)))

    return on_device(device, compute)


def _cheapest(hidden: np.ndarray, length: float) -> np.ndarray:
    """The units with the smallest squares whose sum is at most length^2, cheapest first."""
    costs = hidden**2
    level = (4 * length**2 / len(costs)) ** (1 / 3)  # where a standard normal vector would have spent it
    while True:
        units = np.flatnonzero(costs <= level**2)
        units = units[np.argsort(costs[units], kind="stable")]
        spent = np.cumsum(costs[units])
        if len(units) == len(costs) or (len(units) and spent[-1] > length**2):
            return units[: np.searchsorted(spent, length**2, side="right")]
        level *= 2
