"""Kernels and moments in the specifications of Oymak et al. (2019), `ofls19`, and Zou et al. (2018), `zczg18`."""

from __future__ import annotations

import flint
import pytest
import sympy

from boundkit.activations import activation, dual, tail
from boundkit.arithmetic import BALL, evaluate, precision

KAPPA = {
    "sin": lambda a, b, q: (-(a**2 + b**2) / 2).exp() * q.cosh(),
    "cos": lambda a, b, q: (-(a**2 + b**2) / 2).exp() * q.sinh(),
    "erf": lambda a, b, q: 4 / flint.arb.pi() / ((1 + 2 * a**2) * (1 + 2 * b**2) - 4 * q**2).sqrt(),
    "identity": lambda a, b, q: 0 * q + 1,
}


@pytest.mark.parametrize("name", KAPPA)
@pytest.mark.parametrize(
    ("a", "b", "rho"), [("1", "1", "0.5"), ("1", "1", "-0.9"), ("0.5", "2", "0.7"), ("3/2", "1", "0")]
)
def test_ofls19_kernels(name, a, b, rho):
    """E[phi'(u) phi'(v)] at variances a^2, b^2 is the series of the scaled coefficients, up to the tails."""
    phi, degree = activation(name), 60
    with precision(192):
        x, y, r = (evaluate(sympy.Rational(t), {}, BALL) for t in (a, b, rho))
        pairs = zip(phi.coefficients(1, degree, scale=a), phi.coefficients(1, degree, scale=b), strict=True)
        series = sum(c * d * r**k for k, (c, d) in enumerate(pairs))
        rest = (tail(name, degree, 1, scale=a) * tail(name, degree, 1, scale=b)).sqrt() * abs(r) ** (degree + 1)
        exact = KAPPA[name](x, y, x * y * r)
        assert abs(series - exact).lower() <= rest.upper()
        assert rest < 1e-4
        if a == b == "1":
            assert dual(name, derivative=1, rho=r).overlaps(exact)


@pytest.mark.parametrize(
    ("name", "rho", "printed"),
    [
        ("sin", "1", "0.56767"),
        ("cos", "1", "0.43233"),
        ("erf", "1", "0.56941"),
        ("softplus", "1", "0.293379036"),
        ("tanh", "1", "0.4644029025"),
        ("softplus", "0", "0.25"),
        ("softplus", "0.5", "0.2714283256"),
        ("tanh", "0", "0.3668791644"),
        ("tanh", "0.5", "0.3847470284"),
    ],
)
def test_ofls19_values(name, rho, printed, rounds_to):
    """The numbers of the table of kernels of `ofls19`."""
    with precision(128):
        assert rounds_to(dual(name, derivative=1, rho=flint.arb(rho)), printed)


def test_zczg18_relu_moments():
    """Y = 2 relu(g)^2 - 1 has mean 0 and variance 5 (DRV-1); 2 Var relu(g) = 1 - 1/pi (DRV-6)."""
    squared, relu = activation("squared_relu"), activation("relu")
    assert squared.closed_form()(0) == sympy.Rational(1, 2)
    with precision(128):
        assert (4 * squared.quantity("var_phi")).overlaps(flint.arb(5))
        assert (2 * relu.quantity("var_phi")).overlaps(1 - 1 / flint.arb.pi())


def test_zczg18_kernel(rounds_to):
    """E[relu(u) relu(v)] is from alpha/2 to alpha/2 + theta^3/16, alpha = 1 - theta^2/2, attained at 2 (DRV-3)."""
    with precision(128):
        for k in range(1, 41):
            theta = flint.arb(k) / 20
            alpha = 1 - theta**2 / 2
            excess = dual("relu", rho=alpha) - alpha / 2
            assert not excess < 0
            assert not excess > theta**3 / 16
            assert k > 20 or excess < flint.arb("0.0545") * theta**3
        assert excess.overlaps(theta**3 / 16)
        small = flint.arb("1e-4")
        excess = dual("relu", rho=1 - small**2 / 2) - (1 - small**2 / 2) / 2
        assert rounds_to(excess / small**3, "0.05305")
