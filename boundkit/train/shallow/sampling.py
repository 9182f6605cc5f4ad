"""Which samples make each step's batch: all of them, or random ones, drawn ahead on the host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from boundkit.errors import BadInput
from boundkit.train.checks import integer
from boundkit.train.initialise import Role, nested_stream


@dataclass(frozen=True)
class Batches:
    """Batches of `size` samples, uniform and independent over the steps; all samples where `size` is None.

    Without `repetition` the samples of a batch are different, as in `sgd22`; with it they are drawn with replacement,
    which for `size` = 1 is the algorithm of `os19` (2.9).

    >>> Batches(2).drawn(np.random.default_rng(0), steps=3, n=4).sum(axis=1)
    array([2., 2., 2.])
    """

    size: int | None = None
    repetition: bool = False

    def samples(self, n: int) -> int:
        """The size of a batch among n samples; BadInput unless it is from 1 to n."""
        if self.size is None:
            return n
        if integer("b", self.size, 1) > n and not self.repetition:
            raise BadInput("b", self.size, f"must be at most n = {n}: samples do not repeat in a batch")
        return self.size

    def random(self, n: int) -> bool:
        """Whether batches differ from step to step."""
        return self.repetition or self.samples(n) < n

    def drawn(self, rng: np.random.Generator, *, steps: int, n: int) -> np.ndarray:
        """How often each sample is in the batch of each step: float64 [steps, n].

        Uniform numbers are taken in a fixed number a step, so that drawing in pieces changes nothing.
        """
        size = self.samples(n)
        counts = np.zeros((steps, n))
        rows = np.arange(steps)[:, None]
        if self.repetition or size == 1:
            np.add.at(counts, (rows, (rng.random((steps, size)) * n).astype(int)), 1.0)
        else:
            counts[rows, np.argsort(rng.random((steps, n)), axis=1)[:, :size]] = 1.0
        return counts


class BatchStreams:
    """The batches of several trials, one counter-based stream a trial, in the order of the steps."""

    def __init__(self, batches: Batches, *, seed: int, keys: Sequence[tuple[int, int]], n: int) -> None:
        self._batches, self._n = batches, n
        self._streams = [nested_stream(seed, Role.BATCHES, *key) for key in keys]

    def draw(self, steps: int) -> np.ndarray:
        """The batches of the next `steps` steps: [steps, trials, n]."""
        drawn = [self._batches.drawn(rng, steps=steps, n=self._n) for rng in self._streams]
        return np.ascontiguousarray(np.stack(drawn, axis=1))
