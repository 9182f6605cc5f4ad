"""The text form of a data set: NAME:key=value,key=value."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from boundkit.arithmetic import exact
from boundkit.errors import BadInput, unknown

LARGEST_N = 200_000
RANGES = {
    "n": (1, LARGEST_N),
    "d": (1, 100_000),
    "k": (1, 100_000),
    "K": (1, 1000),
    "C": (1, 1000),
    "classes": (2, 10),
    "seed": (0, 2**63 - 1),
}
LARGEST_NUMBER = 1000


@dataclass(frozen=True)
class Specification:
    """A name (or path) and its parameters."""

    name: str
    parameters: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The specification as a user would write it."""
        pairs = ",".join(f"{key}={str(value).lower()}" for key, value in self.parameters.items() if value is not None)
        return f"{self.name}:{pairs}" if pairs else self.name

    def updated(self, parameters: Mapping[str, Any]) -> Specification:
        """With further parameters; raises BadInput when one is given twice."""
        for key in parameters:
            if key in self.parameters:
                raise BadInput(key, parameters[key], f"is given twice (also in {self.text})")
        return Specification(self.name, {**self.parameters, **parameters})

    def with_parameters(self, parameters: Mapping[str, Any]) -> Specification:
        """The same name with other parameters."""
        return Specification(self.name, parameters)


def parse(text: str, is_path: Callable[[str], bool]) -> Specification:
    """The specification that `text` writes; a colon inside a path belongs to the path.

    >>> parse("sphere:n=20,d=10", lambda name: False)
    Specification(name='sphere', parameters={'n': '20', 'd': '10'})
    """
    if is_path(text) or ":" not in text:
        return Specification(text, {})
    name, _, rest = text.rpartition(":")
    if not is_path(name):
        name, _, rest = text.partition(":")
    parameters: dict[str, Any] = {}
    for pair in rest.split(","):
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not (key and equals and value):
            raise BadInput("data", text, "must be written NAME:key=value,key=value")
        if key in parameters:
            raise BadInput(key, value, f"is given twice in {text}")
        parameters[key] = value
    return Specification(name, parameters)


def arguments(generator: Callable[..., Any], specification: Specification) -> dict[str, Any]:
    """The generator's arguments, converted and checked; names and kinds are read from its signature."""
    accepted = inspect.signature(generator).parameters
    for key in specification.parameters:
        if key not in accepted:
            error = unknown("data", key, accepted)
            raise BadInput("data", key, f"{error.message} (parameter of {specification.name})", error.choices)
    chosen: dict[str, Any] = {}
    for key, parameter in accepted.items():
        if key not in specification.parameters:
            if parameter.default is parameter.empty:
                raise BadInput(key, None, f"is needed: {specification.name}:{key}=...")
            chosen[key] = parameter.default
        else:
            kind = _KINDS.get(str(parameter.annotation), integer)
            chosen[key] = kind(key, specification.parameters[key])
    return chosen


def integer(argument: str, value: object) -> int:
    """An integer in the argument's range, from an integer or its digits."""
    low, high = RANGES[argument]
    digits = "" if isinstance(value, bool) else str(value)
    if not (re.fullmatch(r"[+-]?[0-9]{1,20}", digits) and low <= int(digits) <= high):
        raise BadInput(argument, value, f"must be an integer from {low} to {high}")
    return int(digits)


def boolean(argument: str, value: object) -> bool:
    """A truth value from a bool or from true and false in any case."""
    text = str(value).lower()
    if text not in ("true", "false"):
        raise BadInput(argument, value, "must be true or false")
    return text == "true"


def number(argument: str, value: object) -> float:
    """A number from 0 to 1000 from what a user wrote."""
    wanted = float(exact(argument, value))
    if not 0 <= wanted <= LARGEST_NUMBER:
        raise BadInput(argument, value, f"must be a number from 0 to {LARGEST_NUMBER}")
    return wanted


def _text(argument: str, value: object) -> str:
    return str(value)


_KINDS: dict[str, Callable[[str, object], Any]] = {"bool": boolean, "float": number, "str": _text}
