"""Dual kernels: closed forms, quadrature, and float64 bounds that must contain the ball value."""

from __future__ import annotations

import flint
import mpmath
import numpy as np
import pytest
import scipy.integrate
from hypothesis import given, strategies as st
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from boundkit.activations import Z, activation, dual, dual_interval
from boundkit.arithmetic import EXTENDED, evaluate, precision
from boundkit.errors import BadInput

NAMES = ["softplus", "relu", "leaky_relu:slope=0.1", "leaky_relu:slope=-0.5", "gelu", "silu", "tanh", "erf", "cos"]
NAMES += ["sin", "sigmoid", "arctan", "elu", "quadratic", "identity", "step", "Abs(z)", "z*tanh(softplus(z))"]

mp = mpmath.mp


def half_plane(rho):
    """The probability that both of two normals of correlation rho are positive."""
    return (mp.pi - mp.acos(rho)) / (2 * mp.pi)


CLOSED = {
    ("step", 0): half_plane,
    ("relu", 1): half_plane,
    ("relu", 0): lambda r: mp.sqrt(1 - r * r) / (2 * mp.pi) + r * half_plane(r),
    ("leaky_relu:slope=0.1", 1): lambda r: mp.mpf("0.1") + mp.mpf("0.81") * half_plane(r),
    ("erf", 0): lambda r: 2 / mp.pi * mp.asin(2 * r / 3),
    ("erf", 1): lambda r: 4 / (mp.pi * mp.sqrt(9 - 4 * r * r)),
    ("cos", 0): lambda r: mp.exp(-1) * mp.cosh(r),
    ("sin", 0): lambda r: mp.exp(-1) * mp.sinh(r),
    ("quadratic", 0): lambda r: (1 + 2 * r * r) / 4,
    ("identity", 0): lambda r: r,
    ("quadratic", 1): lambda r: r,
}


@pytest.mark.parametrize("key", CLOSED, ids=str)
@pytest.mark.parametrize("rho", ["-0.9", "-0.25", "0", "0.37", "0.8"])
def test_closed_forms(key, rho):
    """The ball and the float64 bounds contain the closed forms."""
    name, derivative = key
    with mpmath.workdps(40), precision(140):
        exact = flint.arb(mpmath.nstr(CLOSED[key](mpmath.mpf(rho)), 38))
        value = dual(name, derivative=derivative, rho=flint.arb(rho))
        assert abs(value - exact) < 1e-16
        low, high = dual_interval(name, derivative, float(rho), float(rho))
        shift = flint.arb(2) ** -50  # a decimal rho is not a float
        assert flint.arb(float(low)) - shift <= exact <= flint.arb(float(high)) + shift


@pytest.mark.parametrize(
    ("rho", "printed"), [("0.37", "0.2658292329"), ("-0.9", "0.2110819877"), ("1", "0.2933790359")]
)
def test_logistic_kernel(rho, printed):
    """The kernel of the logistic function to the ten digits printed."""
    assert abs(dual("softplus", derivative=1, rho=flint.arb(rho)) - flint.arb(printed)) < 6e-11


@pytest.mark.parametrize("name", ["softplus", "gelu", "silu", "tanh", "erf", "cos", "arctan", "sigmoid"])
@pytest.mark.parametrize("derivative", [0, 1])
@pytest.mark.parametrize("rho", [-0.9, 0.37, 0.6])
def test_gauss_hermite_quadrature(name, derivative, rho):
    """A tensor Gauss-Hermite rule on (a, rho a + sqrt(1 - rho^2) b) finds the same number."""
    nodes, weights = hermegauss(90)
    weights = weights / weights.sum()
    psi = activation(name).pieces(derivative)[0].expression
    other = rho * nodes[:, None] + np.sqrt(1 - rho**2) * nodes[None, :]
    first = evaluate(psi, {Z: nodes.astype(np.longdouble)}, EXTENDED)
    second = evaluate(psi, {Z: other.astype(np.longdouble)}, EXTENDED)
    reference = float(weights @ ((first[:, None] * second) @ weights))
    tolerance = 1e-6 if name == "arctan" else 1e-9
    assert abs(float(dual(name, derivative=derivative, rho=flint.arb(rho)).mid()) - reference) < tolerance


@pytest.mark.parametrize("rho", [-0.6, 0.3, 0.95])
def test_relu_by_double_integral(rho):
    """The ReLU kernel is the integral of u v over the positive quadrant of the bivariate normal density."""
    scale = 1 / (2 * np.pi * np.sqrt(1 - rho**2))

    def integrand(v, u):
        return u * v * scale * np.exp(-(u * u - 2 * rho * u * v + v * v) / (2 * (1 - rho**2)))

    reference, _ = scipy.integrate.dblquad(integrand, 0, 9, 0, 9, epsabs=1e-10)
    low, high = dual_interval("relu", 0, rho, rho)
    assert low - 1e-8 < reference < high + 1e-8


@given(
    st.sampled_from(NAMES),
    st.integers(0, 1),
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.floats(0, 1),
)
def test_bounds_contain_every_point(name, derivative, a, b, share):
    """For rho anywhere in the interval, the ball value is within the float64 bounds."""
    low_rho, high_rho = min(a, b), max(a, b)
    inside = min(max(low_rho + share * (high_rho - low_rho), low_rho), high_rho)
    low, high = dual_interval(name, derivative, low_rho, high_rho)
    value = dual(name, derivative=derivative, rho=flint.arb(inside))
    with precision(128):
        assert not value < flint.arb(float(low))
        assert not value > flint.arb(float(high))


