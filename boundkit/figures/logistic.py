"""A logistic curve through success fractions, by maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

STEEPEST = 20.0  # bound on a slope that the data leave free
EXACT = {"ftol": 1e-15, "gtol": 1e-9}


def logistic_fit(x: Sequence[float], successes: Sequence[int], trials: int) -> tuple[float, float] | None:
    """(a, b) that maximise the binomial likelihood of p(x) = 1 / (1 + e^-(a + b x)).

    None where all successes are 0 or all are `trials`: no crossing can be told. A slope that the data do not bound
    (every fraction 0 or 1) is held at 20.

    >>> a, b = logistic_fit([1, 2, 3], [0, 5, 10], 10)
    >>> round(-a / b, 4)
    2.0
    """
    points, counts = np.asarray(x, dtype=float), np.asarray(successes, dtype=float)
    if not 0 < counts.sum() < trials * len(counts):
        return None
    middle = points.mean()

    def cost(parameters: np.ndarray) -> float:
        height = parameters[0] + parameters[1] * (points - middle)
        return float((trials * np.logaddexp(0, height) - counts * height).sum())

    bounds = [(None, None), (-STEEPEST, STEEPEST)]
    a, b = minimize(cost, np.array([0.0, 1.0]), bounds=bounds, method="L-BFGS-B", options=EXACT).x
    return float(a - b * middle), float(b)


def crossing(fit: tuple[float, float] | None) -> float | None:
    """Where the fitted probability is 1/2: -a / b."""
    return None if fit is None or fit[1] == 0 else -fit[0] / fit[1]


def curve(fit: tuple[float, float], x: np.ndarray) -> np.ndarray:
    """The fitted probability at x."""
    return np.asarray(1 / (1 + np.exp(-(fit[0] + fit[1] * x))))
