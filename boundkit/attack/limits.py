"""Attack by limits: probabilities stay below one and grow with the width, bounds stay finite and of the right sign.

The points satisfy the hypotheses (`admissible.py`), so that a rate must lie in (0, 1], the bound of a quantity that is
never negative must not be negative, and a guaranteed probability must not exceed one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sympy import oo

from boundkit.attack.admissible import admissible, conditions, facts
from boundkit.attack.finding import Finding, does_not_apply, failed, survived
from boundkit.attack.points import expanded, free_symbols, reduced, value
from boundkit.statement import VOCABULARY, Statement
from boundkit.statement.vocabulary import k, tau

NAME = "limits"
COUNT = 32
ROUNDING = 1e-9
WIDER = (1e3, 1e6, 1e12, 1e18)


def attack(statement: Statement) -> Finding:
    """Whether probability, bounds and rate keep to their ranges, also as the width tends to infinity."""
    checks = list(_expressions(statement))
    if not checks:
        return does_not_apply(NAME, "no probability, rate or bound")
    relations = conditions(statement)
    names = free_symbols([*relations, *(expression for _, expression, _ in checks)])
    values = admissible([*relations, *facts(statement, names)], names, count=COUNT, seed=statement.id)
    if values is None:
        return does_not_apply(NAME, "no point was found at which the hypotheses hold")
    tested = 0
    for label, expression, (low, high) in checks:
        try:
            found = np.atleast_1d(value(expression, values))
        except NotImplementedError:
            continue
        tested += 1
        if not np.all(np.isfinite(found)):
            return failed(NAME, f"{label} is not a finite number at some admissible point")
        if np.any(found < low - ROUNDING) or np.any(found > high + ROUNDING):
            return failed(NAME, f"{label} leaves its range [{low}, {high}] at some admissible point")
        if label == "the probability" and not _grows(expression, values, found):
            return failed(NAME, "the probability falls as the width grows")
    if not tested:
        return does_not_apply(NAME, "the expressions cannot be evaluated in extended precision")
    return survived(NAME, f"{tested} expressions at {len(next(iter(values.values()), ()))} points")


def _expressions(statement: Statement) -> Iterator[tuple[str, Any, tuple[float, float]]]:
    unknown = {item.symbol for item in statement.constants if item.status == "open"}
    if statement.probability is not None:
        yield "the probability", reduced(statement.probability, statement), (-np.inf, 1.0)
    if "rate" in statement.summary and not unknown & statement.summary["rate"].free_symbols:
        yield "the rate", reduced(statement.summary["rate"], statement), (0.0, 1.0)
    for claim in statement.claims:
        relation = claim.relation
        word = VOCABULARY[claim.observable.name]
        alone = relation.lhs == claim.observable and claim.observable not in relation.rhs.free_symbols
        if not alone or relation.rhs.has(oo) or relation.rhs.is_number or {tau, *unknown} & relation.free_symbols:
            continue
        bound = expanded(reduced(relation.rhs, statement))
        if word.name.endswith("probability") and relation.rel_op == ">=":
            yield claim.label, bound, (-np.inf, 1.0)
        elif relation.rel_op in ("<=", "<") and word.domain != "real":
            yield claim.label, bound, (0.0, np.inf)


def _grows(expression: Any, values: dict[Any, Any], now: Any) -> bool:
    if k not in expression.free_symbols:
        return True
    for factor in WIDER:
        later = value(expression, {**values, k: values[k] * np.longdouble(factor)})
        if np.any(later < now - ROUNDING * (1 + np.abs(now))) or not np.all(np.isfinite(later)):
            return False
        now = later
    return True
