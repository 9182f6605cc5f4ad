"""Making balls from what users write, and writing balls for what users read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import flint

from boundkit.errors import BadInput

WORKING_BITS = 128
LARGEST_POWER = 300  # of ten, of an integer that a user gives


@contextmanager
def precision(bits: int = WORKING_BITS) -> Iterator[None]:
    """Ball arithmetic at `bits` of precision inside the block; restores the caller's precision."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def exact(argument: str, value: Any) -> Fraction:
    """The rational number that a user wrote: int, Fraction, Decimal, decimal or fraction string, float.

    A float means the shortest decimal that prints it, so 0.1 is one tenth. Raises BadInput otherwise.

    >>> exact("delta", 0.1), exact("delta", "1/3")
    (Fraction(1, 10), Fraction(1, 3))
    """
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction | Decimal):
        raise BadInput(argument, value, "must be a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(argument, value, "must be finite")
    text = repr(float(value)) if isinstance(value, float) else value
    if isinstance(text, str) and len(text) > 200:
        raise BadInput(argument, value, "must be a number of at most 200 characters")
    try:
        number = Decimal(text) if isinstance(text, str) and "/" not in text else text
        if isinstance(number, Decimal) and (not number.is_finite() or abs(number.adjusted()) > 5000):
            raise BadInput(argument, value, "must be finite and between 1e-5000 and 1e5000 in size")
        return Fraction(number)
    except (ValueError, ArithmeticError, TypeError):
        raise BadInput(argument, value, "must be a number such as 2, 0.5, 1e-3 or 1/3") from None


def ball(value: Any) -> Any:
    """A ball around an exact number; balls pass through. Integers of any size are held exactly.

    >>> ball(Fraction(1, 4)), ball(3**40) == 3**40
    (0.250000000000000, True)
    """
    if isinstance(value, flint.arb):
        return value
    if isinstance(value, float):
        return flint.arb(value)
    number = Fraction(value)
    return quotient(number.numerator, number.denominator)


def quotient(p: int, q: int) -> Any:
    """A ball around p / q; around an integer of radius 0 at every precision."""
    return flint.arb(p) if q == 1 else flint.arb(flint.fmpq(p, q))


def enclose(lower: float, upper: float) -> Any:
    """The ball that contains the interval [lower, upper]."""
    return flint.arb(lower).union(flint.arb(upper))


def decimal(number: Any, digits: int = 20) -> str:
    """The midpoint of a ball as a decimal string of `digits` significant digits."""
    return str(number.mid().str(digits, radius=False))


def decimal_below(number: Any, digits: int = 20) -> str:
    """A decimal string certainly at or below the whole ball."""
    return _directed(number, digits, -1)


def decimal_above(number: Any, digits: int = 20) -> str:
    """A decimal string certainly at or above the whole ball."""
    return _directed(number, digits, +1)


def _directed(number: Any, digits: int, side: int) -> str:
    with precision(max(WORKING_BITS, 4 * digits)):
        return _rounded(number.lower() if side < 0 else number.upper(), digits, side)


def _rounded(end: Any, digits: int, side: int) -> str:
    if not end.is_finite():
        return "inf" if end > 0 else ("-inf" if end < 0 else "nan")
    nearest = Decimal(str(end.str(digits, radius=False)))
    with localcontext(prec=digits + 5):
        unit = Decimal(1).scaleb(nearest.adjusted() - digits + 1)
        shifted = nearest
        while not (ball(Fraction(shifted)) >= end if side > 0 else ball(Fraction(shifted)) <= end):
            shifted += side * unit
    return str(shifted)