@pytest.mark.parametrize("name", [n for n in NAMES if n != "elu"])
@pytest.mark.parametrize("derivative", [0, 1])
def test_bounds_are_tight(name, derivative):
    """At single points the bounds are within 1e-13, at rho = 1 and -1 too."""
    rho = np.concatenate([np.linspace(-1, 1, 41), [1 - 1e-9, 1e-9 - 1]])
    low, high = dual_interval(name, derivative, rho, rho)
    assert np.all(high - low < 1e-13)


def test_bounds_of_slow_series():
    """For ELU, whose second derivative jumps, bounds are tight away from |rho| = 1 and stay valid there."""
    rho = np.array([-0.95, -0.5, 0.0, 0.5, 0.95])
    low, high = dual_interval("elu", 1, rho, rho)
    assert np.all(high - low < 1e-12)
    low, high = dual_interval("elu", 1, -1.0, -1.0)
    assert high - low < 2e-5


SLOPES_AT_MINUS_ONE = {  # E exp(-|g|), the chance of a middle piece of slope 1, minus that of two outer ones of +-1
    "elu": 2 * np.exp(0.5) * ndtr(-1),
    "hard_tanh": 1 - 2 * ndtr(-1),
    "Max(0, Abs(z) - 1)": -2 * ndtr(-1),
}


@pytest.mark.parametrize("name", SLOPES_AT_MINUS_ONE)
def test_slow_series_at_minus_one(name):
    """E psi(g) psi(-g) in closed form is within the bounds, where a series has no term left to lose."""
    exact = SLOPES_AT_MINUS_ONE[name]
    low, high = dual_interval(name, 1, -1.0, -1.0)
    assert low - 1e-15 <= exact <= high + 1e-15
    assert dual(name, derivative=1, rho=flint.arb(-1)).overlaps(flint.arb(exact, 1e-15))


@pytest.mark.parametrize("rho", [0.9, 0.999])
def test_slow_series_of_jumps(rho):
    """The slope of a clipped line near rho = 1: the chance of a square under the bivariate normal density."""
    normal = multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    exact = normal.cdf([1, 1], lower_limit=[-1, -1])
    low, high = dual_interval("hard_tanh", 1, rho, rho)
    assert low - 1e-6 <= exact <= high + 1e-6


@pytest.mark.parametrize("rho", ["0.99", "0.999", "0.9999", "0.9999999"])
def test_slow_series_near_one(rho):
    """ELU' near rho = 1: the bounds contain a nested integral whose inner part is exact, and close in on it."""
    with mpmath.workdps(25):
        r = mpmath.mpf(float(rho))
        s = mp.sqrt(1 - r * r)

        def integrand(u):
            inner = mp.ncdf(r * u / s) + mp.exp(r * u + s * s / 2) * mp.ncdf(-r * u / s - s)
            return min(mpmath.mpf(1), mp.exp(u)) * inner * mp.npdf(u)

        cuts = [-12, -6, -3, -1, *(k * s for k in (-8, -4, -2, -1, 0, 1, 2, 4, 8) if abs(k * s) < 1), 1, 3, 6, 12]
        exact = mpmath.quad(integrand, cuts)
    low, high = dual_interval("elu", 1, float(rho), float(rho))
    assert float(low) - 1e-15 <= exact <= float(high) + 1e-15
    assert high - low < min(8e-6, 0.03 * (1 - float(rho)) + 1e-12)
    with precision(128):
        ball = dual("elu", derivative=1, rho=flint.arb(float(rho)))
        assert ball.overlaps(flint.arb(mpmath.nstr(exact, 20), 1e-17))
        assert not ball < flint.arb(float(low))
        assert not ball > flint.arb(float(high))


def test_at_one_the_kernel_is_the_second_moment():
    """K(1) = E psi^2."""
    for name in NAMES:
        low, high = dual_interval(name, 0, 1.0, 1.0)
        assert float(low) <= float(activation(name).second_moment(0).mid()) <= float(high)
        assert high - low < 1e-12


def test_odd_and_even_kernels():
    """K(-rho) is -K(rho) for odd psi and K(rho) for even psi, as intersecting intervals."""
    rho = np.linspace(0, 1, 21)
    for name, sign in (("tanh", -1), ("cos", 1)):
        low, high = dual_interval(name, 0, rho, rho)
        low_mirror, high_mirror = dual_interval(name, 0, -rho, -rho)
        if sign < 0:
            low_mirror, high_mirror = -high_mirror, -low_mirror
        assert np.all(low <= high_mirror)
        assert np.all(low_mirror <= high)


@pytest.mark.parametrize(("low", "high"), [(-1.1, 0), (0, 1.0000001), (0.5, 0.4), (np.nan, 0.5)])
def test_rho_out_of_range(low, high):
    """Correlations outside [-1, 1], reversed or missing are refused."""
    with pytest.raises(BadInput, match="rho"):
        dual_interval("relu", 0, low, high)


def test_shapes():
    """Bounds have the broadcast shape of the arguments, empty arrays included."""
    low, high = dual_interval("softplus", 1, np.zeros((3, 1)), np.full((3, 4), 0.5))
    assert low.shape == high.shape == (3, 4)
    assert dual_interval("tanh", 1, np.zeros((0, 0)), np.zeros((0, 0)))[0].shape == (0, 0)
