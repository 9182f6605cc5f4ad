"""Errors that a user can cause: one line each, naming the argument, its value and what would be valid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

FEW = 6  # names that a message lists although one of them is near


class BoundkitError(Exception):
    """Base of all deliberate errors; its text is one line."""


class BadInput(BoundkitError, ValueError):
    """An argument that cannot be used.

    >>> raise BadInput("delta", -1, "must be a positive number")
    Traceback (most recent call last):
    ...
    boundkit.errors.BadInput: delta = -1: must be a positive number
    """

    def __init__(self, argument: str, value: object, message: str, choices: Iterable[str] | None = None) -> None:
        self.argument = argument
        self.value = value
        self.message = " ".join(message.split())
        self.choices = list(choices) if choices is not None else None
        super().__init__(f"{argument} = {shorten(value)}: {self.message}")


class Missing(BadInput):
    """Arguments without a value; `names` are all of them.

    >>> raise Missing(["failure", "L"], "is needed by zczg18.thm4_1")
    Traceback (most recent call last):
    ...
    boundkit.errors.Missing: failure = None: is needed by zczg18.thm4_1; so is L
    """

    def __init__(self, names: Sequence[str], message: str) -> None:
        self.names = tuple(names)
        more = f"; so {'are' if len(names) > 2 else 'is'} {', '.join(names[1:])}" if len(names) > 1 else ""
        super().__init__(names[0], None, message + more)


class NotApplicable(BoundkitError):
    """A theorem that says nothing here; `label` names the hypothesis that fails."""

    def __init__(self, label: str, message: str) -> None:
        self.label = label
        super().__init__(" ".join(message.split()))


class Infeasible(BoundkitError):
    """Work that exceeds what this machine or the caller's budget allows; the text says by how much."""


def shorten(value: object, limit: int = 60) -> str:
    """A value on one line, cut after `limit` characters."""
    text = " ".join(str(value).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names on one line, cut after `most` of them."""
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def unknown(argument: str, value: object, known: Iterable[str]) -> BadInput:
    """The error for a name that is not in `known`, with near matches first; of a few valid names it lists all."""
    choices = sorted(known)
    near = get_close_matches(str(value), choices, n=3, cutoff=0.5)
    parts = [f"did you mean {' or '.join(near)}?"] if near else []
    parts += [f"valid: {listed(choices) or 'none'}"] if len(choices) <= FEW or not near else []
    message = f"unknown; {' '.join(parts)}"
    return BadInput(argument, value, message, near + [c for c in choices if c not in near])
