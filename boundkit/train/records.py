"""The observables of a chunk of trials as they come in, and where each trial ends."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from boundkit.errors import Infeasible, shorten
from boundkit.train.backend import host_memory
from boundkit.train.checks import integer
from boundkit.train.run import Status

CURVES = ("misfit", "distance", "path_length")
GIB = 2**30


def recorded_steps(steps: int, *, trials: int, curves: int = len(CURVES)) -> int:
    """The number of steps, whose curves of all trials are held at the same time, in pieces and joined.

    Raises BadInput unless it is an integer of at least 0, and Infeasible when memory does not suffice for the curves.

    >>> recorded_steps(1000, trials=16)
    1000
    """
    count = integer("steps", steps, 0)
    needed, available = 2 * 8 * curves * trials * (count + 1), host_memory()
    if needed > available:
        raise Infeasible(
            f"steps = {shorten(count)}: the curves of {trials} trials need {Decimal(needed) / GIB:.3g} GiB of memory, "
            f"{available / GIB:.3g} GiB are available"
        )
    return count


class Records:
    """Squared norms step by step, cut at the first step at which a trial stops, leaves the ball or diverges.

    The first of the `curves` is the misfit, the second the distance, the last the length of a step, which is summed up.
    The ball has one `radius`, or one a trial.
    """

    def __init__(
        self,
        trials: int,
        checkpoints: tuple[int, ...],
        stop_below: float,
        *,
        radius: float | np.ndarray = np.inf,
        curves: tuple[str, ...] = CURVES,
    ) -> None:
        self._pieces: list[np.ndarray] = []
        self._checkpoints, self._stop_below, self._radius, self._curves = checkpoints, stop_below, radius, curves
        self._spectra = np.full((3, trials, len(checkpoints)), np.nan)
        self._steps = 0
        self._ends = np.full(trials, -1)
        self._status = [Status.COMPLETED] * trials

    def extend(self, squares: np.ndarray) -> None:
        """Add [steps, curves, trials] of squared norms."""
        norms = np.sqrt(squares)
        self._pieces.append(norms)
        diverged = ~np.isfinite(norms).all(axis=1)
        stopped = norms[:, 0, :] <= self._stop_below
        exited = norms[:, 1, :] > self._radius
        ended = diverged | stopped | exited
        for trial in np.flatnonzero((self._ends < 0) & ended.any(axis=0)):
            first = int(ended[:, trial].argmax())
            if diverged[first, trial]:
                self._status[trial], self._ends[trial] = Status.DIVERGED, max(0, self._steps + first - 1)
            else:
                self._status[trial] = Status.EXITED if exited[first, trial] else Status.STOPPED
                self._ends[trial] = self._steps + first
        self._steps += squares.shape[0]

    def note(self, step: int, *spectra: np.ndarray) -> None:
        """Store sigma_min, norm and drift of the Jacobian [trials] at a checkpoint."""
        self._spectra[:, :, self._checkpoints.index(step)] = spectra

    def all_ended(self) -> bool:
        """Whether no trial needs another step."""
        return bool((self._ends >= 0).all())

    @staticmethod
    def joined(records: Sequence[Records]) -> dict[str, Any]:
        """The fields of a `Run` from the records of all chunks, in order."""
        ends = np.concatenate([np.where(r._ends < 0, r._steps - 1, r._ends) for r in records])
        length = int(ends.max()) + 1
        names = records[0]._curves
        norms = np.full((len(names), len(ends), length), np.nan)
        first = 0
        for record in records:
            curves = np.concatenate(record._pieces).transpose(1, 2, 0)[:, :, :length]
            norms[:, first : first + curves.shape[1], : curves.shape[2]] = curves
            first += curves.shape[1]
        norms[-1] = np.cumsum(norms[-1], axis=1)
        norms[:, np.arange(length) > ends[:, None]] = np.nan
        spectra = np.concatenate([r._spectra for r in records], axis=1)
        marks = np.array(records[0]._checkpoints, dtype=int)
        spectra[:, marks > ends[:, None]] = np.nan
        return {
            "steps": ends,
            "status": tuple(status for record in records for status in record._status),
            **dict(zip(names, norms, strict=True)),
            **dict(zip(("sigma_min_J", "norm_J", "drift_J"), spectra, strict=True)),
        }
