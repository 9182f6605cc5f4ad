"""Closed form, certified enclosure and plain numerical integration: three ways to the same Hermite coefficients."""

from __future__ import annotations

from itertools import pairwise

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given, strategies as st

from boundkit.activations import Z, activation, catalogue
from boundkit.activations.closed_forms import closed_form
from boundkit.activations.pieces import split
from boundkit.activations.quadrature import gaussian_coefficients
from boundkit.arithmetic import BALL, EXTENDED, evaluate, precision

DEGREE = 40
OPEN = {
    "softplus",
    "shifted_softplus",
    "sigmoid",
    "shifted_sigmoid",
    "tanh",
    "arctan",
    "silu",
    "swish",
    "mish",
    "gelu_tanh",
}
PARAMETERS = [
    "leaky_relu:slope=-0.5",
    "softplus:beta=4",
    "sigmoid:beta=0.25",
    "swish:beta=3",
    "elu:alpha=2",
    "celu:alpha=0.5",
    "relu_power:power=5",
    "rbf:width=3",
    "gabor:frequency=0.5,width=2",
    "monomial:degree=7",
    "hermite:degree=9",
]
USER = [
    "exp(-z**2/3)*sin(2*z + 1)*z**2",
    "erf(2*z - 1)*(z**3 + 1)",
    "Max(0, 1 - abs(z))*exp(z/2)",
    "pi*cosh(z/3) + relu(z)/7",
    "z*sinh(z)",
    "cos(z - 2)",
    "Max(z, z/3 + 1)*z",
]
NAMES = [*catalogue(), *PARAMETERS, *USER]


