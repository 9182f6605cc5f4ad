"""Stochastic gradient descent on a small deep network, with every batch tried at every step.

So the drift of the potential is known exactly: its conditional mean given the weights is a mean over all batches.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.errors import Infeasible, NotApplicable
from boundkit.query import Binding
from boundkit.statement import VOCABULARY
from boundkit.statement.vocabulary import step_size, tau
from boundkit.statement.words.deep import (
    conditional_drift,
    loss_cap,
    loss_exponent,
    loss_growth_cap,
    loss_potential,
    next_risk,
    supermartingale_increment,
)
from boundkit.statement.words.shared import loss, loss_0
from boundkit.train.deep import MarginProblem
from boundkit.train.deep.layers import forward, gradients, sent_back
from boundkit.train.deep.losses import LOSSES, MarginLoss
from boundkit.train.deep.problem import output_signs
from boundkit.train.deep.reference import loss_value, output_and_gradients
from boundkit.train.deep.streams import Batches, layer_weights
from boundkit.verify.observe.deep import network
from boundkit.verify.observe.deep.conditions import along_run
from boundkit.verify.observe.plan import Observations, Plan, number

MOST_WORK = 2e10  # multiplications: one forward pass a batch and step
REPLAY_WORK = 4e8
Weights = list[Any]
Losses = Callable[[Weights], Any]
Slopes = Callable[[Weights], list[Weights]]


def sample(binding: Binding, plan: Plan) -> Observations:
    """Risk, potential and drift of all trials, along their runs."""
    work = _work(binding, plan, plan.steps) * len(plan.trials)
    if work > MOST_WORK:
        raise Infeasible(f"{work:.3g} multiplications to try every batch are more than {MOST_WORK:.3g}")
    rows = []
    for position, trial in enumerate(plan.trials):
        rows.append(_run(binding, plan, trial, plan.steps, slow=False))
        if plan.progress is not None:
            plan.progress(position + 1, len(plan.trials))
    return _observed(binding, plan, plan.trials, rows)


def replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """One trial in long double arithmetic, sample after sample; None where that would take too long."""
    if _work(binding, plan, step) > REPLAY_WORK:
        return None
    return _observed(binding, plan, (trial,), [_run(binding, plan, trial, max(step, 1), slow=True)])


def _work(binding: Binding, plan: Plan, steps: int) -> float:
    widths, n = network.widths_of(binding, plan), plan.data.n
    weights = sum(a * b for a, b in zip((plan.data.d, *widths), widths, strict=False))
    return float(weights) * n * comb(n, network.batch_of(binding, plan) or n) * (steps + 1)


def _loss(binding: Binding, plan: Plan) -> MarginLoss:
    """The first loss whose slope is at most the cap, and at most its growth cap times the power p of the loss.

    A bound by a larger power q holds for p too: where the loss is at most 1 as it is, elsewhere with the cap.
    """
    values = {symbol: network.value_of(binding, plan, symbol) for symbol in (loss_exponent, loss_cap, loss_growth_cap)}
    p, cap, growth = (np.nan if value is None else value for value in values.values())
    for found in LOSSES.values():
        own = [found.constants.get(symbol.name, np.nan) for symbol in values]
        needed = own[2] if own[0] == p else max(own[1], own[2])
        if own[0] >= p and cap >= own[1] and growth >= needed:
            return found
    raise NotApplicable("slope_upper_bound", f"no loss is bounded so with {VOCABULARY['loss_exponent'].text} = {p:g}")


def _run(binding: Binding, plan: Plan, trial: int, steps: int, *, slow: bool) -> dict[Symbol, np.ndarray]:
    """Risk, potential and accumulated drift at steps 0 ... `steps`."""
    dtype: Any = np.longdouble if slow else np.float64
    problem = MarginProblem(X=plan.data.X, y=plan.data.y, loss=_loss(binding, plan))
    size = network.batch_of(binding, plan) or problem.n
    step = dtype(network.chosen_step(binding, plan, problem.loss))
    exponent = float(np.squeeze(number(binding, loss_exponent, {})))
    of_weights, slopes = (_slow if slow else _fast)(problem)
    drawn = layer_weights(network.widths_of(binding, plan), d=problem.d, seed=plan.seed, trial=trial)
    weights = [layer.astype(dtype) for layer in drawn]
    batches = Batches(problem.n, size, seed=plan.seed, trial=trial)
    everything = list(combinations(range(problem.n), size))
    risks, drifts = [], [dtype(0)]
    for index in range(steps + 1):
        risks.append(of_weights(weights))
        if index == steps:
            break
        each = slopes(weights)
        after = [of_weights(_moved(weights, each, batch, step)) for batch in everything]
        expected = np.mean([_potential(risk, exponent) for risk in after])
        drifts.append(drifts[-1] + expected - _potential(risks[-1], exponent))
        weights = _moved(weights, each, tuple(np.flatnonzero(batches.draw(1)[0])), step)
    seen = np.array(risks)
    return {loss: seen, loss_potential: _potential(seen, exponent), conditional_drift: np.array(drifts)}


def _potential(risk: Any, exponent: float) -> Any:
    """A primitive of risk^(-2p)."""
    return np.log(risk) if exponent == 0.5 else risk ** (1 - 2 * exponent) / (1 - 2 * exponent)


def _moved(weights: Weights, each: list[Weights], batch: tuple[int, ...], step: Any) -> Weights:
    """The weights after a step along the mean gradient of a batch."""
    return [
        layer - step * sum(each[sample][position] for sample in batch) / len(batch)
        for position, layer in enumerate(weights)
    ]


def _fast(problem: MarginProblem) -> tuple[Losses, Slopes]:
    """The risk and the gradient of every sample's loss by the engine's passes."""

    def seen(weights: Weights) -> Any:
        return forward(problem.X, [layer[None] for layer in weights], output_signs(weights[-1].shape[1]))

    def risk(weights: Weights) -> Any:
        return problem.loss.value_and_slope(problem.y * seen(weights).outputs[0])[0].mean()

    def slopes(weights: Weights) -> list[Weights]:
        found = seen(weights)
        back = sent_back(found, [layer[None] for layer in weights], output_signs(weights[-1].shape[1]))
        size = -problem.loss.value_and_slope(problem.y * found.outputs[0])[1] * problem.y
        return [[layer[0] for layer in gradients(found, back, row[None])] for row in np.diag(size)]

    return risk, slopes


def _slow(problem: MarginProblem) -> tuple[Losses, Slopes]:
    """The same, one sample after the other, from the formula of the gradient."""
    samples = problem.X.astype(np.longdouble)

    def risk(weights: Weights) -> Any:
        outputs = [output_and_gradients(weights, x)[0] for x in samples]
        return np.mean([loss_value(problem.loss, z)[0] for z in problem.y * np.array(outputs)])

    def slopes(weights: Weights) -> list[Weights]:
        found = []
        for x, y in zip(samples, problem.y, strict=True):
            output, gradient = output_and_gradients(weights, x)
            found.append([-loss_value(problem.loss, y * output)[1] * y * layer for layer in gradient])
        return found

    return risk, slopes


def _observed(
    binding: Binding, plan: Plan, trials: tuple[int, ...], rows: list[dict[Symbol, np.ndarray]]
) -> Observations:
    stacked = {symbol: np.array([row[symbol] for row in rows], dtype=float) for symbol in rows[0]}
    risks = stacked[loss]
    size = np.float64(network.chosen_step(binding, plan, _loss(binding, plan)))
    following = np.concatenate([risks[:, 1:], np.full((len(risks), 1), np.nan)], axis=1)
    values: dict[Symbol, Any] = {
        **stacked,
        tau: np.arange(risks.shape[1], dtype=float)[None, :],
        loss_0: risks[:, :1],
        next_risk: following,
        step_size: size,
    }
    for item in binding.statement.hypotheses:
        if item.relation.rhs == supermartingale_increment:
            values[supermartingale_increment] = np.float64(np.squeeze(number(binding, item.relation.lhs, values)))
    broken = tuple(t for t, row in zip(trials, risks, strict=True) if not np.isfinite(row).all())
    return along_run(binding, trials, values, broken)
