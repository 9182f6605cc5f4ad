"""What the tests of tables share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flint
import pytest


@pytest.fixture
def rounds_to() -> Callable[[Any, str], bool]:
    """Compares a ball with a printed number."""
    return _rounds_to


def _rounds_to(value: Any, text: str) -> bool:
    """Whether a ball rounds to a printed number, within one unit of its last digit; a printed 0 is exact."""
    if text == "0":
        return bool(value == 0)
    decimals = len(text.partition(".")[2]) if "." in text else 30
    return bool(abs(value - flint.arb(text)) <= flint.arb(10) ** -decimals)
