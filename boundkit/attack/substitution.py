"""A statement beside the one that it is a special case of, in the same words, and how their bounds compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from sympy import Expr, Integer, log, oo
from sympy.core.relational import Relational

from boundkit.attack.admissible import admissible, conditions, facts, holds
from boundkit.attack.bounds import Sign
from boundkit.attack.facts import FACTS, UNIT_ROW_FACTS
from boundkit.attack.points import expanded, free_symbols, reduced, value
from boundkit.statement import VOCABULARY, SpecialCase, Statement
from boundkit.statement.vocabulary import step_size, tau

COUNT = 48
SAME, ROUNDING = 1e-12, 1e-9
Verdict = Literal["equal", "of one order", "met", "weaker", "open", "refuted"]
OPEN = frozenset(word.symbol for word in VOCABULARY.values() if word.origin == "constant" and word.definition is None)
"""Constants: a bound that has one of them is known up to a factor."""


@dataclass(frozen=True)
class Promise:
    """What the theorem gives (`strong`) and what the corollary promises (`weak`), as bounds of one word."""

    label: str
    strong: Expr
    weak: Expr
    sign: Sign


class Substitution:
    """The two statements in the words of the special one, and points at which it applies (none found: no values)."""

    def __init__(self, special: Statement, general: Statement, case: SpecialCase) -> None:
        self.special, self.general, self.case = special, general, case
        self.moved, self.own = cache(self._in_words_of_special), cache(self._at_worst)
        own = [self.own(relation) for relation in conditions(special)]
        spoken = [*own, *(self.own(item.relation) for item in special.claims), self.own(special.failure)]
        given = {*free_symbols([*spoken, *case.at.values()]), *special.symbols}
        told = {word for fact in (*FACTS, *UNIT_ROW_FACTS) for word in fact.free_symbols if fact.free_symbols & given}
        self.known = given | told
        mine = [self.own(side) for side in _numbers(special)]
        theirs = [self.moved(side) for side in (general.failure, *_numbers(general))]
        names = free_symbols([*spoken, *mine, *theirs, *map(self.moved, _relations(general))])
        self.values = admissible([*own, *facts(special, names)], names, count=COUNT, seed=special.id) or {}

    def _in_words_of_special(self, expression: Any) -> Any:
        """An expression of the general statement in the words of the special one."""
        if isinstance(expression, Relational):
            return expression.func(*(self.moved(side) for side in expression.args), evaluate=False)
        general = self.general.setting
        replaced = {} if general is None else {s: e for s, e in general.substitutions.items() if s not in self.case.at}
        expression = expanded(expression)
        while expression.free_symbols & replaced.keys():
            expression = expanded(expression.xreplace(replaced))
        return self.own(expression.xreplace(dict(self.case.at)))

    def _at_worst(self, expression: Any) -> Any:
        """An expression of the special statement, at the worst case."""
        if isinstance(expression, Relational):
            return expression.func(*(self.own(side) for side in expression.args), evaluate=False)
        worst = {word: reduced(side, self.special) for word, side in self.case.worst.items()}
        return reduced(expression, self.special).xreplace(worst)

    def met(self, relation: Relational) -> Verdict:
        """Whether a condition of the general statement holds wherever the special one applies."""
        words = relation.free_symbols
        if not words <= self.known | OPEN:
            return "open"
        if oo in relation.args:
            return "met" if words <= OPEN else "open"
        try:
            if bool(np.all(holds(relation, self.values))):
                return "met"
        except NotImplementedError:
            return "open"
        return "open" if words & OPEN else "refuted"

    def verdict(self, part: Promise) -> Verdict:
        """How the promise of the special statement relates to what the general one gives."""
        if part.strong == part.weak:
            return "equal"
        if not part.strong.free_symbols <= self.known | OPEN:
            return "open"
        words = part.strong.free_symbols | part.weak.free_symbols
        try:
            if words & OPEN:
                return "of one order" if self.of_one_order(part.strong, part.weak) else "open"
            strong, weak = self._value(part.strong), self._value(part.weak)
        except NotImplementedError:
            return "open"
        usable = np.isfinite(strong) & np.isfinite(weak) & ((strong >= 0) | (part.sign != "<"))
        strong, weak = strong[usable], weak[usable]
        if not strong.size:
            return "open"
        room = np.abs(strong) + np.abs(weak)
        if np.all(np.abs(strong - weak) <= SAME * room):
            return "equal"
        gap = (strong - weak) * (1 if part.sign == "<" else -1)
        return "weaker" if part.sign != "=" and np.all(gap <= ROUNDING * room) else "refuted"

    def of_one_order(self, strong: Expr, weak: Expr) -> bool:
        """Whether start and rate are, for bounds that shrink with tau, else every coefficient of words of a run."""
        words = strong.free_symbols | weak.free_symbols
        if tau in words:
            before, after = ([self._value(side.subs(tau, step)) for side in (strong, weak)] for step in (0, 1))
            with np.errstate(all="ignore"):
                rates = [1 - y / x for x, y in zip(before, after, strict=True)]
                return _constant(before[0] / before[1]) and _constant(rates[0] / rates[1])
        measured = sorted((word for word in words if VOCABULARY[word.name].origin == "run"), key=str)
        at_zero = dict.fromkeys(measured, 0)
        terms = [[side.subs(at_zero), *(side.diff(word) for word in measured)] for side in (strong, weak)]
        pairs = [(self._value(x), self._value(y)) for x, y in zip(*terms, strict=True) if (x, y) != (0, 0)]
        with np.errstate(all="ignore"):
            return all(_constant(x / y) for x, y in pairs)

    def _value(self, side: Any) -> Any:
        """Values with every open constant one."""
        values = {**self.values, **dict.fromkeys(side.free_symbols & OPEN, np.longdouble(1))}
        return np.broadcast_to(value(side, values), len(next(iter(self.values.values()))))


def without_logarithms(expression: Any) -> Any:
    """The expression with every logarithm one."""
    return expression.replace(log, lambda _: Integer(1))


def step_of(statement: Statement) -> Expr | None:
    """The step size of the setting, if it is not a free parameter."""
    step = None if statement.setting is None else statement.setting.step_size
    return None if step == step_size else step


def _relations(statement: Statement) -> Iterable[Relational]:
    yield from (item.relation for item in statement.hypotheses)
    yield from (claim.relation for claim in statement.claims)


def _numbers(statement: Statement) -> Iterable[Expr]:
    yield from statement.summary.values()
    yield from (order.expression for order in statement.orders)
    yield step_of(statement) or Integer(0)


def _constant(ratio: Any) -> bool:
    ratio = ratio[np.isfinite(ratio)]
    return ratio.size > 0 and bool(np.all(np.abs(ratio - ratio[0]) <= ROUNDING * np.abs(ratio[0])))
