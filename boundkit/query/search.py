"""Where a condition holds: the ends of an interval of integers or of positive numbers, on the safe side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial

Condition = Callable[[Fraction], bool]
RELATIVE_WIDTH, COARSE_WIDTH = Fraction(1, 2**40), Fraction(1, 2**20)
HALVINGS = 60
CONSECUTIVE, STRIDE = 48, 128  # powers of two that are tried beyond the first good one: these many, then every 128th


def smallest_integer(good: Callable[[int], bool], *, limit: int) -> int | None:
    """The smallest positive integer from which on `good` holds, as far as powers of two up to `limit` show.

    Where `good` does not hold at the limit, the start of the first range in which a power of two is good; None if
    there is none.

    >>> smallest_integer(lambda m: m * m >= 50, limit=10**6)
    8
    >>> smallest_integer(lambda m: m <= 2 or m >= 50, limit=10**6)
    50
    """
    high = 1
    while not good(high):
        high *= 2
        if high > limit:
            return None
    largest = limit.bit_length() - 1
    later = [e for e in range(high.bit_length(), largest) if e - high.bit_length() < CONSECUTIVE or e % STRIDE == 0]
    marks = {2**e: good(2**e) for e in [*later, largest] if 2**e > high}
    bad = [m for m, mark in marks.items() if not mark]
    if not bad or not marks[2**largest]:
        return _boundary_integer(good, high // 2, high)
    return _boundary_integer(good, bad[-1], next(m for m in marks if m > bad[-1]))


def interval(
    good: Condition,
    *,
    integer: bool,
    largest: Fraction | None = None,
    seed: Fraction | None = None,
    points: Sequence[Fraction] | None = None,
) -> tuple[Fraction | None, Fraction | None] | None:
    """The ends between which `good` holds among positive numbers (at most `largest`); an open end is None.

    Powers of two are tried first, then the ends are bisected to a relative width of 2^-40 (integers exactly) and
    returned on the side where `good` was seen to hold. None when neither a power of two nor `seed` is good. Where
    `points` are given these are tried instead, nothing beyond them counts, and 2^-20 is enough.

    >>> interval(lambda x: 3 <= x <= 1000, integer=True)
    (Fraction(3, 1), Fraction(1000, 1))
    >>> interval(lambda x: x <= 5, integer=False)[0] is None
    True
    """
    width = RELATIVE_WIDTH if points is None else COARSE_WIDTH
    tried = sorted({*(points or _powers(integer, largest)), *([] if seed is None else [seed])})
    marks = [good(point) for point in tried]
    if True not in marks:
        return None
    first = marks.index(True)
    last = next((i for i in range(first, len(marks)) if not marks[i]), len(marks)) - 1
    close = _close_integer if integer else partial(_close_real, width=width)
    low = None if first == 0 else close(good, bad=tried[first - 1], right=tried[first])
    high = None if last == len(tried) - 1 else close(good, bad=tried[last + 1], right=tried[last])
    if points is not None:
        return low or tried[0], high or tried[-1]
    return tried[0] if integer and low is None else low, high


def narrow(
    failing: Callable[[Fraction], list[str]],
    *,
    integer: bool,
    largest: Fraction | None,
    points: Sequence[Fraction] | None = None,
) -> Fraction | None:
    """A value where nothing fails, between two powers of two at which different conditions do; None if none is found.

    Where `points` are given, between two of these.

    >>> labels = lambda x: ["low"] * (x < 9) + ["high"] * (x > 10)
    >>> 9 <= narrow(labels, integer=False, largest=None) <= 10
    True
    """
    tried = points or _powers(integer, largest)
    sets = [set(failing(point)) for point in tried]
    for left, right, low, high in zip(tried, tried[1:], sets, sets[1:], strict=False):
        for _ in range(HALVINGS if not low & high else 0):
            middle = Fraction((left + right) // 2) if integer else (left + right) / 2
            found = set(failing(middle))
            if not found:
                return middle
            if middle in (left, right):
                break
            left, right = (middle, right) if found & low else (left, middle)
    return None


def _powers(integer: bool, largest: Fraction | None) -> list[Fraction]:
    exponents = range(0 if integer else -200, 1000 if largest is None else 1)
    points = [Fraction(2) ** e for e in exponents if largest is None or Fraction(2) ** e <= largest]
    return points if largest is None or points[-1] == largest else [*points, largest]


def _boundary_integer(good: Callable[[int], bool], low: int, high: int) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def _close_integer(good: Condition, *, bad: Fraction, right: Fraction) -> Fraction:
    while abs(right - bad) > 1:
        middle = Fraction((bad + right) // 2)
        bad, right = (bad, middle) if good(middle) else (middle, right)
    return right


def _close_real(good: Condition, *, bad: Fraction, right: Fraction, width: Fraction) -> Fraction:
    while abs(right - bad) > width * right:
        middle = (bad + right) / 2
        bad, right = (bad, middle) if good(middle) else (middle, right)
    return right
