"""Attack by direction: a harder problem never asks for a smaller width, a larger step or promises a faster rate.

What makes a problem harder (more samples, a smaller eigenvalue, a smaller allowed failure) is declared once, in
`facts.py`; every width and step condition, the step size and the rate are moved along each such word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from boundkit.attack.facts import EASIER, HARDER, HELD
from boundkit.attack.finding import Finding, does_not_apply, failed, survived
from boundkit.attack.points import Values, expanded, reduced, sample, value
from boundkit.statement import VOCABULARY, Statement
from boundkit.statement.vocabulary import k, step_size

NAME = "monotonicity"
FACTOR = np.longdouble(1.3)
TOLERANCE = 1e-10


def attack(statement: Statement) -> Finding:
    """Whether every demand moves the declared way along every declared word."""
    tested = 0
    for label, demand, kind in _demands(statement):
        for word in sorted(demand.free_symbols, key=lambda symbol: symbol.name):
            sign = _sign(word, kind)
            if not sign or demand.free_symbols & {*HELD.get(word.name, ())}:
                continue
            if not _moves(demand, word, sign, seed=statement.id):
                return failed(NAME, f"{label} eases when {word.name} {'grows' if sign > 0 else 'shrinks'}")
            tested += 1
    if not tested:
        return does_not_apply(NAME, "no width, step or rate depends on a word with a declared direction")
    return survived(NAME, f"{tested} directions")


def _demands(statement: Statement) -> Iterator[tuple[str, Expr, str]]:
    """Expressions that may only grow as the problem gets harder, and what they are demands on."""
    for item in statement.hypotheses:
        if item.role == "width" and item.relation.rel_op in (">=", ">"):
            relation = reduced(item.relation, statement)
            if k in relation.lhs.free_symbols:
                yield item.label, relation.rhs / relation.lhs, "width"
        elif item.role == "step" and item.relation.lhs == step_size and item.relation.rel_op in ("<=", "<"):
            yield item.label, 1 / expanded(item.relation.rhs), "step"
    if statement.setting is not None and statement.setting.step_size not in (None, step_size):
        yield "the step size", 1 / reduced(statement.setting.step_size, statement), "rate"
    if "rate" in statement.summary:
        yield "the rate", 1 / reduced(statement.summary["rate"], statement), "rate"


def _sign(word: Symbol, kind: str) -> int:
    return (word.name in HARDER[kind]) - (word.name in EASIER[kind])


def _moves(demand: Expr, word: Symbol, sign: int, *, seed: str) -> bool:
    values = sample(demand.free_symbols, seed=seed)
    factor = 1 / FACTOR if VOCABULARY[word.name].domain == "unit interval" else FACTOR
    try:
        before, after = _value(demand, values), _value(demand, {**values, word: values[word] * factor})
    except NotImplementedError:
        return True
    usable = np.isfinite(before) & np.isfinite(after) & (before > 0) & (after > 0)
    change = (after[usable] - before[usable]) * (sign if factor > 1 else -sign)
    return bool(np.all(change >= -TOLERANCE * before[usable]))


def _value(demand: Expr, values: Values) -> Any:
    return value(demand, values)
