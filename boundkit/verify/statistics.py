"""Exact statistics for claims that hold with a stated probability."""

from __future__ import annotations

from scipy.stats import binomtest

CONFIDENCE = 0.95


def interval(violations: int, trials: int) -> tuple[float, float]:
    """The exact (Clopper-Pearson) two-sided 95 % interval of the violation probability.

    >>> low, high = interval(0, 60)
    >>> low, round(high, 3)
    (0.0, 0.06)
    """
    ends = binomtest(violations, trials).proportion_ci(CONFIDENCE, method="exact")
    return float(ends.low), float(ends.high)


def excluded(violations: int, trials: int, allowed: float) -> bool:
    """True when the data exclude that violations have probability at most `allowed`.

    With `allowed` zero a single violation decides.

    >>> excluded(2, 2, 0.1), excluded(1, 1, 0.1), excluded(1, 1000, 0.0)
    (True, False, True)
    """
    if violations == 0:
        return False
    return allowed <= 0 or interval(violations, trials)[0] > allowed