def numeric(phi, derivative, scale=1.0):
    """E[phi^(derivative)(scale g) h_r(g)], r = 0..40, by Gauss-Legendre rules in extended precision."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    breaks = [float(evaluate(p.lower, {}, BALL).mid()) / scale for p in phi.pieces()[1:]]
    cuts = sorted({*np.linspace(-16, 16, 65), *breaks})
    x = np.concatenate([(a + b) / 2 + (b - a) / 2 * nodes for a, b in pairwise(cuts)]).astype(np.longdouble)
    w = np.concatenate([(b - a) / 2 * weights for a, b in pairwise(cuts)])
    w = w * np.exp(-x * x / 2) / np.sqrt(2 * np.longdouble(np.pi))
    w = w * np.broadcast_to(evaluate(phi.derivative(derivative), {Z: scale * x}, EXTENDED), x.shape)
    before, now, found = np.zeros_like(x), np.ones_like(x), []
    for r in range(DEGREE + 1):
        found.append(float(w @ now))
        before, now = now, (x * now - np.sqrt(r) * before) / np.sqrt(r + 1)
    return np.array(found)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("derivative", [0, 1, 2])
def test_three_ways(name, derivative):
    """Closed form, enclosure and numerical integration agree for degrees 0 to 40."""
    phi = activation(name)
    reference = numeric(phi, derivative)
    enclosures = gaussian_coefficients(phi.pieces(derivative), degree=DEGREE, bits=120)
    form = phi.closed_form(derivative)
    assert (form is None) == (phi.name.partition(":")[0] in OPEN)
    size = max(1.0, float(phi.second_moment(derivative).mid()) ** 0.5)
    for r, enclosure in enumerate(enclosures):
        assert enclosure.rad() < 1e-34
        assert abs(float(enclosure.mid()) - reference[r]) < 2e-13 * size, r
    if form is not None:
        with precision(400):
            assert all(e.contains(form.ball(r)) for r, e in enumerate(enclosures))


@pytest.mark.parametrize("name", [n for n in catalogue() if n not in OPEN])
@pytest.mark.parametrize("digits", [10, 30, 100])
def test_enclosures_contain_closed_forms(name, digits):
    """The enclosure by quadrature at 10, 30 and 100 digits contains the closed form, a SymPy number."""
    phi = activation(name)
    form = phi.closed_form()
    enclosures = gaussian_coefficients(phi.pieces(), degree=DEGREE, bits=int(digits * 3.33) + 8)
    with precision(1000):
        for r in (0, 1, 2, 3, 7, 20, 39, 40):
            exact = evaluate(form(r), {}, BALL)
            assert enclosures[r].contains(exact), r
            assert enclosures[r].rad() < flint.arb(10) ** -digits


@pytest.mark.parametrize("name", sorted(OPEN))
@pytest.mark.parametrize("digits", [10, 30, 100])
def test_enclosures_refine(name, digits):
    """Without a closed form, the enclosure contains one of twenty more digits, which integrates the whole line."""
    phi = activation(name)
    bits = int(digits * 3.33) + 8
    coarse = phi.coefficients_to(bits, derivative=0, degree=DEGREE)
    fine = gaussian_coefficients(phi.pieces(), degree=DEGREE, bits=bits + 66)
    with precision(bits + 100):
        for a, b in zip(coarse, fine, strict=True):
            assert a.overlaps(b)
            assert a.rad() < flint.arb(10) ** -digits


def double_factorial(n):
    """n!! with (-1)!! = 1 and (-3)!! = -1."""
    return -1 if n == -3 else sympy.factorial2(n)


PRINTED = {
    "relu": lambda r: (-1) ** (r // 2 - 1) * double_factorial(r - 3) / sympy.sqrt(2 * sympy.pi) if r % 2 == 0 else 0,
    "step": lambda r: (-1) ** ((r - 1) // 2) * sympy.factorial2(r - 2) / sympy.sqrt(2 * sympy.pi) if r % 2 else 0,
    "cos": lambda r: (-1) ** (r // 2) * sympy.exp(-sympy.Rational(1, 2)) if r % 2 == 0 else 0,
    "sin": lambda r: (-1) ** ((r - 1) // 2) * sympy.exp(-sympy.Rational(1, 2)) if r % 2 else 0,
    "exp": lambda _: sympy.exp(sympy.Rational(1, 2)),
}


@pytest.mark.parametrize("name", PRINTED)
def test_textbook_forms(name):
    """sqrt(r!) mu_r simplifies to the textbook expression (os19, App. H)."""
    form = activation(name).closed_form()
    for r in range(2, 30):
        assert sympy.simplify(form(r) - PRINTED[name](r) / sympy.sqrt(sympy.factorial(r))) == 0


def test_hermite_polynomials_are_orthonormal():
    """The coefficients of the normalised Hermite polynomial of degree r are those of a unit vector, exactly."""
    for r in (1, 4, 13, 32):
        form = activation(f"hermite:degree={r}").closed_form()
        assert [form(k) for k in range(40)] == [int(k == r) for k in range(40)]


@given(st.integers(-4, 4), st.integers(1, 3), st.integers(-6, 0), st.integers(0, 3), st.integers(0, 1))
def test_bounded_intervals(lower, length, sixths, power, slope):
    """z^k exp(a z + b z^2) on an interval with any rational ends."""
    inside = Z**power * sympy.exp(slope * Z + sympy.Rational(sixths, 6) * Z**2)
    a, b = sympy.Rational(lower, 3), sympy.Rational(lower, 3) + length
    pieces = split(sympy.Piecewise((0, a > Z), (inside, b > Z), (0, True)))
    form = closed_form(pieces)
    with precision(300):
        for r, enclosure in enumerate(gaussian_coefficients(pieces, degree=9, bits=100)):
            assert enclosure.contains(form.ball(r))


@pytest.mark.parametrize(
    "text", ["tanh(z)", "sin(z)**2*relu(z)", "erf(z)**2", "cos(sqrt(2)*z)", "relu(z**2 - 2)", "erf(z)*cos(z)"]
)
def test_no_closed_form(text):
    """What is not such a sum with rational parameters has no closed form, and still has enclosures."""
    phi = activation(text)
    assert phi.closed_form() is None
    assert phi.coefficients(0, 4)[0].rad() < 1e-35


@pytest.mark.parametrize("name", catalogue())
def test_parity_is_exact(name):
    """Coefficients of an even or odd function, less its line, vanish exactly and not by rounding."""
    symmetry = activation(name).definition.symmetry
    if symmetry is not None:
        values = activation(name).coefficients(0, DEGREE)
        lost = 1 if symmetry.parity == 1 else 0
        assert all(v == 0 for r, v in enumerate(values) if r > 1 and r % 2 == lost)


@pytest.mark.parametrize("name", ["softplus", "gelu", "elu", "hard_swish", "gabor", "mish", "exp", "sign"])
@pytest.mark.parametrize("scale", ["0.3", "2", "7/3"])
@pytest.mark.parametrize("derivative", [0, 1])
def test_scaled(name, scale, derivative):
    """The coefficients of phi^(j)(s g) agree with numerical integration."""
    phi = activation(name)
    values = phi.coefficients(derivative, DEGREE, scale=scale)
    size = max(1.0, float(phi.second_moment(derivative, scale=scale).mid()) ** 0.5)
    found = np.array([float(v.mid()) for v in values])
    assert np.max(np.abs(found - numeric(phi, derivative, float(sympy.Rational(scale))))) < 2e-13 * size
