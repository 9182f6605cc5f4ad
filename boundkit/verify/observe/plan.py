"""How an experiment is run, and what was seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.activations import Activation
from boundkit.arithmetic import FLOAT, evaluate
from boundkit.data import Dataset
from boundkit.query import Binding
from boundkit.train import Problem

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Plan:
    """How to run: data, activation, width, trial indices, steps, seed, device.

    `progress(done, total)` counts training steps.
    """

    data: Dataset
    activation: Activation
    width: int
    trials: tuple[int, ...]
    steps: int
    seed: int
    device: str
    progress: Progress | None = None

    @cached_property
    def problem(self) -> Problem:
        """Data and activation as a two-layer network with one output is trained on them."""
        return Problem(X=self.data.X, y=self.data.y, activation=self.activation)


@dataclass(frozen=True)
class Observations:
    """What was seen: arrays [trials, 1] or [trials, steps] by symbol; NaN where a trial had ended.

    `broken` lists trials that diverged or failed, which never count as agreement.
    """

    trials: tuple[int, ...]
    values: Mapping[Symbol, np.ndarray]
    broken: tuple[int, ...] = ()


@dataclass(frozen=True)
class Experiment:
    """A kind of experiment on a family of networks.

    `sample` observes all trials of a plan. `replay(binding, plan, trial, step)` sees one trial again up to a step with
    a slow implementation that shares no numerical code, or returns None where that would take too long. `start`
    measures one initialisation where a statement has conditions on it; `bytes_needed` is the memory of a plan. What is
    None does not exist for this kind.
    """

    sample: Callable[[Binding, Plan], Observations]
    replay: Callable[[Binding, Plan, int, int], Observations | None] | None = None
    start: Callable[[Binding, Plan, int], Mapping[Symbol, np.ndarray]] | None = None
    bytes_needed: Callable[[Binding, Plan], int] | None = None


def floats(binding: Binding) -> dict[Symbol, Any]:
    """The bound values as float64 midpoints, for comparison with measured arrays."""
    return {symbol: np.float64(float(value.mid())) for symbol, value in binding.values.items()}


def number(binding: Binding, expression: Any, values: Mapping[Symbol, Any]) -> Any:
    """`expression` in float64 from the bound values and `values`."""
    with np.errstate(all="ignore"):
        return evaluate(binding.reduce(expression), {**floats(binding), **values}, FLOAT)


def column(array: np.ndarray) -> np.ndarray:
    """One number a trial as an array [trials, 1]."""
    return np.asarray(array, dtype=float).reshape(-1, 1)
