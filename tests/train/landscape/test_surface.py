"""Loss surfaces: derivatives against differences, products against matrices, long double against double."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from boundkit.errors import BadInput
from boundkit.train.landscape import (
    ExplicitSurface,
    Surface,
    curvature,
    expected_least_loss,
    hidden_hessian,
    hidden_spectrum,
    joint_hessian,
    least_loss,
    residual_covariance,
)


def point(activation, seed=0, n=7, d=3, k=5, explicit=False):
    """A random surface and a point on it with output weights of both signs."""
    rng = np.random.default_rng(seed)
    kind = ExplicitSurface if explicit else Surface
    surface = kind(rng.standard_normal((n, d)), rng.standard_normal(n), activation)
    return surface, rng.standard_normal((k, d)), rng.standard_normal(k), rng


@pytest.mark.parametrize("activation", ["square", "tanh", "softplus:beta=4", "0.5*sin(z)"])
def test_gradient_and_hessian_are_those_of_differences(activation):
    """Central differences of loss and gradient in a random direction of both layers."""
    surface, W, v, rng = point(activation)
    U, a, h = rng.standard_normal(W.shape), rng.standard_normal(v.shape), 1e-5
    forth, back = (W + h * U, v + h * a), (W - h * U, v - h * a)
    slope = (surface.loss(*forth) - surface.loss(*back)) / (2 * h)
    gradient, output = surface.gradient(W, v)
    assert slope == pytest.approx(float((gradient * U).sum() + output @ a), rel=1e-6)
    product = surface.hessian_product(W, v, U, a)
    for found, plus, minus in zip(product, surface.gradient(*forth), surface.gradient(*back), strict=True):
        np.testing.assert_allclose(found, (plus - minus) / (2 * h), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("activation", ["square", "softplus:beta=4"])
def test_the_explicit_surface_agrees(activation):
    """Sums over samples in long double give the same numbers to rounding."""
    surface, W, v, rng = point(activation)
    slow = point(activation, explicit=True)[0]
    U, a = rng.standard_normal(W.shape), rng.standard_normal(v.shape)
    assert slow.loss(W, v) == pytest.approx(surface.loss(W, v), rel=1e-13)
    pairs = [(slow.gradient(W, v), surface.gradient(W, v))]
    pairs.append((slow.hessian_product(W, v, U, a), surface.hessian_product(W, v, U, a)))
    pairs.append(((slow.jacobian(W, v), slow.bend(W)), (surface.jacobian(W, v), surface.bend(W))))
    for ours, theirs in pairs:
        for one, two in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-11, atol=1e-12)


def test_the_dense_hessian_is_a_block_of_the_joint_one():
    """J^T J / n plus blocks against products with unit vectors."""
    surface, W, v, _ = point("tanh")
    joint = joint_hessian(surface, W, v)
    np.testing.assert_allclose(joint, joint.T, atol=1e-12)
    np.testing.assert_allclose(hidden_hessian(surface, W, v), joint[: W.size, : W.size], atol=1e-12)


def test_lanczos_finds_the_ends_of_the_spectrum(monkeypatch):
    """The matrix-free path against all eigenvalues."""
    surface, W, v, _ = point("square", n=30, d=6, k=12)
    dense = hidden_spectrum(surface, W, v)
    monkeypatch.setattr(curvature, "DENSE", 0)
    assert hidden_spectrum(surface, W, v) == pytest.approx(dense, rel=1e-9)


def test_a_spectrum_that_lanczos_does_not_find(monkeypatch):
    """Dense up to a size; an error beyond it."""
    surface, W, v, _ = point("square", n=60, d=12, k=24)
    dense = hidden_spectrum(surface, W, v)
    monkeypatch.setattr(curvature, "DENSE", 0)
    monkeypatch.setattr(curvature, "RESTARTS", 1)
    assert hidden_spectrum(surface, W, v) == dense
    monkeypatch.setattr(curvature, "LARGEST", 287)
    with pytest.raises(np.linalg.LinAlgError, match="288 parameters do not converge"):
        hidden_spectrum(surface, W, v)


@given(st.integers(0, 1000))
def test_homogeneity_of_the_quadratic_network(seed):
    """<W, grad L> = 2 <W^T D_v W, G> at any point."""
    surface, W, v, _ = point("square", seed)
    G = residual_covariance(surface, W, v)
    left = float((W * surface.gradient(W, v)[0]).sum())
    assert left == pytest.approx(2 * float(((W.T @ (v[:, None] * W)) * G).sum()), rel=1e-9, abs=1e-9)


def test_least_squares_and_its_mean():
    """D3: no loss up to d(d+1)/2 samples; at d = 4, n = 30 the mean over labels is 1/3, measured over 4000 draws."""
    rng = np.random.default_rng(0)
    assert least_loss(rng.standard_normal((10, 4)), rng.standard_normal(10)) < 1e-20
    X = rng.standard_normal((30, 4))
    assert expected_least_loss(X, 1.0) == pytest.approx(1 / 3, rel=1e-12)
    measured = np.mean([least_loss(X, rng.standard_normal(30)) for _ in range(1000)])
    assert measured == pytest.approx(1 / 3, abs=0.01)


def test_bad_surfaces_are_refused():
    """Shapes and entries that cannot be data."""
    with pytest.raises(BadInput, match="y = 3 labels"):
        Surface(np.eye(2), np.ones(3), "square")
    with pytest.raises(BadInput, match="X = an array"):
        Surface(np.full((2, 2), np.nan), np.ones(2), "square")
