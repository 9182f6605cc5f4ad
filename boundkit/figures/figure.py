"""What a figure of a paper is, and what running it again gives: plain data, nothing drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from boundkit.errors import unknown
from boundkit.train.checks import integer

Progress = Callable[[int, int], None]
Numbers = tuple[float, ...]
Reported = float | str | None


@dataclass(frozen=True)
class Curve:
    """One line (or, with `points`, one set of dots) of a panel; the two sequences have equal length."""

    label: str
    x: Numbers
    y: Numbers
    points: bool = False
    dashed: bool = False
    group: int | None = None  # curves of one group share a colour


@dataclass(frozen=True)
class Mark:
    """A vertical line, or a horizontal one: a value that the paper reports, or that was measured."""

    label: str
    value: float
    reported: bool
    horizontal: bool = False


@dataclass(frozen=True)
class Curves:
    """A panel of curves."""

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...] = ()
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class HeatMap:
    """Success fractions [len(y), len(x)] over widths x and dimensions y, with the curve x * y = `samples`."""

    title: str
    x_label: str
    y_label: str
    x: Numbers
    y: Numbers
    fractions: tuple[Numbers, ...]
    samples: int


@dataclass(frozen=True)
class Histogram:
    """Counts [len(edges) - 1] of several groups over the same edges, logarithmic."""

    title: str
    x_label: str
    edges: Numbers
    counts: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Grid:
    """A table of a paper: a row of labels and numbers for each of several cases."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]


Panel = Curves | HeatMap | Histogram | Grid


@dataclass(frozen=True)
class Contrast:
    """A number (or a finding in words) of the paper, and what was found here."""

    quantity: str
    reported: Reported
    measured: Reported


@dataclass(frozen=True)
class Outcome:
    """What an experiment returns."""

    panels: tuple[Panel, ...]
    comparisons: tuple[Contrast, ...]


@dataclass(frozen=True)
class Data:
    """A figure that was run: how, and what came out."""

    figure: Figure
    seed: int
    quick: bool
    parameters: Mapping[str, Any]
    panels: tuple[Panel, ...]
    comparisons: tuple[Contrast, ...]

    def measured(self, quantity: str) -> Any:
        """What was found for a quantity of the comparison."""
        return next(item.measured for item in self.comparisons if item.quantity == quantity)


@dataclass(frozen=True)
class Figure:
    """An experiment of a paper.

    `parameters` are those that the paper states, `chosen` those that it omits, `quick` the values that replace some of
    either where a smaller run is asked for; `reported` is what the paper finds. `experiment(parameters, seed,
    progress)` does the work; equal seeds give equal results.
    """

    id: str
    title: str
    source: str
    reported: str
    parameters: Mapping[str, Any]
    chosen: Mapping[str, Any]
    quick: Mapping[str, Any]
    experiment: Callable[[Mapping[str, Any], int, Progress | None], Outcome]
    notes: tuple[str, ...] = field(default=())

    def run(self, *, quick: bool = False, seed: int = 0, progress: Progress | None = None, **changes: Any) -> Data:
        """The experiment with the paper's parameters, reduced if `quick`, and with `changes` to them.

        Raises BadInput for a parameter that the figure does not have.
        """
        known = {**self.parameters, **self.chosen}
        for name in changes:
            if name not in known:
                raise unknown("parameter", name, known)
        used = {**known, **(self.quick if quick else {}), **changes}
        outcome = self.experiment(used, integer("seed", seed, 0), progress)
        return Data(self, seed, quick and bool(self.quick), used, outcome.panels, outcome.comparisons)
