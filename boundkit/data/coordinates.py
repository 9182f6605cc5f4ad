"""The largest row, and the last coordinate that the samples have in common.

Last coordinates within 1e-9 of their midpoint count as one, which is known to that accuracy only.
"""

from __future__ import annotations

from typing import Any

import flint
import numpy as np

from boundkit.data.datasets import Dataset
from boundkit.data.gram import TOLERANCE, float_rows, remembered, row_lengths, unit_rows
from boundkit.data.spectra import UNDERFLOW, gamma
from boundkit.errors import NotApplicable


@remembered
def max_row_norm(data: Dataset) -> Any:
    """max_i |x_i|, as a ball; exactly 1 for unit rows."""
    if unit_rows(data):
        return flint.arb(1)
    lengths = row_lengths(data.X)
    near = lengths >= lengths.max() * (1 - 2 * gamma(2 * data.d + 8)) - data.d * UNDERFLOW**0.5
    largest = flint.arb(0)
    for row in data.X[near].tolist():
        largest = largest.max(sum((flint.arb(entry) ** 2 for entry in row), flint.arb(0)))
    return largest.sqrt()


def last_coordinate(data: Dataset) -> Any:
    """The common last coordinate of the samples, a ball that contains that of every sample.

    Raises NotApplicable where they differ by more than the tolerance.
    """
    lowest, highest, error = _ends(data)
    if last_coordinate_deviation(data) != 0:
        spread = f"they range from {lowest:.3g} to {highest:.3g}"
        raise NotApplicable("common_last_coordinate", f"the samples must have one last coordinate in common; {spread}")
    return flint.arb(lowest, error).union(flint.arb(highest, error))


def last_coordinate_deviation(data: Dataset) -> Any:
    """The largest distance of a last coordinate from the midpoint of all; exactly 0 when it is at most 1e-9."""
    lowest, highest, error = _ends(data)
    deviation = (highest - lowest) / 2
    return flint.arb(0) if deviation + error <= TOLERANCE else flint.arb(deviation, 2 * error)


def _ends(data: Dataset) -> tuple[float, float, float]:
    rows, roundings, _ = float_rows(data)
    last = rows[:, -1]
    error = gamma(roundings + 2) * float(np.abs(last).max()) + UNDERFLOW
    return float(last.min()), float(last.max()), error
