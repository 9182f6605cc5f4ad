"""The JSON documents of the commands: plain dictionaries with stable keys, built from the objects of the library.

Numbers with an enclosure are decimal strings on the safe side of it; integers beyond 2^53 are decimal strings;
what does not exist is None; no document holds NaN or a bare infinity.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy

from boundkit.arithmetic import ball, decimal, decimal_above, decimal_below, exact, precision

if TYPE_CHECKING:
    from boundkit.activations import Activation, Coefficient
    from boundkit.data import Dataset, Quantity
    from boundkit.query import Requirement, Solution
    from boundkit.statement import SpecialCase, Statement

Document = dict[str, Any]
LARGEST_INTEGER = 2**53
ORDER = ("quantity", "side", "regime", "quoted_by")


def improved_by(statement: Statement) -> tuple[str, ...]:
    """Ids of the statements that improve this one, which are of the same paper.

    >>> from boundkit.papers import statement
    >>> improved_by(statement("os19.lem6_12"))
    ('os19.lem6_12.sharpened',)
    """
    from boundkit.papers import KEYS, statements

    key = statement.source.paper.key
    return tuple(item.id for item in (statements(paper=key) if key in KEYS else ()) if item.improves == statement.id)


def list_document(chosen: Iterable[Statement]) -> Document:
    """One row a statement: what it is, how its constants are known, how it can be verified."""
    from boundkit.attack.record import tested
    from boundkit.verify import levels

    rows = [
        {
            "id": item.id,
            "paper": item.source.paper.key,
            "kind": item.kind,
            "label": item.source.label,
            "title": item.title,
            "form": item.form,
            "constants": item.constant_status,
            "errata": len(item.errata),
            "verifiable": list(levels(item)),
            "tested": list(tested(item)),
        }
        for item in chosen
    ]
    return {"statements": rows}


def attack_document(chosen: Iterable[Statement]) -> Document:
    """What every attack on each statement found."""
    from boundkit.attack import attack

    rows = [
        {
            "id": item.id,
            "findings": [
                {"attack": found.attack, "outcome": found.outcome, "reason": found.reason} for found in attack(item)
            ],
        }
        for item in chosen
    ]
    return {"statements": rows}


def show_document(statement: Statement) -> Document:
    """The whole statement, every formula as LaTeX and as one line of text."""
    from boundkit.attack.record import tested

    probability = sympy.Integer(1) if statement.probability is None else statement.probability
    setting = statement.setting
    return {
        "id": statement.id,
        "paper": statement.source.paper.key,
        "version": statement.source.paper.version or None,
        "label": statement.source.label,
        "equations": list(statement.source.equations),
        "kind": statement.kind,
        "title": statement.title,
        "form": statement.form,
        "setting": None
        if setting is None
        else {
            "network": setting.network,
            "trained": setting.trained,
            "output_weights": setting.output_weights,
            "initialisation": setting.initialisation,
            "loss": setting.loss,
            "algorithm": setting.algorithm,
            "step_size": None if setting.step_size is None else _formula(setting.step_size),
        },
        "hypotheses": [{"label": h.label, "role": h.role, **_formula(h.relation)} for h in statement.hypotheses],
        "claims": [
            {"label": item.label, "observable": item.observable.name, "chance": item.chance, **_formula(item.relation)}
            for item in statement.claims
        ],
        "probability": _formula(probability),
        "guarantees": {name: _formula(value) for name, value in statement.summary.items()},
        "orders": [
            {**_formula(item.expression), **{name: getattr(item, name) for name in ORDER}} for item in statement.orders
        ],
        "constants": [
            {
                "symbol": item.symbol.name,
                "status": item.status,
                "value": None if item.value is None else str(item.value),
                "note": item.note or None,
            }
            for item in statement.constants
        ],
        "uses": list(statement.uses),
        "improves": statement.improves,
        "improved_by": list(improved_by(statement)),
        "special_case": None if statement.special_case is None else _special_case(statement.special_case),
        "errata": [
            {"label": item.label, "grade": item.grade, "text": item.text, "resolution": item.resolution}
            for item in statement.errata
        ],
        "proof": statement.proof or None,
        "tested": list(tested(statement)),
    }


def width_document(answer: Requirement, *, data: Dataset, activation: Activation | None) -> Document:
    """A required width, or a guarantee at a given one."""
    return {
        "statement": answer.statement.id,
        "data": data.name,
        "activation": None if activation is None else activation.name,
        "width": integer(answer.width),
        "width_expression": answer.width_expression,
        "status": answer.status,
        "binding": answer.binding,
        "minimal": answer.minimal,
        "applicable": answer.applicable,
        "reason": answer.reason,
        "hypotheses": [{"label": item.label, "holds": item.holds} for item in answer.checks],
        "step_size": below(answer.step_size),
        "rate": below(answer.rate),
        "iterations": integer(answer.iterations),
        "radius": above(answer.radius),
        "probability": below(answer.probability),
        "vacuous": answer.vacuous,
        "bounds": _bounds(answer),
        "parameters": {name: str(value) for name, value in answer.parameters.items()},
        "quantities": _enclosures(answer.quantities),
    }


def _bounds(answer: Requirement) -> Document:
    """The numbers on the safe side of each claim: below for lower bounds, above for all others."""
    kinds = {item.label: item.relation.rel_op for item in answer.statement.claims}
    return {name: (below if kinds[name] in (">=", ">") else above)(value) for name, value in answer.bounds.items()}


def solution_document(found: Solution) -> Document:
    """The range of one variable; decimal strings on the safe side, integers as they are."""

    def end(value: Fraction | None, toward: Callable[[Any], str | None]) -> int | str | None:
        if value is None:
            return None
        return integer(int(value)) if value.denominator == 1 else toward(ball(value))

    with precision():
        return {
            "statement": found.statement.id,
            "variable": found.variable,
            "smallest": end(found.smallest, above),
            "largest": end(found.largest, below),
            "status": found.status,
            "binding": list(found.binding),
            "reason": found.reason,
        }


def compare_document(rows: Sequence[Document]) -> Document:
    """The width documents side by side."""
    return {"rows": list(rows)}


def hermite_document(
    coefficients: Iterable[Coefficient], *, activation: Activation, convention: str, derivative: int, digits: int
) -> Document:
    """Each coefficient lies within `radius` of `value`, the rounding of `value` to `digits` digits included."""
    return {
        "activation": activation.name,
        "convention": convention,
        "derivative": derivative,
        "coefficients": [_coefficient(item, digits) for item in coefficients],
    }


def _coefficient(item: Coefficient, digits: int) -> Document:
    with precision(64 + 4 * digits):
        value = decimal(item.value, digits)
        radius = decimal_above(abs(item.value - ball(exact("value", value))), 3)
    form = item.closed_form
    return {
        "degree": item.degree,
        "value": value,
        "radius": radius,
        "closed_form": None if form is None else str(form),
    }


def dual_document(
    activation: Activation,
    rows: Iterable[tuple[Fraction, Any, Any]],
    *,
    data: Dataset | None,
    bounds: Iterable[Quantity],
) -> Document:
    """Dual activations of phi and phi' by correlation; the eigenvalue and its lower bounds where there are data."""
    from boundkit.data import Quantity

    dual = [
        {"rho": str(rho), **_enclosures({"phi": Quantity("phi", value), "derivative": Quantity("derivative", slope)})}
        for rho, value, slope in rows
    ]
    found = {item.name: item for item in bounds}
    return {
        "activation": activation.name,
        "dual": dual,
        "data": None if data is None else data.name,
        "bounds": _enclosures(found),
    }


