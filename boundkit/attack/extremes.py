"""Attack by extremes: certainty costs width but no more than that, and what is wide enough stays wide enough.

As the allowed failure tends to 0, or a deviation parameter to infinity, a finite width must meet the conditions and
grow at most like a power, and the probability at an ample width must not get worse. A width condition that holds must
hold for every larger width, and the largest step size must be positive wherever the other conditions hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sympy import Expr, Symbol
from sympy.core.relational import Relational

from boundkit.attack.admissible import admissible, conditions, facts, holds
from boundkit.attack.facts import V
from boundkit.attack.finding import Finding, does_not_apply, failed, survived
from boundkit.attack.points import free_symbols, reduced, value
from boundkit.statement import Statement
from boundkit.statement.vocabulary import step_size

NAME = "extremes"
COUNT = 24
SURER = {
    V[name]: exponent
    for exponent, names in (
        (-1, ("failure", "chernoff_failure")),
        (1, ("delta", "exit_margin", "nu", "anytime_factor", "gaussian_deviation", "output_weights_deviation")),
    )
    for name in names
}
"""Parameters that buy certainty, and the power of a large number by which they do."""
WIDTHS = tuple(V[name] for name in ("k", "layer_width", "last_width"))
LARGE = tuple(np.longdouble(10) ** power for power in (3, 6, 12, 24))
WIDER = (4, 1e3, 1e6, 1e12)
LARGEST_POWER, ROUNDING, DOUBLINGS = 20, 1e-9, 3000


def attack(statement: Statement) -> Finding:
    """Whether width, step and probability go where they must at the ends of their ranges."""
    relations = conditions(statement)
    widths = [r for r in _of_role(statement, "width") if r in relations and _is_demand(r)]
    steps = [r for r in _of_role(statement, "step") if r in relations]
    ceilings = [
        reduced(item.relation.rhs, statement)
        for item in statement.hypotheses
        if item.relation.lhs == step_size and item.relation.rel_op in ("<", "<=")
    ]
    names = free_symbols([*relations, *ceilings, reduced(statement.failure, statement)])
    sure = [word for word in names if word in SURER]
    if not widths and not ceilings:
        return does_not_apply(NAME, "no condition on a width or a largest step")
    known = facts(statement, names)
    values = admissible([*relations, *known], names, count=COUNT, seed=statement.id)
    if values is None:
        return does_not_apply(NAME, "no point was found at which the hypotheses hold")
    others = [relation for relation in relations if relation not in steps]
    free = (ceilings and admissible([*others, *known], names, count=COUNT, seed=statement.id)) or values
    for reason in (*_wider(widths, values), *_positive(ceilings, free), *_surer(statement, widths, sure, values)):
        return failed(NAME, reason)
    return survived(NAME, f"{len(widths)} widths, {len(ceilings)} steps, {len(sure)} parameters of certainty")


def _of_role(statement: Statement, role: str) -> list[Relational]:
    return [reduced(item.relation, statement) for item in statement.hypotheses if item.role == role]


def _is_demand(relation: Relational) -> bool:
    """Whether it asks for a width; `k <= d` names a shape of the network instead."""
    mine = [word for word in WIDTHS if word in relation.free_symbols]
    return bool(mine) and relation.rel_op != "==" and not (relation.lhs in mine and relation.rel_op in ("<", "<="))


def _wider(widths: list[Relational], values: dict[Symbol, Any]) -> Iterator[str]:
    """Width conditions that fail for a larger width."""
    for relation in widths:
        for factor in WIDER:
            if not np.all(holds(relation, _scaled(values, factor))):
                yield f"{relation.lhs} {relation.rel_op} {relation.rhs} fails as the width grows"
                break


def _positive(ceilings: list[Expr], values: dict[Symbol, Any]) -> Iterator[str]:
    """Step sizes that have no room."""
    for ceiling in ceilings:
        if not np.all(value(ceiling, values) > 0):
            yield "no step size is small enough at some admissible point"


def _surer(
    statement: Statement, widths: list[Relational], sure: list[Symbol], values: dict[Symbol, Any]
) -> Iterator[str]:
    """What goes wrong as each parameter of certainty is moved to its end, the width following the conditions."""
    chance = reduced(statement.failure, statement)
    for word in sure:
        before, size = _ample(chance, values), _width(values)
        for previous, factor in zip((np.longdouble(1), *LARGE), LARGE, strict=False):
            moved = _wide_enough(widths, {**values, word: values[word] * factor ** SURER[word]})
            if moved is None:
                yield f"no width is enough as {word} tends to its end"
                break
            powers = np.log(_width(moved) / size) / np.log(factor / previous)
            if np.any(powers > LARGEST_POWER):
                yield f"the width grows faster than any power as {word} tends to its end"
                break
            after = _ample(chance, moved)
            if np.any(after > before + ROUNDING * (1 + np.abs(before))):
                yield f"the probability falls as {word} tends to its end"
                break
            before, size = after, _width(moved)


def _wide_enough(widths: list[Relational], values: dict[Symbol, Any]) -> dict[Symbol, Any] | None:
    """The values with every width large enough, none if doubling it does not help."""
    values = dict(values)
    for _ in range(DOUBLINGS):
        bad = np.zeros(1, dtype=bool)
        for relation in widths:
            bad = bad | ~holds(relation, values)
        if not bad.any():
            return values
        for word in WIDTHS:
            if word in values:
                values[word] = np.where(bad, values[word] * 2, values[word])
        if not all(np.all(np.isfinite(values[word])) for word in WIDTHS if word in values):
            return None
    return None


def _width(values: dict[Symbol, Any]) -> Any:
    return next((values[word] for word in WIDTHS if word in values), np.ones(1))


def _ample(chance: Expr, values: dict[Symbol, Any]) -> Any:
    """The probability of failure at widths far above those needed."""
    return np.atleast_1d(value(chance, _scaled(values, WIDER[-1])))


def _scaled(values: dict[Symbol, Any], factor: float) -> dict[Symbol, Any]:
    return {word: x * np.longdouble(factor) if word in WIDTHS else x for word, x in values.items()}
