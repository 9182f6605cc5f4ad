"""Ways to tighten a claim of this paper until it must fail: by a factor, by an amount, or by twice a contraction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sympy import Abs, Expr, Integer, Pow

from boundkit.papers.sjl17.paper import at_least, at_most, below, equal
from boundkit.statement import Claim
from boundkit.statement.statement import Experiment
from boundkit.statement.vocabulary import tau, tightness
from boundkit.statement.words.shared import loss

Form = Callable[[Claim], Claim]
TWICE = Integer(2)


def _tried(item: Claim, experiment: Experiment, template: Any, twin: Expr, reason: str) -> Claim:
    return replace(item, template=template, experiment=experiment, twin=twin, twin_reason=reason)


def bounded(limit: Expr, reason: str, experiment: Experiment = "points", *, negative: bool = False) -> Form:
    """A bound tightened by a factor; `limit` is a bound on the other side of what it bounds, in absolute value.

    `negative` tells that both sides are negative, so that a larger factor tightens an upper bound.

    >>> from boundkit.statement.vocabulary import d, k, n
    >>> claim = bounded(d, "example")(Claim("width", k, at_most(k, 3 * n), "unobserved"))
    >>> claim.template, claim.twin
    (k <= 3*n/tightness, 6*n/d)
    """

    def tried(item: Claim) -> Claim:
        left, right = item.template.args
        upper = item.template.rel_op in ("<=", "<")
        relation = below if item.template.rel_op == "<" else at_most if upper else at_least
        grows = upper == negative
        size = -right if negative else right
        twin = TWICE * limit / size if grows else TWICE * size / limit
        return _tried(item, experiment, relation(left, right * tightness if grows else right / tightness), twin, reason)

    return tried


def shifted(limit: Expr, reason: str, experiment: Experiment = "points") -> Form:
    """A lower bound of any sign, raised in units of `limit`, which the bounded side does not exceed."""

    def tried(item: Claim) -> Claim:
        left, right = item.template.args
        twin = 3 + Abs(right) / limit
        return _tried(item, experiment, at_least(left, right + (tightness - 1) * limit), twin, reason)

    return tried


def equation(experiment: Experiment = "points") -> Form:
    """An equation of numbers that are not zero; the twin doubles one side."""

    def tried(item: Claim) -> Claim:
        left, right = item.template.args
        return _tried(item, experiment, equal(tightness * left, right), TWICE, "no number but zero is twice itself")

    return tried


def vanishing(scale: Expr, reason: str, experiment: Experiment = "points") -> Form:
    """A left side that equals the right one; the twin adds `scale` to the right side."""

    def tried(item: Claim) -> Claim:
        left, right = item.template.args
        return _tried(item, experiment, equal(left, right + (tightness - 1) * scale), TWICE, reason)

    return tried


def strictly(scale: Expr, reason: str, experiment: Experiment = "points") -> Form:
    """A strict inequality with a constant; the twin moves the constant by `scale`."""

    def tried(item: Claim) -> Claim:
        left, right = item.template.args
        if item.template.rel_op == "<":
            template = below(left, right - (tightness - 1) * scale)
        else:
            template = item.template.func(left, right + (tightness - 1) * scale, evaluate=False)
        return _tried(item, experiment, template, TWICE, reason)

    return tried


def contracting(item: Claim) -> Claim:
    """A rate (1 - c)^tau, or one step of it, tightened through c; the twin reaches zero loss in one step."""
    left, right = item.template.args
    power = next((found for found in right.atoms(Pow) if found.exp == tau), None)
    if power is None:
        contraction = 1 - right / loss
        bound = (1 - tightness * contraction) * loss
    else:
        contraction = 1 - power.base
        bound = right.xreplace({power: (1 - tightness * contraction) ** tau})
    return _tried(item, "training", at_most(left, bound), 1 / contraction, "no step of descent reaches zero loss")
