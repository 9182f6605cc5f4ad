"""What a search finds at the start of a deep network: the points that are found, and what they are worth there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.words.deep import (
    expected_gradient,
    large_nodes,
    layer_width,
    min_hidden_norm,
    node_level,
    product_norm,
    sparse_bilinear,
    sparse_output,
)
from boundkit.train import select_device
from boundkit.train.deep import MarginProblem, output_signs
from boundkit.train.deep.nodes import fewest_large_nodes
from boundkit.train.deep.products import (
    SparsePair,
    product_norm as largest_product,
    sparse_bilinear as bilinear,
    sparse_output as largest_output,
    through_layers,
)
from boundkit.train.deep.start import start_pass
from boundkit.train.deep.streams import DeepRole, deep_stream
from boundkit.verify.observe.conditions import wanted
from boundkit.verify.observe.deep import network
from boundkit.verify.observe.plan import Plan, number

REDRAWS = 200  # of the last layer, for an expectation over it
SEARCHED = {product_norm, sparse_output, sparse_bilinear, large_nodes, expected_gradient}


@dataclass(frozen=True)
class Points:
    """Where what was searched for was found: what the slow implementation needs to see it again.

    `pair` two sparse vectors, `shares` [n] weights of the samples that leave few units above `level`, `redraws`
    [REDRAWS, m_{L-1}] units of the last layer.
    """

    sparsity: int
    pair: SparsePair | None = None
    level: float | None = None
    shares: np.ndarray | None = None
    redraws: np.ndarray | None = None


def searched(
    binding: Binding, plan: Plan, problem: MarginProblem, widths: tuple[int, ...], smallest_norm: float, trial: int
) -> tuple[dict[Symbol, float], Points]:
    """What of `SEARCHED` the statement speaks of, with the points; `smallest_norm` of the inputs of the last layer."""
    asked = wanted(binding) & SEARCHED
    sparsity = network.sparsity_of(binding, {layer_width: float(plan.width)}) or 1
    if not asked:
        return {}, Points(sparsity)
    stacked, seen = start_pass(problem, widths=widths, seed=plan.seed, trial=trial, backend=select_device("cpu"))
    weights, masks = [layer[0] for layer in stacked], [mask[0] for mask in seen.masks]
    generator = deep_stream(plan.seed, DeepRole.DIRECTIONS, trial)
    inputs = np.reshape(seen.features[-2], (problem.n, -1))
    found: dict[Symbol, float] = {}
    points: dict[str, Any] = {}
    if product_norm in asked:
        found[product_norm] = largest_product(weights, masks)
    if sparse_output in asked:
        found[sparse_output] = largest_output(through_layers(weights, masks, output_signs(widths[-1])), sparsity)
    if sparse_bilinear in asked:
        pair = points["pair"] = bilinear(weights, masks, sparsity, generator=generator)
        found[sparse_bilinear] = float("nan") if pair is None else pair.value
    if large_nodes in asked:
        level = points["level"] = _level(binding, {min_hidden_norm: np.float64(smallest_norm)})
        found[large_nodes], points["shares"] = fewest_large_nodes(
            problem.y, masks[-1], inputs, level=level, generator=generator
        )
    if expected_gradient in asked:
        slope = problem.loss.value_and_slope(problem.y * seen.outputs[0])[1]
        redraws = points["redraws"] = generator.standard_normal((REDRAWS, inputs.shape[1]))
        found[expected_gradient] = _expected_gradient(problem, inputs, slope, widths[-1], redraws)
    return found, Points(sparsity, **points)


def _level(binding: Binding, values: Mapping[Symbol, Any]) -> float:
    """The level of a unit's gradient that the statement fixes by an equation, or that the caller gave."""
    for item in binding.statement.hypotheses:
        if item.relation.lhs == node_level and item.relation.rel_op == "==":
            return float(np.squeeze(number(binding, item.relation.rhs, values)))
    return float(binding.values[node_level].mid())


def _expected_gradient(
    problem: MarginProblem, inputs: np.ndarray, slope: np.ndarray, width: int, redraws: np.ndarray
) -> float:
    """Mean square of the last layer's gradient over redraws of that layer, the losses' slopes held."""
    gram = (problem.y[:, None] * problem.y) * (inputs @ inputs.T) * (slope[:, None] * slope) / problem.n**2
    active = redraws @ inputs.T > 0
    return float(width * np.einsum("ri,ij,rj->", active, gram, active) / len(redraws))
