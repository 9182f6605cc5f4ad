"""Losses of the margin with their constants in Assumptions 3.2, 3.3, 4.4, and the explicit theorem on two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sympy import Eq, Expr, Integer, Lt, Max, Piecewise, Rational, Symbol, exp, log, oo

from boundkit.papers.zczg18.assumptions import CAP, GROWTH, LOSS, SMOOTH_LOSS
from boundkit.papers.zczg18.model import HALF, at_least, claim, entry, tried
from boundkit.papers.zczg18.one_hidden_layer import INITIAL_OUTPUT, one_hidden_layer
from boundkit.statement import Claim, Hypothesis, Statement
from boundkit.statement.words.deep import (
    initial_loss_bound,
    loss_cap,
    loss_exponent,
    loss_floor,
    loss_growth,
    loss_growth_cap,
    margin,
    margin_loss,
    margin_loss_smoothness,
    margin_slope,
    slope_change,
)

z, p = margin, loss_exponent


@dataclass(frozen=True)
class Loss:
    """A loss of the margin: its formula, constants (missing ones do not exist) and range of the exponent."""

    key: str
    words: str
    formula: Expr
    constants: Mapping[Symbol, Expr]
    range: tuple[Hypothesis, ...] = field(default=())


_Q = 1 / (1 - p)
LOGISTIC = Loss(
    "logistic",
    "logistic loss",
    log(1 + exp(-z)),
    {
        loss_floor: HALF,
        loss_growth: HALF,
        p: Integer(1),
        margin_loss_smoothness: Rational(1, 4),
        loss_cap: Integer(1),
        loss_growth_cap: Integer(1),
    },
)
SQUARED_HINGE = Loss(
    "squared_hinge",
    "squared hinge loss",
    Max(1 - z, 0) ** 2,
    {
        loss_floor: oo,
        loss_growth: Integer(2),
        p: HALF,
        margin_loss_smoothness: Integer(2),
        loss_cap: oo,
        loss_growth_cap: Integer(2),
    },
)
HUBERISED_HINGE = Loss(
    "huberised_hinge",
    "Huberised power hinge loss of power 1/(1-p)",
    Piecewise((Max(1 - z, 0) ** _Q / _Q, z >= 0), (1 / _Q - z, True)),
    {
        loss_floor: Integer(1),
        loss_growth: _Q**p,
        margin_loss_smoothness: _Q - 1,
        loss_cap: Integer(1),
        loss_growth_cap: _Q**p,
    },
    range=(
        Hypothesis("exponent_at_least_half", "parameter", at_least(p, HALF)),
        Hypothesis("exponent_below_one", "parameter", Lt(p, 1)),
    ),
)
HINGE = Loss("hinge", "hinge loss, not smooth", Max(1 - z, 0), {loss_floor: Integer(1), loss_growth: Integer(1)})
EXPONENTIAL = Loss(
    "exponential",
    "exponential loss, not smooth",
    exp(-z),
    {
        loss_floor: oo,
        loss_growth: Integer(1),
        p: Integer(1),
        loss_cap: oo,
        loss_growth_cap: Integer(1),
    },
)
LOSSES = (LOGISTIC, SQUARED_HINGE, HUBERISED_HINGE, HINGE, EXPONENTIAL)
_ASSUMPTIONS = (
    ("asm3_2", GROWTH, loss_growth),
    ("asm3_3", SMOOTH_LOSS, margin_loss_smoothness),
    ("asm4_4", CAP, loss_growth_cap),
)


def _on_trial(item: Claim, loss: Loss) -> Claim:
    """Bounds on the slope have each other as limits; the slope of the hinge loss is at most 1."""
    if item.label == SMOOTH_LOSS.label:
        bound, reason = item.bound, "where it bends most, the slope changes by nearly that much"
    else:
        other = CAP if item.label == GROWTH.label else GROWTH
        known = loss_growth_cap in loss.constants
        bound = other.relation.rhs.xreplace(dict(loss.constants)) if known else Integer(1)
        reason = "the other bound on the slope" if known else "the slope is at most 1"
    return tried(item, "scalars", limit=bound, reason=reason)


def _satisfied(loss: Loss) -> Statement:
    held = [(name, item) for name, item, constant in _ASSUMPTIONS if constant in loss.constants]
    observables = {GROWTH.label: margin_slope, SMOOTH_LOSS.label: slope_change, CAP.label: margin_slope}
    return entry(
        f"d.loss_{loss.key}",
        f"Constants of the {loss.words}",
        "Section 3",
        improves="asm3_2",
        hypotheses=(Hypothesis("loss", "parameter", Eq(margin_loss, loss.formula)), *loss.range),
        claims=tuple(
            _on_trial(claim(item.label, observables[item.label], item.relation.xreplace(dict(loss.constants))), loss)
            for _, item in held
        ),
        uses=tuple(name for name, _ in held),
        instance=loss.constants,
        proof="Differentiate the loss and write its derivative in terms of the loss.",
    )


def on_loss(statement: Statement, loss: Loss) -> Statement:
    """`statement` for one loss: its constants and its value at the initial margin are known."""
    general = {item.label for item in LOSS}
    return replace(
        statement,
        id=f"{statement.id}_{loss.key}",
        title=f"{statement.title.removesuffix(' (DRV-15)')}, {loss.words} (DRV-15)",
        improves=statement.id,
        form="refined",
        hypotheses=tuple(item for item in statement.hypotheses if item.label not in general),
        uses=(statement.id, f"zczg18.d.loss_{loss.key}"),
        instance={**loss.constants, initial_loss_bound: loss.formula.xreplace({z: -INITIAL_OUTPUT})},
        proof=f"The theorem with the constants of the {loss.words}.",
    )


EXPLICIT = (LOGISTIC, SQUARED_HINGE)
STATEMENTS = (
    *(_satisfied(loss) for loss in LOSSES),
    *(on_loss(one_hidden_layer, loss) for loss in EXPLICIT),
)
