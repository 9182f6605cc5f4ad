"""The closed form for GELU and its relatives against integrals, series, limits and Price's theorem."""

from __future__ import annotations

import flint
import mpmath
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.activations import activation, dual, dual_interval
from boundkit.activations.gates import gate_dual, gate_of
from boundkit.arithmetic import precision

mp = mpmath.mp
GATES = ["gelu", "2*z*erf(3*z)", "z-3*z*erf(-z/2)"]


def gelu_given(derivative, mean, variance):
    """E GELU(b), or E GELU'(b), of a normal b."""
    width = mp.sqrt(1 + variance)
    c = mean / width
    if derivative == 0:
        return mean * mp.ncdf(c) + variance / width * mp.npdf(c)
    return mp.ncdf(c) + mean / width**3 * mp.npdf(c)


def nested(derivative, s, t, rho):
    """E psi(a) psi(b) by one numerical integral over a of what is exact given a."""

    def integrand(x):
        return (
            gelu_given(derivative, s * x, mp.mpf(0))
            * gelu_given(derivative, t * rho * x, t * t * (1 - rho * rho))
            * mp.npdf(x)
        )

    near = [x for x in (8 / s, 2 / s) if x < 3]
    return mp.quad(integrand, [-16, -8, -3, *(-x for x in near), 0, *reversed(near), 3, 8, 16])


@pytest.mark.parametrize("derivative", [0, 1])
@pytest.mark.parametrize(
    ("s", "t", "rho"),
    [
        ("1", "1", "0.37"),
        ("0.3", "2.5", "-0.8"),
        ("20", "7", "0.999"),
        ("0.01", "0.02", "0.5"),
        ("3", "0.7", "0"),
        ("1", "1", "1"),
        ("2", "0.5", "1"),
        ("2", "0.5", "-1"),
    ],
)
def test_the_closed_form_is_the_integral(derivative, s, t, rho):
    """To 35 digits, at correlations 0, 1 and -1 too, where the second variable is a multiple of the first."""
    with mpmath.workdps(45), precision(160):
        expected = flint.arb(mpmath.nstr(nested(derivative, mp.mpf(s), mp.mpf(t), mp.mpf(rho)), 40))
        v, w, q = flint.arb(s) ** 2, flint.arb(t) ** 2, flint.arb(s) * flint.arb(t) * flint.arb(rho)
        found = gate_dual(gate_of(activation("gelu")), derivative, v, w, q)
        assert abs(found - expected) < 1e-35 * abs(expected)


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize("derivative", [0, 1])
@pytest.mark.parametrize("rho", ["-0.75", "0", "0.5", "1"])
def test_the_closed_form_is_the_series(name, derivative, rho):
    """sum_r c_r(s) c_r(t) rho^r, c_r(s) = E[psi(s g) h_r(g)], to within what its first 200 terms leave."""
    phi, s, t, r = activation(name), flint.fmpq(3, 4), flint.fmpq(1, 2), flint.arb(rho)
    with precision(128):
        found = gate_dual(gate_of(phi), derivative, s**2, t**2, s * t * r)
        ours, others = (phi.coefficients(derivative, 200, scale=scale) for scale in ("3/4", "1/2"))
        series = sum((a * b * r**i for i, (a, b) in enumerate(zip(ours, others, strict=True))), flint.arb(0))
        moments = (phi.second_moment(derivative, scale=scale) for scale in ("3/4", "1/2"))
        left = flint.arb(1)
        for moment, known in zip(moments, (ours, others), strict=True):
            left *= (moment - sum((c**2 for c in known), flint.arb(0))).nonnegative_part().sqrt()
        assert left < 1e-3
        assert abs(found - series) <= left.upper() + flint.arb(2) ** -100


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize("derivative", [0, 1])
def test_limits(name, derivative):
    """Correlation 1 gives E psi^2 and 0 gives (E psi)^2; from 1 to -1 the odd part of psi changes its sign."""
    phi = activation(name)
    with precision(128):
        at = {rho: dual(name, derivative=derivative, rho=flint.arb(rho)) for rho in (-1, 0, 1)}
        assert at[1].overlaps(phi.second_moment(derivative))
        assert at[0].overlaps(phi.coefficients(derivative, 0)[0] ** 2)
        # phi = linear z + an even function, phi' = linear + an odd function
        twice = at[1] + at[-1] if derivative else at[1] - at[-1]
        assert twice.overlaps(2 * gate_of(phi).numbers()[0] ** 2)
        assert all(value.rad() < 1e-30 for value in at.values())


@settings(max_examples=50)
@given(
    name=st.sampled_from(GATES),
    rho=st.floats(-0.99, 0.99),
    lengths=st.tuples(st.floats(0.1, 5), st.floats(0.1, 5)),
)
def test_the_kernel_of_the_derivative_is_the_slope(name, rho, lengths):
    """Price: d/dq E[phi phi] = E[phi' phi'], by central differences."""
    gate = gate_of(activation(name))
    with precision(400):
        v, w, q = flint.arb(lengths[0]) ** 2, flint.arb(lengths[1]) ** 2, flint.arb(lengths[0] * lengths[1] * rho)
        step = flint.arb(2) ** -100
        slope = (gate_dual(gate, 0, v, w, q + step) - gate_dual(gate, 0, v, w, q - step)) / (2 * step)
        assert abs(slope - gate_dual(gate, 1, v, w, q)) < flint.arb(2) ** -150


@given(name=st.sampled_from(GATES), derivative=st.integers(0, 1), rho=st.floats(-1, 1))
def test_float_bounds_from_the_series_contain_the_closed_form(name, derivative, rho):
    """`dual_interval`, which sums the series, encloses `dual`, which does not."""
    low, high = (float(end) for end in dual_interval(name, derivative, rho, rho))
    with precision(128):
        assert flint.arb(low) <= dual(name, derivative=derivative, rho=flint.arb(rho)) <= flint.arb(high)


def test_wide_balls_of_correlations():
    """A ball of correlations gives an enclosure of all its kernels; beyond 1 nothing is added."""
    wide = dual("gelu", rho=flint.arb(0.75, 0.5))
    for rho in (0.25, 0.5, 1.0):
        assert wide.contains(dual("gelu", rho=flint.arb(rho)).mid())
    assert wide.rad() < 0.4


@pytest.mark.parametrize(
    "name", ["gelu_tanh", "silu", "erf", "z**2*erf(z)", "z*erf(z**2)", "1+z*erf(z)", "z*erf(z)**2"]
)
def test_other_functions_are_no_gates(name):
    """Only linear z + gated z erf(slope z) is recognised."""
    assert gate_of(activation(name)) is None
