"""The loss surface a second time, slow and obvious: every derivative a sum over samples, in long double arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundkit.activations import Z
from boundkit.arithmetic import EXTENDED, evaluate
from boundkit.train.landscape.surface import Array, Surface

Extended = Any


class ExplicitSurface(Surface):
    """A `Surface` that shares no formula with it: per sample, in long double; results are rounded at the end."""

    def _phi(self, derivative: int, hidden: Extended) -> Extended:
        chosen = self.activation
        expression = chosen.derivative(derivative) if derivative else chosen.expression
        return np.broadcast_to(evaluate(expression, {Z: hidden}, EXTENDED), hidden.shape)

    def _samples(self, W: Array, v: Array) -> list[tuple[Extended, Extended, Extended]]:
        """x, W x and the residual of every sample."""
        X, y = self.X.astype(np.longdouble), self.y.astype(np.longdouble)
        weights, outputs = W.astype(np.longdouble), v.astype(np.longdouble)
        hidden = [weights @ x for x in X]
        return [(x, h, (outputs * self._phi(0, h)).sum() - label) for x, h, label in zip(X, hidden, y, strict=True)]

    def value_and_slope(self, W: Array) -> tuple[Array, Array]:
        """phi and phi' at X W^T, [n, k]."""
        hidden = self.X.astype(np.longdouble) @ W.T.astype(np.longdouble)
        return self._phi(0, hidden).astype(float), self._phi(1, hidden).astype(float)

    def bend(self, W: Array) -> Array:
        """phi'' at X W^T, [n, k]."""
        return np.asarray(self._phi(2, self.X.astype(np.longdouble) @ W.T.astype(np.longdouble)).astype(float))

    def residual(self, W: Array, v: Array) -> Array:
        """Outputs minus labels, [n]."""
        return np.array([float(r) for _, _, r in self._samples(W, v)])

    def loss(self, W: Array, v: Array) -> float:
        """Half of the mean of the squared residuals."""
        return float(sum(r * r for _, _, r in self._samples(W, v)) / (2 * self.n))

    def gradient(self, W: Array, v: Array) -> tuple[Array, Array]:
        """The gradients as sums over samples, unit by unit. `sjl17` (5.2), (5.6)."""
        hidden, output = np.zeros(W.shape, dtype=np.longdouble), np.zeros(v.shape, dtype=np.longdouble)
        for x, h, r in self._samples(W, v):
            slopes = self._phi(1, h)
            for unit in range(len(v)):
                hidden[unit] += r * np.longdouble(v[unit]) * slopes[unit] * x
            output += r * self._phi(0, h)
        return (hidden / self.n).astype(float), (output / self.n).astype(float)

    def jacobian(self, W: Array, v: Array) -> Array:
        """The derivative of every output, one sample after the other."""
        rows = [np.outer(v * self._phi(1, h), x).ravel() for x, h, _ in self._samples(W, v)]
        return np.array(rows, dtype=np.longdouble).astype(float)

    def hessian_product(self, W: Array, v: Array, U: Array, a: Array) -> tuple[Array, Array]:
        """The Hessian times (U, a) from the blocks of each sample, unit by unit. `sjl17` section 5.2."""
        hidden, output = np.zeros(W.shape, dtype=np.longdouble), np.zeros(v.shape, dtype=np.longdouble)
        for x, h, r in self._samples(W, v):
            phi, slope, bend = (self._phi(order, h) for order in range(3))
            moved = U.astype(np.longdouble) @ x
            change = (a * phi).sum() + (v * slope * moved).sum()
            for unit in range(len(v)):
                curved = v[unit] * bend[unit] * moved[unit] + a[unit] * slope[unit]
                hidden[unit] += (change * v[unit] * slope[unit] + r * curved) * x
                output[unit] += change * phi[unit] + r * slope[unit] * moved[unit]
        return (hidden / self.n).astype(float), (output / self.n).astype(float)
