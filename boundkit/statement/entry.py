"""An entry of the vocabulary, and the expansion of derived quantities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sympy
from sympy import Expr, Symbol

Origin = Literal["given", "data", "activation", "network", "run", "constant"]
Domain = Literal["positive integer", "nonnegative integer", "positive", "nonnegative", "real", "unit interval"]

_ASSUMPTIONS: dict[str, dict[str, bool]] = {
    "positive integer": {"integer": True, "positive": True},
    "nonnegative integer": {"integer": True, "nonnegative": True},
    "positive": {"positive": True},
    "nonnegative": {"nonnegative": True},
    "real": {"real": True},
    "unit interval": {"positive": True},
}


@dataclass(frozen=True)
class Entry:
    """One word of the vocabulary; `definition` expands a derived quantity into more basic ones."""

    name: str
    symbol: Symbol
    latex: str
    text: str
    meaning: str
    domain: Domain
    origin: Origin
    default: str | None = None
    definition: Expr | None = None


VOCABULARY: dict[str, Entry] = {}


def define(
    name: str,
    latex: str,
    text: str,
    meaning: str,
    domain: Domain,
    origin: Origin,
    default: str | None = None,
    definition: Expr | None = None,
) -> Symbol:
    """Enter a word into the vocabulary and return its symbol; ValueError if the name is taken."""
    if name in VOCABULARY:
        raise ValueError(f"{name} is in the vocabulary already")
    symbol = Symbol(name, **_ASSUMPTIONS[domain])
    VOCABULARY[name] = Entry(name, symbol, latex, text, meaning, domain, origin, default, definition)
    return symbol


def expand(expression: sympy.Basic) -> sympy.Basic:
    """`expression` with every defined symbol replaced by its definition.

    >>> from boundkit.statement.vocabulary import kappa_tilde
    >>> expand(kappa_tilde**2)
    d*norm_X**2/(lambda**2*n)
    """
    for entry in VOCABULARY.values():
        if entry.definition is not None and entry.symbol in expression.free_symbols:
            return expand(expression.subs(entry.symbol, entry.definition))
    return expression
