"""Random points for the symbols of a statement, and the values of its relations at them, in extended precision."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
from sympy import Expr, Symbol
from sympy.core.relational import Relational

from boundkit.arithmetic import EXTENDED, evaluate
from boundkit.statement import VOCABULARY, Statement, expand
from boundkit.statement.vocabulary import step_size

Values = Mapping[Symbol, Any]
COUNT = 8


def free_symbols(expressions: Iterable[Any]) -> tuple[Symbol, ...]:
    """The symbols left when definitions are expanded, in the order of their names."""
    found: set[Symbol] = set()
    for expression in expressions:
        found |= expanded(expression).free_symbols
    return tuple(sorted(found, key=lambda symbol: symbol.name))


@cache
def expanded(expression: Any) -> Any:
    """`expression` without defined symbols; the sides of a relation apart, so that it is not decided."""
    if isinstance(expression, Relational):
        return expression.func(expand(expression.lhs), expand(expression.rhs), evaluate=False)
    return expand(expression)


def reduced(expression: Any, statement: Statement) -> Any:
    """`expression` with network quantities replaced as the setting and the instance say."""
    if isinstance(expression, Relational):
        left, right = (reduced(side, statement) for side in (expression.lhs, expression.rhs))
        return expression.func(left, right, evaluate=False)
    replacements: dict[Symbol, Expr] = dict(statement.instance)
    setting = statement.setting
    if setting is not None:
        replacements.update(setting.substitutions)
        if setting.step_size is not None and step_size not in setting.step_size.free_symbols:
            replacements.setdefault(step_size, setting.step_size)
    return _replaced(expression, frozenset(replacements.items()))


@cache
def _replaced(expression: Expr, replacements: frozenset[tuple[Symbol, Expr]]) -> Any:
    """`expression` without the symbols that are replaced; remembered, as most attacks ask for the same."""
    values = dict(replacements)
    while expression.free_symbols & values.keys():
        expression = expression.xreplace(values)
    return expanded(expression)


def sample(symbols: Iterable[Symbol], *, count: int = COUNT, seed: str = "") -> dict[Symbol, Any]:
    """`count` values in the domain of every symbol, of order one; the same for the same `seed`."""
    values = {}
    for symbol in symbols:
        generator = np.random.default_rng(zlib.crc32(f"{seed} {symbol.name}".encode()))
        domain = VOCABULARY[symbol.name].domain
        if domain.endswith("integer"):
            drawn = generator.integers(2, 9, count).astype(np.longdouble)
        elif domain == "unit interval":
            drawn = generator.uniform(0.05, 0.95, count).astype(np.longdouble)
        else:
            drawn = np.exp(generator.uniform(-1.5, 1.5, count)).astype(np.longdouble)
        values[symbol] = drawn
    return values


def value(expression: Any, values: Values) -> Any:
    """The values of an expression; NotImplementedError where the arithmetic has no such function."""
    with np.errstate(all="ignore"):
        return np.asarray(evaluate(expanded(expression), values, EXTENDED), dtype=np.longdouble)
