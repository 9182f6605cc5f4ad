"""Critical points of quadratic networks: reference values of sjl17's recipes for Theorems 2.1 and 2.2."""

import numpy as np
import pytest

from boundkit.train.landscape import (
    Surface,
    critical_points,
    hidden_spectrum,
    least_loss,
    minimum,
    residual_covariance,
    symmetric_features,
)

ROWS = [
    ((3, 3, 3, 6), 0, -1.25878, 0.308838, 465.446, 0.0875199),
    ((4, 5, 5, 8), 0, -1.2994, 0.236218, 52.6067, 0.358305),
    ((4, 5, 5, 30), 0.275556, -1.43804, 0.194891, 8.81096, 1.87631),
    ((6, 6, 6, 12), 0, -1.9655, 0.56444, 32.4234, 1.03554),
]


def instance(d, p, m, n):
    """The data of the recipe: columns and labels standard normal, v of ones and minus ones."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((d, n)).T, rng.standard_normal(n)
    return Surface(X, y, "square"), np.concatenate([np.ones(p), -np.ones(m)])


@pytest.mark.parametrize(("sizes", "least", "curvature", "excess", "bound", "sigma"), ROWS)
def test_reference_table_at_zero_weights(sizes, least, curvature, excess, bound, sigma):
    """The smallest loss, the curvature at zero, the excess, the bound D1 and sigma_min of X * X."""
    surface, v = instance(*sizes)
    zero = np.zeros((len(v), surface.d))
    low = hidden_spectrum(surface, zero, v)[0]
    values = np.linalg.svd(symmetric_features(surface.X), compute_uv=False)
    assert least_loss(surface.X, surface.y) == pytest.approx(least, rel=1e-5, abs=1e-12)
    assert low == pytest.approx(curvature, rel=1e-5)
    assert low == pytest.approx(-2 * np.linalg.norm(residual_covariance(surface, zero, v), 2), rel=1e-9)
    assert surface.loss(zero, v) - least == pytest.approx(excess, rel=1e-5)
    assert values[-1] == pytest.approx(sigma, rel=1e-5)
    assert surface.n * surface.d * low**2 / (8 * values[-1] ** 2) == pytest.approx(bound, rel=1e-5)


@pytest.mark.parametrize("sizes", [(3, 3, 3, 6), (4, 5, 5, 8), (4, 5, 5, 30)])
def test_minima_are_global_and_saddles_strict(sizes):
    """Every critical point is optimal up to rounding or has curvature at most -2 |G|; several saddles occur."""
    surface, v = instance(*sizes)
    rng = np.random.default_rng(1)
    points = critical_points(surface, v, [rng.standard_normal((len(v), surface.d)) / surface.d**0.5 for _ in range(2)])
    least = least_loss(surface.X, surface.y)
    saddles = [item for item in points if item.loss - least > 1e-8]
    for item in saddles:
        G = np.linalg.norm(residual_covariance(surface, item.W, v), 2)
        assert item.curvature <= -2 * G + 1e-6
        assert item.curvature < -0.01
    assert {"zero", "positive units", "negative units"} <= {item.found for item in saddles}
    minima = [item for item in points if item.found == "minimum"]
    assert minima
    assert all(abs(item.loss - least) < 1e-10 and item.curvature > -1e-6 for item in minima)


def test_negative_control_without_the_sign_hypothesis():
    """d = 4, p = 4, n = 30: with m = 0 negative units no run ends at the free minimum, with m = 4 every one."""
    for negative, ends_above in ((0, 6), (1, None), (4, 0)):
        above = 0
        for seed in range(6):
            rng = np.random.default_rng(seed)
            surface = Surface(rng.standard_normal((30, 4)), rng.standard_normal(30), "square")
            v = np.concatenate([np.ones(4), -np.ones(negative)])
            W = minimum(surface, v, rng.standard_normal((len(v), 4)) / 2)
            above += surface.loss(W, v) - least_loss(surface.X, surface.y) > 1e-8
        assert above == ends_above if ends_above is not None else above >= 4


@pytest.mark.parametrize(("n", "k"), [(2, 4), (10, 6), (40, 4), (100, 6)])
def test_planted_networks_are_fitted_at_any_sample_size(n, k):
    """Theorem 2.2 and D4: minima have no loss, and points with less units than dimensions have negative curvature."""
    rng = np.random.default_rng(n)
    X, planted, v = rng.standard_normal((n, 4)), rng.standard_normal((k, 4)), rng.uniform(0.3, 2, k)
    surface = Surface(X, (X @ planted.T) ** 2 @ v, "square")
    first = surface.loss(np.zeros((k, 4)), v)
    points = critical_points(surface, v, [rng.standard_normal((k, 4)) / 2])
    assert min(item.loss for item in points) < 1e-12 * first
    for item in points:
        assert item.loss < 1e-9 * first or item.curvature < 0


BOUNDS = [
    (0, 16.14, 36.89, 2.902, 32.34, 124.5, 5452),
    (10, 0.340, 1.452, 0.742, 2.095, 4.802, 15.9),
    (100, 5.586e-3, 7.50e-2, 1.817e-2, 7.512e-2, 0.1988, 0.7586),
    (1000, 1.366e-5, 1.109e-3, 4.249e-3, 7.269e-3, 8.984e-3, 2.354e-2),
]


def test_bounds_along_a_path_of_descent():
    """Theorem 2.2 B: loss, tolerances and the three bounds at the steps of the recipe, d = 5, k = 6, n = 40."""
    rng = np.random.default_rng(0)
    X, planted = rng.standard_normal((5, 40)).T, rng.standard_normal((5, 5)) / 5**0.5
    W = rng.standard_normal((6, 5)) / 5**0.5
    y, v = ((X @ planted.T) ** 2).sum(axis=1), np.ones(6)
    surface = Surface(X, y, "square")
    nuclear = np.trace(planted.T @ planted)
    floor = np.linalg.eigvalsh(X.T @ X / 40)[0]
    ceiling = np.linalg.eigvalsh((X * y[:, None]).T @ X / 40)[-1]
    assert (floor, ceiling / nuclear) == pytest.approx((0.4535, 2.421), rel=1e-3)
    step, seen = 0.1 / ((X**2).sum() / 40), {}
    for time in range(1001):
        if time in {row[0] for row in BOUNDS}:
            g = np.linalg.norm(surface.gradient(W, v)[0])
            h = max(0.0, -hidden_spectrum(surface, W, v)[0])
            closed = g / 4 * (np.sqrt(ceiling / floor**2) + (g / (2 * floor**2)) ** (1 / 3)) + h * nuclear / 4
            first = g / 4 * np.linalg.norm(W) + h * nuclear / 4
            paper = g * max(np.sqrt(1 + 14 * nuclear), 4 * g) + h * nuclear / 2
            seen[time] = (surface.loss(W, v), g, h, first, closed, paper)
        W = W - step * surface.gradient(W, v)[0]
    for time, *expected in BOUNDS:
        assert seen[time] == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("sizes", [(3, 4, 3, 6), (4, 5, 5, 8)])
def test_few_units_are_fewer_than_dimensions(sizes):
    """A minimum among networks with less than d units left is a saddle: W has no full rank, and the loss is above."""
    surface, v = instance(*sizes)
    start = np.random.default_rng(1).standard_normal((len(v), surface.d))
    few = [item for item in critical_points(surface, v, [start]) if item.found == "few units"]
    assert [np.count_nonzero(np.linalg.norm(item.W, axis=1)) for item in few] == [surface.d - 1]
    assert few[0].curvature < 0
    assert few[0].loss > least_loss(surface.X, surface.y) + 1e-8
