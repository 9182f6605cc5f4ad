"""One block of hidden units of a few trials: all that a step of gradient descent does to it, in one pass.

Arrays are transposed, units last: [trials, 2, r, units] with the positive units before the negative ones on
the second axis, so that the output weight is one number for each of the two and never a pass over the block.
Kept are W_0, the displacement U = W - W_0 and, unless memory is short, phi'(H) of the last forward pass:
distances come from U without cancellation, and an update that is small beside W_0 is not rounded away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from boundkit.train.backend import Array, Backend
from boundkit.train.fused import compiled_passes, evaluate_into
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
        self.displacement: Array = None
        self.derivative: Array = None

    def advance(self, push: Array | None) -> Partial:
        """Apply the pending update U += push @ phi'(H), push [trials, 2, r, n], then evaluate phi(H)."""
        xp = array_namespace(self.initial)
        weights = self.initial
        if push is None:
            step_squares = distance_squares = xp.zeros(weights.shape[0], dtype=weights.dtype, device=device(weights))
        else:
            step = xp.matmul(push, self.derivative)
            step_squares = _squares(step)
            if self.displacement is None:
                self.displacement = step
            else:
                self.displacement += step
            distance_squares = _squares(self.displacement)
            weights = weights + self.displacement
        value, self.derivative = self.activation.value_and_derivative(xp.matmul(self.factor, weights))
        return Partial(xp.sum(value, axis=-1), step_squares, distance_squares)

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
        rows = (
            xp.matrix_transpose(self.derivative)[:, :, :, None, :] * xp.matrix_transpose(self.factor)[..., None, :, :]
        )
        return xp.linalg.qr(xp.reshape(rows, (trials, signs, -1, n)), mode="reduced")[1]

    def _initial_derivative(self) -> Array:
        xp = array_namespace(self.initial)
        return self.activation.derivative_values(xp.matmul(self.factor, self.initial))


class FusedBlock(Block):
    """The NumPy block: the same pass written into buffers that stay in the cache.

    phi'(H) is held from one step to the next, or, without `keep`, found again from the weights.
    """

    def __init__(
        self, initial: Array, factor: Array, activation: Any, scratch: threading.local, *, keep: bool = True
    ) -> None:
        super().__init__(initial, factor, activation, scratch)
        self.keep = keep

    @property
    def derivative(self) -> Array:
        """phi'(H) at the present weights; without `keep`, in a buffer that the next pass on this thread overwrites."""
        return self._forward(self._weights())[0] if self._slopes is None else self._slopes

    @derivative.setter
    def derivative(self, slopes: Array) -> None:
        self._slopes = slopes

    def advance(self, push: Array | None) -> Partial:
        """As `Block.advance`, without temporary arrays."""
        squares = np.zeros((2, self.initial.shape[0]))
        weights = self.initial
        if push is not None:
            slopes = self.derivative
            weights = self._buffer("weights", self.initial.shape)
            np.matmul(push, slopes, out=weights)
            if self.displacement is None:
                self.displacement = np.zeros_like(weights)
            self._move(weights, squares)
        slopes, outputs = self._forward(weights)
        if self.keep:
            self.derivative = slopes
        return Partial(outputs, *squares)

    def _move(self, step: np.ndarray, squares: np.ndarray) -> None:
        """U += step, then step = W_0 + U; the squared norms of the step and of U go to `squares`."""
        squares[0] = _flat_squares(step)
        np.add(self.displacement, step, out=self.displacement)
        squares[1] = _flat_squares(self.displacement)
        np.add(self.initial, self.displacement, out=step)

    def _forward(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """phi'(H) and the sums of phi(H) over the units of each sign."""
        hidden, slopes = self._buffer("hidden", self._shape), self._place_of_slopes()
        np.matmul(self.factor, weights, out=hidden)
        evaluate_into(self.activation, hidden, hidden, slopes)
        return slopes, np.matmul(hidden, np.ones(self._shape[-1]))

    def _weights(self) -> np.ndarray:
        if self.displacement is None:
            return self.initial
        return np.add(self.initial, self.displacement, out=self._buffer("weights", self.initial.shape))

    def _initial_derivative(self) -> np.ndarray:
        hidden = np.matmul(self.factor, self.initial)
        derivative = np.empty_like(hidden)
        evaluate_into(self.activation, hidden, hidden, derivative)
        return derivative

    @property
    def _shape(self) -> tuple[int, ...]:
        trials, signs, _, units = self.initial.shape
        return trials, signs, self.factor.shape[-2], units

    def _place_of_slopes(self) -> np.ndarray:
        if self._slopes is not None:
            return self._slopes
        return np.empty(self._shape) if self.keep else self._buffer("slopes", self._shape)

    def _buffer(self, name: str, shape: tuple[int, ...]) -> Array:
        buffers = self.scratch.__dict__
        if name not in buffers or buffers[name].shape != shape:
            buffers[name] = np.empty(shape)
        return buffers[name]


class CompiledBlock(FusedBlock):
    """The NumPy block with Numba's passes between the matrix products."""

    def _move(self, step: np.ndarray, squares: np.ndarray) -> None:
        flat = (array.reshape(len(step), -1) for array in (step, self.displacement, self.initial))
        compiled_passes().move(*flat, squares)

    def _forward(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        slopes = self._place_of_slopes()
        return slopes, self._pass(np.matmul(self.factor, weights, out=slopes))

    def _initial_derivative(self) -> np.ndarray:
        hidden = np.matmul(self.factor, self.initial)
        self._pass(hidden)
        return hidden

    def _pass(self, hidden: np.ndarray) -> np.ndarray:
        """Put phi' in the place of `hidden`; the sums of phi."""
        sums = np.empty(hidden.shape[:-1])
        compiled_passes().PASSES[self.activation.name](hidden.reshape(-1, hidden.shape[-1]), sums.reshape(-1))
        return sums


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
    if not backend.fused:  # one copy a product: CuPy would otherwise collect pointers to the one factor at every step
        stack = (len(trials), 2, *factor.shape)
        factor = factor + backend.xp.zeros(stack, dtype=factor.dtype, device=device(factor))
    activation = backend.evaluator(problem.activation)
    kind = _kind(activation, plan, backend)
    streams = UnitStreams(seed=seed, trials=trials, d=factor.shape[-1])
    for first in range(0, len(plan.starts), together):
        starts = plan.starts[first : first + together]
        drawn = [streams.draw(plan.size(start), parallel) for start in starts]
        yield [kind(backend.asarray(initial), factor, activation, scratch) for initial in drawn]


def _kind(activation: Any, plan: Plan, backend: Backend) -> Callable[..., Block]:
    if not backend.fused:
        return Block
    compiled = compiled_passes() if backend.compiled else None
    known = compiled is not None and activation.name in compiled.PASSES
    return partial(CompiledBlock if known else FusedBlock, keep=plan.keep)


def _squares(array: Array) -> Array:
    xp = array_namespace(array)
    flat = xp.reshape(array, (array.shape[0], -1))
    return xp.matmul(flat[:, None, :], flat[:, :, None])[:, 0, 0]


def _flat_squares(array: np.ndarray) -> Array:
    flat = array.reshape(array.shape[0], -1)
    return np.vecdot(flat, flat)


def _gram(array: Array) -> Array:
    xp = array_namespace(array)
    return xp.sum(xp.matmul(array, xp.matrix_transpose(array)), axis=1)
