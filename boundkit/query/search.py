"""Where a condition holds: the ends of an interval of integers or of positive numbers, on the safe side."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

Condition = Callable[[Fraction], bool]
RELATIVE_WIDTH = Fraction(1, 2**40)


def smallest_integer(good: Callable[[int], bool], *, limit: int) -> int | None:
    """The smallest positive integer at which `good` holds, if it then holds for all larger ones; None beyond `limit`.

    >>> smallest_integer(lambda m: m * m >= 50, limit=10**6)
    8
    """
    high = 1
    while not good(high):
        high *= 2
        if high > limit:
            return None
    return _boundary_integer(good, high // 2, high)


def interval(
    good: Condition, *, integer: bool, largest: Fraction | None = None
) -> tuple[Fraction | None, Fraction | None] | None:
    """The ends between which `good` holds among positive numbers (at most `largest`); an open end is None.

    Powers of two are tried first, then the ends are bisected to a relative width of 2^-40 (integers exactly) and
    returned on the side where `good` was seen to hold. None when no power of two is good.

    >>> interval(lambda x: 3 <= x <= 1000, integer=True)
    (Fraction(3, 1), Fraction(1000, 1))
    >>> interval(lambda x: x <= 5, integer=False)[0] is None
    True
    """
    exponents = range(0 if integer else -200, 1000 if largest is None else 1)
    points = [Fraction(2) ** e for e in exponents if largest is None or Fraction(2) ** e <= largest]
    if largest is not None and points[-1] < largest:
        points.append(largest)
    marks = [good(point) for point in points]
    if True not in marks:
        return None
    first = marks.index(True)
    last = next((i for i in range(first, len(marks)) if not marks[i]), len(marks)) - 1
    close = _close_integer if integer else _close_real
    low = None if first == 0 else close(good, bad=points[first - 1], right=points[first])
    high = None if last == len(points) - 1 else close(good, bad=points[last + 1], right=points[last])
    if integer and low is None:
        low = points[0]
    return low, high


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


def _close_real(good: Condition, *, bad: Fraction, right: Fraction) -> Fraction:
    while abs(right - bad) > RELATIVE_WIDTH * right:
        middle = (bad + right) / 2
        bad, right = (bad, middle) if good(middle) else (middle, right)
    return right
