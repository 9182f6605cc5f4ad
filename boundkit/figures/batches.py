"""Gradient descent on many small networks at once, each on data of its own.

The steps are those of `boundkit.train.shallow`; networks that have ended are dropped from the batch as it goes. On the
CPU, where Numba is installed and `boundkit.figures.compiled` knows the activation, each network goes alone, compiled.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from boundkit.figures.figure import Progress
from boundkit.train.backend import Array, Backend, select_device, worker_count
from boundkit.train.fused import compiled_steps
from boundkit.train.plan import CACHE_ENTRIES
from boundkit.train.shallow import Given, Shallow
from boundkit.train.shallow.step import State
from boundkit.train.ticker import Ticker
from boundkit.train.workers import Workers

BETWEEN = 50  # steps between two looks at which networks have ended
COMPILED_STEPS = 1000  # between two reports, and two chances to be stopped
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
    batches: Sequence[tuple[Networks, Descent]],
    stop_below: Sequence[np.ndarray],
    progress: Progress | None,
    device: str | Backend = "cpu",
) -> list[np.ndarray]:
    """Whether each network's misfit |f - y| fell to its `stop_below` within the steps: booleans [T] for every batch.

    On the CPU a batch is cut into pieces that fit the cache, on a device it stays whole. There networks are looked at,
    and dropped, as often as on the CPU; in between nothing is copied to the host. Sums are rounded in another order
    where they are compiled, which tells only where a path is so unstable that rounding decides.

    >>> one = Networks(np.eye(2)[None], np.ones((1, 2)), np.ones((1, 3, 2)), np.ones((1, 3)))
    >>> reach([(one, Descent("tanh", "both", 0.1, 100))], [np.array([1e-3])], None)[0]
    array([ True])
    """
    backend = select_device(device)
    kernels = [_kernel(descent.activation, backend) for _, descent in batches]
    pieces = []
    for index, (networks, descent) in enumerate(batches):
        a_network = networks.W[0].size * max(1, networks.X.shape[1] // networks.X.shape[2])
        size = max(1, CACHE_ENTRIES // a_network) if backend.fused else len(networks)
        cuts = [*range(0, len(networks), size), len(networks)]
        pieces += [(index, a, networks.part(a, b), descent) for a, b in pairwise(cuts)]
    ticker = Ticker(sum(len(part) * (descent.steps + 1) for _, _, part, descent in pieces), progress)

    def one(piece: tuple[int, int, Networks, Descent]) -> np.ndarray:
        index, first, part, descent = piece
        levels, kernel = stop_below[index][first : first + len(part)], kernels[index]
        if kernel is not None:
            return _reached_compiled(part, descent, levels, ticker, kernel)
        return _reached(part, descent, levels, ticker, backend)

    with Workers(worker_count(None, backend)) as workers, np.errstate(all="ignore"):
        found = workers.map_reporting(one, pieces, ticker)
    ticker.finish()
    together: list[list[np.ndarray]] = [[] for _ in batches]
    for (index, *_), reached in zip(pieces, found, strict=True):
        together[index].append(reached)
    return [np.concatenate(parts) for parts in together]


def _reached(
    networks: Networks, descent: Descent, stop_below: np.ndarray, ticker: Ticker, backend: Backend
) -> np.ndarray:
    xp = backend.xp
    state = started(networks, descent, backend)
    reached = np.zeros(len(networks), dtype=bool)
    left = np.arange(len(networks))
    level, size = backend.asarray(stop_below), backend.asarray(np.full((len(left), 1, 1), descent.step_size))
    hit: Array = None
    for step in range(descent.steps + 1):
        misfit = xp.sqrt(state.forward()[0, :])
        below = misfit <= level
        hit = below if hit is None else xp.logical_or(hit, below)
        if step == descent.steps:
            break
        if step % BETWEEN == 0:
            reached[left] |= backend.to_host(hit)
            stay = backend.to_host(xp.isfinite(misfit)) & ~reached[left]
            ticker.add(BETWEEN * int(stay.sum()) + (descent.steps - step) * int((~stay).sum()))
            if not stay.any():
                break
            if not stay.all():
                left, kept = left[stay], backend.upload(np.flatnonzero(stay))
                level, size, hit = (xp.take(array, kept, axis=0) for array in (level, size, hit))
                for name in OF_STATE:
                    setattr(state, name, xp.take(getattr(state, name), kept, axis=0))
        state.move(size, None)
    reached[left] |= backend.to_host(hit)
    return reached


def _kernel(activation: Any, backend: Backend) -> Any:
    """The compiled steps for an activation; None where there are none."""
    compiled = _compiled() if backend.fused and backend.compiled else None
    return None if compiled is None or activation not in compiled.KINDS else compiled


@functools.cache
def _compiled() -> Any:
    if compiled_steps() is None:
        return None
    from boundkit.figures import compiled

    return compiled


def _reached_compiled(
    networks: Networks, descent: Descent, stop_below: np.ndarray, ticker: Ticker, kernel: Any
) -> np.ndarray:
    found = np.zeros(len(networks), dtype=bool)
    X, y, W, v = (np.array(a, dtype=np.float64) for a in (networks.X, networks.Y, networks.W, networks.v))
    across = np.ascontiguousarray(np.swapaxes(X, 1, 2))
    rest = kernel.KINDS[descent.activation], descent.trained == "both", descent.step_size
    for at, level in enumerate(map(float, stop_below)):
        left = descent.steps + 1
        while left:
            steps = min(left, COMPILED_STEPS)
            status = kernel.advance(*rest, X[at], across[at], y[at], W[at], v[at], level, steps)
            found[at] = status == kernel.REACHED
            done = steps if status == kernel.RUNNING else left
            ticker.add(done)
            left -= done
    return found


def started(networks: Networks, descent: Descent, backend: Backend) -> State:
    """The state of `boundkit.train.shallow` at the starts, with data that differ from network to network."""
    start = Given(networks.W[0]), Given(networks.v[:1])
    network = Shallow(networks.X[0], networks.Y[0], descent.activation, *start, trained=descent.trained)
    state = State(network, networks.W, networks.v[:, None, :], backend)
    state.factor, state.labels = backend.asarray(networks.X), backend.asarray(networks.Y[:, :, None])
    return state
