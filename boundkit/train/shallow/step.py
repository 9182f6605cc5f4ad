"""One step of (stochastic) gradient descent on a batch of two-layer networks, on any array namespace.

Hidden weights are transposed, units last: [trials, r, k]; output weights are [trials, K, k]. As in
`boundkit.train.blocks`, W_0 and the displacement are kept apart, so that distances have no cancellation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boundkit.train.backend import Array, Backend
from boundkit.train.fused import evaluate_into
from boundkit.train.shallow.network import Shallow

CURVES = ("misfit", "distance", "hidden_distance", "output_distance", "row_distance", "path_length")


class State:
    """The layers of a few trials: where they started and how far they have moved, on the backend."""

    def __init__(self, network: Shallow, W: np.ndarray, V: np.ndarray, backend: Backend) -> None:
        xp = backend.xp
        self.network, self.backend, self.xp = network, backend, xp
        self.factor, self.labels = backend.asarray(network.factor), backend.asarray(network.Y)
        reduced = W if network.d <= network.n else W @ network.basis
        self.W = backend.asarray(np.swapaxes(reduced, 1, 2))
        self.V = backend.asarray(V)
        self.moved_W, self.moved_V = xp.zeros_like(self.W), xp.zeros_like(self.V)
        self.step_squares = xp.sum(self.moved_W[:, 0, :], axis=-1)
        self.value: Array = None
        self.derivative: Array = None
        self.residual: Array = None

    @property
    def output(self) -> Array:
        """The present output weights [trials, K, k]."""
        return self.V + self.moved_V

    def forward(self) -> Array:
        """Evaluate the networks; squared norms [curves, trials] of what `CURVES` names, the last step's length last."""
        xp = self.xp
        hidden = xp.matmul(self.factor, self.W + self.moved_W)
        self.value, self.derivative = evaluated(self.network.activation, hidden, self.backend)
        outputs = xp.matmul(self.value, xp.matrix_transpose(self.output))
        self.residual = outputs - self.labels
        rows = xp.sum(self.moved_W * self.moved_W, axis=1)
        hidden_squares, output_squares = xp.sum(rows, axis=-1), _squares(xp, self.moved_V)
        return xp.stack(
            [
                _squares(xp, self.residual),
                hidden_squares + output_squares,
                hidden_squares,
                output_squares,
                xp.max(rows, axis=-1),
                self.step_squares,
            ]
        )

    def move(self, step_sizes: Array, counts: Array | None) -> None:
        """A step of `step_sizes` [trials, 1, 1] on the samples counted in `counts` [trials, n], or on all of them.

        `forward` must have been called at the present weights.
        """
        xp, network = self.xp, self.network
        size = network.batches.samples(network.n)
        slope = (-network.loss.factor(size)) * step_sizes * self.residual
        if counts is not None:
            slope = slope * counts[:, :, None]
        squares: Any = 0.0
        step_V = None
        if network.moves_output:
            step_V = xp.matmul(xp.matrix_transpose(slope), self.value)
            squares = squares + _squares(xp, step_V)
        if network.moves_hidden:
            push = self.derivative * xp.matmul(slope, self.output)
            step_W = xp.matmul(xp.matrix_transpose(self.factor), push)
            self.moved_W = self.moved_W + step_W
            squares = squares + _squares(xp, step_W)
        if step_V is not None:
            self.moved_V = self.moved_V + step_V
        self.step_squares = squares


def evaluated(activation: Any, hidden: Array, backend: Backend) -> tuple[Array, Array]:
    """phi and phi' at `hidden`, which may be overwritten; in one fused pass where the backend allows it."""
    if not backend.fused:
        value, derivative = activation.value_and_derivative(hidden)
        return value, derivative
    value, derivative = np.empty_like(hidden), np.empty_like(hidden)
    evaluate_into(activation, hidden, value, derivative)
    return value, derivative


def _squares(xp: Any, array: Array) -> Array:
    return xp.sum(array * array, axis=(1, 2))
