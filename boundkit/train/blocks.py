"""One block of hidden units of a few trials: all that a step of gradient descent does to it, in one pass.

Arrays are transposed, units last: [trials, 2, r, units] with the positive units before the negative ones on
the second axis, so that the output weight is one number for each of the two and never a pass over the block.
Kept are W_0, the displacement U = W - W_0 and, unless memory is short, phi'(H) of the last forward pass:
distances come from U without cancellation, and an update that is small beside W_0 is not rounded away.
"""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from array_api_compat import array_namespace, device

from boundkit.train.backend import Array


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


def _squares(array: Array) -> Array:
    xp = array_namespace(array)
    flat = xp.reshape(array, (array.shape[0], -1))
    return xp.matmul(flat[:, None, :], flat[:, :, None])[:, 0, 0]


def _gram(array: Array) -> Array:
    xp = array_namespace(array)
    return xp.sum(xp.matmul(array, xp.matrix_transpose(array)), axis=1)
