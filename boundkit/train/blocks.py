"""One block of hidden units of a few trials: all that a step of gradient descent does to it, in one pass.

Arrays are transposed, units last: [trials, 2, r, units] with the positive units before the negative ones on
the second axis, so that the output weight is one number for each of the two and never a pass over the block.
Kept are W_0, the displacement U = W - W_0 and, unless memory is short, phi'(H) of the last forward pass:
distances come from U without cancellation, and an update that is small beside W_0 is not rounded away.
"""

from __future__ import annotations

import functools
import operator
import threading
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from array_api_compat import array_namespace, device

from boundkit.train.backend import Array

MOST_GROUPS = 64  # of which even 8 workers get as many to within an eighth


class Partial(NamedTuple):
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
        self.slopes: Array = None

    def advance(self, push: Array | None) -> Partial:
        """Apply the pending update U += push @ phi'(H), push [trials, 2, r, n], then evaluate phi(H)."""
        xp = array_namespace(self.initial)
        weights = self.initial
        if push is None:
            step_squares = distance_squares = xp.zeros(weights.shape[0], dtype=weights.dtype, device=device(weights))
        else:
            step = xp.matmul(push, self.slopes)
            step_squares = _squares(step)
            if self.displacement is None:
                self.displacement = step
            else:
                self.displacement += step
            distance_squares = _squares(self.displacement)
            weights = weights + self.displacement
        value, self.slopes = self.activation.value_and_derivative(xp.matmul(self.factor, weights))
        return Partial(xp.sum(value, axis=-1), step_squares, distance_squares)

    def derivative(self) -> Array:
        """phi'(H) [trials, 2, n, units] at the weights of the last pass."""
        return self.slopes

    def jacobian_gram(self) -> Array:
        """phi'(H) phi'(H)^T summed over the units of both signs: [trials, n, n]."""
        return _gram(self.derivative())

    def drift_gram(self) -> Array:
        """The same of phi'(H) - phi'(H_0)."""
        return _gram(self.derivative() - self._initial_derivative())

    def jacobian_triangles(self) -> Array:
        """Triangular factors R [trials, 2, n, n] of the rows phi'(h_l) * X^T of this block's units."""
        xp = array_namespace(self.initial)
        derivative = self.derivative()
        trials, signs, n, _ = derivative.shape
        rows = xp.matrix_transpose(derivative)[:, :, :, None, :] * xp.matrix_transpose(self.factor)[..., None, :, :]
        return xp.linalg.qr(xp.reshape(rows, (trials, signs, -1, n)), mode="reduced")[1]

    def _initial_derivative(self) -> Array:
        xp = array_namespace(self.initial)
        return self.activation.derivative_values(xp.matmul(self.factor, self.initial))


class Group:
    """Blocks that one worker goes through one after the other, and of which it gives away sums only."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks

    def advance(self, push: Array | None) -> Partial:
        """As `Block.advance`."""
        return total([block.advance(push) for block in self._blocks])

    def jacobian_gram(self) -> Array:
        """As `Block.jacobian_gram`."""
        return functools.reduce(operator.add, [block.jacobian_gram() for block in self._blocks])

    def drift_gram(self) -> Array:
        """As `Block.drift_gram`."""
        return functools.reduce(operator.add, [block.drift_gram() for block in self._blocks])

    def jacobian_triangles(self) -> Array:
        """Those of all blocks: [trials, 2, rows, n]."""
        triangles = [block.jacobian_triangles() for block in self._blocks]
        return array_namespace(*triangles).concat(triangles, axis=2)


Blocks = Sequence[Block | Group]


def in_groups(blocks: Sequence[Block]) -> Blocks:
    """The blocks, joined where they are many: what passes between processes costs as much as the steps of small blocks.

    The groups depend on the number of blocks alone, so that sums do not depend on the number of workers.
    """
    if len(blocks) <= MOST_GROUPS:
        return blocks
    edges = pairwise(len(blocks) * index // MOST_GROUPS for index in range(MOST_GROUPS + 1))
    return [Group(blocks[first:last]) for first, last in edges]


def total(partials: Sequence[Partial]) -> Partial:
    """The sums of their sums, in order."""
    if len(partials) == 1:  # of a narrow network, whose steps are short
        return partials[0]
    return Partial(*(functools.reduce(operator.add, sums) for sums in zip(*partials, strict=True)))


def _squares(array: Array) -> Array:
    xp = array_namespace(array)
    flat = xp.reshape(array, (array.shape[0], -1))
    return xp.matmul(flat[:, None, :], flat[:, :, None])[:, 0, 0]


def _gram(array: Array) -> Array:
    xp = array_namespace(array)
    return xp.sum(xp.matmul(array, xp.matrix_transpose(array)), axis=1)
