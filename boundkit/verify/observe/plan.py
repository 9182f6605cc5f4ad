"""How an experiment is run, and what was seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import flint
import numpy as np
from sympy import Symbol

from boundkit.activations import Activation
from boundkit.arithmetic import FLOAT, evaluate
from boundkit.data import Dataset
from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement.vocabulary import step_size
from boundkit.train import Problem

Progress = Callable[[int, int], None]
MEASUREMENT_ERROR = 1e-9  # relative; far above the rounding of the spectra, far below any margin that matters


@dataclass(frozen=True)
class Plan:
    """How to run: data, activation, width, trial indices, steps, seed, device.

    An `infinite` plan trains in the limit; its `width` is the one at which bounds are evaluated.
    `progress(done, total)` counts training steps; `given` holds the numbers that the caller chose, by name.
    """

    data: Dataset
    activation: Activation
    width: int
    trials: tuple[int, ...]
    steps: int
    seed: int
    device: str
    progress: Progress | None = None
    given: Mapping[str, float] = field(default_factory=dict)
    infinite: bool = False

    @cached_property
    def problem(self) -> Problem:
        """Data and activation as a two-layer network with one output is trained on them; else NotApplicable."""
        if self.data.K > 1:
            raise NotApplicable("single_output", f"labels have {self.data.K} outputs where the network has one")
        return Problem(X=self.data.X, y=self.data.y, activation=self.activation)


@dataclass(frozen=True)
class Observations:
    """What was seen: arrays [trials, 1] or [trials, steps] by symbol; NaN where a trial had ended.

    `broken` lists trials that diverged or failed, which never count as agreement. Trials of the same of the `groups`
    are samples of one mean; without groups all are. `mistaken` is the probability that what was estimated in a trial
    is on the wrong side of what it stands for. What is only enclosed has its lower ends in `values` and its upper ends
    in `upper`: a claim that bounds it from above is broken when the lower ends break it, kept when the upper do not.
    """

    trials: tuple[int, ...]
    values: Mapping[Symbol, np.ndarray]
    broken: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    mistaken: float = 0.0
    upper: Mapping[Symbol, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Experiment:
    """A kind of experiment on a family of networks.

    `sample` observes all trials of a plan. `replay(binding, plan, trial, step)` sees one trial again up to a step with
    a slow implementation that shares no numerical code, or returns None where that would take too long. `start`
    measures one initialisation where a statement has conditions on it; `bytes_needed` is the memory of a plan; `width`
    is the width to try where a statement bounds none. What is None does not exist for this kind.
    """

    sample: Callable[[Binding, Plan], Observations]
    replay: Callable[[Binding, Plan, int, int], Observations | None] | None = None
    start: Callable[[Binding, Plan, int], Mapping[Symbol, np.ndarray]] | None = None
    bytes_needed: Callable[[Binding, Plan], int] | None = None
    width: Callable[[Binding], int] | None = None


def floats(binding: Binding) -> dict[Symbol, Any]:
    """The bound values as float64 midpoints, for comparison with measured arrays."""
    return {symbol: np.float64(float(value.mid())) for symbol, value in binding.values.items()}


def number(binding: Binding, expression: Any, values: Mapping[Symbol, Any]) -> Any:
    """`expression` in float64 from the bound values and `values`."""
    with np.errstate(all="ignore"):
        return evaluate(binding.reduce(expression), {**floats(binding), **values}, FLOAT)


def step_sizes(binding: Binding, values: Mapping[Symbol, Any], count: int) -> list[float]:
    """The step size of each of `count` trials; NotApplicable where the statement's rule gives no positive one."""
    sizes = np.broadcast_to(np.ravel(number(binding, step_size, values)), (count,))
    if not (np.isfinite(sizes) & (sizes > 0)).all():
        raise NotApplicable(step_size.name, "the statement's rule for the step size gives no positive number here")
    return [float(size) for size in sizes]


def balls(values: Mapping[Symbol, Any]) -> dict[Symbol, Any]:
    """Measured numbers as balls of relative radius `MEASUREMENT_ERROR`; integers are exact."""
    found: dict[Symbol, Any] = {}
    for symbol, value in values.items():
        middle = float(np.squeeze(value))
        found[symbol] = flint.arb(middle) if middle.is_integer() else flint.arb(middle, abs(middle) * MEASUREMENT_ERROR)
    return found


def in_agreement(binding: Binding, drawn: Mapping[Symbol, Any]) -> Mapping[Symbol, Any]:
    """`drawn`, what an experiment draws by itself; NotApplicable where the caller gave another value for some of it."""
    given = {symbol: float(binding.given[symbol.name]) for symbol in binding.values if symbol.name in binding.given}
    for symbol, value in given.items():
        if symbol in drawn and not np.allclose(np.asarray(drawn[symbol], float), value, rtol=1e-9, atol=0):
            raise NotApplicable(symbol.name, f"{symbol.name} is drawn by this experiment and cannot be given")
    return drawn


def column(array: np.ndarray) -> np.ndarray:
    """One number a trial as an array [trials, 1]."""
    return np.asarray(array, dtype=float).reshape(-1, 1)


def as_columns(trial: int, values: Mapping[Symbol, float]) -> Observations:
    """The values of one trial."""
    return Observations((trial,), {symbol: column(np.array([value])) for symbol, value in values.items()})


def joined(parts: list[Observations]) -> Observations:
    """The observations of several groups of trials as those of one; shorter curves are filled with NaN."""
    trials = tuple(trial for part in parts for trial in part.trials)
    values, upper = (_stacked([(len(p.trials), getattr(p, name)) for p in parts]) for name in ("values", "upper"))
    broken, groups = (tuple(t for part in parts for t in getattr(part, name)) for name in ("broken", "groups"))
    return Observations(trials, values, broken, groups, max(part.mistaken for part in parts), upper)


def _stacked(parts: list[tuple[int, Mapping[Symbol, np.ndarray]]]) -> dict[Symbol, np.ndarray]:
    """The arrays of groups of so many trials, each symbol's as one [trials, steps], shorter ones filled with NaN."""
    found = {}
    for symbol in parts[0][1]:
        arrays = [np.broadcast_to(values[symbol], (count, values[symbol].shape[1])) for count, values in parts]
        width = max(array.shape[1] for array in arrays)
        padded = [np.pad(a, ((0, 0), (0, width - a.shape[1])), constant_values=np.nan) for a in arrays]
        found[symbol] = np.concatenate(padded)
    return found
