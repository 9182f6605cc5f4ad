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
from boundkit.train.fused import compiled_steps, evaluate_into, row_sums


class Space:
    """The buffers of one thread for blocks of one shape."""

    def __init__(self, hidden: tuple[int, ...], weights: tuple[int, ...]) -> None:
        self.hidden, self.slopes, self.weights = np.empty(hidden), np.empty(hidden), np.empty(weights)
        self.flat = self.weights.reshape(weights[0], -1)

    @classmethod
    def of(cls, scratch: threading.local, hidden: tuple[int, ...], weights: tuple[int, ...]) -> Space:
        """That of this thread, made anew where the shape is another."""
        found: Space | None = getattr(scratch, "space", None)
        if found is None or found.hidden.shape != hidden:
            found = scratch.space = cls(hidden, weights)
        return found


class FusedBlock(Block):
    """The NumPy block.

    Its calls are few and short of Python between them: threads that meet at the interpreter lock wait for each other.
    """

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
        self._moved = displacement.reshape(trials, -1)
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
        signs = np.array([[size, -size]])
        for misfit, distance, length in measured:
            residual = np.matmul(signs, self._pass(self._push, length, distance))
            residual -= labels
            np.vecdot(residual[:, 0], residual[:, 0], out=misfit)
            self._push = np.multiply(signed, residual[:, :, None, :], out=self._push)
        return measured

    def _pass(self, push: np.ndarray | None, step_squares: np.ndarray, distance_squares: np.ndarray) -> np.ndarray:
        space = Space.of(self.scratch, self.shape, self.initial.shape)
        weights, flat, moved = space.weights, space.flat, self._moved
        if push is not None:
            np.matmul(push, self.derivative(), out=weights)
            np.vecdot(flat, flat, out=step_squares)
            np.add(self.displacement, weights, out=self.displacement)
            np.vecdot(moved, moved, out=distance_squares)
        hidden = np.matmul(self.factor, self._weights(weights), out=space.hidden)
        if self.keep and self.slopes is None:
            self.slopes = np.empty(self.shape)
        sums, mask = row_sums(self.activation, hidden, self.slopes if self.keep else space.slopes)
        if not self.keep and mask is not None:
            self._bits = np.packbits(mask)
        return sums

    def derivative(self) -> np.ndarray:
        """As `Block.derivative`; without `keep`, in a buffer that the next pass on this thread overwrites."""
        if self.slopes is not None:
            kept: np.ndarray = self.slopes
            return kept
        space = Space.of(self.scratch, self.shape, self.initial.shape)
        if self._bits is None:
            return self._slopes_at(self._weights(space.weights), space.slopes)
        np.copyto(space.slopes, np.unpackbits(self._bits, count=space.slopes.size).reshape(self.shape))
        return space.slopes

    def _initial_derivative(self) -> np.ndarray:
        return self._slopes_at(self.initial.astype(np.float64), np.empty(self.shape))

    def _slopes_at(self, weights: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        hidden = np.matmul(self.factor, weights, out=Space.of(self.scratch, self.shape, self.initial.shape).hidden)
        evaluate_into(self.activation, hidden, None, slopes)
        return slopes

    def _weights(self, weights: np.ndarray) -> np.ndarray:
        if self.keep:
            return np.add(self.initial, self.displacement, out=weights)
        weights[...] = self.initial  # a sum of two types would take much longer
        return np.add(weights, self.displacement, out=weights)


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
