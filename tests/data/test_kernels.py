"""Kernel matrices entry by entry against closed forms at 40 digits and tensor quadrature."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.activations import activation
from boundkit.data import Dataset, dataset, kernel, unit_kernels
from boundkit.data.eigenvalues import smallest_kernel_eigenvalue
from boundkit.errors import BadInput, Infeasible, NotApplicable


def correlations(X):
    """Exact correlations of the exactly normalised rows."""
    rows = [[mpmath.mpf(float(entry)) for entry in row] for row in X]
    rows = mpmath.matrix([[entry / mpmath.norm(row) for entry in row] for row in rows])
    products = rows * rows.T
    for i in range(len(X)):
        products[i, i] = mpmath.mpf(1)
    return products


def half_plane(r):
    """E step(a) step(b)."""
    return (mpmath.pi - mpmath.acos(r)) / (2 * mpmath.pi)


def relu_dual(r):
    """E relu(a) relu(b)."""
    return mpmath.sqrt(max(0, 1 - r * r)) / (2 * mpmath.pi) + r * half_plane(r)


def erf_slope_dual(r):
    """E erf'(a) erf'(b)."""
    return 4 / (mpmath.pi * mpmath.sqrt(9 - 4 * r * r))


CLOSED = {
    ("relu", "sigma"): lambda r: r * half_plane(r),
    ("relu", "sigma_tilde"): relu_dual,
    ("relu", "nngp"): relu_dual,
    ("relu", "ntk"): lambda r: relu_dual(r) + r * half_plane(r),
    ("leaky_relu:slope=1/4", "sigma"): lambda r: r * (0.25 + mpmath.mpf(9) / 16 * half_plane(r)),
    ("leaky_relu:slope=1/4", "sigma_tilde"): lambda r: 0.25 * r + mpmath.mpf(9) / 16 * relu_dual(r),
    ("erf", "sigma"): lambda r: r * erf_slope_dual(r),
    ("erf", "sigma_tilde"): lambda r: 2 / mpmath.pi * mpmath.asin(2 * r / 3),
    ("erf", "ntk"): lambda r: 2 / mpmath.pi * mpmath.asin(2 * r / 3) + r * erf_slope_dual(r),
    ("sin", "sigma_tilde"): lambda r: mpmath.sinh(r) / mpmath.e,
    ("cos", "sigma"): lambda r: r * mpmath.sinh(r) / mpmath.e,
    ("quadratic", "sigma"): lambda r: r * r,
    ("quadratic", "sigma_tilde"): lambda r: (1 + 2 * r * r) / 4,
    ("quadratic", "ntk"): lambda r: (1 + 6 * r * r) / 4,
}


@pytest.mark.parametrize(("name", "kind"), CLOSED)
@settings(max_examples=8)
@given(
    seed=st.integers(0, 2**32), n=st.integers(1, 7), d=st.integers(1, 6), near=st.sampled_from([0, 1e-2, 1e-5, 1e-8])
)
def test_entries_are_within_their_radii_of_the_closed_form(name, kind, seed, n, d, near):
    """Every entry is within its radius of the 40-digit value, for nearly equal and nearly opposite rows too."""
    X = np.random.default_rng(seed).standard_normal((n, d))
    if near and n > 1:
        X[1] = (-1) ** seed * X[0] + near * X[1]
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    if len(np.unique(X, axis=0)) < n:
        return
    found = kernel(Dataset("test", X, np.ones(n)), name, kind=kind)
    assert (found.block == found.block.T).all()
    assert (found.radius == found.radius.T).all()
    with mpmath.workdps(40):
        exact = correlations(X).apply(CLOSED[name, kind])
        for i in range(n):
            for j in range(n):
                assert abs(exact[i, j] - mpmath.mpf(found.block[i, j])) <= found.radius[i, j]
    assert found.radius.max() < (1e-12 if near in (0, 1e-2) else 1e-6)


@pytest.mark.parametrize("name", ["softplus", "tanh", "gelu"])
@pytest.mark.parametrize("kind", ["sigma", "sigma_tilde"])
def test_series_agree_with_tensor_quadrature(name, kind):
    """Activations without closed form agree with 150-node tensor Gauss-Hermite quadrature to its accuracy."""
    data = dataset("sphere:n=9,d=5,seed=3")
    found = kernel(data, name, kind=kind)
    nodes, weights = np.polynomial.hermite_e.hermegauss(150)
    weights = weights / weights.sum()
    rho = np.clip(data.X @ data.X.T, -1, 1)[..., None, None]
    second = rho * nodes[:, None] + np.sqrt(1 - rho**2) * nodes[None, :]
    which = 1 if kind == "sigma" else 0
    first, second = (activation(name).value_and_derivative(h)[which] for h in (nodes, second))
    expected = np.einsum("a,b,a,ijab->ij", weights, weights, first, second)
    expected = expected * (rho[..., 0, 0] if kind == "sigma" else 1)
    assert np.abs(found.block - expected).max() < 1e-8
    assert found.radius.max() < 1e-13


def test_multiclass_kernel_is_block_diagonal_class_by_class():
    """I_K (x) Sigma (`ofls19` Definition 3.1): rows (l, i) and (m, j) are uncorrelated for l != m."""
    data = dataset("sphere:n=4,d=3")
    single, triple = kernel(data, "softplus"), kernel(data, "softplus", outputs=3)
    assert triple.matrix.shape == triple.radius.shape == (12, 12)
    for a in range(3):
        for b in range(3):
            block = triple.matrix[4 * a : 4 * a + 4, 4 * b : 4 * b + 4]
            assert (block == (single.block if a == b else 0)).all()
    assert triple.smallest_eigenvalue().overlaps(single.smallest_eigenvalue())


def test_both_layers_add_up():
    """The NTK of both layers is Sigma + Sigma~, and its eigenvalue at least the sum of theirs."""
    data = dataset("sphere:n=50,d=6")
    hidden, output, both = (kernel(data, "gelu", kind=kind) for kind in ("sigma", "sigma_tilde", "ntk"))
    assert np.abs(hidden.block + output.block - both.block).max() < 1e-14
    parts = [smallest_kernel_eigenvalue(data, activation("gelu"), kind) for kind in ("sigma", "sigma_tilde")]
    assert smallest_kernel_eigenvalue(data, activation("gelu"), "ntk").upper() >= (parts[0] + parts[1]).lower()


def test_tiles_do_not_change_the_matrix(monkeypatch):
    """The same matrix in small tiles, close rows included."""
    X = dataset("sphere:n=40,d=5").X.copy()
    X[7] = X[3] + 1e-4 * X[8]
    data = dataset(X=X, y=np.ones(40), normalize=True)
    whole = kernel(data, "relu")
    monkeypatch.setattr(unit_kernels, "TILE", 7)
    tiled = kernel(data, "relu")
    assert np.abs(whole.block - tiled.block).max() < 1e-15
    assert whole.radius[7, 3] > whole.radius[0, 1]


def test_bad_input_has_one_line():
    """Unknown kinds, impossible outputs, infinite moments and too many samples are refused with a reason."""
    data = dataset("sphere:n=4,d=3")
    with pytest.raises(BadInput, match=r"kind = .*did you mean sigma"):
        kernel(data, "relu", kind="sigm")
    for outputs in (0, 1.5, True):
        with pytest.raises(BadInput, match="outputs"):
            kernel(data, "relu", outputs=outputs)
    with pytest.raises(Infeasible, match="8001"):
        kernel(dataset("sphere:n=8001,d=3"), "relu")
    with pytest.raises(NotApplicable, match=r"rows must have length 1 for elu"):
        kernel(Dataset("test", 2 * np.eye(3), np.ones(3)), "elu")


@pytest.mark.parametrize("kind", ["sigma", "sigma_tilde", "ntk"])
@pytest.mark.parametrize(("slope", "name"), [("pi", "pi*z"), ("sqrt(2)", "sqrt(2)*Max(0,z) - sqrt(2)*Max(0,-z)")])
def test_linear_activations_of_irrational_slope(slope, name, kind):
    """c z has c^2 times the kernel of z, though the ball of its two slopes' difference has the midpoint 0."""
    rows = dataset("sphere", n=5, d=3, seed=4)
    found, plain = kernel(rows, name, kind=kind), kernel(rows, "z", kind=kind)
    square = float(mpmath.mpf(mpmath.pi if slope == "pi" else mpmath.sqrt(2)) ** 2)
    allowed = found.block_radius + square * plain.block_radius + 1e-13
    assert (abs(found.block - square * plain.block) <= allowed).all()
    assert found.block_radius.max() < 1e-11
