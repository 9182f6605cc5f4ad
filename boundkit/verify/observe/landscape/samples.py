"""A fixed network seen by many Gaussian samples: the mean of its centred slopes, and how they concentrate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import quad
from sympy import Symbol

from boundkit.activations import Z
from boundkit.arithmetic import EXTENDED, FLOAT, evaluate
from boundkit.query import Binding
from boundkit.statement.words.landscape import norm_DGW, norm_W
from boundkit.statement.words.landscape_lemmas import concentration_constant, identity_error
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.landscape.surface import Array
from boundkit.verify.observe.conditions import wanted
from boundkit.verify.observe.landscape.columns_long import least_probability
from boundkit.verify.observe.landscape.scene import Scene, natural_width, scene
from boundkit.verify.observe.landscape.slopes import curvatures, mean_slopes
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, joined

DRAWS = 20_000
DISTANCES = (1.0, 2.0, 3.0)  # from the mean, in standard deviations
SHIFT = 5.0  # standard errors by which a mean over the draws may be off
Moments = Callable[[Any, Array], tuple[Array, Array]]


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial, np.float64, _by_sums) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same draws in long double arithmetic, Gaussian means by adaptive quadrature."""
    return _one(binding, plan, trial, np.longdouble, _by_quadrature)


def _one(binding: Binding, plan: Plan, trial: int, dtype: Any, moments: Moments) -> Observations:
    found, asked = scene(binding, plan, trial), wanted(binding)
    rng = nested_stream(plan.seed, Role.PERTURBATION, trial, 4)
    samples = rng.standard_normal((DRAWS, found.W.shape[1])).astype(dtype)
    mu, gamma = moments(found.activation, np.linalg.norm(found.W, axis=1))
    centred = _slopes(found, samples @ found.W.T.astype(dtype), dtype) - mu
    values: dict[Symbol, float] = {norm_W: float(np.linalg.norm(found.W, 2))}
    if identity_error in asked:
        values |= _mean_column(found, samples, centred, gamma, rng if trial % 2 else None)
    if concentration_constant in asked:
        values[concentration_constant] = _constant(samples, centred, rng)
    return Observations((trial,), {symbol: column(np.array([value])) for symbol, value in values.items()})


def _slopes(found: Scene, hidden: Array, dtype: Any) -> Array:
    if dtype == np.float64:
        return np.asarray(found.activation.derivative_values(hidden))
    return np.asarray(np.broadcast_to(evaluate(found.activation.derivative(1), {Z: hidden}, EXTENDED), hidden.shape))


def _by_sums(activation: Any, scales: Array) -> tuple[Array, Array]:
    """E phi'(sigma g) and E phi''(sigma g) for every scale."""
    return mean_slopes(activation, scales), curvatures(activation, scales)


def _by_quadrature(activation: Any, scales: Array) -> tuple[Array, Array]:
    def mean(order: int, scale: float) -> float:
        def weighted(g: float) -> float:
            value = evaluate(activation.derivative(order), {Z: np.float64(scale * g)}, FLOAT)
            return float(value) * np.exp(-g * g / 2) / np.sqrt(2 * np.pi)

        return float(quad(weighted, -12, 12, limit=400, points=(0.0,))[0])

    slopes, bends = ([mean(order, float(scale)) for scale in scales] for order in (1, 2))
    return np.array(slopes), np.array(bends)


def _mean_column(
    found: Scene, samples: Array, centred: Array, gamma: Array, rng: np.random.Generator | None
) -> dict[Symbol, float]:
    """How far the mean of x (x) D_v z over the draws is from D_v Gamma W, along that matrix or a random direction."""
    target = (found.v * gamma)[:, None] * found.W
    direction = target if rng is None else rng.standard_normal(target.shape)
    direction = direction / np.linalg.norm(direction)
    seen = (((centred * found.v) @ direction) * samples).sum(axis=1).mean()
    return {
        identity_error: float(seen - (direction * target).sum()),
        norm_DGW: float(np.linalg.norm(target, 2)),
    }


def _constant(samples: Array, centred: Array, rng: np.random.Generator) -> float:
    """The least constant for which the tails of some convex 1-Lipschitz functions of (x, z) are as rare as they are.

    Linear forms along the coordinates of most variance and a random one, and norms.
    """
    joint = np.concatenate([samples, centred], axis=1)
    leading = np.linalg.eigh(np.cov(joint.T.astype(float)))[1][:, -1]
    random = rng.standard_normal(joint.shape[1])
    forms = [joint[:, 0], joint @ leading, joint @ (random / np.linalg.norm(random))]
    norms = [np.sqrt((part**2).sum(axis=1)) for part in (joint, samples, centred)]
    return max(_least(values) for values in (*forms, *norms))


def _least(values: Array) -> float:
    """The largest K that one of the frequencies of |f - E f| >= t excludes: P <= 2 exp(-t^2 / (2 K^2)) fails below it.

    A mean that is off by the shift moves t by as much.
    """
    spread = float(values.std())
    away, found = np.abs(values - values.mean()), 0.0
    for distance in DISTANCES:
        least = least_probability(int((away >= distance * spread).sum()), len(values))
        if least > 0:
            sure = (distance - SHIFT / np.sqrt(len(values))) * spread
            found = max(found, float(sure / np.sqrt(2 * np.log(2 / least))))
    return found


SAMPLES = Experiment(_sample, replay=_replay, width=natural_width)
