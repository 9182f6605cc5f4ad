"""Composite objectives f(Phi(w)) of a few parameters: example maps, their constants, and SGD on them.

f = (1/n) sum_j f_j with f_j(z) = <a_j, z>^2 / 2; equal samples are counted once with their number, so that n may be
astronomical. A rare sample can be made visible by importance sampling: it is drawn for certain in one early step, and
the run counts with a small weight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from boundkit.train.initialise import Role, nested_stream

Array = Any
Map = Callable[[Array], Array]
MOST_BATCHES = 20_000
ROUNDING = 1e-6  # relative, by which constants are moved to the safe side


@dataclass(frozen=True)
class Composite:
    """Phi from R^p to R^q with its Jacobian [q, p], the samples a_j [groups, q] with their counts, and w_0 [p].

    `lipschitz` bounds the Lipschitz constant of the Jacobian; batches have b different samples. With `forced` > 0 the
    first group is drawn in one of the first `forced` steps.
    """

    value: Map
    jacobian: Map
    samples: np.ndarray
    counts: np.ndarray
    start: np.ndarray
    lipschitz: float
    b: int = 1
    forced: int = 0

    @property
    def n(self) -> int:
        """Samples."""
        return int(self.counts.sum())

    @property
    def curvature(self) -> np.ndarray:
        """The Hessian of f, [q, q]."""
        weighted = self.samples * (self.counts / self.n)[:, None]
        return np.asarray(self.samples.T @ weighted)

    def batches(self) -> tuple[np.ndarray, np.ndarray]:
        """The Hessians of all batches [batches, q, q] and their probabilities."""
        single = self.samples[:, :, None] * self.samples[:, None, :]
        if self.b == 1:
            return single, self.counts / self.n
        chosen = np.array(list(combinations(range(len(self.samples)), self.b)))
        return single[chosen].mean(axis=1), np.full(len(chosen), 1 / len(chosen))

    def constants(self) -> dict[str, float]:
        """Smoothness, Polyak-Lojasiewicz and growth constants of f, each moved slightly to the safe side."""
        eigenvalues = np.linalg.eigvalsh(self.curvature)
        inverse = np.linalg.inv(self.curvature)
        hessians, shares = self.batches()
        moment = inverse @ np.einsum("g,gij,gjk->ik", shares, hessians, hessians) @ inverse
        worst = max(float(np.linalg.norm(hessian @ inverse, 2)) for hessian in hessians)
        return {
            "pl_constant": float(eigenvalues[0]) * (1 - ROUNDING),
            "loss_smoothness": float(eigenvalues[-1]) * (1 + ROUNDING),
            "growth": float(np.linalg.eigvalsh((moment + moment.T) / 2)[-1]) * (1 + ROUNDING),
            "growth_sure": worst * (1 + ROUNDING),
        }


@dataclass(frozen=True)
class CompositeRun:
    """Loss, distance and length of the steps taken so far, [steps + 1], and the weight of the run."""

    loss: np.ndarray
    distance: np.ndarray
    path_length: np.ndarray
    weight: float


def flattened_sine(*, n: int, start: float) -> Composite:
    """Phi = sin up to pi/2 and constant beyond, with one sample of curvature sqrt(n) (`sgd22` CHECK-06).

    The rare sample is drawn in one of the first 20 steps.

    >>> round(flattened_sine(n=10**8, start=0.01).constants()["growth"], 2)
    2.0
    """

    def value(w: Array) -> Array:
        return np.sin(np.clip(w, -np.pi / 2, np.pi / 2))

    def jacobian(w: Array) -> Array:
        return np.where(np.abs(w) < np.pi / 2, np.cos(w), 0 * w)[None, :]

    samples, counts = np.array([[n**0.25], [1.0]]), np.array([1.0, n - 1.0])
    return Composite(value, jacobian, samples, counts, np.array([np.arcsin(start)]), 1.0, forced=20)


def random_map(*, n: int, b: int, seed: int, size: float) -> Composite:
    """Phi(w) = A w + 0.3 sin(B w) from R^12 to R^4 near a zero: a start at distance `size` (`sgd22` section 11)."""
    rng = nested_stream(seed, Role.PERTURBATION, 0)
    A = np.linalg.qr(rng.standard_normal((12, 4)))[0].T
    B = rng.standard_normal((4, 12)) / 4
    samples = rng.standard_normal((max(n, 4), 4))
    start = rng.standard_normal(12)
    lipschitz = 0.3 * float(np.linalg.norm(B, 2) * np.linalg.norm(B, axis=1).max())

    def value(w: Array) -> Array:
        return A @ w + 0.3 * np.sin(B @ w)

    def jacobian(w: Array) -> Array:
        return A + 0.3 * np.cos(B @ w)[:, None] * B

    return Composite(
        value, jacobian, samples, np.ones(len(samples)), size * start / np.linalg.norm(start), lipschitz, b=b
    )


def descend_composite(
    problem: Composite, *, step_size: float, steps: int, seed: int, trial: int, dtype: type = np.float64
) -> CompositeRun:
    """One run of SGD; the random numbers do not depend on the precision.

    >>> run = descend_composite(random_map(n=6, b=2, seed=0, size=0.01), step_size=0.01, steps=50, seed=0, trial=0)
    >>> bool(run.loss[-1] < run.loss[0]), run.weight
    (True, 1.0)
    """
    groups, weight = _drawn(problem, steps, seed, trial)
    w0: Array = problem.start.astype(dtype)
    samples: Array = problem.samples.astype(dtype)
    curvature: Array = problem.curvature.astype(dtype)
    w, path = w0, dtype(0)
    losses, distances, paths = [], [], []
    for step in range(steps + 1):
        z = problem.value(w)
        losses.append(z @ curvature @ z / 2)
        distances.append(np.sqrt(((w - w0) ** 2).sum()))
        paths.append(path)
        if step < steps:
            batch = samples[groups[step]]
            slope = curvature @ z if problem.b == len(samples) else batch.T @ (batch @ z) / len(batch)
            move = dtype(step_size) * (problem.jacobian(w).T @ slope)
            w = w - move
            path = path + np.sqrt((move**2).sum())
    return CompositeRun(np.array(losses), np.array(distances), np.array(paths), weight)


def _drawn(problem: Composite, steps: int, seed: int, trial: int) -> tuple[np.ndarray, float]:
    """The groups in each batch [steps, b] and the likelihood ratio of the draws.

    With a forced draw only runs with an early rare draw are seen, so that weighted means are below the true ones.
    """
    rng = nested_stream(seed, Role.BATCHES, 0, trial)
    if problem.b > 1:
        order = np.argsort(rng.random((steps, len(problem.samples))), axis=1)
        return order[:, : problem.b], 1.0
    uniform = rng.random(steps)
    edges = np.cumsum(problem.counts / problem.n)
    groups = np.minimum(np.searchsorted(edges, uniform, side="right"), len(edges) - 1)
    early = min(problem.forced, steps)
    if not early:
        return groups[:, None], 1.0
    groups[int(rng.random() * early)] = 0
    # each of the draws that are rare could have been the forced one
    return groups[:, None], float(problem.counts[0] / problem.n * early / (groups[:early] == 0).sum())
