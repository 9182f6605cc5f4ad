"""What one attack found about one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["survived", "failed", "does not apply"]


@dataclass(frozen=True)
class Finding:
    """The outcome of one attack and its reason in one line."""

    attack: str
    outcome: Outcome
    reason: str


def survived(attack: str, reason: str) -> Finding:
    """The statement held where it could have failed."""
    return Finding(attack, "survived", reason)


def failed(attack: str, reason: str) -> Finding:
    """The statement is wrong somewhere, or the attack's tables are."""
    return Finding(attack, "failed", reason)


def does_not_apply(attack: str, reason: str) -> Finding:
    """The attack has nothing to test here."""
    return Finding(attack, "does not apply", reason)
