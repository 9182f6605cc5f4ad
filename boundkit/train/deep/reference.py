"""The slow and obvious implementation of deep networks: one trial, long double, one sample after the other.

It shares no numerical code with the engine beyond the random numbers of weights and batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundkit.train.deep.losses import MarginLoss
from boundkit.train.deep.problem import MarginProblem, hidden_widths, output_signs
from boundkit.train.deep.streams import Batches, layer_weights

Extended = Any


@dataclass(frozen=True)
class Replay:
    """One trial of descent: `weights` per step (lists of W_l), and what was seen, [steps + 1] or [steps + 1, n]."""

    weights: list[list[Extended]]
    outputs: Extended
    risk: Extended
    mean_slope: Extended
    batch_slope: Extended
    gradients: list[list[Extended]]
    batch_gradients: list[list[Extended]]


def replay(
    problem: MarginProblem,
    *,
    widths: Sequence[int],
    step_size: float,
    steps: int,
    seed: int = 0,
    trial: int = 0,
    batch: int | None = None,
) -> Replay:
    """One trial of `train` in long double arithmetic.

    >>> problem = MarginProblem(X=np.eye(2), y=[1, -1])
    >>> replay(problem, widths=(4,), step_size=0.1, steps=2).risk.shape
    (3,)
    """
    shape = hidden_widths(widths)
    weights = [w.astype(np.longdouble) for w in layer_weights(shape, d=problem.d, seed=seed, trial=trial)]
    batches = Batches(problem.n, batch or problem.n, seed=seed, trial=trial)
    rows: list[list[Any]] = []
    everyone = np.full(problem.n, 1 / np.longdouble(problem.n))
    with np.errstate(all="ignore"):
        for _ in range(steps + 1):
            share = everyone
            if batch is not None and batch < problem.n:
                share = (batches.draw(1)[0] > 0) / np.longdouble(batch)
            outputs, slopes, full, drawn = gradients_of(problem, weights, share)
            values = [loss_value(problem.loss, z)[0] for z in problem.y * outputs]
            rows.append([weights, outputs, np.mean(values), np.mean(slopes), slopes @ share, full, drawn])
            weights = [w - np.longdouble(step_size) * g for w, g in zip(weights, drawn, strict=True)]
    kept, outputs, risk, mean_slope, batch_slope, gradients, batch_gradients = zip(*rows, strict=True)
    return Replay(
        list(kept),
        np.array(outputs),
        np.array(risk),
        np.array(mean_slope),
        np.array(batch_slope),
        list(gradients),
        list(batch_gradients),
    )


def gradients_of(
    problem: MarginProblem, weights: list[Extended], share: Extended
) -> tuple[Extended, Extended, list[Extended], list[Extended]]:
    """Outputs, -loss' and the gradients of the risk and of the loss weighted by `share`, sample by sample."""
    outputs, slopes = [], []
    full = [np.zeros_like(w) for w in weights]
    drawn = [np.zeros_like(w) for w in weights]
    for i, x in enumerate(problem.X.astype(np.longdouble)):
        output, gradients = output_and_gradients(weights, x)
        slope = loss_value(problem.loss, problem.y[i] * output)[1]
        outputs.append(output)
        slopes.append(slope)
        for layer, gradient in enumerate(gradients):
            full[layer] = full[layer] - slope * problem.y[i] * gradient / problem.n
            drawn[layer] = drawn[layer] - share[i] * slope * problem.y[i] * gradient
    return np.array(outputs), np.array(slopes), full, drawn


def output_and_gradients(weights: list[Extended], x: Extended) -> tuple[Extended, list[Extended]]:
    """f(x) and its gradient in every layer for one sample x [d], by the formula of `zczg18` section 3."""
    features, masks = [x], []
    for weight in weights:
        hidden = weight.T @ features[-1]
        masks.append(hidden > 0)
        features.append(np.where(masks[-1], hidden, 0))
    back = output_signs(weights[-1].shape[1]).astype(np.longdouble)
    output = features[-1] @ back
    gradients: list[Extended] = []
    for layer in range(len(weights) - 1, -1, -1):
        back = back * masks[layer]
        gradients.insert(0, np.outer(features[layer], back))
        back = weights[layer] @ back
    return output, gradients


def loss_value(loss: MarginLoss, z: Extended) -> tuple[Extended, Extended]:
    """The loss and -loss' at one margin, written again from the definitions."""
    z = np.longdouble(z)
    gap = max(1 - z, np.longdouble(0))
    if loss.name == "logistic":
        tail = np.exp(-abs(z))
        return max(-z, np.longdouble(0)) + np.log1p(tail), (tail if z > 0 else np.longdouble(1)) / (1 + tail)
    if loss.name == "squared_hinge":
        return gap**2, 2 * gap
    if loss.name == "hinge":
        return gap, np.longdouble(gap > 0)
    if loss.name == "exponential":
        return np.exp(-z), np.exp(-z)
    power = np.longdouble(loss.name.rpartition("=")[2])
    if z < 0:
        return 1 / power - z, np.longdouble(1)
    return gap**power / power, gap ** (power - 1)
