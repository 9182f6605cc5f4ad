"""Tangent kernels: as means of Gram matrices, sampled by a network, of mixtures with random clusters, under noise."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.data.origins import Mixture
from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement.vocabulary import lambda_, norm_v_inf, norm_X
from boundkit.statement.words.generalisation import (
    cluster_noise,
    gram_deviation,
    information_y,
    inverse_y,
    kernel_deviation,
    kernel_min_nonzero,
    kernel_norm,
    kernel_rank,
    largest_cluster,
    mean_gram_norm,
    output_variance,
    projection_deviation,
    smallest_cluster,
)
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.shallow import NormalHidden, Signs, initial_layers
from boundkit.verify.observe.generalisation.fresh import distribution
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, floats, in_agreement, joined, number
from boundkit.verify.observe.shallow.kernel_change import kernel_change, kernel_of, range_of
from boundkit.verify.observe.shallow.kernel_quadrature import ORDER, converged_kernel, slope

BLOCK = 4096  # units whose gradients are held at once
MOST_DRAWS = 1000
REPLAY_ENTRIES = 2e8
Values = dict[Symbol, float]


def _sample(binding: Binding, plan: Plan) -> Observations:
    if mean_gram_norm in {claim.observable for claim in binding.statement.claims}:  # in which nothing is random
        values = _one(binding, plan, plan.trials[0], slowly=False).values
        return Observations(
            plan.trials, {symbol: value.repeat(len(plan.trials), 0) for symbol, value in values.items()}
        )
    return joined([_one(binding, plan, trial, slowly=False) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """Kernels by quadrature, Gram matrices unit after unit in long double, clusters merged."""
    if float(plan.width) * plan.data.n**2 > REPLAY_ENTRIES:
        return None
    return _one(binding, plan, trial, slowly=True)


def _start(binding: Binding, plan: Plan, trial: int) -> Mapping[Symbol, np.ndarray]:
    return _one(binding, plan, trial, slowly=False).values


def _one(binding: Binding, plan: Plan, trial: int, *, slowly: bool) -> Observations:
    observables = {claim.observable for claim in binding.statement.claims}
    if mean_gram_norm in observables:
        values = _mean(binding, plan, slowly=slowly)
    elif kernel_rank in observables:
        values = _clusters(binding, plan, trial, slowly=slowly)
    elif projection_deviation in observables:
        values = _noisy(binding, plan, trial, slowly=slowly)
    else:
        values = _start_gram(binding, plan, trial, slowly=slowly)
    seen = in_agreement(binding, values)
    return Observations((trial,), {symbol: column(np.array([value])) for symbol, value in seen.items()})


def _variance(binding: Binding, plan: Plan) -> float:
    """The variance of the output weights that the statement or the caller says, or 1 / (k K)."""
    expression = binding.reduce(output_variance)
    if expression.free_symbols <= binding.values.keys():
        return float(np.squeeze(number(binding, output_variance, {})))
    return 1 / (plan.width * plan.data.K)


def _mean(binding: Binding, plan: Plan, *, slowly: bool) -> Values:
    """The norm of the mean over all signs of the output weights and, by quadrature, over the hidden weights."""
    size = np.sqrt(_variance(binding, plan))
    signs = size * np.array(list(product((-1.0, 1.0), repeat=plan.data.K)))
    outer = sum(np.outer(row, row) for row in signs) / len(signs)
    hidden = converged_kernel(plan.data.X, plan.activation, order=ORDER + 20 * slowly)
    mean = plan.width * np.kron(outer, hidden)
    largest = np.linalg.svd(mean, compute_uv=False)[0] if slowly else np.linalg.eigvalsh(mean)[-1]
    return {mean_gram_norm: float(largest)}


def _start_gram(binding: Binding, plan: Plan, trial: int, *, slowly: bool) -> Values:
    """J J^T at the start, output weights +- the same, against its mean."""
    X, outputs, width = plan.data.X, plan.data.K, plan.width
    size = float(np.sqrt(_variance(binding, plan)))
    recipe = {"k": width, "d": X.shape[1], "outputs": outputs, "seed": plan.seed, "trial": trial}
    W, V = initial_layers(NormalHidden(), Signs(1.0), **recipe)
    V = size * np.sign(V)
    dtype = np.longdouble if slowly else np.float64
    sums: Any = np.zeros((outputs * len(X),) * 2, dtype)
    for first in range(0, width, BLOCK):
        units: Any = W[first : first + BLOCK].astype(dtype)
        weights: Any = V[:, first : first + BLOCK].astype(dtype)
        hidden: Any = X.astype(dtype) @ units.T
        slopes = slope(plan.activation, hidden) if slowly else plan.activation.derivative_values(hidden)
        rows = (weights[:, None, :] * slopes[None]).reshape(-1, len(units))
        sums = sums + rows @ rows.T
    gram = np.asarray(sums * np.kron(np.ones((outputs, outputs)), X @ X.T), dtype=float)
    mean = width * size**2 * np.kron(np.eye(outputs), kernel_of(X, plan.activation, slowly=slowly))
    moved = float(np.abs(np.linalg.eigvalsh(gram - mean)).max())
    return {gram_deviation: moved, kernel_deviation: moved / (width * size**2), norm_v_inf: size}


def _clusters(binding: Binding, plan: Plan, trial: int, *, slowly: bool) -> Values:
    """A fresh mixture with the same centres; slowly, its samples merged to one row a cluster."""
    law, rng = distribution(plan.data), nested_stream(plan.seed, Role.TRAINING_SAMPLE, trial)
    occupied = any(item.relation.lhs == smallest_cluster for item in binding.statement.hypotheses)
    for _ in range(MOST_DRAWS):
        X, y, drawn = law.draw(rng, plan.data.n)
        if not occupied or drawn.sizes.min() > 0:
            break
    else:
        raise NotApplicable("clusters_not_empty", "no sample was found in which every cluster occurs")
    sizes = drawn.sizes.astype(float)
    if slowly:
        merged = kernel_of(law.centres, plan.activation, slowly=True)
        labels = np.zeros((len(law.centres), y.shape[1]))
        np.add.at(labels, drawn.cluster, y)
        spectrum = range_of(np.sqrt(np.outer(sizes, sizes)) * merged)
        parts = spectrum.vectors.T @ (labels / np.sqrt(np.maximum(sizes, 1))[:, None])
    else:
        spectrum = range_of(kernel_of(X, plan.activation, slowly=False))
        parts = spectrum.vectors.T @ y
    full = len(spectrum.values) == len(X)
    return {
        kernel_rank: float(law.classes * len(spectrum.values)),
        information_y: float(np.linalg.norm(parts)),
        inverse_y: float(np.linalg.norm(parts / np.sqrt(spectrum.values)[:, None])),
        kernel_min_nonzero: float(spectrum.values[0]),
        kernel_norm: float(spectrum.values[-1]),
        lambda_: float(spectrum.values[0]) if full else 0.0,
        smallest_cluster: float(sizes.min()),
        largest_cluster: float(sizes.max()),
    }


def _noisy(binding: Binding, plan: Plan, trial: int, *, slowly: bool) -> Values:
    """The samples without noise, of a mixture its centres, against the same with fresh noise."""
    origin, rng = plan.data.origin, nested_stream(plan.seed, Role.TRAINING_SAMPLE, trial)
    X = origin.centres[origin.cluster] if isinstance(origin, Mixture) else plan.data.X
    noise = float(floats(binding)[cluster_noise])
    moved = X + noise / np.sqrt(X.shape[1]) * rng.standard_normal(X.shape)
    change = kernel_change(X, moved, plan.activation, slowly=slowly)
    return {
        norm_X: float(np.linalg.norm(X, 2)),
        kernel_deviation: change.deviation,
        kernel_min_nonzero: change.least,
        projection_deviation: change.apart,
    }


def _bytes(binding: Binding, plan: Plan) -> int:
    """The weights of a start; other claims ask for no network."""
    observables = {claim.observable for claim in binding.statement.claims}
    if observables & {mean_gram_norm, kernel_rank, projection_deviation}:
        return 0
    return 8 * 3 * plan.width * (plan.data.d + plan.data.K)


KERNELS = Experiment(_sample, replay=_replay, start=_start, bytes_needed=_bytes)
