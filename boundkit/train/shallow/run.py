"""What a run of a two-layer network leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boundkit.train.run import Run, Status


@dataclass(frozen=True)
class ShallowRun(Run):
    """A `Run` with the distances of the layers; the misfit is |f - Y|_F over all outputs.

    `hidden_distance` |W_t - W_0|_F, `output_distance` |V_t - V_0|_F and `row_distance`, the largest change of the
    weights of one hidden unit, are [trials, T + 1]; `distance` is that of both layers together. `loss` is the loss
    with its factor. A trial that left the ball asked for has the first iterate outside as its last.
    """

    hidden_distance: np.ndarray
    output_distance: np.ndarray
    row_distance: np.ndarray
    loss: np.ndarray

    @property
    def exits(self) -> np.ndarray:
        """The step of the first iterate outside the ball; -1 for trials that stayed."""
        left = np.array([status is Status.EXITED for status in self.status])
        return np.where(left, self.steps, -1)
