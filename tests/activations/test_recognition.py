"""Families are recognised however they are written, planted neighbours are not; vanishing means against mpmath."""

import mpmath
import pytest
import sympy

from boundkit.activations import Z, activation
from boundkit.activations.recognition import POINTS

FAMILIES = {
    "is_quadratic": (["square", "z**2", "(z+1)**2-2*z-1"], ["quadratic", "abs", "z**2+0.001*cos(z)"]),
    "is_linear": (["identity", "2*z+1"], ["relu", "z+0.001*sin(z)", "softplus"]),
    "is_scaled_softplus": (
        ["softplus", "softplus:beta=4", "log(1+exp(4*z))/4", "3*log(1+exp(z/3))", "z+log(1+exp(-z))"],
        ["shifted_softplus", "log(1+exp(4*z))/3", "relu", "gelu"],
    ),
    "is_scaled_sigmoid": (
        ["sigmoid", "sigmoid:beta=4", "1/(1+exp(-10*z))", "(1+tanh(z))/2"],
        ["tanh", "1/(2+exp(-z))", "softplus", "(1+erf(z))/2"],
    ),
    "is_tanh": (["tanh", "(exp(2*z)-1)/(exp(2*z)+1)"], ["tanh(1.001*z)", "erf"]),
    "is_erf": (["erf"], ["erf_paper", "erf_normal", "tanh"]),
    "is_normal_integral": (["erf_paper", "sqrt(2)*erf(z/sqrt(2))"], ["erf", "erf_normal"]),
}
CASES = [(word, text, i == 0) for word, pair in FAMILIES.items() for i, texts in enumerate(pair) for text in texts]


@pytest.mark.parametrize(("word", "text", "member"), CASES)
def test_families(word, text, member):
    """1 for every way of writing a member, 0 for what is close and is not one."""
    assert activation(text).quantity(word) == int(member)


def test_agreement_at_a_few_points_is_no_proof():
    """A square plus what vanishes at every point that is looked at is not called the square."""
    vanishing = sympy.prod([Z - point for point in POINTS]) / 1000
    assert activation(Z**2 + vanishing).quantity("is_quadratic").contains(0)


@pytest.mark.parametrize(
    ("text", "b"), [("softplus", 1), ("softplus:beta=10", 10), ("log(1+exp(z/4))*4", 0.25), ("sigmoid:beta=3", 3)]
)
def test_sharpness(text, b):
    """The parameter is read off the function."""
    assert activation(text).quantity("sharpness").contains(b)


@pytest.mark.parametrize(
    ("text", "slope", "curvature"),
    [
        ("softplus", 0, 0),
        ("softplus:beta=4", 0, 0),
        ("sigmoid", 0, 1),
        ("1/(1+exp(-4*z))", 0, 1),
        ("tanh", 0, 1),
        ("erf_paper", 0, 1),
        ("square", 1, 0),
        ("identity", 0, 1),
        ("relu", 0, 0),
        ("abs", 1, 0),
        ("hard_tanh", 0, 1),
        ("cos", 1, None),
        ("sin", None, 1),
        ("sin(z)-0.5*z", 0.5, 1),
    ],
)
def test_vanishing_means(text, slope, curvature):
    """Example 2.4 of the paper, kinked functions, and a mean slope that has a zero at one scale; None: not shown."""
    a = activation(text)
    for word, expected in (("mean_dphi_vanishes", slope), ("mean_d2phi_vanishes", curvature)):
        found = a.quantity(word)
        assert found.contains(expected or 0)
        assert (found.rad() == 0) == (expected is not None)


def _mean(expression, sigma):
    function = sympy.lambdify(Z, expression, "mpmath")
    with mpmath.workdps(25):
        return mpmath.quad(lambda z: function(sigma * z) * mpmath.npdf(z), [-12, -4, -1, 0, 1, 4, 12])


@pytest.mark.parametrize("text", ["softplus:beta=4", "sigmoid", "tanh", "erf", "erf_paper", "square", "cos", "gelu"])
@pytest.mark.parametrize("sigma", ["1/2", "2"])
def test_moments_at_a_scale(text, sigma):
    """E phi', E phi'' and Var phi' at scale sigma by numerical integration at 25 digits."""
    from boundkit.data import dataset, quantities

    a, s = activation(text), mpmath.mpf(sympy.Rational(sigma).p) / sympy.Rational(sigma).q
    first, second = sympy.diff(a.expression, Z), sympy.diff(a.expression, Z, 2)
    mean = _mean(first, s)
    expected = {"mean_dphi": mean, "mean_d2phi": _mean(second, s), "var_dphi": _mean(first**2, s) - mean**2}
    data = dataset("orthonormal:n=1")
    for name, value in expected.items():
        found = quantities(data, activation=a, names=[name], parameters={"scale": sigma})[name].ball
        assert float(found.mid()) == pytest.approx(float(value), rel=1e-14, abs=1e-17)


def test_slope_at_zero():
    """|phi'(0)|, from the right at a kink."""
    for text, value in (("softplus:beta=4", 0.5), ("tanh", 1), ("relu", 1), ("sigmoid:beta=4", 1), ("cos", 0)):
        assert activation(text).quantity("slope_at_zero") == value
