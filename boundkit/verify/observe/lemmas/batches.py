"""All batches of a few samples: moments of batch means, and batch gradients of a square loss in the outputs.

Nothing is drawn but the numbers that are averaged: every batch is enumerated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import comb, sqrt
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.errors import Infeasible, NotApplicable
from boundkit.query import Binding
from boundkit.statement.vocabulary import misfit
from boundkit.statement.words.deep import batch_variance, mean_slope, slope_moment, sum_of_squares
from boundkit.statement.words.shared import b, loss
from boundkit.statement.words.stochastic import (
    batch_count,
    batch_gradient_moment,
    batch_gradient_norm,
    growth,
    loss_slope,
    loss_slope_change,
    output_shift,
)
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.shallow.losses import LOSSES
from boundkit.verify.observe.conditions import failing, wanted
from boundkit.verify.observe.plan import Experiment, Observations, Plan, as_columns, floats, joined

MOST_BATCHES = 20_000
SHAPES = 3  # of what is averaged: even, on one sample only, very uneven
Values = dict[Symbol, float]


@dataclass(frozen=True)
class Drawn:
    """What the batches are made of: residuals and second residuals [n, outputs], and the batches themselves."""

    residuals: np.ndarray
    others: np.ndarray
    size: int
    repetition: bool

    @property
    def batches(self) -> Iterator[tuple[int, ...]]:
        """The samples of every batch, all batches equally likely."""
        samples = range(len(self.residuals))
        return product(samples, repeat=self.size) if self.repetition else combinations(samples, self.size)


def _drawn(binding: Binding, plan: Plan, trial: int) -> Drawn:
    samples, setting = plan.data.n, binding.statement.setting
    repetition = setting is not None and "with repetition" in setting.algorithm
    known = floats(binding).get(b)
    size = 1 + trial % samples if known is None else int(known)
    if size > samples and not repetition:
        raise NotApplicable("batch", f"batches of {size} different samples out of {samples}")
    count = samples**size if repetition else comb(samples, size)
    if count > MOST_BATCHES:
        raise Infeasible(f"{count:.3g} batches are more than {MOST_BATCHES}: take fewer samples")
    rng = nested_stream(plan.seed, Role.BATCHES, trial, 1)
    residuals, moves = rng.standard_normal((2, samples, plan.data.K))
    if trial % SHAPES == 1:
        residuals[1:] = 0
    elif trial % SHAPES == 2:
        residuals *= np.exp(2 * rng.standard_normal((samples, 1)))
    return Drawn(residuals, residuals + moves, size, repetition)


def _by_counts(binding: Binding, drawn: Drawn) -> Values:
    """How often each sample is in each batch, in matrix products, with the loss that the engine trains on."""
    setting, residuals, samples = binding.statement.setting, drawn.residuals, len(drawn.residuals)
    counts = np.zeros((sum(1 for _ in drawn.batches), samples))
    for row, batch in enumerate(drawn.batches):
        np.add.at(counts[row], list(batch), 1.0)
    numbers = residuals[:, 0] - residuals[:, 0].mean()
    means, slopes = counts @ numbers / drawn.size, np.abs(residuals[:, 0])
    values = {
        batch_variance: (means**2).mean(),
        sum_of_squares: (numbers**2).sum(),
        slope_moment: ((counts @ slopes / drawn.size) ** 2).mean(),
        mean_slope: slopes.mean(),
    }
    if setting is not None and setting.loss in LOSSES:
        chosen = LOSSES[setting.loss]
        full = chosen.factor(samples) * residuals
        squares = chosen.factor(drawn.size) ** 2 * counts**2 @ (residuals**2).sum(axis=1)
        size = np.linalg.norm(residuals)
        change = chosen.factor(samples) * drawn.others - full
        values |= {misfit: size, loss: chosen.of_misfit(size, samples), loss_slope_change: np.linalg.norm(change)}
        values[output_shift] = np.linalg.norm(drawn.others - residuals)
    else:
        full = residuals.mean(axis=0)
        squares = ((counts @ residuals / drawn.size) ** 2).sum(axis=1)
    slope = np.linalg.norm(full)
    values |= {
        loss_slope: slope,
        batch_gradient_moment: squares.mean(),
        batch_gradient_norm: np.sqrt(squares.max()),
        growth: squares.mean() / slope**2,
        batch_count: len(counts),
    }
    return {symbol: float(value) for symbol, value in values.items()}


def _in_fractions(binding: Binding, drawn: Drawn) -> Values:
    """The same from the definitions in rational numbers; gradients of squares by differences, which are exact."""
    setting, samples = binding.statement.setting, len(drawn.residuals)
    residuals, others = (_exact(part) for part in (drawn.residuals, drawn.others))
    batches, size = list(drawn.batches), drawn.size
    slopes = [abs(row[0]) for row in residuals]
    mean = sum((row[0] for row in residuals), Fraction(0)) / samples
    numbers = [row[0] - mean for row in residuals]

    def moment(terms: list[Fraction]) -> Fraction:
        squares = [(sum((terms[j] for j in batch), Fraction(0)) / size) ** 2 for batch in batches]
        return sum(squares, Fraction(0)) / len(squares)

    values: dict[Symbol, Any] = {
        batch_variance: moment(numbers),
        sum_of_squares: sum(u * u for u in numbers),
        slope_moment: moment(slopes),
        mean_slope: sum(slopes) / samples,
    }
    separate = setting is not None and setting.loss in LOSSES
    everyone = tuple(range(samples))

    def squared(batch: tuple[int, ...], rows: list[list[Fraction]], offset: list[list[Fraction]] | None = None) -> Any:
        """The squared norm of the gradient of the mean over a batch; of its change from `offset`."""
        if not separate:
            return sum((sum(rows[j][i] for j in batch) / len(batch)) ** 2 for i in range(len(rows[0])))
        total = Fraction(0)
        for j, i in product(everyone, range(len(rows[0]))):
            slope = _difference(rows[j][i]) - (0 if offset is None else _difference(offset[j][i]))
            total += (slope * batch.count(j) / len(batch)) ** 2
        return total

    norms = [squared(batch, residuals) for batch in batches]
    full = squared(everyone, residuals)
    if separate:
        total = sum(x * x for row in residuals for x in row)
        moved = sum((x - z) ** 2 for rows in zip(residuals, others, strict=True) for x, z in zip(*rows, strict=True))
        values |= {misfit: sqrt(total), loss: total / samples, output_shift: sqrt(moved)}
        values[loss_slope_change] = sqrt(squared(everyone, others, residuals))
    values |= {
        loss_slope: sqrt(full),
        batch_gradient_moment: sum(norms) / len(norms),
        batch_gradient_norm: sqrt(max(norms)),
        growth: sum(norms) / len(norms) / full,
        batch_count: len(batches),
    }
    return {symbol: float(value) for symbol, value in values.items()}


def _exact(matrix: np.ndarray) -> list[list[Fraction]]:
    """The rows in rational numbers, which floats are."""
    return [[Fraction(x) for x in row] for row in matrix.tolist()]


def _difference(x: Fraction) -> Fraction:
    """The derivative of x^2 by a central difference."""
    return ((x + 1) ** 2 - (x - 1) ** 2) / 2


def _one(
    binding: Binding, plan: Plan, trial: int, measured: Callable[[Binding, Drawn], Values]
) -> tuple[Values, list[str]]:
    asked = wanted(binding)
    found = measured(binding, _drawn(binding, plan, trial))
    values = {symbol: value for symbol, value in found.items() if symbol in asked and symbol not in binding.values}
    return values, failing(binding, values)


def _sample(binding: Binding, plan: Plan) -> Observations:
    found = [(trial, *_one(binding, plan, trial, _by_counts)) for trial in plan.trials]
    good = [as_columns(trial, values) for trial, values, labels in found if not labels]
    if not good:
        raise NotApplicable(found[0][2][0], f"hypothesis {found[0][2][0]} fails on every trial")
    return joined(good)


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    return as_columns(trial, _one(binding, plan, trial, _in_fractions)[0])


BATCHES = Experiment(_sample, replay=_replay)
