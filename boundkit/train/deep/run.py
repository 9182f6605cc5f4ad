"""What training of a deep network leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boundkit.train.run import Status


@dataclass(frozen=True)
class DeepRun:
    """Observables of (stochastic) gradient descent for several trials, float64, NaN beyond a trial's last step.

    Per step [trials, T + 1]: `risk`, `mean_slope` and `batch_slope` (mean of -loss' over the samples and the batch
    drawn at that step), `union_flips` (units of the last layer whose activation differs from the start on some
    sample). Per step and sample [trials, T + 1, n]: `outputs`, and `drift` = sum_l <grad_l f(x_i), update_l / step>,
    the derivative of the outputs along the step to come, negated. Per step and layer [trials, T + 1, L]: Frobenius
    norms `gradient` of the risk's and `batch_gradient` of the batch's gradient, `distance` |W_l - W_l(0)|_F,
    `spectral_lower` and `spectral_upper` around |W_l - W_l(0)|_2 (equal up to rounding at checkpoints; elsewhere within
    1.1 % of each other for layers with a side of at most 16, the upper one at most `distance` for others), and `flips`,
    the largest number of changed activations of a sample. Per checkpoint and layer [trials, checkpoints, L]:
    `separation`, the smallest distance of normalised features of opposite labels.
    """

    trials: tuple[int, ...]
    seed: int
    widths: tuple[int, ...]
    step_size: float
    batch: int | None
    steps: np.ndarray
    status: tuple[Status, ...]
    checkpoints: tuple[int, ...]
    risk: np.ndarray
    mean_slope: np.ndarray
    batch_slope: np.ndarray
    union_flips: np.ndarray
    outputs: np.ndarray
    drift: np.ndarray
    gradient: np.ndarray
    batch_gradient: np.ndarray
    distance: np.ndarray
    spectral_lower: np.ndarray
    spectral_upper: np.ndarray
    flips: np.ndarray
    separation: np.ndarray
    backend: str
    seconds: float

    def margins(self, y: np.ndarray) -> np.ndarray:
        """y_i f(x_i) [trials, T + 1, n] for labels y [n]."""
        return np.asarray(self.outputs * y)


FIELDS = (  # name, entries a step: one, one a sample or one a layer
    ("risk", "one"),
    ("mean_slope", "one"),
    ("batch_slope", "one"),
    ("union_flips", "one"),
    ("outputs", "sample"),
    ("drift", "sample"),
    ("gradient", "layer"),
    ("batch_gradient", "layer"),
    ("distance", "layer"),
    ("spectral_lower", "layer"),
    ("spectral_upper", "layer"),
    ("flips", "layer"),
)


def curves(*, n: int, layers: int) -> list[int]:
    """How many numbers a step of one trial leaves behind, field by field."""
    return [{"one": 1, "sample": n, "layer": layers}[kind] for _, kind in FIELDS]


class DeepRecords:
    """The rows of one chunk of trials, [steps, trials, entries], cut where a trial ended."""

    def __init__(self, trials: int, *, n: int, layers: int, target: float | None) -> None:
        self._sizes = curves(n=n, layers=layers)
        self._rows: list[np.ndarray] = []
        self._target = target
        self._length = 0
        self.last = np.full(trials, -1)
        self.status = [Status.COMPLETED] * trials

    def extend(self, rows: np.ndarray) -> None:
        """Take the rows [steps, trials, entries] of the next steps."""
        for offset, row in enumerate(rows):
            finite = np.isfinite(row).all(axis=1)
            for trial in np.flatnonzero(self.running):
                if not finite[trial]:
                    self.status[trial] = Status.DIVERGED
                    self.last[trial] = max(self._length + offset - 1, 0)
                elif row[trial, 0] == 0 or (self._target is not None and row[trial, 0] <= self._target):
                    self.status[trial] = Status.STOPPED
                    self.last[trial] = self._length + offset
        self._rows.append(rows)
        self._length += len(rows)

    @property
    def running(self) -> np.ndarray:
        """Which trials have not ended: boolean [trials]."""
        return self.last < 0

    def close(self) -> dict[str, np.ndarray]:
        """Arrays [trials, steps, ...] by name with NaN after a trial's last step."""
        table = np.concatenate(self._rows).transpose(1, 0, 2)
        self.last[self.running] = table.shape[1] - 1
        table[np.arange(table.shape[1])[None, :] > self.last[:, None]] = np.nan
        diverged = [i for i, status in enumerate(self.status) if status is Status.DIVERGED]
        table[diverged] = np.where(np.isfinite(table[diverged]), table[diverged], np.nan)
        edges = np.cumsum(self._sizes)[:-1]
        named = dict(zip((name for name, _ in FIELDS), np.split(table, edges, axis=2), strict=True))
        return {
            name: part[:, :, 0] if kind == "one" else part
            for (name, kind), part in zip(FIELDS, named.values(), strict=True)
        }


def joined(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Chunks of trials under each other, the shorter ones padded with NaN."""
    longest = max(part["risk"].shape[1] for part in parts)
    return {
        name: np.concatenate([_padded(part[name], longest if name != "separation" else 0) for part in parts])
        for name in parts[0]
    }


def _padded(array: np.ndarray, length: int) -> np.ndarray:
    missing = max(0, length - array.shape[1])
    return np.pad(array, ((0, 0), (0, missing), *[(0, 0)] * (array.ndim - 2)), constant_values=np.nan)
