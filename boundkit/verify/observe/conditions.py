"""Which hypotheses hold at measured numbers, and what a statement needs to have measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import tightness
from boundkit.verify.observe.plan import floats, number

TOLERANCE = 1e-9  # relative, in which a measured condition holds
HOLDS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "<=": lambda left, right, room: left <= right + room,
    ">=": lambda left, right, room: left >= right - room,
    "<": lambda left, right, room: left < right,
    ">": lambda left, right, room: left > right,
    "==": lambda left, right, room: (left == right) | (np.abs(left - right) <= room),
    "!=": lambda left, right, room: left != right,
}


def wanted(binding: Binding) -> set[Symbol]:
    """Every symbol of conditions, claims, twins and probability that has no value before a run."""
    statement = binding.statement
    parts: list[Any] = [item.relation for item in statement.hypotheses]
    parts += [part for claim in statement.claims for part in (claim.template, claim.twin)]
    parts += [] if statement.probability is None else [statement.probability]
    found: set[Symbol] = set().union(*(binding.reduce(part).free_symbols for part in parts))
    return found - {tightness}


def failing(binding: Binding, values: Mapping[Symbol, Any]) -> list[str]:
    """The labels of the hypotheses that fail at these numbers or curves, beyond rounding; unknown ones hold."""
    return [label for label, holds in conditions(binding, values) if not holds.all()]


def compared(left: float, right: float) -> str:
    """How two numbers compare, in words.

    >>> compared(300, 2994)
    '300 is below 2994'
    """
    return f"{left:.4g} is {'below' if left < right else 'above' if left > right else 'equal to'} {right:.4g}"


def shortfall(binding: Binding, label: str, values: Mapping[Symbol, Any]) -> str:
    """How the sides of a hypothesis compare at measured numbers."""
    sides = binding.statement.hypothesis(label).relation.args
    left, right = (float(np.ravel(np.asarray(number(binding, side, values), dtype=float))[0]) for side in sides)
    return compared(left, right)


def conditions(binding: Binding, values: Mapping[Symbol, Any]) -> Iterator[tuple[str, np.ndarray]]:
    """Of every hypothesis whose symbols are known its label, and where it holds or a side is not a number."""
    known = floats(binding).keys() | values.keys()
    for item in binding.statement.hypotheses:
        if not binding.reduce(item.relation).free_symbols <= known:
            continue
        left, right = (np.asarray(number(binding, side, values), dtype=float) for side in item.relation.args)
        room = TOLERANCE * np.maximum(np.abs(left), np.abs(right))
        with np.errstate(invalid="ignore"):
            holds = HOLDS[item.relation.rel_op](left, right, np.nan_to_num(room, posinf=0.0))
        yield item.label, np.asarray(holds | np.isnan(left) | np.isnan(right))
