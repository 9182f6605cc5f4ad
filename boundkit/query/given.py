"""What a caller gives by name, checked: values of words and of open constants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from boundkit.arithmetic import LARGEST_POWER, exact
from boundkit.errors import BadInput, listed, unknown
from boundkit.statement import VOCABULARY, Entry, Statement

LARGEST_WIDTH = 10**LARGEST_POWER
_NOT_FREE = {
    "data": "is measured on the data, not given",
    "activation": "is measured on the activation, not given",
    "constant": "is a constant of the paper; give it a value with assume",
    "network": "is not free here: the setting or the network determines it",
    "run": "is not free here: the setting or the run determines it",
}


def named_values(argument: str, values: object) -> Mapping[str, object]:
    """The values by name, none for None; BadInput for anything but a mapping.

    >>> named_values("assume", {"c": 1}), named_values("assume", None)
    ({'c': 1}, {})
    """
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise BadInput(argument, values, "must be values by name, such as {'c': 1}")
    return values


def no_parameter(name: str, value: object, allowed: Iterable[str], *, by: str) -> BadInput:
    """Why no value can be given to a name: what determines the word, that it is not used, or that there is none.

    >>> str(no_parameter("lambda", 2, ["delta"], by="os19.lem6_7"))
    'lambda = 2: is measured on the data, not given'
    >>> str(no_parameter("L", 2, ["delta", "k"], by="os19.lem6_7"))
    'L = 2: is not used by os19.lem6_7; valid: delta'
    """
    word, choices = VOCABULARY.get(name), sorted(set(allowed) - {"k"})
    if word is None:
        return unknown("set", name, choices)
    if word.origin in _NOT_FREE:
        return BadInput(name, value, _NOT_FREE[word.origin])
    return BadInput(name, value, f"is not used by {by}; valid: {listed(choices) or 'none'}", choices)


def open_constants(statement: Statement) -> list[str]:
    """The names of its constants that only a caller can give a value."""
    return [item.symbol.name for item in statement.constants if item.status == "open"]


def assumptions(statement: Statement, assume: object) -> dict[str, Any]:
    """Values of open constants of the statement, by name; BadInput for others and outside of their domains."""
    allowed = open_constants(statement)
    values = {}
    for name, value in named_values("assume", assume).items():
        if name not in allowed:
            raise (
                unknown("assume", name, allowed)
                if allowed
                else BadInput("assume", name, f"{statement.id} has no open constant")
            )
        values[name] = in_domain(VOCABULARY[name], exact(name, value))
    return values


def in_domain(word: Entry, value: Any) -> Any:
    """The value; BadInput unless it is one that the word can have."""
    if word.domain.endswith("integer"):
        kind, least = ("positive", 1) if word.domain.startswith("positive") else ("nonnegative", 0)
        if value.denominator != 1 or not least <= value <= LARGEST_WIDTH:
            raise BadInput(word.name, value, f"must be a {kind} integer of at most 10^{LARGEST_POWER}")
    elif word.domain == "unit interval":
        if not 0 < value <= 1:
            raise BadInput(word.name, value, "must be above 0 and at most 1")
    elif word.domain.startswith("nonnegative"):
        if value < 0:
            raise BadInput(word.name, value, "must not be negative")
    elif word.domain != "real" and value <= 0:
        raise BadInput(word.name, value, "must be a positive number")
    return value
