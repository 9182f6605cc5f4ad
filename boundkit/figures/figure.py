"""What a figure of a paper is, and what running it again gives: plain data, nothing drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from boundkit.errors import BadInput, unknown
from boundkit.train.backend import Backend, on_device, select_device
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
    group: int | None = None  # the colour of the curves of this group


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
    """Success fractions [len(y), len(x)] over widths x and dimensions y, with the curve x * y = `samples`.

    Half of the trials succeed about where x * y is `half` times `samples`; None where no such place is found.
    """

    title: str
    x_label: str
    y_label: str
    x: Numbers
    y: Numbers
    fractions: tuple[Numbers, ...]
    samples: int
    half: float | None = None


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
    """A number (or a finding in words) of the paper, and what was found here.

    `agrees` says whether the run meets the `criterion` that stands for the paper's finding; None without one.
    """

    quantity: str
    reported: Reported
    measured: Reported
    criterion: str = ""
    agrees: bool | None = None


@dataclass(frozen=True)
class Outcome:
    """What an experiment returns."""

    panels: tuple[Panel, ...]
    comparisons: tuple[Contrast, ...]


@dataclass(frozen=True)
class Data:
    """A figure that was run: how, on which device, and what came out."""

    figure: Figure
    seed: int
    quick: bool
    parameters: Mapping[str, Any]
    panels: tuple[Panel, ...]
    comparisons: tuple[Contrast, ...]
    device: str = "cpu"

    def measured(self, quantity: str) -> Any:
        """What was found for a quantity of the comparison."""
        return next(item.measured for item in self.comparisons if item.quantity == quantity)

    @property
    def judged(self) -> tuple[int, int]:
        """How many findings of the paper are found here, and how many were asked for."""
        answers = [item.agrees for item in self.comparisons if item.agrees is not None]
        return sum(answers), len(answers)


@dataclass(frozen=True)
class Figure:
    """An experiment of a paper.

    `parameters` are those that the paper states, `chosen` those that it omits, `quick` the values that replace some of
    either where a smaller run is asked for; `reported` is what the paper finds. The work is done by
    `experiment(parameters, seed, progress, backend)`; equal seeds give equal results on one device. An experiment that
    is `host_only` gets no backend: it trains nothing that could run elsewhere.
    """

    id: str
    title: str
    source: str
    reported: str
    parameters: Mapping[str, Any]
    chosen: Mapping[str, Any]
    quick: Mapping[str, Any]
    experiment: Callable[..., Outcome]
    notes: tuple[str, ...] = field(default=())
    host_only: bool = False

    def run(
        self,
        *,
        quick: bool = False,
        seed: int = 0,
        device: str | Backend = "cpu",
        progress: Progress | None = None,
        **changes: Any,
    ) -> Data:
        """The experiment with the paper's parameters, reduced if `quick`, and with `changes` to them.

        `device` is cpu, cuda or auto. Raises BadInput for a parameter that the figure does not have, and for cuda where
        the experiment runs on the host only; Infeasible where CUDA cannot be used.
        """
        known = {**self.parameters, **self.chosen}
        for name in changes:
            if name not in known:
                raise unknown("parameter", name, known)
        used = {**known, **(self.quick if quick else {}), **changes}
        chosen, outcome = self._outcome(used, integer("seed", seed, 0), progress, select_device(device))
        return Data(self, seed, quick and bool(self.quick), used, outcome.panels, outcome.comparisons, chosen)

    def _outcome(
        self, used: Mapping[str, Any], seed: int, progress: Progress | None, asked: Backend
    ) -> tuple[str, Outcome]:
        if not self.host_only:
            return on_device(asked, lambda backend: (backend.name, self.experiment(used, seed, progress, backend)))
        if asked.name != "cpu" and not asked.optional:
            raise BadInput("device", asked.name, f"is of no use for {self.id}, which runs on the host only: cpu")
        return "cpu", self.experiment(used, seed, progress)
