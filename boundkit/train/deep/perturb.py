"""Weights moved within a spectral ball around the initialisation, and what that does (`zczg18`, Theorem 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from boundkit.train.backend import select_device
from boundkit.train.checks import positive
from boundkit.train.deep.layers import Pass, forward, gradients, sent_back
from boundkit.train.deep.problem import MarginProblem, hidden_widths, output_signs
from boundkit.train.deep.products import product_norm, sparse_output, through_layers
from boundkit.train.deep.streams import Batches, DeepRole, deep_stream, layer_weights

MOVES = ("random", "gradient", "flips", "growth")
BATCH_DRAW = 10**6  # batches of perturbed networks come from a trial index that training does not use


@dataclass(frozen=True)
class Moved:
    """One network at spectral distance `radius` in every layer from its initialisation, compared with it.

    Per layer [L]: `feature_change` largest |x~_l - x_l|, `weight_change` |W~_l - W_l|_2, `flips` largest number of
    changed activations of a sample, `weight_norm` |W~_l|_2, `gradient` and `batch_gradient` spectral norms of the
    gradients of risk and batch. Scalars: `union_flips`, `last_gradient` (Frobenius, of the risk), `mean_slope`,
    `batch_slope`, `largest_norm` of the features that enter the last layer, `product` (norm of masked products) and
    `sparse_output`, both NaN unless asked for.
    """

    move: str
    feature_change: np.ndarray
    weight_change: np.ndarray
    flips: np.ndarray
    weight_norm: np.ndarray
    gradient: np.ndarray
    batch_gradient: np.ndarray
    union_flips: float
    last_gradient: float
    mean_slope: float
    batch_slope: float
    largest_norm: float
    product: float
    sparse_output: float


def perturb(
    problem: MarginProblem,
    *,
    widths: Sequence[int],
    radius: float,
    seed: int = 0,
    trial: int = 0,
    batch: int | None = None,
    products: bool = False,
    sparsity: int | None = None,
) -> list[Moved]:
    """The network of one trial after each of `MOVES`, every layer moved by `radius` in spectral norm.

    `random` Gaussian matrices; `gradient` the direction of descent; `flips` rank one, which turns the smallest
    pre-activations of the first sample; `growth` rank one along the features of the first sample. Layers move one
    after the other, each as if the layers below had moved. The moved norm of `flips` may stay below the radius.

    >>> problem = MarginProblem(X=np.eye(2), y=[1, -1])
    >>> [round(float(moved.weight_change[0]), 3) for moved in perturb(problem, widths=(50, 50), radius=0.1)][:2]
    [0.1, 0.1]
    """
    points = moved_weights(problem, widths=widths, radius=radius, seed=seed, trial=trial)
    share = moved_batch(problem, batch, seed=seed, trial=trial)
    weights = points[0][1]
    start = _pass(problem, weights)
    return [
        _compare(problem, move, weights, start, moved, share, products=products, sparsity=sparsity)
        for move, _, moved in points
    ]


def moved_weights(
    problem: MarginProblem, *, widths: Sequence[int], radius: float, seed: int, trial: int
) -> list[tuple[str, list[np.ndarray], list[np.ndarray]]]:
    """Every move with the weights before and after it."""
    shape, reach = hidden_widths(widths), positive("radius", radius)
    weights = layer_weights(shape, d=problem.d, seed=seed, trial=trial)
    start = _pass(problem, weights)
    generators = (deep_stream(seed, DeepRole.DIRECTIONS, trial, 0, 0, number) for number in range(len(MOVES)))
    return [
        (move, weights, _MOVES[move](problem, weights, start, reach, generator))
        for move, generator in zip(MOVES, generators, strict=True)
    ]


def moved_batch(problem: MarginProblem, batch: int | None, *, seed: int, trial: int) -> np.ndarray:
    """Weights [n] of the samples in the batch of the moved networks."""
    return Batches(problem.n, batch or problem.n, seed=seed, trial=BATCH_DRAW + trial).draw(1)[0]


def _compare(
    problem: MarginProblem,
    move: str,
    weights: list[np.ndarray],
    start: Pass,
    moved: list[np.ndarray],
    share: np.ndarray,
    *,
    products: bool,
    sparsity: int | None,
) -> Moved:
    now, signs = _pass(problem, moved), output_signs(weights[-1].shape[1])
    slope = problem.loss.value_and_slope(problem.y * now.outputs)[1]
    full = _gradients(now, moved, signs, slope * problem.y / problem.n)
    drawn = _gradients(now, moved, signs, slope * problem.y * share)
    masks = [mask[0] for mask in now.masks]
    changed = [mask != then[0] for mask, then in zip(masks, start.masks, strict=True)]
    before, after = start.features[1:], now.features[1:]
    return Moved(
        move=move,
        feature_change=np.array([np.linalg.norm(a - b, axis=-1).max() for a, b in zip(after, before, strict=True)]),
        weight_change=np.array([np.linalg.norm(a - b, 2) for a, b in zip(moved, weights, strict=True)]),
        flips=np.array([change.sum(axis=1).max() for change in changed], dtype=float),
        weight_norm=np.array([np.linalg.norm(w, 2) for w in moved]),
        gradient=np.array([np.linalg.norm(g, 2) for g in full]),
        batch_gradient=np.array([np.linalg.norm(g, 2) for g in drawn]),
        union_flips=float(changed[-1].any(axis=0).sum()),
        last_gradient=float(np.linalg.norm(full[-1])),
        mean_slope=float(slope.mean()),
        batch_slope=float((slope * share).sum()),
        largest_norm=float(np.linalg.norm(now.features[-2], axis=-1).max()),
        product=product_norm(moved, masks, closed=True) if products else float("nan"),
        sparse_output=float("nan")
        if sparsity is None
        else sparse_output(through_layers(moved, masks, signs), sparsity),
    )


def _pass(problem: MarginProblem, weights: list[np.ndarray]) -> Pass:
    xp = select_device("cpu").xp
    return forward(xp.asarray(problem.X), [w[None] for w in weights], output_signs(weights[-1].shape[1]))


def _gradients(seen: Pass, weights: list[np.ndarray], signs: np.ndarray, coefficients: np.ndarray) -> list[np.ndarray]:
    back = sent_back(seen, [w[None] for w in weights], signs)
    return [g[0] for g in gradients(seen, back, np.reshape(coefficients, (1, -1)))]


def _random(
    problem: MarginProblem, weights: list[np.ndarray], start: Pass, radius: float, generator: np.random.Generator
) -> list[np.ndarray]:
    return [w + _scaled(generator.standard_normal(w.shape), radius) for w in weights]


def _descent(
    problem: MarginProblem, weights: list[np.ndarray], start: Pass, radius: float, generator: np.random.Generator
) -> list[np.ndarray]:
    slope = problem.loss.value_and_slope(problem.y * start.outputs)[1]
    ascent = _gradients(start, weights, output_signs(weights[-1].shape[1]), slope * problem.y / problem.n)
    return [w + _scaled(g, radius) for w, g in zip(weights, ascent, strict=True)]


def _flips(
    problem: MarginProblem, weights: list[np.ndarray], start: Pass, radius: float, generator: np.random.Generator
) -> list[np.ndarray]:
    x, moved = problem.X[0], []
    for w in weights:
        hidden, length = x @ w, float(np.linalg.norm(x))
        order = np.argsort(np.abs(hidden))
        spent = np.cumsum(hidden[order] ** 2) <= (radius * length) ** 2 / (1 + 1e-6) ** 2
        push = np.zeros_like(hidden)
        push[order[spent]] = -(1 + 1e-6) * hidden[order[spent]]
        moved.append(w + np.outer(x, push) / length**2)
        x = np.maximum(x @ moved[-1], 0)
    return moved


def _growth(
    problem: MarginProblem, weights: list[np.ndarray], start: Pass, radius: float, generator: np.random.Generator
) -> list[np.ndarray]:
    x, moved = problem.X[0], []
    for w in weights:
        after = np.maximum(x @ w, 0)
        moved.append(w + radius * np.outer(x / np.linalg.norm(x), after / np.linalg.norm(after)))
        x = np.maximum(x @ moved[-1], 0)
    return moved


def _scaled(direction: np.ndarray, radius: float) -> np.ndarray:
    size = np.linalg.norm(direction, 2)
    return direction * (radius / size) if size > 0 else direction


_MOVES = {"random": _random, "gradient": _descent, "flips": _flips, "growth": _growth}
