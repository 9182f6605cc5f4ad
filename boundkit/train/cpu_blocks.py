"""Blocks of hidden units on the CPU: the pass of `Block` in buffers that stay in the cache.

W_0 comes in float32, which holds its entries exactly. Without `keep` it stays so, and phi'(H) is found again from the
weights in the next pass, or held as bits where it is 0 or 1: W - W_0, and half as much for W_0, are then what grows
with the width. `displacement` starts as 0.
"""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import numpy as np

from boundkit.train.backend import Array
from boundkit.train.blocks import Block, Partial
from boundkit.train.fused import BINARY, compiled_steps, evaluate_into, row_sums


class FusedBlock(Block):
    """The NumPy block."""

    def __init__(
        self,
        initial: np.ndarray,
        displacement: np.ndarray,
        factor: np.ndarray,
        activation: Any,
        scratch: threading.local,
        *,
        keep: bool = True,
    ) -> None:
        super().__init__(initial.astype(np.float64) if keep else initial, factor, activation, scratch)
        self.displacement = displacement
        trials, signs, _, units = initial.shape
        self.shape = (trials, signs, factor.shape[0], units)
        self.keep = keep
        self._push: np.ndarray | None = None
        self._bits: np.ndarray | None = None

    def advance(self, push: Array | None) -> Partial:
        """As `Block.advance`, without temporary arrays."""
        squares = np.zeros((2, self.shape[0]))
        return Partial(self._pass(push, *squares), *squares)

    def descend(self, steps: int, *, labels: np.ndarray, size: float, step_size: float) -> np.ndarray:
        """The next steps of networks that are this one block, from W_0 on: squared norms [steps, 3, trials].

        They are those of the residual, the displacement and the step; `size` is that of the output weights.
        """
        measured = np.zeros((steps, 3, self.shape[0]))
        signed = np.stack([self.factor.T, -self.factor.T]) * (-step_size * size)
        for misfit, distance, length in measured:
            outputs = self._pass(self._push, length, distance)
            residual = np.subtract(outputs[:, 0], outputs[:, 1])
            residual *= size
            residual -= labels
            np.vecdot(residual, residual, out=misfit)
            self._push = np.multiply(signed, residual[:, None, None, :], out=self._push)
        return measured

    def _pass(self, push: Array | None, step_squares: np.ndarray, distance_squares: np.ndarray) -> np.ndarray:
        if push is not None:
            slopes = self.derivative()
            step = np.matmul(push, slopes, out=self._buffer("weights", self.initial.shape))
            _squares(step, step_squares)
            np.add(self.displacement, step, out=self.displacement)
            _squares(self.displacement, distance_squares)
        hidden = np.matmul(self.factor, self._weights(), out=self._buffer("hidden", self.shape))
        if self.keep and self.slopes is None:
            self.slopes = np.empty(self.shape)
        if self.keep or self.activation.name not in BINARY:
            return row_sums(self.activation, hidden, self.slopes)
        slopes = self._buffer("slopes", self.shape)
        sums = row_sums(self.activation, hidden, slopes)
        self._bits = np.packbits(slopes != 0.0)
        return sums

    def derivative(self) -> np.ndarray:
        """As `Block.derivative`; without `keep`, in a buffer that the next pass on this thread overwrites."""
        slopes: np.ndarray = self._buffer("slopes", self.shape) if self.slopes is None else self.slopes
        if self._bits is not None:
            np.copyto(slopes, np.unpackbits(self._bits, count=slopes.size).reshape(self.shape))
        elif self.slopes is None:
            self._slopes_at(self._weights(), slopes)
        return slopes

    def _initial_derivative(self) -> np.ndarray:
        return self._slopes_at(self.initial.astype(np.float64), np.empty(self.shape))

    def _slopes_at(self, weights: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        hidden = np.matmul(self.factor, weights, out=self._buffer("hidden", self.shape))
        evaluate_into(self.activation, hidden, None, slopes)
        return slopes

    def _weights(self) -> np.ndarray:
        weights = self._buffer("weights", self.initial.shape)
        if self.keep:
            return np.add(self.initial, self.displacement, out=weights)
        weights[...] = self.initial  # a sum of two types would take much longer
        return np.add(weights, self.displacement, out=weights)

    def _buffer(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        buffers = self.scratch.__dict__
        if name not in buffers or buffers[name].shape != shape:
            buffers[name] = np.empty(shape)
        found: np.ndarray = buffers[name]
        return found


class CompiledBlock(Block):
    """The block whose whole step is compiled by Numba."""

    def __init__(
        self,
        initial: np.ndarray,
        displacement: np.ndarray,
        factor: np.ndarray,
        activation: Any,
        scratch: threading.local,
        *,
        keep: bool = True,
    ) -> None:
        super().__init__(initial, factor, activation, scratch)
        self.displacement = displacement
        trials, signs, _, units = initial.shape
        self.shape = (trials, signs, factor.shape[0], units)
        self._steps, self._kind = compiled_steps(), compiled_steps().KINDS[activation.name]
        self._held = np.empty((trials if keep else 0, signs, self.shape[2] * units))
        self._residual: np.ndarray | None = None

    def advance(self, push: Array | None) -> Partial:
        """As `Block.advance`, in one call."""
        outputs, squares = np.empty(self.shape[:-1]), np.empty((2, self.shape[0]))
        none = np.empty((0, 2, *self.factor.T.shape))
        state = (self.factor, self.initial, self.displacement, self._held)
        self._steps.advance(self._kind, *state, none if push is None else push, outputs, squares)
        return Partial(outputs, *squares)

    def descend(self, steps: int, *, labels: np.ndarray, size: float, step_size: float) -> np.ndarray:
        """As `FusedBlock.descend`, in one call."""
        begins = self._residual is None
        if self._residual is None:
            self._residual = np.empty((self.shape[0], self.shape[2]))
        measured = np.empty((steps, 3, self.shape[0]))
        network = (self._kind, self.factor, labels, size, step_size * size)
        state = (self.initial, self.displacement, self._held, self._residual)
        self._steps.descend(*network, *state, measured, begins)
        return measured

    def derivative(self) -> np.ndarray:
        """As `Block.derivative`, in a new array."""
        trials, signs, n, units = self.shape
        if not len(self._held):
            return self._slopes_at(self.displacement)
        edges = [*range(0, units, self._steps.tile_width(n, units)), units]
        tiles = [self._held[..., n * a : n * b].reshape(trials, signs, n, b - a) for a, b in pairwise(edges)]
        return np.concatenate(tiles, axis=-1)

    def _initial_derivative(self) -> np.ndarray:
        return self._slopes_at(np.zeros_like(self.displacement))

    def _slopes_at(self, displacement: np.ndarray) -> np.ndarray:
        slopes = np.empty(self.shape)
        self._steps.evaluate(self._kind, self.factor, self.initial, displacement, slopes)
        return slopes


def _squares(array: np.ndarray, out: np.ndarray) -> None:
    flat = array.reshape(array.shape[0], -1)
    np.vecdot(flat, flat, out=out)
