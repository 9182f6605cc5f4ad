"""Random points at which hypotheses hold: drawn, moved into each hypothesis in turn, and kept only if all hold."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from sympy import Expr, Integer, Symbol, oo
from sympy.core.relational import Relational

from boundkit.attack.facts import FACTS, UNIT_ROW_FACTS
from boundkit.attack.points import expanded, reduced, sample, value
from boundkit.statement import VOCABULARY, Statement
from boundkit.statement.vocabulary import row_norm_deviation

PASSES = 12
NAMES_FIRST = ("k", "step_size")


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
    """Values at which every relation holds, at most `count` of them; None when none was found."""
    wanted = tuple(relations)
    names = {*symbols, *(symbol for relation in wanted for symbol in relation.free_symbols)}
    values = sample(sorted(names, key=str), count=count, seed=seed)
    moves = [move for relation in wanted for move in [_move(relation)] if move is not None]
    slack = np.random.default_rng(7).uniform(0.3, 1.0, count).astype(np.longdouble)
    try:
        for _ in range(PASSES):
            before = _all(wanted, values)
            if before.all():
                break
            for symbol, side, sign in moves:
                _apply(values, symbol, side, sign, slack)
        good = _all(wanted, values)
    except NotImplementedError:
        return None
    if not good.any():
        return None
    return {symbol: x[good] for symbol, x in values.items()}


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


def _all(relations: tuple[Relational, ...], values: dict[Symbol, Any]) -> Any:
    count = len(next(iter(values.values()))) if values else 1
    good = np.ones(count, dtype=bool)
    for relation in relations:
        good &= holds(relation, values)
    return good


@cache
def _move(relation: Relational) -> tuple[Symbol, Expr, str] | None:
    """A symbol that stands alone as a power on one side, its bound, and the direction in which to move it."""
    for left, right, flip in ((relation.lhs, relation.rhs, False), (relation.rhs, relation.lhs, True)):
        found = _isolated(left)
        if found is None:
            continue
        symbol, coefficient, power = found
        if symbol in right.free_symbols or symbol in coefficient.free_symbols:
            quotient = _isolated(left / right)
            if quotient is None:
                continue
            symbol, coefficient, power = quotient
            right = Integer(1)
            if symbol in coefficient.free_symbols:
                continue
        sign = relation.rel_op.strip("=") or "="
        if flip and sign in "<>":
            sign = "<" if sign == ">" else ">"
        if power < 0 and sign in "<>":
            sign = "<" if sign == ">" else ">"
        return symbol, expanded((right / coefficient) ** (1 / power)), sign
    return None


def _isolated(side: Expr) -> tuple[Symbol, Expr, Expr] | None:
    factors = side.as_powers_dict()
    free = [base for base, power in factors.items() if isinstance(base, Symbol) and power.is_number]
    if not free:
        return None
    order = sorted(free, key=lambda s: (_rank(s), s.name))
    symbol = order[0]
    power = factors[symbol]
    return symbol, side / symbol**power, power


def _rank(symbol: Symbol) -> int:
    word = VOCABULARY[symbol.name]
    if symbol.name in NAMES_FIRST:
        return 0
    return {"run": 1, "network": 2, "given": 3, "activation": 4, "data": 5, "constant": 6}[word.origin]


def _apply(values: dict[Symbol, Any], symbol: Symbol, side: Expr, sign: str, slack: Any) -> None:
    bound = value(side, values)
    bound = np.broadcast_to(bound, slack.shape)
    now = values[symbol]
    usable = np.isfinite(bound) & ((bound > 0) | ((bound == 0) & (sign == "=")))
    if sign == "=":
        moved = bound
    elif sign == ">":
        moved = np.where(now > bound, now, bound / slack)
    elif sign == "<":
        moved = np.where(now < bound, now, bound * slack)
    else:
        return
    values[symbol] = np.where(usable, moved, now)
