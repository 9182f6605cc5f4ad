"""Where the two layers start: every distribution of the papers, and given weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from boundkit.errors import BadInput
from boundkit.train.checks import finite, integer
from boundkit.train.initialise import Role, normal_rows, stream
from boundkit.train.problem import output_weights


class Recipe(Protocol):
    """A layer's initial weights [rows, columns], a function of (seed, trial) and of nothing else."""

    def draw(self, rows: int, columns: int, *, seed: int, trial: int) -> np.ndarray:
        """The weights of one trial."""


@dataclass(frozen=True)
class NormalHidden:
    """W_0 [k, d] with i.i.d. N(0, std^2) entries; at std = 1 and k >= 2 the W_0 of `boundkit.train.train`."""

    std: float = 1.0

    def draw(self, rows: int, columns: int, *, seed: int, trial: int) -> np.ndarray:
        """Units of the positive, then of the negative sign, and the odd one; a wider network contains a narrower."""
        half = integer("k", rows, 1) // 2
        counts = ((Role.POSITIVE_UNITS, half), (Role.NEGATIVE_UNITS, half), (Role.DEAD_UNIT, rows - 2 * half))
        drawn = [normal_rows(stream(seed, role, trial), count, columns) for role, count in counts]
        return np.asarray(self.std * np.concatenate(drawn).astype(np.float64))


@dataclass(frozen=True)
class PairedHidden:
    """W_0 = [G; G] with k/2 standard normal rows (`ofls19` derived.paired): with [S, -S] the outputs start at 0."""

    def draw(self, rows: int, columns: int, *, seed: int, trial: int) -> np.ndarray:
        """Two copies of k/2 units; BadInput for odd k."""
        half = normal_rows(stream(seed, Role.POSITIVE_UNITS, trial), _even(rows) // 2, columns)
        return np.concatenate([half, half]).astype(np.float64)


@dataclass(frozen=True)
class NormalOutput:
    """V_0 [K, k] with i.i.d. N(0, std^2) entries."""

    std: float

    def draw(self, rows: int, columns: int, *, seed: int, trial: int) -> np.ndarray:
        """Drawn unit after unit."""
        return np.asarray(self.std * stream(seed, Role.OUTPUT_WEIGHTS, trial).standard_normal((columns, rows)).T)


@dataclass(frozen=True)
class ZeroOutput:
    """V_0 = 0, for output weights that training or least squares chooses freely."""

    def draw(self, rows: int, columns: int, *, seed: int, trial: int) -> np.ndarray:
        """Zeros."""
        return np.zeros((rows, columns))


@dataclass(frozen=True)
class Signs:
    """V [K, k] of independent random signs times nu / sqrt(k K) (`ofls19`)."""

    nu: float

    def draw(self, rows: int, columns: int, *, seed: int, trial: int) -> np.ndarray:
        """Drawn unit after unit."""
        return self.nu / math.sqrt(rows * columns) * _signs(rows, columns, seed, trial)


@dataclass(frozen=True)
class PairedSigns:
    """V = [S, -S] nu / sqrt(k K) with random signs S [K, k/2] (`ofls19` derived.paired)."""

    nu: float

    def draw(self, rows: int, columns: int, *, seed: int, trial: int) -> np.ndarray:
        """BadInput for odd k."""
        signs = _signs(rows, _even(columns) // 2, seed, trial)
        return self.nu / math.sqrt(rows * columns) * np.concatenate([signs, -signs], axis=1)


@dataclass(frozen=True)
class Balanced:
    """The output weights +-norm_y / sqrt(k n) of `os19` (2.1), for one output."""

    norm_y: float
    n: int

    def draw(self, rows: int, columns: int, *, seed: int, trial: int) -> np.ndarray:
        """The same for every trial; BadInput for several outputs."""
        if rows != 1:
            raise BadInput("Y", f"{rows} outputs", "must be one: balanced output weights are a vector")
        return output_weights(columns, norm_y=self.norm_y, n=self.n)[None, :]


@dataclass(frozen=True, eq=False)
class Given:
    """Weights that the caller supplies, the same for every trial."""

    weights: Any

    def draw(self, rows: int, columns: int, *, seed: int, trial: int) -> np.ndarray:
        """BadInput unless they have the shape that the network needs and finite entries."""
        array = finite("weights", self.weights, 2)
        if array.shape != (rows, columns):
            raise BadInput("weights", f"shape {array.shape}", f"must be {rows} x {columns} finite numbers")
        return array


def initial_layers(
    hidden: Recipe, output: Recipe, *, k: int, d: int, outputs: int, seed: int, trial: int
) -> tuple[np.ndarray, np.ndarray]:
    """W_0 [k, d] and V_0 [K, k] of one trial.

    >>> W, V = initial_layers(PairedHidden(), PairedSigns(1.0), k=4, d=2, outputs=3, seed=0, trial=0)
    >>> bool(abs(V @ np.tanh(W)).max() < 1e-15)
    True
    """
    W = hidden.draw(integer("k", k, 1), d, seed=seed, trial=trial)
    return W, output.draw(outputs, k, seed=seed, trial=trial)


def _signs(rows: int, columns: int, seed: int, trial: int) -> np.ndarray:
    uniform = stream(seed, Role.OUTPUT_WEIGHTS, trial).random((columns, rows)).T
    return np.where(uniform < 0.5, -1.0, 1.0)


def _even(k: int) -> int:
    if integer("k", k, 2) % 2:
        raise BadInput("k", k, "must be even: units come in pairs")
    return k
