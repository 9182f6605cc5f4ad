"""What a caller gives by name, checked: values of words and of open constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boundkit.arithmetic import exact
from boundkit.errors import BadInput, unknown
from boundkit.statement import VOCABULARY, Entry, Statement

LARGEST_POWER = 300  # of ten: no width and no count is above it
LARGEST_WIDTH = 10**LARGEST_POWER


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


def assumptions(statement: Statement, assume: object) -> dict[str, Any]:
    """Values of open constants of the statement, by name; BadInput for others and outside of their domains."""
    allowed = [item.symbol.name for item in statement.constants if item.status == "open"]
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
    if word.domain == "positive integer":
        if value.denominator != 1 or not 1 <= value <= LARGEST_WIDTH:
            raise BadInput(word.name, value, "must be a positive integer of at most 300 digits")
    elif word.domain == "unit interval":
        if not 0 < value <= 1:
            raise BadInput(word.name, value, "must be above 0 and at most 1")
    elif word.domain.startswith("nonnegative"):
        if value < 0:
            raise BadInput(word.name, value, "must not be negative")
    elif word.domain != "real" and value <= 0:
        raise BadInput(word.name, value, "must be a positive number")
    return value
