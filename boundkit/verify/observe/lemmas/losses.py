"""Losses of the margin on sampled margins: the engine's, and its constants in the assumptions on losses."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Eq, Symbol

from boundkit.arithmetic import FLOAT, evaluate
from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement import VOCABULARY
from boundkit.statement.words.deep import (
    loss_exponent,
    loss_floor,
    loss_growth,
    loss_limit,
    margin,
    margin_change,
    margin_loss,
    margin_loss_smoothness,
    margin_slope,
    slope_change,
)
from boundkit.train.deep.losses import LOSSES, MarginLoss, margin_loss as loss_named
from boundkit.train.deep.reference import loss_value
from boundkit.verify.observe.plan import floats

MARGINS = 60
BENDS = (0.0, 1.0)  # where some loss bends most, or has a kink
NEAR = 1e-4
FAR = 1e4  # a margin at which every loss has its limit
ASSUMED = (loss_exponent, loss_floor, loss_growth, margin_loss_smoothness)
Values = dict[Symbol, np.ndarray]


def loss_columns(binding: Binding, rng: np.random.Generator, trial: int, slow: bool) -> Values:
    """A loss at random margins and at others near or far from them; slow: one by one, in long double.

    The loss is the one that an equation among the hypotheses describes, else one after the other, at a random scale.
    """
    exponent = float(floats(binding).get(loss_exponent, rng.uniform(0.5, 0.95)))
    z = np.concatenate([BENDS, [BENDS[1] - NEAR], 3 * rng.standard_normal(MARGINS)])
    other = z + np.where(rng.random(len(z)) < 0.5, NEAR, rng.exponential(size=len(z)))
    other[: len(BENDS) + 1] = z[: len(BENDS) + 1] + NEAR
    candidates = list(LOSSES.values())
    if 0.5 <= exponent < 1:
        candidates.append(loss_named(f"huberised_hinge:power={1 / (1 - exponent):.17g}"))
    formula = _formula(binding)
    if formula is None:
        smooth = [loss for loss in candidates if all(symbol.name in loss.constants for symbol in ASSUMED)]
        chosen, size = smooth[trial % len(smooth)], float(rng.lognormal())
    else:
        chosen, size = _described(binding, formula, candidates, {margin: z, loss_exponent: np.float64(exponent)}), 1.0
    value, slope = (size * part for part in _on(chosen, z, slow))
    moved = size * _on(chosen, other, slow)[1]
    constants = _scaled(chosen, size)
    if formula is not None:
        constants = {loss_exponent: constants.get(loss_exponent, exponent)}
    return {
        **{symbol: np.array([constant]) for symbol, constant in constants.items()},
        margin: z,
        margin_loss: value,
        margin_slope: slope,
        loss_limit: size * _on(chosen, np.array([FAR]), slow)[0],
        slope_change: np.abs(moved - slope),
        margin_change: np.abs(other - z),
    }


def _scaled(loss: MarginLoss, size: float) -> dict[Symbol, float]:
    """The constants of a multiple of the loss: -loss' >= min(floor, growth loss^p)."""
    exponent = loss.constants.get(loss_exponent.name, 0.0)
    powers = {loss_exponent: 0.0, loss_floor: 1.0, loss_growth: 1 - exponent, margin_loss_smoothness: 1.0}
    known = {symbol: loss.constants[symbol.name] for symbol in ASSUMED if symbol.name in loss.constants}
    return {symbol: value * size ** powers[symbol] for symbol, value in known.items()}


def _formula(binding: Binding) -> Any:
    """What an equation among the hypotheses says that the loss is."""
    relations = (item.relation for item in binding.statement.hypotheses if isinstance(item.relation, Eq))
    return next((binding.reduce(relation.rhs) for relation in relations if relation.lhs == margin_loss), None)


def _described(binding: Binding, formula: Any, candidates: list[MarginLoss], values: dict[Any, Any]) -> MarginLoss:
    """The engine's loss of this formula; NotApplicable where it has none."""
    expected = evaluate(formula, {**floats(binding), **values}, FLOAT)
    for loss in candidates:
        if np.allclose(loss.value_and_slope(values[margin])[0], expected, rtol=1e-12, atol=1e-14):
            return loss
    raise NotApplicable("loss", f"no loss of the engine is {VOCABULARY[margin_loss.name].text} = {formula}")


def _on(loss: MarginLoss, z: np.ndarray, slow: bool) -> tuple[np.ndarray, np.ndarray]:
    if not slow:
        return loss.value_and_slope(z)
    value, slope = zip(*(loss_value(loss, item) for item in z), strict=True)
    return np.array(value), np.array(slope)
