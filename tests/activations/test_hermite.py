"""Hermite coefficients against the printed table, mpmath quadrature, closed forms and each other."""

from __future__ import annotations

import flint
import mpmath
import pytest
import sympy
from hypothesis import given, strategies as st

from boundkit.activations import activation, catalogue, hermite, tail
from boundkit.activations.quadrature import gaussian_coefficients
from boundkit.arithmetic import BALL, evaluate, precision
from boundkit.errors import BadInput

# mu_0 .. mu_7 of phi and of phi' to twelve significant digits, computed with mpmath
TABLE = {
    "relu": (
        "0.398942280401 0.5 0.282094791774 0 -0.0814337519838 0 0.0446031029038 0",
        "0.5 0.398942280401 0 -0.162867503968 0 0.109254843059 0 -0.0842919414181",
    ),
    "softplus": (
        "0.806059183347 0.5 0.14610308488 0 -0.0127366289537 0 0.00239929994291 0",
        "0.5 0.206620964142 0 -0.0254732579073 0 0.00587706060001 0 -0.00172665628757",
    ),
    "quadratic": ("0.5 0 0.707106781187 0 0 0 0 0", "0 1 0 0 0 0 0 0"),
    "tanh": (
        "0 0.605705509602 0 -0.148437190787 0 0.0625475237527 0 -0.0314454192877",
        "0.605705509602 0 -0.257100756176 0 0.139860514935 0 -0.0831967593074 0",
    ),
    "sigmoid": (
        "0.5 0.206620964142 0 -0.0254732579073 0 0.00587706060001 0 -0.00172665628757",
        "0.206620964142 0 -0.0441209769298 0 0.0131415070095 0 -0.00456830313659 0",
    ),
    "erf": (
        "0 0.651470015871 0 -0.177307680178 0 0.0792944051623 0 -0.040784641166",
        "0.651470015871 0 -0.307105910641 0 0.177307680178 0 -0.107906017836 0",
    ),
    "gelu": (
        "0.282094791774 0.5 0.299206710301 0 -0.0719779478065 0 0.0275967619596 0",
        "0.5 0.423142187661 0 -0.143955895613 0 0.0675979853541 0 -0.0335269143991",
    ),
    "silu": (
        "0.206620964142 0.5 0.24808519283 0 -0.0378050088051 0 0.00982749652086 0",
        "0.5 0.350845444325 0 -0.0756100176103 0 0.0240723519251 0 -0.00882569382237",
    ),
    "elu": (
        """0.160520572267 0.761578291865 0.184963783989 -0.0560786134912
        -0.0280393067456 0.0238787218347 0.00974844736748 -0.0131738215117""",
        """0.761578291865 0.261578291865 -0.0971310077849 -0.0560786134912
        0.0533944452382 0.0238787218347 -0.0348546555363 -0.0131738215117""",
    ),
    "leaky_relu:slope=0.1": (
        "0.359048052361 0.55 0.253885312596 0 -0.0732903767854 0 0.0401427926134 0",
        "0.55 0.359048052361 0 -0.146580753571 0 0.0983293587533 0 -0.0758627472763",
    ),
    "cos": (
        "0.606530659713 0 -0.42888194248 0 0.123807552471 0 -0.0226040630926 0",
        "0 -0.606530659713 0 0.247615104942 0 -0.0553684206905 0 0.00854353279466",
    ),
    "arctan": (
        "0 0.655679542419 0 -0.127111814105 0 0.0508282356239 0 -0.0258003792345",
        "0.655679542419 0 -0.220164120273 0 0.113655390031 0 -0.0682613871857 0",
    ),
}

MPMATH = {
    "softplus": lambda z: mpmath.log1p(mpmath.exp(z)),
    "tanh": mpmath.tanh,
    "silu": lambda z: z / (1 + mpmath.exp(-z)),
    "gelu": lambda z: z * mpmath.ncdf(z),
    "elu": lambda z: z if z >= 0 else mpmath.expm1(z),
    "arctan": mpmath.atan,
    "z*tanh(softplus(z))": lambda z: z * mpmath.tanh(mpmath.log1p(mpmath.exp(z))),
    "Max(0, 1 - abs(z))": lambda z: max(mpmath.mpf(0), 1 - abs(z)),
}
CLOSED = [name for name in catalogue() if activation(name).closed_form() is not None]


def quadrature(function, degree):
    """E[f(g) h_degree(g)] by mpmath's own rule, at the working precision of mpmath."""
    norm = mpmath.sqrt(2 * mpmath.pi * mpmath.factorial(degree))
    he = [mpmath.mpf(1), None]

    def integrand(z):
        he[0], previous = mpmath.mpf(1), mpmath.mpf(0)
        for r in range(degree):
            he[0], previous = z * he[0] - r * previous, he[0]
        return function(z) * he[0] * mpmath.exp(-z * z / 2) / norm

    return mpmath.quad(integrand, [-16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16])


