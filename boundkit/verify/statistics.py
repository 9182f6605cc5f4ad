"""Statistics for claims that hold with a stated probability or in expectation."""

from __future__ import annotations

import numpy as np
from scipy.stats import binomtest, t as student

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


def least_mean(values: np.ndarray, *, tests: int = 1, ignored: float = 0.0) -> float:
    """A lower confidence bound of the mean of a nonnegative variable from its sample [N], without other assumptions.

    By the Dvoretzky-Kiefer-Wolfowitz inequality the distribution function exceeds the empirical one by at most
    e = sqrt(log(tests / 0.025) / (2 N)), and the mean is the integral of what is left (Anderson 1969). `tests` bounds
    are right together. On an event of probability 1 - `ignored` that is not observed, the mean is at least the result:
    the largest values may all lie outside it.

    >>> least_mean(np.ones(200)) > 0.9, least_mean(np.ones(200), ignored=0.5) < 0.5
    (True, True)
    """
    total = len(values)
    if total == 0:
        return 0.0
    kept = 1 - ignored - float(np.sqrt(np.log(2 * tests / (1 - CONFIDENCE)) / (2 * total)))
    weights = np.clip(kept * total - np.arange(total), 0, 1)
    ordered = np.sort(values)
    return float((ordered[weights > 0] * weights[weights > 0]).sum() / total)


def mean_interval(values: np.ndarray, *, tests: int = 1) -> tuple[float, float]:
    """Student's interval of the mean of a sample [N], for `tests` means together.

    >>> low, high = mean_interval(np.array([0.9, 1.0, 1.1]))
    >>> low < 1 < high
    True
    """
    total = len(values)
    if total < 2:
        return -np.inf, np.inf
    half = float(student.ppf(1 - (1 - CONFIDENCE) / (2 * tests), total - 1) * values.std(ddof=1) / np.sqrt(total))
    middle = float(values.mean())
    return middle - half, middle + half
