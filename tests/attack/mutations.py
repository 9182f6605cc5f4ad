"""Slips of the pen: statements with one symbol, exponent, constant or sign of a formula changed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sympy import Expr, Integer, Pow, Rational, Symbol
from sympy.core.relational import Ge, Gt, Le, Lt, Relational

from boundkit.statement import VOCABULARY, Statement
from boundkit.statement.vocabulary import tightness

FLIPPED = {Ge: Le, Gt: Lt, Le: Ge, Lt: Gt}
Path = tuple[int, ...]


def mutants(statement: Statement, kind: str, *, count: int, seed: int = 0) -> Iterator[Statement]:
    """At most `count` mutants of one kind: "exponent", "symbol", "constant", "root" or "inequality"."""
    chance = random.Random(f"{seed} {statement.id} {kind}")
    places = [
        (part, i, path, node)
        for part, relations in (("hypotheses", _hypotheses(statement)), ("claims", _claims(statement)))
        for i, relation in relations
        for path, node in _nodes(relation)
    ]
    found = [(place, new) for place in places for new in _changed(kind, place[3], statement)]
    chance.shuffle(found)
    for (part, i, path, _), new in found[:count]:
        items: list[Any] = list(getattr(statement, part))
        if part == "hypotheses":
            items[i] = replace(items[i], relation=_put(items[i].relation, path, new))
        else:
            items[i] = replace(items[i], template=_put(items[i].template, path, new))
        if all(isinstance(item.relation, Relational) for item in items):
            yield replace(statement, **{part: tuple(items)})


def _hypotheses(statement: Statement) -> Iterator[tuple[int, Relational]]:
    for i, item in enumerate(statement.hypotheses):
        if item.role in ("width", "step") and item.label != "even_width":
            yield i, item.relation


def _claims(statement: Statement) -> Iterator[tuple[int, Relational]]:
    for i, item in enumerate(statement.claims):
        yield i, item.template


def _nodes(expression: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, expression
    if not isinstance(expression, Relational) and expression.has(tightness) and expression.is_Symbol:
        return
    for i, argument in enumerate(expression.args):
        if isinstance(expression, Pow) and i == 1 and argument.is_number:
            continue
        yield from _nodes(argument, (*path, i))


def _changed(kind: str, node: Any, statement: Statement) -> Iterator[Any]:
    if isinstance(node, Relational):
        if kind == "inequality" and node.func in FLIPPED:
            yield FLIPPED[node.func](node.lhs, node.rhs, evaluate=False)
    elif kind == "exponent":
        if isinstance(node, Pow) and node.exp.is_number and node.base != tightness:
            yield from (Pow(node.base, node.exp * 2), Pow(node.base, node.exp + 1))
        elif isinstance(node, Symbol) and node != tightness:
            yield node**2
    elif kind == "symbol" and isinstance(node, Symbol) and node != tightness:
        origin = VOCABULARY[node.name].origin
        for other in sorted(statement.symbols, key=str):
            if other != node and VOCABULARY[other.name].origin == origin:
                yield other
    elif kind == "root" and isinstance(node, Pow) and node.exp == Rational(1, 2):
        yield node.base
    elif kind == "constant" and isinstance(node, Integer | Rational) and node not in (0, 1, -1):
        yield from (node * 2, node / 2)


def _put(expression: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    arguments: list[Expr] = list(expression.args)
    arguments[path[0]] = _put(arguments[path[0]], path[1:], new)
    if isinstance(expression, Relational):
        return expression.func(*arguments, evaluate=False)
    return expression.func(*arguments)
