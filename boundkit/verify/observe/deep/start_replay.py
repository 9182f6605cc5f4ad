"""The initialisation of one deep network seen by a slow implementation: long double, pair by pair."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.statement.words.deep import (
    expected_gradient,
    large_nodes,
    product_norm,
    sparse_bilinear,
    sparse_output,
)
from boundkit.train.deep import MarginProblem, Start, output_signs
from boundkit.train.deep.reference import gradients_of
from boundkit.train.deep.streams import layer_weights
from boundkit.verify.observe.deep.searches import Points

REPLAY_LIMIT = 2e9


def slow_start(
    problem: MarginProblem, widths: tuple[int, ...], *, seed: int, trial: int, threshold: float
) -> Start | None:
    """The observables of `train.deep.measure` for one trial; None above `REPLAY_LIMIT` operations."""
    entries = sum(a * b for a, b in zip((problem.d, *widths), widths, strict=False))
    if float(entries) * problem.n > REPLAY_LIMIT:
        return None
    weights = [w.astype(np.longdouble) for w in layer_weights(widths, d=problem.d, seed=seed, trial=trial)]
    features, hidden = [list(problem.X.astype(np.longdouble))], []
    for weight in weights:
        hidden.append([x @ weight for x in features[-1]])
        features.append([np.where(h > 0, h, 0) for h in hidden[-1]])
    norms = [[_norm(x) for x in layer] for layer in features]
    unit = [
        [x / length if length > 0 else x for x, length in zip(layer, lengths, strict=True)]
        for layer, lengths in zip(features, norms, strict=True)
    ]
    pairs = [(i, j) for i in range(problem.n) for j in range(i)]
    opposite = [(i, j) for i, j in pairs if problem.y[i] != problem.y[j]]
    share = np.full(problem.n, 1 / np.longdouble(problem.n))
    outputs, slopes, full, _ = gradients_of(problem, weights, share)
    ratios = [max(abs(a**2 / b**2 - 1) for a, b in zip(upper, lower, strict=True)) for lower, upper in pairwise(norms)]
    layers = [
        ratios,
        [max(abs(length - 1) for length in layer) for layer in norms[1:]],
        [np.linalg.norm(weight.astype(float), 2) for weight in weights],
        [min((_norm(u[i] - u[j]) for i, j in opposite), default=np.inf) for u in unit[1:]],
        [min((u[i] @ u[j] for i, j in pairs), default=1.0) for u in unit[1:]],
        [max(int((abs(h) <= threshold).sum()) for h in layer) for layer in hidden],
    ]
    last = unit[-2]
    scalars = [
        min(norms[-2]),
        max(norms[-2]),
        min((_norm(last[i] - last[j]) for i, j in opposite), default=np.inf),
        min((_norm(last[i] + last[j]) for i, j in pairs), default=np.inf),
        max(abs(outputs)),
        slopes.mean(),
        _norm(full[-1]),
        max(abs(length - 1) for layer in norms[:-1] for length in layer),
    ]
    return Start(
        (trial,),
        *(np.array([row], dtype=float) for row in layers),
        *(np.array([number], dtype=float) for number in scalars),
    )


def slow_values(
    problem: MarginProblem,
    widths: tuple[int, ...],
    points: Points,
    asked: Collection[Symbol],
    *,
    seed: int,
    trial: int,
) -> dict[Symbol, float] | None:
    """What was searched for, at the points that were found; None above `REPLAY_LIMIT` operations."""
    weights = [w.astype(np.longdouble) for w in layer_weights(widths, d=problem.d, seed=seed, trial=trial)]
    if product_norm in asked and products_cost(problem, widths) > REPLAY_LIMIT:
        return None
    features, masks = slow_pass(problem, weights)
    inputs = np.array(features[-2])
    _, slopes, _, _ = gradients_of(problem, weights, np.full(problem.n, 1 / np.longdouble(problem.n)))
    found: dict[Symbol, Any] = {}
    if product_norm in asked:
        found[product_norm] = slow_product_norm(weights, masks)
    if sparse_output in asked:
        found[sparse_output] = slow_sparse_output(weights, masks, points.sparsity)
    if sparse_bilinear in asked:
        found[sparse_bilinear] = np.nan
        if points.pair is not None:
            pair, vector = points.pair, points.pair.b.astype(np.longdouble)
            assert max(np.count_nonzero(pair.a), np.count_nonzero(pair.b)) <= points.sparsity
            vector = weights[pair.last - 1] @ vector
            for layer in range(pair.last - 2, pair.first - 2, -1):
                vector = weights[layer] @ (masks[layer][pair.sample] * vector)
            found[sparse_bilinear] = pair.a @ vector / (_norm(pair.a) * _norm(pair.b))
    if large_nodes in asked:
        assert points.shares is not None
        assert points.level is not None
        found[large_nodes] = slow_large_nodes(problem.y * points.shares, masks[-1], inputs, level=points.level)
    if expected_gradient in asked:
        assert points.redraws is not None
        active = points.redraws.astype(np.longdouble) @ inputs.T > 0
        squares = [(((row * slopes * problem.y) @ inputs) ** 2).sum() for row in active]
        found[expected_gradient] = widths[-1] * np.mean(squares) / problem.n**2
    return {symbol: float(value) for symbol, value in found.items()}


def slow_pass(problem: MarginProblem, weights: list[Any]) -> tuple[list[Any], list[np.ndarray]]:
    """Features x_0 ... x_L and masks of layers 1 ... L, [n, m_l], in long double."""
    features, masks = [problem.X.astype(np.longdouble)], []
    for weight in weights:
        hidden = features[-1] @ weight
        masks.append(hidden > 0)
        features.append(np.where(masks[-1], hidden, 0))
    return features, masks


def products_cost(problem: MarginProblem, widths: tuple[int, ...]) -> float:
    """Multiplications of all masked products of all samples."""
    shape = (problem.d, *widths)
    return float(problem.n) * sum(
        shape[first] * shape[last] * shape[last + 1]
        for first in range(len(widths))
        for last in range(first + 1, len(widths))
    )


def slow_product_norm(weights: list[Any], masks: list[np.ndarray], *, closed: bool = False) -> float:
    """Largest spectral norm of the masked products of l1 < l2 over the samples, each by its singular values."""
    norms = [float("nan")]
    for sample in range(len(masks[0])):
        for first in range(len(weights)):
            product = weights[first]
            for last in range(first + 1, len(weights)):
                product = (product * masks[last - 1][sample]) @ weights[last]
                ending = product * masks[last][sample] if closed else product
                norms.append(float(np.linalg.svd(ending.astype(float), compute_uv=False)[0]))
    return float(np.fmax.reduce(norms))


def slow_sparse_output(weights: list[Any], masks: list[np.ndarray], sparsity: int) -> float:
    """Largest norm of `sparsity` entries of the signs sent back through layers l ... L, over l and the samples."""
    largest = np.longdouble(0)
    for sample in range(len(masks[0])):
        push = output_signs(len(masks[-1][sample])).astype(np.longdouble)
        for weight, mask in zip(reversed(weights), reversed(masks), strict=True):
            push = weight @ (mask[sample] * push)
            largest = max(largest, _norm(np.sort(np.abs(push))[::-1][:sparsity]))
    return float(largest)


def slow_large_nodes(coefficients: Any, masks: np.ndarray, features: Any, *, level: float) -> int:
    """The units j with |sum_i c_i masks_ij x_i| at least `level`, vector by vector; coefficients [n]."""
    vectors = (masks * coefficients[:, None]).T.astype(np.longdouble) @ features
    return int((np.sqrt((vectors * vectors).sum(axis=1)) >= level).sum())


def _norm(vector: np.ndarray) -> np.longdouble:
    return np.sqrt((vector * vector).sum())
