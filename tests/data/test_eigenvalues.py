"""lambda(X) against the arc-cosine kernel at 40 digits and against tensor quadrature."""

import flint
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.activations import activation
from boundkit.arithmetic import precision
from boundkit.data import Dataset, dataset, eigenvalues, gram, profiles, unit_kernels
from boundkit.data.eigenvalues import smallest_kernel_eigenvalue
from boundkit.errors import NotApplicable


def relu_reference(X):
    """lambda(X) of ReLU from K(rho) = (pi - arccos rho) / (2 pi), rows exactly normalised."""
    with mpmath.workdps(45):
        rows = [[mpmath.mpf(float(entry)) for entry in row] for row in X]
        rows = mpmath.matrix([[entry / mpmath.norm(row) for entry in row] for row in rows])
        correlations = rows * rows.T
        covariance = correlations.apply(lambda r: r * (mpmath.pi - mpmath.acos(max(-1, min(1, r)))) / (2 * mpmath.pi))
        for i in range(len(X)):
            covariance[i, i] = mpmath.mpf("0.5")
        return flint.arb(mpmath.nstr(min(mpmath.eigsy(covariance, eigvals_only=True)), 40), 1e-36)


def softplus_reference(X):
    """lambda(X) of softplus by tensor Gauss-Hermite quadrature with 80 nodes."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    correlations = np.clip(X @ X.T, -1, 1)
    b = correlations[..., None, None] * nodes[:, None]
    b = b + np.sqrt(1 - correlations**2)[..., None, None] * nodes[None, :]
    outer = np.broadcast_to(nodes[:, None], b.shape)
    moments = (weights[:, None] * weights / (1 + np.exp(-outer)) / (1 + np.exp(-b))).sum(axis=(-2, -1))
    return np.linalg.eigvalsh(moments * correlations)[0]


@pytest.mark.parametrize("side", [60, 0])
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 7), d=st.integers(2, 6), close=st.booleans())
def test_relu_enclosure_contains_the_exact_lambda(side, seed, n, d, close):
    """Balls and floats both enclose the 40-digit value, for spread and for nearly equal or opposite rows."""
    X = np.random.default_rng(seed).standard_normal((n, d))
    if close and n > 1:
        X[1] = (-1) ** seed * X[0] + 1e-6 * X[1]
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    data = Dataset("test", X, np.ones(n))
    with pytest.MonkeyPatch.context() as patch, precision(256):
        patch.setattr(gram, "LARGEST_BALL_SIDE", side)
        enclosure = smallest_kernel_eigenvalue(data, activation("relu"))
    assert enclosure.overlaps(relu_reference(X))
    assert float(enclosure.rad()) < (1e-12 if not close else 1e-10 if side else 1e-7)


@pytest.mark.parametrize("specification", ["sphere:n=6,d=6", "sphere:n=20,d=8", "sphere:n=70,d=30", "circle:n=5"])
def test_softplus_enclosure_agrees_with_quadrature(specification):
    """lambda of softplus agrees with tensor quadrature to its accuracy."""
    data = dataset(specification)
    enclosure = smallest_kernel_eigenvalue(data, activation("softplus"))
    assert abs(float(enclosure) - softplus_reference(data.X)) < 1e-10
    assert float(enclosure.rad()) < 1e-11


def test_uncertain_kernel_values_widen_the_enclosure(monkeypatch):
    """If the kernel is only known to 1e-6, so is lambda: the error of the kernel reaches the answer."""
    monkeypatch.setattr(profiles, "ARCCOS_BELOW", 0.0)  # so that many samples, too, use the intervals
    exact = {n: smallest_kernel_eigenvalue(dataset("sphere", n=n, d=9), activation("relu")) for n in (9, 80)}
    honest = eigenvalues.dual_interval

    def vague(*arguments):
        lower, upper = honest(*arguments)
        return lower - 1e-6, upper + 0.5e-6

    monkeypatch.setattr(eigenvalues, "dual_interval", vague)
    monkeypatch.setattr(profiles, "dual_interval", vague)
    for n, tight in exact.items():
        wide = smallest_kernel_eigenvalue(dataset("sphere", n=n, d=9), activation("relu"))
        assert wide.contains(tight)
        assert 1e-7 < float(wide.rad()) < 1e-6 * n


def test_tiles_do_not_change_the_enclosure(monkeypatch):
    """Assembly in small tiles gives the same enclosure as in one."""
    whole = smallest_kernel_eigenvalue(dataset("sphere:n=100,d=9"), activation("relu"))
    monkeypatch.setattr(unit_kernels, "TILE", 7)
    tiled = smallest_kernel_eigenvalue(dataset("sphere:n=100,d=9"), activation("relu"))
    assert abs(float(whole) - float(tiled)) < 1e-13


@pytest.mark.parametrize("name", ["relu", "softplus"])
@pytest.mark.parametrize("kind", ["sigma", "sigma_tilde", "ntk"])
def test_balls_and_floats_agree(monkeypatch, name, kind):
    """Both arithmetics enclose the same eigenvalue of every kernel; together they are at least as tight."""
    data = dataset("sphere:n=30,d=6")
    tight = smallest_kernel_eigenvalue(data, activation(name), kind)
    monkeypatch.setattr(gram, "LARGEST_BALL_SIDE", 0)
    wide = smallest_kernel_eigenvalue(data, activation(name), kind)
    assert wide.overlaps(tight)
    assert float(tight.rad()) <= float(wide.rad()) < 1e-11


def test_lambda_needs_unit_rows():
    """Rows of another length make the definition inapplicable."""
    data = Dataset("test", 2 * np.eye(3), np.ones(3))
    with pytest.raises(NotApplicable, match="rows must have length 1"):
        smallest_kernel_eigenvalue(data, activation("relu"))
