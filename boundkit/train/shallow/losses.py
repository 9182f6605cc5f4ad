"""The square losses of the papers, each with its exact factor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Loss:
    """A multiple of |f - Y|_F^2: its value for a misfit |f - Y|_F, and the factor of a residual in its gradient.

    `factor(b)` multiplies the residuals of the samples of a batch of b; the full batch is b = n.
    """

    name: str
    of_misfit: Callable[[Any, int], Any]
    factor: Callable[[int], float]


LOSSES = {
    loss.name: loss
    for loss in (
        Loss(
            "half sum of squares", lambda misfit, n: misfit**2 / 2, lambda b: 1.0
        ),  # os19 (2.9): a sample, not n of it
        Loss("mean of squares", lambda misfit, n: misfit**2 / n, lambda b: 2.0 / b),
    )
}
