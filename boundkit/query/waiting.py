"""Hypotheses that cannot be evaluated before a run, unless the caller supplies what they depend on."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Symbol

from boundkit.query.bind import LATER, Binding
from boundkit.statement import VOCABULARY, Hypothesis


def awaited(hypothesis: Hypothesis, binding: Binding, variables: Iterable[Symbol] = ()) -> list[str]:
    """The quantities of the network or of a run, besides `variables`, that the hypothesis still needs."""
    unknown = binding.unknown(hypothesis.relation) - set(variables)
    return sorted(symbol.name for symbol in unknown if VOCABULARY[symbol.name].origin in LATER)


def waits(hypothesis: Hypothesis, binding: Binding, variables: Iterable[Symbol] = ()) -> bool:
    """Whether only a run decides the hypothesis."""
    return hypothesis.role == "run" or bool(awaited(hypothesis, binding, variables))


def mentions(hypothesis: Hypothesis, binding: Binding, symbols: Iterable[Symbol]) -> bool:
    """Whether the reduced hypothesis contains one of the symbols in a way that does not cancel."""
    left, right = binding.reduce(hypothesis.relation).args
    relation = left / right if left != right and right.is_positive else left - right
    return not relation.free_symbols.isdisjoint(symbols)


def decided_later(hypotheses: Iterable[Hypothesis], binding: Binding, variable: Symbol) -> str | None:
    """Which hypotheses on `variable` wait for which quantities, in words; None if there are none."""
    found = [
        f"{item.label} (needs {', '.join(names)})"
        for item in hypotheses
        if item.role != "run"
        and mentions(item, binding, (variable,))
        and (names := awaited(item, binding, (variable,)))
    ]
    return ", ".join(found) or None
