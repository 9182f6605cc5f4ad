"""Measurements of one scene on one implementation of its loss surface, each made once."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from boundkit.train.landscape import (
    Surface,
    balance_change,
    hidden_spectrum,
    joint_hessian,
    joint_minimum,
    symmetric_features,
)
from boundkit.train.landscape.surface import Array
from boundkit.verify.observe.landscape.columns_long import DRAWS, least_probability
from boundkit.verify.observe.landscape.scene import Scene
from boundkit.verify.observe.landscape.slopes import curvatures, left_inverse, mean_slopes

DEVIATION = 2.0  # t of tail bounds
ROUNDING = 1e-9  # relative: differences below it are zero
MANY = 10**6  # entries of a Khatri-Rao product above which its Gram matrix takes its place
UNSAFE = 1e3  # units of rounding of a Gram matrix below which its smallest eigenvalue is not trusted
STENCIL = ((-2, -1.0, 1.0), (-1, 16.0, -8.0), (0, -30.0, 0.0), (1, 16.0, 8.0), (2, -1.0, -1.0))  # exact for quartics


def settled(error: float, size: float) -> float:
    """`error`, or 0 where it is rounding of numbers of this size."""
    return 0.0 if abs(error) <= ROUNDING * abs(size) else float(error)


def top(matrix: Array) -> float:
    """The largest singular value."""
    return float(np.linalg.svd(matrix, compute_uv=False)[0])


def nth(spectrum: Array, count: int) -> float:
    """The `count`-th singular value of a spectrum; 0 where there are fewer."""
    return float(spectrum[count - 1]) if len(spectrum) >= count else 0.0


def last(matrix: Array, count: int) -> float:
    """The `count`-th singular value; 0 where a side is shorter."""
    return nth(np.asarray(np.linalg.svd(matrix, compute_uv=False)), count)


def product_spectrum(left: Array, right: Array) -> Array:
    """The singular values, largest first, of the matrix with the rows left_i (x) right_i, [n, k] and [n, d].

    Where it has many entries they are the roots of the eigenvalues of its n x n Gram matrix, the entrywise product of
    those of both factors, if the smallest is far enough above its rounding.

    >>> product_spectrum(np.eye(2), np.array([[3.0, 4.0], [0.0, 2.0]]))
    array([5., 2.])
    """
    n = len(left)
    if left.shape[1] * right.size > MANY:
        squares = np.linalg.eigvalsh((left @ left.T) * (right @ right.T))[::-1]
        if squares[-1] > UNSAFE * n * np.finfo(float).eps * squares[0]:
            return np.asarray(np.sqrt(squares))
    rows = (left[:, :, None] * right[:, None, :]).reshape(n, -1)
    return np.asarray(np.linalg.svd(rows, compute_uv=False))


class Facts:
    """Measurements of one scene on one implementation of its surface, each made once."""

    def __init__(self, scene: Scene, surface: Surface) -> None:
        self.scene, self.surface = scene, surface
        self.W, self.v, self.X = scene.W, scene.v, surface.X
        self.n, self.d = surface.n, surface.d

    @cached_property
    def loss(self) -> float:
        """The loss at the point."""
        return self.surface.loss(self.W, self.v)

    @cached_property
    def residual(self) -> Array:
        """Outputs minus labels."""
        return self.surface.residual(self.W, self.v)

    @cached_property
    def G(self) -> Array:
        """The residual covariance."""
        return np.asarray((self.X * self.residual[:, None]).T @ self.X / self.n)

    @cached_property
    def gradients(self) -> tuple[Array, Array]:
        """The gradients in W and v."""
        return self.surface.gradient(self.W, self.v)

    @cached_property
    def spectrum(self) -> tuple[float, float]:
        """The ends of the spectrum of the Hessian in W."""
        return hidden_spectrum(self.surface, self.W, self.v)

    @cached_property
    def J(self) -> Array:
        """The Jacobian in W."""
        return self.surface.jacobian(self.W, self.v)

    @cached_property
    def jacobian_spectrum(self) -> Array:
        """The singular values of the Jacobian in W, largest first."""
        if self.n * self.W.size > MANY:
            return product_spectrum(self.value_and_slope[1] * self.v, self.X)
        return np.asarray(np.linalg.svd(self.J, compute_uv=False))

    @cached_property
    def value_and_slope(self) -> tuple[Array, Array]:
        """phi and phi' at the samples."""
        return self.surface.value_and_slope(self.W)

    @cached_property
    def joint(self) -> float:
        """The norm of the Hessian in both layers."""
        return float(np.abs(np.linalg.eigvalsh(joint_hessian(self.surface, self.W, self.v))).max())

    @cached_property
    def form(self) -> Array:
        """W^T D_v W."""
        return np.asarray(self.W.T @ (self.v[:, None] * self.W))

    @cached_property
    def planted_form(self) -> Array:
        """W*^T D_v* W*."""
        assert self.scene.planted is not None
        W, v = self.scene.planted
        return np.asarray(W.T @ (v[:, None] * W))

    @cached_property
    def mu(self) -> Array:
        """E phi' at the norm of every unit."""
        return mean_slopes(self.scene.activation, np.linalg.norm(self.W, axis=1))

    @cached_property
    def gamma(self) -> Array:
        """E phi'' at the norm of every unit."""
        return curvatures(self.scene.activation, np.linalg.norm(self.W, axis=1))

    @cached_property
    def bent(self) -> Array:
        """Gamma W."""
        return self.gamma[:, None] * self.W

    @cached_property
    def centred_slopes(self) -> Array:
        """D_v (phi'(W X) - mu 1^T), transposed: [n, k]."""
        return np.asarray((self.value_and_slope[1] - self.mu) * self.v)

    @cached_property
    def centred_spectrum(self) -> Array:
        """The singular values of the centred Jacobian, largest first."""
        return product_spectrum(self.centred_slopes, self.X)

    def smallest(self, weights: Array) -> float:
        """The n-th singular value of the Khatri-Rao product of X with `weights`, one row a sample."""
        return nth(product_spectrum(weights, self.X), self.n)

    @cached_property
    def direction_mean(self) -> Array:
        """D_v mu over its norm."""
        mean = self.mu * self.v
        return mean / np.linalg.norm(mean)

    def along(self, order: int) -> float:
        """The first or second derivative of the loss along the direction, by differences that are exact for z^2."""
        values = [(w2 if order == 2 else w1, step) for step, w2, w1 in STENCIL]
        return sum(w * self.surface.loss(self.W + s * self.scene.direction, self.v) for w, s in values if w) / 12

    def gradient_error(self) -> float:
        """|2 D_v W G - grad L| with the gradient from differences."""
        total = 0.0
        for index in np.ndindex(self.W.shape):
            step = np.zeros_like(self.W)
            step[index] = 1.0
            slope = sum(w * self.surface.loss(self.W + s * step, self.v) for s, _, w in STENCIL if w) / 12
            total += (slope - float(2 * self.v[index[0]] * self.W[index[0]] @ self.G[:, index[1]])) ** 2
        return settled(float(np.sqrt(total)), 10 * self.loss + float(np.linalg.norm(self.gradients[0])))

    @property
    def forms(self) -> tuple[float, float]:
        """<U^T D_v U, G> and sum_i (x_i^T W^T D_v U x_i)^2."""
        U = self.scene.direction
        linear = ((self.X @ (self.W.T @ (self.v[:, None] * U))) * self.X).sum(axis=1)
        return float(((U.T @ (self.v[:, None] * U)) * self.G).sum()), float((linear**2).sum())

    @property
    def tilde(self) -> tuple[Array, Array]:
        """The differences of the second network to the first, (W, v)."""
        return self.scene.other[0] - self.W, self.scene.other[1] - self.v

    @cached_property
    def khatri_rao(self) -> Array:
        """The singular values of the Khatri-Rao square of the data."""
        return np.asarray(np.linalg.svd(symmetric_features(self.X), compute_uv=False))

    @cached_property
    def covariance(self) -> Array:
        """The eigenvalues of X^T X / n."""
        return np.linalg.eigvalsh(self.X.T @ self.X / self.n)

    def flow_balance(self) -> float:
        """The change of |w|^2 - 2 v^2 along gradient flow, for a time in which the weights change."""
        size = float(np.linalg.norm(self.W)) ** 2
        time = size / (1 + float(np.linalg.norm(self.gradients[0])) * size)
        return settled(balance_change(self.surface, self.W, self.v, time=time), size)

    def beyond(self) -> float:
        """The loss reached from a random network whose first output weight is positive."""
        v = self.v.copy()
        v[0] = abs(v[0])
        return joint_minimum(self.surface, 0.1 * self.scene.direction, v)

    @property
    def mixing(self) -> Array:
        """The matrix U of the bilinear form x^T U z, [d, k]."""
        return self.scene.direction.T

    def bilinear_tail(self) -> float:
        """How often x^T U z is at least `DEVIATION` from its mean tr(U Gamma W), at least."""
        x = np.random.default_rng(0).standard_normal((DRAWS, self.d))
        z = np.asarray(self.scene.activation.derivative_values(x @ self.W.T)) - self.mu
        away = np.abs(((x @ self.mixing) * z).sum(axis=1) - np.trace(self.mixing @ self.bent)) >= DEVIATION
        return least_probability(int(away.sum()), DRAWS)

    def whitened(self) -> float:
        """|M D_v (phi'(W x) - mu)| at the sample of the scene, M = (Gamma W)^+ D_v^-1."""
        slopes = self.scene.activation.derivative_values(self.W @ self.scene.sample)
        return float(np.linalg.norm(left_inverse(self.bent) @ (np.asarray(slopes) - self.mu)))
