"""Section 10 of the specification of Soltanolkotabi, Javanmard & Lee (2017), `sjl17`: moments at any scale."""

from __future__ import annotations

import flint
import pytest
import sympy

from boundkit.activations import Z, activation, hermite, tail
from boundkit.arithmetic import BALL, evaluate, precision

# sigma, E phi'(sigma g), E phi''(sigma g), Var phi'(sigma g)
SCALED_MOMENTS = {
    "softplus": """0.5 0.5 0.236044422440 0.0139555775601
        1 0.5 0.206620964142 0.0433790358581
        2 0.5 0.151426377401 0.0985736225995""",
    "softplus:beta=4": """0.5 0.5 0.605705509602 0.0985736225995
        1 0.5 0.364738765743 0.158815308564
        2 0.5 0.194600720536 0.201349819866""",
    "softplus:beta=10": """0.5 0.5 0.751448544280 0.174855145572
        1 0.5 0.392595601094 0.210740439891
        2 0.5 0.198657841424 0.230134215858""",
    "sigmoid": """0.5 0.236044422440 0 0.000317713894566
        1 0.206620964142 0 0.00214401852726
        2 0.151426377401 0 0.00609523363037""",
    "sigmoid:beta=4": """0.5 0.605705509602 0 0.0975237380859
        1 0.364738765743 0 0.122916075989
        2 0.194600720536 0 0.0937949558610""",
    "erf_paper": """0.5 1.00925300881 0 0.0210040991901
        1 0.797884560803 0 0.0984854215281
        2 0.504626504404 0 0.169765272631""",
    "erf": """0.5 0.921317731924 0 0.0514899530003
        1 0.651470015871 0 0.144996853155
        2 0.376126389032 0 0.167334888277""",
    "tanh": """0.5 0.826483856568 0 0.0343042964362
        1 0.605705509602 0 0.0975237380859
        2 0.364738765743 0 0.122916075989""",
    "relu": """0.5 0.5 0.797884560803 0.25
        1 0.5 0.398942280401 0.25
        2 0.5 0.199471140201 0.25""",
}

# sup|phi'|, sup|phi''| and phi at 0
BOUNDS = {
    "softplus": ("1", "0.25", "0.693147180560"),
    "softplus:beta=4": ("1", "1", "0.173286795140"),
    "softplus:beta=10": ("1", "2.5", "0.0693147180560"),
    "sigmoid": ("0.25", "0.0962250448649", "0.5"),
    "sigmoid:beta=4": ("1", "1.53960071784", "0.5"),
    "erf_paper": ("1.12837916710", "0.684396560624", "0"),
    "erf": ("1.12837916710", "0.967882898077", "0"),
    "tanh": ("1", "0.769800358920", "0"),
}

# c_0 .. c_5, orthonormal (sjl17)
ORTHONORMAL = {
    "softplus": "0.8060591833 0.5 0.1461030849 0 -0.01273662895 0",
    "softplus:beta=4": "0.4374516867 0.5 0.2579092546 0 -0.06266415004 0",
    "softplus:beta=10": "0.4054313031 0.5 0.2776070118 0 -0.07763104805 0",
    "sigmoid": "0.5 0.2066209641 0 -0.02547325791 0 0.0058770606",
    "sigmoid:beta=4": "0.5 0.3647387657 0 -0.1253283001 0 0.07134989844",
    "erf_paper": "0 0.7978845608 0 -0.1628675040 0 0.05462742153",
    "erf": "0 0.6514700159 0 -0.1773076802 0 0.07929440516",
    "tanh": "0 0.6057055096 0 -0.1484371908 0 0.06254752375",
    "square": "1 0 1.414213562 0 0 0",
    "quadratic": "0.5 0 0.7071067812 0 0 0",
    "relu": "0.3989422804 0.5 0.2820947918 0 -0.08143375198 0",
}


@pytest.mark.parametrize("name", SCALED_MOMENTS)
def test_sjl17_moments(name, rounds_to):
    """mu(sigma), gamma(sigma) and Var phi'(sigma g) of section 10 of `sjl17`."""
    phi = activation(name)
    with precision(128):
        for row in SCALED_MOMENTS[name].splitlines():
            sigma, *printed = row.split()
            for quantity, text in zip(("mu_phi_tilde", "mean_d2phi", "var_dphi"), printed, strict=True):
                assert rounds_to(phi.quantity(quantity, scale=sigma), text), (sigma, quantity)


