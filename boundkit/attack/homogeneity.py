"""Attack by rescaling: a statement must not depend on the units in which a symmetric problem is written.

The units of `units.py`, less what the setting and the words fix, leave a space of rescalings under which training
looks the same. Along each of them both sides of every relation must grow by one factor. A hypothesis that compares one
word with a pure number, such as |x_i| <= 1, fixes a scale as well: it is named in the finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from sympy import Eq, Integer, Matrix, Rational, Symbol
from sympy.core.relational import Relational

from boundkit.attack.finding import Finding, does_not_apply, failed, survived
from boundkit.attack.points import Values, expanded, free_symbols, sample, value
from boundkit.attack.units import (
    EXPONENTS,
    FIXED_BY_CONSTANTS,
    FIXED_BY_LABEL,
    FIXED_BY_SETTING,
    FIXED_BY_WORD,
    HIDDEN,
    LETTERS,
    POWERS,
    SQUARES,
    SUMMARY,
    TIES,
    WORDS,
    Unit,
    unit,
)
from boundkit.statement import VOCABULARY, Claim, Hypothesis, Setting, Statement
from boundkit.statement.vocabulary import step_size

NAME = "homogeneity"
STRETCH = np.longdouble(1.75)
TOLERANCE = 1e-8


def attack(statement: Statement) -> Finding:
    """Whether every relation keeps its truth under every rescaling that the problem allows."""
    relations = list(_relations(statement))
    if not relations:
        return does_not_apply(NAME, "no relation between words")
    words = free_symbols(relation for _, relation in relations)
    unknown = [word.name for word in words if word.name not in WORDS]
    if unknown:
        return does_not_apply(NAME, f"no unit is declared for {', '.join(unknown)}")
    fixed = _fixed(statement, words)
    rescalings = _null_space(tuple(tuple(row) for rows in fixed.values() for row in rows))
    exponents = _exponents(relation for _, relation in relations)
    tested = 0
    for direction in rescalings:
        degrees = {word: _degree(word, direction, exponents) for word in words}
        if not any(degrees.values()):
            continue
        tested += 1
        for label, relation in relations:
            if not _invariant(relation, degrees, exponents, statement.id):
                moved = ", ".join(word.name for word in sorted(relation.free_symbols, key=str) if degrees.get(word))
                return failed(NAME, f"{label} changes when {moved} {'are' if ',' in moved else 'is'} rescaled")
    if not tested:
        return does_not_apply(
            NAME, f"every scale is fixed by {', '.join(name for name in fixed if name) or 'what the words mean'}"
        )
    return survived(NAME, f"{tested} rescalings; fixed by {', '.join(name for name in fixed if name) or 'nothing'}")


def _degree(word: Symbol, direction: tuple[Fraction, ...], exponents: Mapping[str, Fraction]) -> Fraction:
    def along(powers: Unit) -> Fraction:
        return sum((a * b for a, b in zip(_row(powers), direction, strict=True)), start=Fraction(0))

    power, exponent = POWERS.get(word.name, ({}, ""))
    return along(WORDS[word.name]) + exponents.get(exponent, 0) * along(power)


def _exponents(relations: Iterable[Relational]) -> dict[str, Fraction]:
    """Values of the words that are exponents of units: what a relation says, else those of the table."""
    said = {r.lhs.name: r.rhs for r in relations if isinstance(r, Eq) and r.lhs.is_Symbol and r.rhs.is_Rational}
    return {name: Fraction(str(said.get(name, x))) for name, x in EXPONENTS.items()}


def _relations(statement: Statement) -> Iterator[tuple[str, Relational]]:
    parts: tuple[Hypothesis | Claim, ...] = (*statement.hypotheses, *statement.claims)
    for item in parts:
        yield item.label, expanded(item.relation)
    if statement.setting is not None and statement.setting.step_size not in (None, step_size):
        yield "step size", Eq(step_size, expanded(statement.setting.step_size), evaluate=False)
    if statement.probability is not None:
        yield "probability", Eq(expanded(statement.probability), Integer(1), evaluate=False)
    for name, expression in statement.summary.items():
        if name in SUMMARY:
            yield name, Eq(expanded(expression), VOCABULARY[SUMMARY[name]].symbol, evaluate=False)
        elif name in ("rate", "exit"):
            yield name, Eq(expanded(expression), Integer(1), evaluate=False)


def _fixed(statement: Statement, words: tuple[Symbol, ...]) -> dict[str, list[list[Fraction]]]:
    """What fixes a scale, by name: rows of exponents that must have degree zero."""
    found = {"": [_row(unit(text)) for text in TIES]}
    setting = statement.setting
    if setting is None and not any(WORDS[word.name].get("G") for word in words if word != step_size):
        found["squares"] = [_row(unit(SQUARES))]
    found["the setting"] = [_row(unit(HIDDEN))] if setting is None else list(_of_setting(setting))
    if _order_constants(statement):
        found["constants"] = [_row(unit(text)) for text in FIXED_BY_CONSTANTS.get(statement.source.paper.key, ())]
    for word in words:
        if word.name in FIXED_BY_WORD:
            found[word.name] = [_row(unit(text)) for text in FIXED_BY_WORD[word.name]]
    parts: tuple[Hypothesis | Claim, ...] = (*statement.hypotheses, *statement.claims)
    for part in parts:
        if part.label in FIXED_BY_LABEL:
            found[part.label] = [_row(unit(text)) for text in FIXED_BY_LABEL[part.label][0]]
    for item in statement.hypotheses:
        single = _compared_with_number(item)
        if single is not None:
            found[item.label] = [_row(WORDS[single.name])]
    return {name: rows for name, rows in found.items() if rows}


def _order_constants(statement: Statement) -> bool:
    """Whether a relation has an open constant."""
    unknown = {item.symbol for item in statement.constants if item.status == "open"}
    return any(unknown & relation.free_symbols for _, relation in _relations(statement))


def _of_setting(setting: Setting) -> Iterator[list[Fraction]]:
    for field, table in FIXED_BY_SETTING.items():
        for text, units in table.items():
            if text in getattr(setting, field):
                yield from (_row(unit(item)) for item in units)
    for symbol, expression in setting.substitutions.items():
        row = _row(WORDS[symbol.name])
        for factor, power in expanded(expression).as_powers_dict().items():
            if isinstance(factor, Symbol):
                row = [a - Fraction(str(power)) * b for a, b in zip(row, _row(WORDS[factor.name]), strict=True)]
        yield row


def _compared_with_number(item: Hypothesis) -> Symbol | None:
    """The only word with a unit, if the hypothesis compares a power of it with a pure number that is not 0."""
    if item.role in ("run", "width", "step") or (not item.relation.rhs.is_finite and item.relation.rhs.is_number):
        return None
    moved = [w for w in expanded(item.relation).free_symbols if any(WORDS[w.name].values())]
    if len(moved) != 1 or item.relation.rhs == 0:
        return None
    return moved[0]


def _row(exponents: Unit) -> list[Fraction]:
    return [exponents.get(letter, Fraction(0)) for letter in LETTERS]


@cache
def _null_space(rows: tuple[tuple[Fraction, ...], ...]) -> tuple[tuple[Fraction, ...], ...]:
    matrix = Matrix([[Rational(x.numerator, x.denominator) for x in row] for row in rows])
    return tuple(tuple(Fraction(int(x.p), int(x.q)) for x in vector) for vector in matrix.nullspace())


def _invariant(
    relation: Relational, degrees: dict[Symbol, Fraction], exponents: Mapping[str, Fraction], seed: str
) -> bool:
    """Whether the quotient of the two sides stays the same."""
    moved = {word: degree for word, degree in degrees.items() if degree and word in relation.free_symbols}
    if not moved or relation.lhs == 0 or relation.rhs == 0 or not all(s.is_finite is not False for s in relation.args):
        return True
    chosen = {VOCABULARY[name].symbol: np.longdouble(x.numerator) / x.denominator for name, x in exponents.items()}
    values = {**sample(relation.free_symbols, seed=seed), **chosen}

    scaled = {word: x * STRETCH ** float(moved.get(word, 0)) for word, x in values.items()}
    try:
        before, after = _quotient(relation, values), _quotient(relation, scaled)
    except NotImplementedError:
        return True
    usable = np.isfinite(before) & np.isfinite(after)
    return bool(np.all(np.abs(before[usable] - after[usable]) <= TOLERANCE * np.abs(before[usable])))


def _quotient(relation: Relational, values: Values) -> Any:
    with np.errstate(all="ignore"):
        return value(relation.lhs, values) / value(relation.rhs, values)
