"""Gradient descent on many small networks at once, each on data of its own.

The steps are those of `boundkit.train.shallow`; networks that have ended are dropped from the batch as it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from boundkit.figures.figure import Progress
from boundkit.train import select_device
from boundkit.train.backend import usable_cores
from boundkit.train.plan import CACHE_ENTRIES
from boundkit.train.shallow import Given, Shallow
from boundkit.train.shallow.step import State
from boundkit.train.workers import Ticker, Workers

BETWEEN = 50  # steps between two looks at which networks have ended
OF_STATE = ("factor", "labels", "W", "V", "moved_W", "moved_V", "value", "derivative", "residual")


@dataclass(frozen=True)
class Networks:
    """Data X [T, n, d], Y [T, n] and starts W [T, k, d], v [T, k] of T networks of one shape."""

    X: np.ndarray
    Y: np.ndarray
    W: np.ndarray
    v: np.ndarray

    def __len__(self) -> int:
        return len(self.X)

    def part(self, first: int, last: int) -> Networks:
        """The networks from `first` to `last`."""
        return Networks(self.X[first:last], self.Y[first:last], self.W[first:last], self.v[first:last])


@dataclass(frozen=True)
class Descent:
    """How networks are trained: a step is `step_size` times the gradient of 1/2 |f - y|^2."""

    activation: Any
    trained: str
    step_size: float
    steps: int


def reach(
    batches: Sequence[tuple[Networks, Descent]], stop_below: Sequence[np.ndarray], progress: Progress | None
) -> list[np.ndarray]:
    """Whether each network's misfit |f - y| fell to its `stop_below` within the steps: booleans [T] for every batch.

    >>> one = Networks(np.eye(2)[None], np.ones((1, 2)), np.ones((1, 3, 2)), np.ones((1, 3)))
    >>> reach([(one, Descent("tanh", "both", 0.1, 100))], [np.array([1e-3])], None)[0]
    array([ True])
    """
    pieces = []
    for index, (networks, descent) in enumerate(batches):
        size = max(1, CACHE_ENTRIES // networks.W[0].size // max(1, networks.X.shape[1] // networks.X.shape[2]))
        cuts = [*range(0, len(networks), size), len(networks)]
        pieces += [(index, a, networks.part(a, b), descent) for a, b in pairwise(cuts)]
    ticker = Ticker(sum(len(part) * descent.steps for _, _, part, descent in pieces), progress)

    def one(piece: tuple[int, int, Networks, Descent]) -> np.ndarray:
        index, first, part, descent = piece
        return _reached(part, descent, stop_below[index][first : first + len(part)], ticker)

    with Workers(usable_cores()) as workers, np.errstate(all="ignore"):
        found = workers.map_reporting(one, pieces, ticker)
    ticker.finish()
    together: list[list[np.ndarray]] = [[] for _ in batches]
    for (index, *_), reached in zip(pieces, found, strict=True):
        together[index].append(reached)
    return [np.concatenate(parts) for parts in together]


def _reached(networks: Networks, descent: Descent, stop_below: np.ndarray, ticker: Ticker) -> np.ndarray:
    state = started(networks, descent)
    reached = np.zeros(len(networks), dtype=bool)
    left = np.arange(len(networks))
    for step in range(descent.steps + 1):
        misfit = np.sqrt(state.forward()[0])
        reached[left] |= misfit <= stop_below[left]
        if step == descent.steps:
            break
        if step % BETWEEN == 0:
            stay = np.isfinite(misfit) & ~reached[left]
            ticker.add(BETWEEN * int(stay.sum()) + (descent.steps - step) * int((~stay).sum()))
            if not stay.any():
                break
            if not stay.all():
                left = left[stay]
                for name in OF_STATE:
                    setattr(state, name, getattr(state, name)[stay])
        state.move(np.full((len(left), 1, 1), descent.step_size), None)
    return reached


def started(networks: Networks, descent: Descent) -> State:
    """The state of `boundkit.train.shallow` at the starts, with data that differ from network to network."""
    start = Given(networks.W[0]), Given(networks.v[:1])
    network = Shallow(networks.X[0], networks.Y[0], descent.activation, *start, trained=descent.trained)
    state = State(network, networks.W, networks.v[:, None, :], select_device("cpu"))
    state.factor, state.labels = networks.X, networks.Y[:, :, None]
    return state
