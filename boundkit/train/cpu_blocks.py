"""Blocks of hidden units on the CPU: the pass of `Block` in buffers that stay in the cache.

W_0 may come in float16, which holds its entries exactly. phi'(H) is held in `slopes`, as booleans where it is 0 or 1
and leaves the cache. Where there is no room for it, it is found again from the weights in the next pass, or held as
bits: W - W_0, and a quarter as much for W_0, are then what grows with the width. `displacement` starts as 0.
"""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import numpy as np

from boundkit.train.backend import Array
from boundkit.train.blocks import Block, Blocks, Partial, total
from boundkit.train.fused import BINARY, compiled_steps, evaluate_into, row_sums
from boundkit.train.half import read_half
from boundkit.train.pages import zeros


class Space:
    """The buffers of one thread for blocks of one shape."""

    def __init__(self, hidden: tuple[int, ...], weights: tuple[int, ...]) -> None:
        [[self.hidden, self.slopes, self.weights, self.step]] = zeros(([hidden] * 2 + [weights] * 2, np.float64))
        self.flat = self.step.reshape(weights[0], -1)

    @classmethod
    def of(cls, scratch: threading.local, hidden: tuple[int, ...], weights: tuple[int, ...]) -> Space:
        """That of this thread; the blocks of a network have two shapes at most."""
        spaces: dict[Any, Space] = scratch.__dict__
        if hidden not in spaces:
            spaces[hidden] = cls(hidden, weights)
        return spaces[hidden]


