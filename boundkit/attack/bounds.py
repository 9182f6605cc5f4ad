"""A relation as a bound of one word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from sympy import Expr, Integer, Symbol
from sympy.core.relational import Relational

from boundkit.attack.points import expanded
from boundkit.statement import VOCABULARY

Sign = Literal["<", ">", "="]
FLIPPED: dict[str, Sign] = {"<": ">", ">": "<", "=": "="}
NAMES_FIRST = ("k", "step_size")


@dataclass(frozen=True)
class Bound:
    """`word` is at most (`<`), at least (`>`) or equal to `side`."""

    word: Symbol
    side: Expr
    sign: Sign


@cache
def bounds(relation: Relational) -> tuple[Bound, ...]:
    """The bounds of all words that stand as a power on one side, those first that are easiest to choose."""
    words = sorted(relation.free_symbols, key=lambda word: (_rank(word), word.name))
    return tuple(bound for word in words if (bound := solved(relation, word)) is not None)


@cache
def solved(relation: Relational, word: Symbol) -> Bound | None:
    """The bound of this word, if it stands as a power on one side."""
    for left, right, flip in ((relation.lhs, relation.rhs, False), (relation.rhs, relation.lhs, True)):
        found = _isolated(left, word) if word in left.free_symbols else None
        if found is not None and word in right.free_symbols | found[0].free_symbols:
            found, right = _isolated(left / right, word), Integer(1)
        if found is None or word in found[0].free_symbols:
            continue
        coefficient, power = found
        sign = _sign(relation, flip=flip != (power.is_negative is True))
        return None if sign is None else Bound(word, expanded((right / coefficient) ** (1 / power)), sign)
    return None


@cache
def bound_of(relation: Relational, word: Symbol) -> Bound | None:
    """The bound of this word, which may also stand in a sum of which it is one term."""
    found = solved(relation, word)
    if found is not None or word not in relation.free_symbols:
        return found
    excess = (relation.lhs - relation.rhs).expand()
    slope = excess.coeff(word)
    rest = excess - slope * word
    if word in rest.free_symbols | slope.free_symbols or not (slope.is_nonnegative or slope.is_nonpositive):
        return None
    sign = _sign(relation, flip=not slope.is_nonnegative)
    return None if sign is None else Bound(word, expanded(-rest / slope), sign)


def _sign(relation: Relational, *, flip: bool) -> Sign | None:
    signs: dict[str, Sign] = {"<": "<", "<=": "<", ">": ">", ">=": ">", "==": "="}
    sign = signs.get(relation.rel_op)
    return sign if sign is None or not flip else FLIPPED[sign]


def _isolated(side: Expr, word: Symbol) -> tuple[Expr, Expr] | None:
    """Coefficient and power of the word as a factor of this side."""
    power = side.as_powers_dict().get(word, Integer(0))
    return (side / word**power, power) if power.is_number and power != 0 else None


def _rank(symbol: Symbol) -> int:
    word = VOCABULARY[symbol.name]
    if symbol.name in NAMES_FIRST:
        return 0
    return {"run": 1, "network": 2, "given": 3, "activation": 4, "data": 5, "constant": 6}[word.origin]