@pytest.mark.parametrize("sigma", ["0.5", "1", "2"])
def test_sjl17_identities(sigma):
    """softplus_b: gamma_b(s) = b gamma_1(b s), Var phi' = 1/4 - gamma_b/b; sigmoid_b and tanh follow from it."""
    with precision(128):
        s = flint.arb(sigma)
        for beta in (1, 4, 10):
            name = f"softplus:beta={beta}"
            gamma = activation(name).quantity("mean_d2phi", scale=sigma)
            wide = sympy.Rational(sigma) * beta
            assert gamma.overlaps(beta * activation("softplus").quantity("mean_d2phi", scale=wide))
            assert activation(name).quantity("var_dphi", scale=sigma).overlaps(flint.arb("0.25") - gamma / beta)
            assert gamma < min(flint.arb(beta) / 4, 1 / (s * (2 * flint.arb.pi()).sqrt()))
            assert activation(f"sigmoid:beta={beta}").quantity("mu_phi_tilde", scale=sigma).overlaps(gamma)
        double = activation("softplus").quantity("mean_d2phi", scale=2 * sympy.Rational(sigma))
        assert activation("tanh").quantity("mu_phi_tilde", scale=sigma).overlaps(4 * double)


@pytest.mark.parametrize(("name", "slope"), [("erf_paper", 1), ("erf", 2)])
@pytest.mark.parametrize("sigma", ["0.5", "1", "3/2"])
def test_sjl17_error_functions(name, slope, sigma):
    """mu = 2/sqrt(pi (1 + a s^2)), Var phi' = 4/pi ((1 + 2 a s^2)^(-1/2) - (1 + a s^2)^(-1)), a = 1 or 2."""
    s = slope * sympy.Rational(sigma) ** 2
    mean = 2 / sympy.sqrt(sympy.pi * (1 + s))
    variance = 4 / sympy.pi * (1 / sympy.sqrt(1 + 2 * s) - 1 / (1 + s))
    phi = activation(name)
    assert sympy.simplify(phi.closed_form(1, scale=sigma)(0) - mean) == 0
    with precision(128):
        assert phi.quantity("mu_phi_tilde", scale=sigma).overlaps(evaluate(mean, {}, BALL))
        assert phi.quantity("var_dphi", scale=sigma).overlaps(evaluate(variance, {}, BALL))


@pytest.mark.parametrize("name", BOUNDS)
def test_sjl17_bounds(name, rounds_to):
    """B = sup|phi'|, L = sup|phi''| and phi(0)."""
    phi = activation(name)
    with precision(128):
        at_zero = evaluate(phi.expression.subs(Z, 0), {}, BALL)
        for value, text in zip((phi.sup(1), phi.sup(2), at_zero), BOUNDS[name], strict=True):
            assert rounds_to(value, text)


@pytest.mark.parametrize("name", ORTHONORMAL)
def test_sjl17_coefficients(name, rounds_to):
    """The normalised Hermite coefficients of section 10 of `sjl17`."""
    for c, text in zip(hermite(name, degree=5, digits=20), ORTHONORMAL[name].split(), strict=True):
        assert rounds_to(c.value, text), c.degree


@pytest.mark.parametrize("name", ["softplus:beta=4", "tanh", "gelu", "relu"])
@pytest.mark.parametrize("sigma", ["0.5", "2"])
def test_sjl17_conversions(name, sigma):
    """c_1 = s mu, c_2 = s^2 gamma / sqrt 2, c_j(phi') = sqrt(j+1) c_(j+1) / s, Var phi' = sum (j+1) c_(j+1)^2 / s^2."""
    phi = activation(name)
    with precision(128):
        s = flint.arb(sigma)
        c = phi.coefficients(0, 41, scale=sigma)
        assert c[1].overlaps(s * phi.quantity("mu_phi_tilde", scale=sigma))
        assert c[2].overlaps(s**2 * phi.quantity("mean_d2phi", scale=sigma) / flint.arb(2).sqrt())
        slopes = phi.coefficients(1, 40, scale=sigma)
        assert all(slopes[j].overlaps(flint.arb(j + 1).sqrt() * c[j + 1] / s) for j in range(41))
        series = sum((j + 1) * c[j + 1] ** 2 for j in range(1, 41)) / s**2
        variance = phi.quantity("var_dphi", scale=sigma)
        assert variance.overlaps(series + tail(name, 40, 1, scale=sigma))
        assert variance > s**2 * phi.quantity("mean_d2phi", scale=sigma) ** 2 - flint.arb("1e-30")


def test_sjl17_hypotheses(rounds_to):
    """gamma_min of softplus over [0.5, 2] is at 2; E|z|^2 of orthonormal W is 1.194 d."""
    with precision(128):
        assert rounds_to(activation("softplus:beta=4").quantity("mean_d2phi", scale=2), "0.1946")
        assert rounds_to(activation("softplus:beta=10").quantity("mean_d2phi", scale=2), "0.1987")
        phi = activation("softplus:beta=4")
        assert rounds_to(phi.quantity("var_dphi") / phi.quantity("mean_d2phi") ** 2, "1.194")