def close(value, text):
    """Whether a ball agrees with a printed number to half a unit in its twelfth significant digit."""
    if text == "0":
        return bool(value == 0)
    digits = 12 if len(text.strip("-0.")) > 6 else 18
    printed = flint.arb(text)
    return bool(abs(value - printed) <= abs(printed) * flint.arb(10) ** -digits * 6)


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("derivative", [0, 1])
def test_table(name, derivative):
    """The first eight coefficients of phi and phi' are those tabulated, zeros exactly zero."""
    values = hermite(name, degree=7, digits=20, derivative=derivative)
    expected = TABLE[name][derivative].split()
    with precision(128):
        wrong = [(c.degree, c.value, t) for c, t in zip(values, expected, strict=True) if not close(c.value, t)]
    assert not wrong


def test_twenty_digits():
    """mu_1 of the logistic function and mu_0 of softplus to the twenty digits printed."""
    assert hermite("sigmoid", degree=1, digits=25)[1].value.str(20, radius=False) == "0.20662096414190703726"
    assert hermite("softplus", degree=0, digits=25)[0].value.str(20, radius=False) == "0.80605918334743978453"


@pytest.mark.parametrize("name", MPMATH)
@pytest.mark.parametrize("degree", [0, 1, 2, 5, 12])
def test_mpmath_quadrature(name, degree):
    """Thirty digits agree with mpmath's adaptive quadrature of a formula written independently."""
    value = hermite(name, degree=degree, digits=34)[degree].value
    with mpmath.workdps(40), precision(160):
        reference = flint.arb(mpmath.nstr(quadrature(MPMATH[name], degree), 38))
        assert abs(value - reference) < flint.arb("1e-30")


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("derivative", [0, 1])
def test_closed_forms_lie_in_enclosures(name, derivative):
    """Every closed form is inside the enclosure that numerical integration gives without knowing it."""
    phi = activation(name)
    form = phi.closed_form(derivative)
    if form is None:
        pytest.skip("the derivative has no closed form")
    numeric = gaussian_coefficients(phi.pieces(derivative), degree=40, bits=128)
    with precision(200):
        for r, enclosure in enumerate(numeric):
            exact = evaluate(form(r), {}, BALL)
            assert enclosure.overlaps(exact), (r, enclosure, exact)
            assert enclosure.rad() < 1e-37


@pytest.mark.parametrize("name", ["softplus", "relu", "gelu", "silu", "tanh", "elu", "arctan", "sin"])
def test_stein(name):
    """mu_r(phi') = sqrt(r + 1) mu_(r+1)(phi), from two separate integrations (os19 D21)."""
    phi = activation(name)
    with precision(160):
        below = gaussian_coefficients(phi.pieces(1), degree=30, bits=128)
        above = gaussian_coefficients(phi.pieces(0), degree=31, bits=128)
        for r in range(31):
            assert abs(below[r] - flint.arb(r + 1).sqrt() * above[r + 1]) < 1e-35


def test_step_is_not_differentiated_through_its_jump():
    """The derivative of the step is zero almost everywhere, so all of its coefficients vanish."""
    assert all(c.value == 0 for c in hermite("step", degree=9, derivative=1))


@pytest.mark.parametrize("name", ["softplus", "tanh", "silu", "cos", "gelu", "z*tanh(softplus(z))"])
def test_parseval(name):
    """The sum of squares increases to E[phi^2]."""
    phi = activation(name)
    with precision(128):
        missing = phi.second_moment(0) - sum(mu**2 for mu in phi.coefficients(0, 120))
        assert -1e-35 < missing < 1e-8


@pytest.mark.parametrize("digits", [10, 30, 60, 200])
@pytest.mark.parametrize("name", ["softplus", "tanh", "elu", "gelu"])
def test_digits(name, digits):
    """The asked number of significant digits is reached, and more digits refine the same number."""
    coarse = hermite(name, degree=12, digits=digits)
    fine = hermite(name, degree=12, digits=digits + 15)
    for a, b in zip(coarse, fine, strict=True):
        assert a.value.overlaps(b.value)
        assert a.value == 0 or a.value.rel_accuracy_bits() >= digits * 3.3219


def test_high_degree():
    """Degree 400 keeps thirty significant digits, where coefficients are as small as 1e-25."""
    values = hermite("tanh", degree=400, digits=30)
    assert 0 < abs(values[399].value) < 1e-13
    assert min(c.value.rel_accuracy_bits() for c in values if c.value != 0) >= 99


