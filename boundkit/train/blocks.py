"""One block of hidden units of a few trials: all that a step of gradient descent does to it, in one pass.

Arrays are transposed, units last: [trials, 2, r, units] with the positive units before the negative ones on
the second axis, so that the output weight is one number for each of the two and never a pass over the block.
Kept are W_0, the displacement U = W - W_0 and phi'(H) of the last forward pass: distances come from U
without cancellation, and an update that is small beside W_0 is not rounded away.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from boundkit.train.backend import Array, Backend
from boundkit.train.fused import evaluate_into
from boundkit.train.initialise import UnitStreams
from boundkit.train.plan import Plan
from boundkit.train.problem import Problem
from boundkit.train.workers import Parallel


@dataclass(frozen=True)
class Partial:
    """A block's share of the sums of one step.

    `outputs` [trials, 2, n] is the sum of phi over units of each sign; `step_squares` and `distance_squares`
    [trials] are the squared Frobenius norms of the last update and of the displacement.
    """

    outputs: Array
    step_squares: Array
    distance_squares: Array


class Block:
    """The array-API block: the same code on every namespace and device."""

    def __init__(self, initial: Array, factor: Array, activation: Any, scratch: threading.local) -> None:
        self.initial, self.factor, self.activation, self.scratch = initial, factor, activation, scratch
        xp = array_namespace(initial)
        self.displacement = xp.zeros_like(initial)
        self.derivative: Array = None

    def advance(self, push: Array | None) -> Partial:
        """Apply the pending update U += push @ phi'(H), push [trials, 2, r, n], then evaluate phi(H)."""
        xp = array_namespace(self.initial)
        step = xp.zeros_like(self.initial) if push is None else xp.matmul(push, self.derivative)
        self.displacement = self.displacement + step
        hidden = xp.matmul(self.factor, self.initial + self.displacement)
        value, self.derivative = self.activation.value_and_derivative(hidden)
        return Partial(xp.sum(value, axis=-1), _squares(step), _squares(self.displacement))

    def jacobian_gram(self) -> Array:
        """phi'(H) phi'(H)^T summed over the units of both signs: [trials, n, n]."""
        return _gram(self.derivative)

    def drift_gram(self) -> Array:
        """The same of phi'(H) - phi'(H_0)."""
        return _gram(self.derivative - self._initial_derivative())

    def jacobian_triangles(self) -> Array:
        """Triangular factors R [trials, 2, n, n] of the rows phi'(h_l) * X^T of this block's units."""
        xp = array_namespace(self.initial)
        trials, signs, n, _ = self.derivative.shape
        rows = xp.matrix_transpose(self.derivative)[:, :, :, None, :] * xp.matrix_transpose(self.factor)
        return xp.linalg.qr(xp.reshape(rows, (trials, signs, -1, n)), mode="reduced")[1]

    def _initial_derivative(self) -> Array:
        xp = array_namespace(self.initial)
        return self.activation.derivative_values(xp.matmul(self.factor, self.initial))


class FusedBlock(Block):
    """The NumPy block: the same pass written into buffers that stay in the cache."""

    def advance(self, push: Array | None) -> Partial:
        """As `Block.advance`, without temporary arrays."""
        trials, signs, _, units = self.initial.shape
        weights = self._buffer("weights", self.initial.shape)
        hidden = self._buffer("hidden", (trials, signs, self.factor.shape[0], units))
        value = self._buffer("value", hidden.shape)
        if push is None:
            step_squares = distance_squares = np.zeros(trials)
            self.derivative = np.empty_like(hidden)
            weights[...] = self.initial
        else:
            np.matmul(push, self.derivative, out=weights)
            step_squares = _flat_squares(weights)
            np.add(self.displacement, weights, out=self.displacement)
            distance_squares = _flat_squares(self.displacement)
            np.add(self.initial, self.displacement, out=weights)
        np.matmul(self.factor, weights, out=hidden)
        evaluate_into(self.activation, hidden, value, self.derivative)
        return Partial(value.sum(axis=-1), step_squares, distance_squares)

    def _initial_derivative(self) -> np.ndarray:
        hidden = np.matmul(self.factor, self.initial)
        derivative = np.empty_like(hidden)
        evaluate_into(self.activation, hidden, np.empty_like(hidden), derivative)
        return derivative

    def _buffer(self, name: str, shape: tuple[int, ...]) -> Array:
        buffers = self.scratch.__dict__
        if name not in buffers or buffers[name].shape != shape:
            buffers[name] = np.empty(shape)
        return buffers[name]


def block_groups(
    problem: Problem,
    plan: Plan,
    trials: tuple[int, ...],
    *,
    seed: int,
    backend: Backend,
    parallel: Parallel,
    together: int = 16,
) -> Iterator[list[Block]]:
    """The blocks of hidden units of some trials at initialisation, on the backend, a few at a time."""
    factor, scratch = backend.asarray(problem.factor), threading.local()
    kind = FusedBlock if backend.fused else Block
    streams = UnitStreams(seed=seed, trials=trials, d=factor.shape[1])
    for first in range(0, len(plan.starts), together):
        starts = plan.starts[first : first + together]
        drawn = [streams.draw(plan.size(start), parallel) for start in starts]
        yield [kind(backend.asarray(initial), factor, problem.activation, scratch) for initial in drawn]


def _squares(array: Array) -> Array:
    xp = array_namespace(array)
    return xp.sum(array * array, axis=(1, 2, 3))


def _flat_squares(array: np.ndarray) -> Array:
    flat = array.reshape(array.shape[0], -1)
    return np.vecdot(flat, flat)


def _gram(array: Array) -> Array:
    xp = array_namespace(array)
    return xp.sum(xp.matmul(array, xp.matrix_transpose(array)), axis=1)