class FusedBlock(Block):
    """The NumPy block.

    Its calls are few and short of Python between them: threads that meet at the interpreter lock wait for each other.
    """

    def __init__(
        self,
        initial: np.ndarray,
        displacement: np.ndarray,
        slopes: np.ndarray | None,
        factor: np.ndarray,
        activation: Any,
        scratch: threading.local,
    ) -> None:
        super().__init__(initial, factor, activation, scratch)
        self.displacement, self.slopes = displacement, slopes
        trials, signs, _, units = initial.shape
        self.shape = (trials, signs, factor.shape[0], units)
        self._moved = displacement.reshape(trials, -1)
        self._bits: np.ndarray | None = None
        self._slopes_from_weights = slopes is None and activation.name not in BINARY

    def advance(self, push: Array | None) -> Partial:
        """As `Block.advance`, without large temporary arrays."""
        space = Space.of(self.scratch, self.shape, self.initial.shape)
        weights = space.weights
        if push is None:
            step_squares = distance_squares = np.zeros(self.shape[0])
        else:
            step, flat, moved = space.step, space.flat, self._moved
            np.matmul(push, self.derivative(), out=step)
            step_squares = np.vecdot(flat, flat)
            np.add(self.displacement, step, out=self.displacement)
            distance_squares = np.vecdot(moved, moved)
        if push is not None and self._slopes_from_weights:  # which are those before the step
            np.add(weights, step, out=weights)
        else:
            self._weights(weights)
        hidden = np.matmul(self.factor, weights, out=space.hidden)
        sums, mask = row_sums(self.activation, hidden, self.slopes, space.slopes)
        if self.slopes is None and mask is not None:
            self._bits = np.packbits(mask)
        return Partial(sums, step_squares, distance_squares)

    def derivative(self) -> np.ndarray:
        """As `Block.derivative`; where it is not held, in a buffer that the next pass on this thread overwrites.

        Where phi' is found again from the weights, they stay in `Space.weights`.
        """
        kept: np.ndarray | None = self.slopes
        if kept is not None and kept.dtype == np.float64:
            return kept
        space = Space.of(self.scratch, self.shape, self.initial.shape)
        if self._slopes_from_weights:
            return self._slopes_at(self._weights(space.weights), space.hidden, space.slopes)
        if kept is None:
            assert self._bits is not None, "advance comes first"
            kept = np.unpackbits(self._bits, count=space.hidden.size).reshape(self.shape)
        np.copyto(space.hidden, kept.view(np.uint8))
        return space.hidden  # one buffer less for the cache

    def _initial_derivative(self) -> np.ndarray:
        return self._slopes_at(self.initial.astype(np.float64), *np.empty((2, *self.shape)))

    def _slopes_at(self, weights: np.ndarray, hidden: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        evaluate_into(self.activation, np.matmul(self.factor, weights, out=hidden), None, slopes)
        return slopes

    def _weights(self, weights: np.ndarray) -> np.ndarray:
        if self.initial.dtype == weights.dtype:
            return np.add(self.initial, self.displacement, out=weights)
        read_half(self.initial, weights)  # a sum of two types would take much longer
        return np.add(weights, self.displacement, out=weights)


class FusedDescent:
    """Gradient descent on networks that are cut into these blocks, or groups of them, all on the thread that calls.

    `factor` and `labels` are those of the problem, and `size` is that of the output weights.
    """

    def __init__(
        self, blocks: Blocks, *, factor: np.ndarray, labels: np.ndarray, size: float, step_size: float
    ) -> None:
        self._blocks, self._labels = blocks, labels
        self._signed = np.stack([factor.T, -factor.T]) * (-step_size * size)
        self._signs = np.array([[size, -size]])
        self._push: np.ndarray | None = None

    def walk(self, steps: int) -> np.ndarray:
        """The next steps: squared norms of the residual, the displacement and the step, [steps, 3, trials]."""
        measured = []
        for _ in range(steps):
            outputs, lengths, distances = total([block.advance(self._push) for block in self._blocks])
            residual = np.matmul(self._signs, outputs)
            residual -= self._labels
            self._push = np.multiply(self._signed, residual[:, :, None, :], out=self._push)
            measured.append((residual, distances, lengths))
        residuals, *squares = map(np.array, zip(*measured, strict=True))
        return np.stack([np.vecdot(residuals, residuals)[:, :, 0], *squares], axis=1)


class CompiledBlock(Block):
    """The block whose whole step is compiled by Numba."""

    def __init__(
        self,
        initial: np.ndarray,
        displacement: np.ndarray,
        slopes: np.ndarray | None,
        factor: np.ndarray,
        activation: Any,
        scratch: threading.local,
    ) -> None:
        super().__init__(initial, factor, activation, scratch)
        self.displacement, self._half = displacement, initial.view(np.int16)
        (trials, signs, _, units), n = initial.shape, len(factor)
        self.shape = (trials, signs, n, units)
        self._steps, self._kind = compiled_steps(), compiled_steps().KINDS[activation.name]
        self._width = self._steps.tile_width(n, units)
        self._held = np.empty((0, signs, 0)) if slopes is None else slopes.reshape(trials, signs, -1)
        marked = trials if slopes is None and activation.name in BINARY else 0
        self._bits = np.empty((marked, signs, -(-units // self._width), -(-n * self._width // 8)), dtype=np.uint8)
        self._residual: np.ndarray | None = None

    def advance(self, push: Array | None) -> Partial:
        """As `Block.advance`, in one call."""
        outputs, squares = np.empty(self.shape[:-1]), np.empty((2, self.shape[0]))
        none = np.empty((0, 2, *self.factor.T.shape))
        state = (self.factor, self._half, self.displacement, self._held, self._bits)
        self._steps.advance(self._kind, *state, none if push is None else push, outputs, squares)
        return Partial(outputs, *squares)

    def descend(self, steps: int, *, labels: np.ndarray, size: float, step_size: float) -> np.ndarray:
        """As `FusedDescent.walk` on a network that is this one block, in one call."""
        begins = self._residual is None
        if self._residual is None:
            self._residual = np.empty((self.shape[0], self.shape[2]))
        measured = np.empty((steps, 3, self.shape[0]))
        network = (self._kind, self.factor, labels, size, step_size * size)
        state = (self._half, self.displacement, self._held, self._residual)
        self._steps.descend(*network, *state, measured, begins)
        return measured

    def derivative(self) -> np.ndarray:
        """As `Block.derivative`, in a new array."""
        trials, signs, n, units = self.shape
        if not len(self._held):
            return self._slopes_at(self.displacement)
        edges = [*range(0, units, self._width), units]
        tiles = [self._held[..., n * a : n * b].reshape(trials, signs, n, b - a) for a, b in pairwise(edges)]
        return np.concatenate(tiles, axis=-1)

    def _initial_derivative(self) -> np.ndarray:
        return self._slopes_at(np.zeros_like(self.displacement))

    def _slopes_at(self, displacement: np.ndarray) -> np.ndarray:
        slopes = np.empty(self.shape)
        self._steps.evaluate(self._kind, self.factor, self._half, displacement, slopes)
        return slopes
