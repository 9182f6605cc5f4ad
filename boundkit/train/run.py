"""What a training run leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from boundkit.errors import BadInput


class Status(StrEnum):
    """How a trial ended."""

    COMPLETED = "completed"  # all steps were made
    STOPPED = "stopped"  # the misfit fell to the level asked for, or to 0
    EXITED = "exited"  # the last iterate is the first outside the ball asked for
    DIVERGED = "diverged"  # the next step has a misfit or a distance that is not finite


@dataclass(frozen=True)
class Run:
    """Observables of gradient descent for several trials.

    `steps[i]` is the last step of trial i and `status[i]` why it is the last. `misfit` |f(W_t) - y|,
    `distance` |W_t - W_0|_F and `path_length` sum_{s<t} |W_{s+1} - W_s|_F are float64 [trials, T + 1] with
    T = max(steps); `sigma_min_J`, `norm_J` and `drift_J` = |J(W_t) - J(W_0)| are [trials, checkpoints].
    Entries beyond a trial's last step do not exist and hold NaN; `history` leaves them out.
    """

    trials: tuple[int, ...]
    seed: int
    k: int
    step_size: float
    norm_y: float
    steps: np.ndarray
    status: tuple[Status, ...]
    misfit: np.ndarray
    distance: np.ndarray
    path_length: np.ndarray
    checkpoints: tuple[int, ...]
    sigma_min_J: np.ndarray
    norm_J: np.ndarray
    drift_J: np.ndarray
    backend: str
    reason: str
    block: int
    seconds: float

    def history(self, trial: int) -> dict[str, np.ndarray]:
        """Misfit, distance and path length of one trial, up to its last step and no further."""
        row = self.row(trial)
        end = int(self.steps[row]) + 1
        return {name: getattr(self, name)[row, :end] for name in ("misfit", "distance", "path_length")}

    def row(self, trial: int) -> int:
        """The row of the arrays that belongs to `trial`; BadInput if it was not run."""
        if trial not in self.trials:
            raise BadInput("trial", trial, f"was not run; trials: {', '.join(map(str, self.trials[:12]))}")
        return self.trials.index(trial)
