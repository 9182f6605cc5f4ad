"""Random numbers of deep networks: one counter-based stream for every (seed, role, trial), whatever runs beside it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np


class DeepRole(IntEnum):
    """What a stream is for. Released numbers never change; those of shallow networks are below 10."""

    WEIGHTS = 20
    BATCHES = 21
    DIRECTIONS = 22
    GAUSSIAN_UNITS = 23


def deep_stream(seed: int, role: DeepRole, trial: int, *inner: int) -> np.random.Generator:
    """The generator of one purpose in one trial, independent of all others."""
    key = np.random.SeedSequence(seed, spawn_key=(int(role), trial, *inner))
    return np.random.Generator(np.random.Philox(key))


def layer_weights(shape: tuple[int, ...], *, d: int, seed: int, trial: int) -> list[np.ndarray]:
    """W_l [m_{l-1}, m_l] with i.i.d. N(0, 2/m_l) entries, m_0 = d (`zczg18` section 3); one stream a layer.

    >>> [w.shape for w in layer_weights((4, 6), d=3, seed=0, trial=0)]
    [(3, 4), (4, 6)]
    """
    inputs = (d, *shape[:-1])
    return [
        deep_stream(seed, DeepRole.WEIGHTS, trial, layer).standard_normal((m_in, m)) * np.sqrt(2 / m)
        for layer, (m_in, m) in enumerate(zip(inputs, shape, strict=True))
    ]


def stacked_weights(shape: tuple[int, ...], *, d: int, seed: int, trials: Sequence[int]) -> list[np.ndarray]:
    """The weights of several trials, layer by layer: [trials, m_{l-1}, m_l]."""
    drawn = [layer_weights(shape, d=d, seed=seed, trial=trial) for trial in trials]
    return [np.stack(layer) for layer in zip(*drawn, strict=True)]


class Batches:
    """Batches of one trial: uniform without replacement from the samples, fresh and independent at every step."""

    def __init__(self, n: int, size: int, *, seed: int, trial: int) -> None:
        self._n, self._size = n, size
        self._generator = deep_stream(seed, DeepRole.BATCHES, trial)

    def draw(self, steps: int) -> np.ndarray:
        """Weights of the samples in the next steps [steps, n]: 1/B in the batch, 0 outside."""
        order = np.argsort(self._generator.random((steps, self._n)), axis=1)
        weights = np.zeros((steps, self._n))
        np.put_along_axis(weights, order[:, : self._size], 1 / self._size, axis=1)
        return weights
