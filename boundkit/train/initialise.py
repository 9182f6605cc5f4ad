"""Random weights: one counter-based stream for every (seed, role, trial), whatever is run beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

import numpy as np

from boundkit.errors import BadInput
from boundkit.train.checks import indices, integer
from boundkit.train.problem import half_width
from boundkit.train.workers import Parallel


class Role(IntEnum):
    """What a stream is for. Released numbers never change: results are reproduced from them."""

    POSITIVE_UNITS = 0
    NEGATIVE_UNITS = 1
    DEAD_UNIT = 2
    PERTURBATION = 3
    OUTPUT_WEIGHTS = 4
    BATCHES = 5
    TRAINING_SAMPLE = 6
    TEST_SAMPLE = 7
    CLASSES = 8
    LIMIT = 9


def stream(seed: int, role: Role, trial: int) -> np.random.Generator:
    """The generator of one purpose in one trial, independent of all others.

    >>> bool(stream(0, Role.POSITIVE_UNITS, 3).normal() == stream(0, Role.POSITIVE_UNITS, 3).normal())
    True
    """
    return nested_stream(seed, role, trial)


def nested_stream(seed: int, role: Role, *indices: int) -> np.random.Generator:
    """The generator of one purpose within several nested indices, such as an initialisation and a run from it."""
    spawned = (int(role), *(integer("trial", index, 0) for index in indices))
    key = np.random.SeedSequence(integer("seed", seed, 0), spawn_key=spawned)
    return np.random.Generator(np.random.Philox(key))


def initial_weights(k: int, *, d: int, seed: int, trial: int) -> np.ndarray:
    """W_0 [k, d] with i.i.d. N(0, 1) entries: rows of the positive, the negative and (odd k) the dead unit.

    The Gaussian numbers are rounded to the 11 bits of float16, at every width and on every device: a wide network holds
    its W_0 in a quarter of the memory of float64. That changes their second and fourth moments by less than 1e-7 of
    themselves, and their distribution function by 1.2e-4 at most. Unit j of a sign is the same for every k: a wider
    network contains the narrower one of the same trial.

    >>> initial_weights(5, d=3, seed=0, trial=0).shape
    (5, 3)
    """
    half = half_width(k)
    counts = ((Role.POSITIVE_UNITS, half), (Role.NEGATIVE_UNITS, half), (Role.DEAD_UNIT, k - 2 * half))
    return np.concatenate([normal_rows(stream(seed, role, trial), count, d) for role, count in counts]).astype(
        np.float64
    )


def normal_rows(generator: np.random.Generator, units: int, d: int) -> np.ndarray:
    """The next `units` rows of a Gaussian W_0: float16 [units, d]."""
    return generator.standard_normal((units, d)).astype(np.float16)


def trial_indices(trials: Iterable[int], *, seed: int) -> tuple[int, ...]:
    """The trials as a tuple; BadInput unless they are distinct indices and `seed` can seed them."""
    integer("seed", seed, 0)
    chosen = indices("trials", trials)
    if not chosen:
        raise BadInput("trials", trials, "must have at least one trial")
    return chosen


class UnitStreams:
    """The initial weights of several trials, drawn block after block in the order of the units."""

    def __init__(self, *, seed: int, trials: Sequence[int], d: int) -> None:
        signs = (Role.POSITIVE_UNITS, Role.NEGATIVE_UNITS)
        self._streams = [stream(seed, role, trial) for trial in trials for role in signs]
        self._d = d

    def draw(self, units: int, parallel: Parallel, *, into: np.ndarray | None = None) -> np.ndarray:
        """The next `units` units of each sign of every trial, transposed: float16 [trials, 2, d, units].

        Where there is an array of this shape, they are written `into` it.
        """
        if into is None:
            into = np.empty((len(self._streams) // 2, 2, self._d, units), dtype=np.float16)
        drawn = into.reshape(-1, self._d, units)

        def fill(index: int) -> None:
            drawn[index] = normal_rows(self._streams[index], units, self._d).T

        parallel(fill, range(len(self._streams)))
        return into
