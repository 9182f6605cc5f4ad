"""Profiles of kernels: values within the proven radius, however the correlation was computed."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.activations import activation
from boundkit.arithmetic import precision
from boundkit.data import profiles
from boundkit.data.profiles import bounded_entries, diagonal, homogeneous, power_series, profile, terms
from boundkit.errors import BadInput

EXACT = {
    ("relu", "sigma"): lambda r: r * (mpmath.pi - mpmath.acos(r)) / (2 * mpmath.pi),
    ("step", "sigma_tilde"): lambda r: (mpmath.pi - mpmath.acos(r)) / (2 * mpmath.pi),
    ("erf", "ntk"): lambda r: 2 / mpmath.pi * mpmath.asin(2 * r / 3) + 4 * r / (mpmath.pi * mpmath.sqrt(9 - 4 * r * r)),
    ("cos", "sigma_tilde"): lambda r: mpmath.cosh(r) / mpmath.e,
    ("sin", "sigma"): lambda r: r * mpmath.cosh(r) / mpmath.e,
}


@pytest.fixture(autouse=True)
def fine_balls():
    """The precision that kernels are computed at."""
    with precision(256):
        yield


@pytest.mark.parametrize(("name", "kind"), EXACT)
@settings(max_examples=25)
@given(largest=st.floats(0, 1), c=st.sampled_from([1e-15, 1e-9, 1e-4]), seed=st.integers(0, 2**32))
def test_values_are_within_the_radius_of_all_nearby_points(name, kind, largest, c, seed):
    """k at any point within c of rho is within the radius of the value at rho, up to the reach."""
    found = profile(activation(name), kind, largest, c)
    assert found.reach <= largest
    rho = np.random.default_rng(seed).uniform(-found.reach, found.reach, 12)
    rho[:2] = found.reach, -found.reach
    values = found.values(rho)
    with mpmath.workdps(40):
        for r, value in zip(rho.tolist(), values.tolist(), strict=True):
            for shift in (-c, 0, c):
                assert abs(EXACT[name, kind](mpmath.mpf(r) + shift) - value) <= found.radius
    steepest = max(abs(float(mpmath.diff(EXACT[name, kind], x))) for x in (found.reach * 0.999, -found.reach * 0.999))
    assert found.radius <= 1e-13 + 40 * c * (1 + steepest)


def test_slow_series_reach_less_far():
    """A kinked activation near correlation 1 gets a shorter reach; one with fast coefficients does not."""
    assert profile(activation("elu"), "sigma", 0.9999, 1e-15).reach == profiles.SAFELY_BELOW_ONE
    assert profile(activation("sin"), "sigma", 0.9999, 1e-15).reach == 0.9999
    assert profile(activation("elu"), "sigma", 0.5, 1e-15).radius < 1e-14


@pytest.mark.parametrize("name", ["softplus", "erf", "elu"])
def test_bounded_entries_meet_the_profile(name):
    """Where both apply, entries by intervals and by series agree within their radii."""
    chosen = activation(name)
    rho = np.linspace(-0.85, 0.85, 31)
    for kind in ("sigma", "sigma_tilde", "ntk"):
        series = profile(chosen, kind, 0.85, 1e-12)
        middle, radius = bounded_entries(chosen, kind, rho, 1e-12)
        assert (np.abs(series.values(rho) - middle) <= radius + series.radius).all()
        assert radius.max() < 1e-10


def test_series_of_both_layers():
    """`os19` D21: the coefficients of the NTK are (1 + r) mu_r(phi)^2, and all kinds sum to their diagonal."""
    gelu = activation("gelu")
    hidden, output, both = (power_series(gelu, kind, 40) for kind in ("sigma", "sigma_tilde", "ntk"))
    assert all(
        (hidden[r] - r * output[r]).contains(0) and (both[r] - (1 + r) * output[r]).contains(0) for r in range(41)
    )
    for kind, series in (("sigma", hidden), ("sigma_tilde", output), ("ntk", both)):
        assert 0 <= float(diagonal(gelu, kind) - sum(series)) < 1e-6


def test_homogeneous_functions_are_recognised():
    """Both slopes and the degree, exactly; functions with an offset, a shifted kink or other growth are not."""
    found = {
        name: homogeneous(activation(name)) for name in ("relu", "leaky_relu:slope=1/4", "quadratic", "z**3", "step")
    }
    assert found == {
        "relu": (0, 1, 1),
        "leaky_relu:slope=1/4": (0.25, 1, 1),
        "quadratic": (0.5, 0.5, 2),
        "z**3": (1, 1, 3),
        "step": (0, 1, 0),
    }
    assert homogeneous(activation("relu"), 1) == (0, 1, 0)
    for name in ("softplus", "z+1", "elu", "z**2+z", "Max(z,0)**2+Min(z,0)"):
        assert homogeneous(activation(name)) is None


def test_unknown_kinds_are_refused():
    """The error lists the kinds there are."""
    with pytest.raises(BadInput, match=r"kind = ntkk.*did you mean ntk"):
        terms("ntkk")