@given(st.integers(0, 60), st.sampled_from(["relu", "gelu", "cos", "erf", "quadratic"]))
def test_conventions(degree, name):
    """The probabilist coefficient is the orthonormal one over sqrt(r!), in value and in form."""
    orthonormal = hermite(name, degree=degree)[degree]
    probabilist = hermite(name, degree=degree, convention="probabilist")[degree]
    with precision(128):
        assert (probabilist.value * flint.arb(degree).fac().sqrt()).overlaps(orthonormal.value)
        assert evaluate(probabilist.closed_form, {}, BALL).overlaps(probabilist.value)
        assert evaluate(orthonormal.closed_form, {}, BALL).overlaps(orthonormal.value)


def test_probabilist_series_rebuilds_a_polynomial():
    """The probabilist coefficients of a polynomial sum with He_r to the polynomial itself."""
    z = sympy.Symbol("z")
    terms = hermite("z**5 - 3*z**2 + 1", degree=5, convention="probabilist")
    he = [sympy.Integer(1), z]
    for r in range(1, 5):
        he.append(sympy.expand(z * he[r] - r * he[r - 1]))
    assert sympy.expand(sum(c.closed_form * he[c.degree] for c in terms)) == z**5 - 3 * z**2 + 1


@pytest.mark.parametrize(
    "arguments",
    [
        {"degree": -1},
        {"degree": 401},
        {"degree": 2.5},
        {"digits": 0},
        {"digits": 1001},
        {"degree": 400, "digits": 1000},
        {"convention": "physicist"},
        {"derivative": 7},
        {"derivative": -1},
    ],
)
def test_limits(arguments):
    """Arguments out of range are refused in one line that names the argument."""
    with pytest.raises(BadInput) as caught:
        hermite("softplus", **arguments)
    assert caught.value.argument in arguments
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["relu", "softplus", "gelu", "hard_tanh", "tanh", "exp", "gabor"])
@pytest.mark.parametrize("derivative", [0, 1])
def test_tail(name, derivative):
    """The tail is what Parseval leaves: it falls with the degree by exactly the squares in between."""
    phi = activation(name)
    near, far = (tail(name, degree, derivative) for degree in (10, 30))
    with precision(200):
        between = sum(mu**2 for mu in phi.coefficients(derivative, 30)[11:])
        assert (near - far).overlaps(between)
        assert far > 0
        assert far.rel_accuracy_bits() >= 30
        beyond = sum(mu**2 for mu in phi.coefficients(derivative, 80)[31:])
        assert far.overlaps(beyond + tail(name, 80, derivative))


def test_tail_by_closed_sums():
    """Tails of exp and cos are tails of the exponential series; that of ReLU at 1 is E relu^2 - 1/(2 pi) - 1/4."""
    with precision(256):
        for degree in (0, 3, 12):
            partial = sum((1 / flint.arb(r).fac() for r in range(degree + 1)), flint.arb(0))
            assert tail("exp", degree).overlaps(flint.arb(1).exp() * (flint.arb(1).exp() - partial))
        assert tail("relu", 1).overlaps(flint.arb("0.25") - 1 / (2 * flint.arb.pi()))
    for name, degree in (("quadratic", 2), ("monomial:degree=5", 5), ("hermite:degree=4", 4), ("identity", 1)):
        assert tail(name, degree) == 0
        assert tail(name, degree - 1) > 0


@pytest.mark.parametrize("scale", [0, -1, "x", 1001, float("nan"), None])
def test_scale_out_of_range(scale):
    """A scale that is not a positive number of moderate size is refused."""
    with pytest.raises(BadInput, match="scale"):
        hermite("tanh", degree=2, scale=scale)
    with pytest.raises(BadInput, match="scale"):
        activation("tanh").quantity("mu_phi", scale=scale)


def test_scale_in_other_conventions():
    """A scale is the same function as the expression with its argument scaled, in value and in form."""
    for convention in ("orthonormal", "probabilist"):
        scaled = hermite("gelu", degree=6, convention=convention, scale="1/3")
        direct = hermite("z/3*(1 + erf(z/3/sqrt(2)))/2", degree=6, convention=convention)
        assert all(sympy.simplify(a.closed_form - b.closed_form) == 0 for a, b in zip(scaled, direct, strict=True))
        assert all(a.value.overlaps(b.value) for a, b in zip(scaled, direct, strict=True))


def test_too_much_work():
    """What oscillates too fast to be integrated is refused with its reason."""
    with pytest.raises(BadInput, match="segments"):
        activation("tanh(1000000*z)*cos(100000*z)")


def test_closed_forms_beyond_quadrature():
    """exp(z^2/8) is square integrable, though it grows too fast for the enclosures by quadrature; exp(z^2/4) is not."""
    with precision(200):
        value = activation("exp(z**2/8)").second_moment(0)
        assert value.overlaps(flint.arb(2).sqrt())
        assert activation("exp(17*z)").second_moment(0).overlaps(flint.arb(578).exp())
