"""Attack by comparison: forms of one result must agree on what they share.

A sharpened or refined form promises no less than the form it improves, at every point where both apply. A form that
gives values to constants which the printed form leaves open, tracked or repaired, must satisfy the printed shape with
these values, unless a note says that the shape is another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Expr, Symbol
from sympy.core.relational import Relational

from boundkit.attack.admissible import admissible, conditions, facts
from boundkit.attack.facts import FACTS, UNIT_ROW_FACTS
from boundkit.attack.finding import Finding, does_not_apply, failed, survived
from boundkit.attack.points import free_symbols, reduced, value
from boundkit.papers import statement as find
from boundkit.statement import VOCABULARY, Claim, Hypothesis, Statement

NAME = "comparison"
COUNT = 48
ROUNDING = 1e-9


@dataclass(frozen=True)
class Pair:
    """A bound of this statement that must not exceed a bound of another one."""

    label: str
    strong: Expr
    weak: Expr


def attack(statement: Statement) -> Finding:
    """Whether the form is as strong as its name says."""
    if statement.improves is None:
        return does_not_apply(NAME, "improves no other form")
    return compare(statement, find(statement.improves))


def compare(statement: Statement, other: Statement) -> Finding:
    """Whether the form is as strong as its name says against this other form."""
    if statement.form in ("sharpened", "refined"):
        pairs = list(_shared_claims(statement, other))
    else:
        pairs = list(_shared_shapes(statement, other)) if statement.form in ("tracked", "repaired") else []
    if not pairs:
        return does_not_apply(NAME, f"no bound to compare with {other.id}")
    relations = [*conditions(statement), *conditions(other)] if statement.form in ("sharpened", "refined") else []
    names = free_symbols([*relations, *(side for pair in pairs for side in (pair.strong, pair.weak))])
    known = [*facts(statement, names), *facts(other, names)]
    values = admissible([*relations, *known], names, count=COUNT, seed=statement.id)
    if values is None:
        return does_not_apply(NAME, f"no point was found at which it and {other.id} apply")
    for pair in pairs:
        if not _at_most(pair, values):
            return failed(NAME, f"{pair.label} is weaker than in {other.id} at some point")
    return survived(NAME, f"{len(pairs)} bounds against {other.id}")


def _shared_claims(statement: Statement, other: Statement) -> Iterator[Pair]:
    unknown = _open(statement) | _open(other)
    for strong in statement.claims:
        for weak in other.claims:
            if not _same_observable(strong, weak) or unknown & (
                strong.relation.free_symbols | weak.relation.free_symbols
            ):
                continue
            pair = _pair(strong.label, reduced(strong.relation, statement), reduced(weak.relation, other))
            if pair is not None and not _foreign(pair, other) and not _chosen(pair, statement):
                yield pair


def _same_observable(first: Claim, second: Claim) -> bool:
    same = (first.label, first.observable, first.chance) == (second.label, second.observable, second.chance)
    return same and first.relation.lhs == second.relation.lhs == first.observable


def _chosen(pair: Pair, statement: Statement) -> set[Symbol]:
    """Free parameters of the weaker bound for which this form has made a choice."""
    given = {word for word in pair.weak.free_symbols if VOCABULARY[word.name].origin == "given"}
    return given - {*free_symbols([pair.strong, *conditions(statement)])}


def _foreign(pair: Pair, other: Statement) -> set[Symbol]:
    """Words of the stronger bound on which the weaker form, and the facts, say nothing."""
    known = free_symbols([pair.weak, *conditions(other)])
    told = {word for fact in (*FACTS, *UNIT_ROW_FACTS) for word in fact.free_symbols if fact.free_symbols & {*known}}
    given = {word for word in pair.strong.free_symbols if VOCABULARY[word.name].default is not None}
    return pair.strong.free_symbols - {*known} - told - given


def _shared_shapes(statement: Statement, other: Statement) -> Iterator[Pair]:
    """Hypotheses and claims of the printed form that mention a constant to which this form gives a value."""
    tracked = {item.symbol: item.value for item in statement.constants if item.value is not None and not item.note}
    chosen = {symbol: tracked[symbol] for symbol in _open(other) if symbol in tracked}
    parts: tuple[Hypothesis | Claim, ...] = (*statement.hypotheses, *statement.claims)
    printed_parts: tuple[Hypothesis | Claim, ...] = (*other.hypotheses, *other.claims)
    mine = {item.label: item.relation for item in parts}
    for item in printed_parts:
        found = mine.get(item.label)
        mentions = item.relation.free_symbols & _open(other)
        if found is None or not mentions or not mentions <= chosen.keys():
            continue
        printed = item.relation.func(*(side.subs(chosen) for side in item.relation.args), evaluate=False)
        pair = _pair(item.label, reduced(found, statement), reduced(printed, other))
        if pair is not None and not _foreign(pair, other):
            yield pair if item in other.claims else Pair(pair.label, pair.weak, pair.strong)


def _pair(label: str, strong: Relational, weak: Relational) -> Pair | None:
    """Bounds of one side of both relations, the other sides being equal; turned so that smaller is stronger."""
    if strong.lhs != weak.lhs or strong.rel_op.strip("=") != weak.rel_op.strip("="):
        return None
    if strong.rel_op in (">=", ">"):
        return Pair(label, -strong.rhs, -weak.rhs)
    return Pair(label, strong.rhs, weak.rhs) if strong.rel_op in ("<=", "<") else None


def _open(statement: Statement) -> set[Symbol]:
    return {item.symbol for item in statement.constants if item.status == "open"}


def _at_most(pair: Pair, values: dict[Symbol, Any]) -> bool:
    at = {**values, **{word: _default(word, x) for word, x in values.items() if word not in pair.weak.free_symbols}}
    try:
        strong, weak = value(pair.strong, at), value(pair.weak, at)
    except NotImplementedError:
        return True
    with np.errstate(all="ignore"):
        return not np.any(strong > weak + ROUNDING * (np.abs(strong) + np.abs(weak)))


def _default(word: Symbol, drawn: Any) -> Any:
    default = VOCABULARY[word.name].default
    return drawn if default is None else np.full_like(drawn, float(Fraction(default)))
