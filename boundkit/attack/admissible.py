"""Random points at which hypotheses hold: drawn, moved into each hypothesis in turn, and kept only if all hold."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from sympy import Ge, Le, Symbol, oo
from sympy.core.relational import Relational

from boundkit.attack.bounds import Bound, bounds
from boundkit.attack.facts import FACTS, UNIT_ROW_FACTS
from boundkit.attack.points import expanded, reduced, sample, value
from boundkit.statement import VOCABULARY, Statement
from boundkit.statement.vocabulary import k, row_norm_deviation, step_size

PASSES, PREFERRED, LOOSE = 40, 8, 32
AT_BOUND = 1 - np.longdouble(1e-13)


def facts(statement: Statement, symbols: Iterable[Symbol]) -> list[Relational]:
    """The facts between these symbols that hold in the setting of the statement."""
    known = set(symbols)
    unit = row_norm_deviation in statement.symbols
    expressed = {*statement.instance, *(statement.setting.substitutions if statement.setting else ())}
    near = [fact for fact in (*FACTS, *(UNIT_ROW_FACTS if unit else ())) if _words(fact) <= known | expressed]
    return [fact for fact in (reduced(fact, statement) for fact in near) if fact.free_symbols <= known]


@cache
def _words(fact: Relational) -> frozenset[Symbol]:
    return frozenset(expanded(fact).free_symbols)


def conditions(statement: Statement) -> list[Relational]:
    """The hypotheses with numbers on both sides, network quantities expressed, parity left out."""
    found = []
    for item in statement.hypotheses:
        relation = reduced(item.relation, statement)
        if item.label != "even_width" and oo not in (relation.lhs, relation.rhs):
            found.append(relation)
    return found


def admissible(
    relations: Iterable[Relational], symbols: Iterable[Symbol], *, count: int, seed: str
) -> dict[Symbol, Any] | None:
    """Values at which every relation holds, at most `count` of them; None when none was found.

    Words are moved to their bounds over and over: first one word for each relation, later the others in turn. Every
    second point is moved no further than to the bound itself, where a claim that is too strong fails first.
    """
    wanted = [*relations]
    names = {*symbols, *(symbol for relation in wanted for symbol in relation.free_symbols)}
    wanted += [limit for symbol in names for limit in _domain(symbol)]
    values = sample(sorted(names, key=str), count=count, seed=seed)
    slack = np.random.default_rng(7).uniform(0.3, 1.0, count).astype(np.longdouble)
    slack[1::2] = AT_BOUND
    try:
        for step in range(PASSES):
            if step == LOOSE:
                slack[:] = AT_BOUND
            settled = True
            for relation in wanted:
                kept = holds(relation, values)
                if np.all(kept):
                    continue
                settled = False
                found = bounds(relation)
                if found:
                    _apply(values, found[max(0, step - PREFERRED) // 2 % len(found)], slack)
                else:
                    _push(values, relation, kept)
            if settled:
                break
        good = _all(wanted, values)
    except NotImplementedError:
        return None
    if not good.any():
        return None
    return {symbol: x[good] for symbol, x in values.items()}


def _domain(symbol: Symbol) -> list[Relational]:
    """What the domain of a word says beyond its sign."""
    domain = VOCABULARY[symbol.name].domain
    limits = {"positive integer": Ge(symbol, 1, evaluate=False), "unit interval": Le(symbol, 1, evaluate=False)}
    return [limits[domain]] if domain in limits else []


def _push(values: dict[Symbol, Any], relation: Relational, kept: Any) -> None:
    """Where a relation that gives no bound is not kept, the width is made larger, or else the step size smaller."""
    for symbol, factor in ((k, 4), (step_size, 0.25)):
        if symbol in relation.free_symbols:
            values[symbol] = np.where(kept, values[symbol], values[symbol] * np.longdouble(factor))
            return


def holds(relation: Relational, values: dict[Symbol, Any]) -> Any:
    """Where a relation holds, up to rounding."""
    left, right = value(relation.lhs, values), value(relation.rhs, values)
    with np.errstate(all="ignore"):
        return _compared(left, right, relation.rel_op)


def _compared(left: Any, right: Any, operator: str) -> Any:
    room = 1e-12 * (np.abs(left) + np.abs(right))
    tests = {
        ">=": left >= right - room,
        ">": left > right,
        "<=": left <= right + room,
        "<": left < right,
        "==": np.abs(left - right) <= 1e-9 * (np.abs(left) + np.abs(right)),
        "!=": left != right,
    }
    return tests[operator]


def _all(relations: Iterable[Relational], values: dict[Symbol, Any]) -> Any:
    count = len(next(iter(values.values()))) if values else 1
    good = np.ones(count, dtype=bool)
    for relation in relations:
        good &= holds(relation, values)
    return good


def _apply(values: dict[Symbol, Any], move: Bound, slack: Any) -> None:
    bound = np.broadcast_to(value(move.side, values), slack.shape)
    now = values[move.word]
    usable = np.isfinite(bound) & ((bound > 0) | ((bound == 0) & (move.sign == "=")))
    if move.sign == "=":
        moved = bound
    elif move.sign == ">":
        moved = np.where(now > bound, now, bound / slack)
    else:
        moved = np.where(now < bound, now, bound * slack)
    values[move.word] = np.where(usable, moved, now)