def quantities_document(data: Dataset, quantities: Mapping[str, Quantity], activation: Activation | None) -> Document:
    """What was measured on the data, each number with its enclosure."""
    return {
        "data": data.name,
        "activation": None if activation is None else activation.name,
        "n": data.n,
        "d": data.d,
        "quantities": _enclosures(quantities),
    }


def below(value: Any, digits: int = 20) -> str | None:
    """A decimal at or below a ball or float; None where there is none."""
    with precision():
        return None if value is None else _finite(decimal_below(ball(value), digits))


def above(value: Any, digits: int = 20) -> str | None:
    """A decimal at or above a ball or float; None where there is none."""
    with precision():
        return None if value is None else _finite(decimal_above(ball(value), digits))


def integer(value: int | None) -> int | str | None:
    """An integer that every JSON reader keeps exact: a decimal string beyond 2^53.

    >>> integer(2**53), integer(2**53 + 1)
    (9007199254740992, '9007199254740993')
    """
    return value if value is None or abs(value) <= LARGEST_INTEGER else str(value)


def number(value: float | None) -> float | None:
    """A finite float; None for anything else."""
    return None if value is None or not math.isfinite(value) else float(value)


def _finite(decimal_string: str) -> str | None:
    return None if decimal_string.lstrip("-") in ("inf", "nan") else decimal_string


def _formula(expression: sympy.Basic) -> Document:
    from boundkit.render.expressions import latex, text

    return {"latex": latex(expression), "text": text(expression)}


def _special_case(case: SpecialCase) -> Document:
    parts = {"at": case.at, "worst": case.worst}
    values = {name: {word.name: _formula(value) for word, value in part.items()} for name, part in parts.items()}
    return {"of": case.of, **values, "differs": dict(case.differs)}


def _enclosures(found: Mapping[str, Quantity]) -> Document:
    """Value and ends of each quantity; the end of an unbounded enclosure is "inf" or "-inf"."""
    return {name: {"value": item.value, "lower": item.lower, "upper": item.upper} for name, item in found.items()}
