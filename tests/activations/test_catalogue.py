"""Entries of the catalogue against formulas written independently, their parameters and their suprema."""

from __future__ import annotations

import flint
import mpmath
import numpy as np
import pytest

from boundkit.activations import Z, activation, catalogue
from boundkit.activations.suprema import supremum
from boundkit.arithmetic import BALL, EXTENDED, evaluate, precision
from boundkit.errors import BadInput, NotApplicable

mp = mpmath.mp

FORMULAS = {
    "identity": lambda z: z,
    "quadratic": lambda z: z * z / 2,
    "square": lambda z: z * z,
    "monomial:degree=5": lambda z: z**5,
    "hermite:degree=4": lambda z: (z**4 - 6 * z**2 + 3) / mp.sqrt(24),
    "relu": lambda z: max(z, 0),
    "leaky_relu": lambda z: max(z, z / 100),
    "prelu:slope=0.4": lambda z: max(z, mp.mpf("0.4") * z),
    "squared_relu": lambda z: max(z, 0) ** 2,
    "relu_power:power=4": lambda z: max(z, 0) ** 4,
    "abs": abs,
    "elu:alpha=3": lambda z: z if z > 0 else 3 * mp.expm1(z),
    "selu": lambda z: (
        mp.mpf("1.0507009873554804934193349852946")
        * (z if z > 0 else mp.mpf("1.6732632423543772848170429916717") * mp.expm1(z))
    ),
    "celu:alpha=2": lambda z: max(0, z) + min(0, 2 * mp.expm1(z / 2)),
    "hard_tanh": lambda z: min(1, max(-1, z)),
    "hard_sigmoid": lambda z: min(6, max(0, z + 3)) / mp.mpf(6),
    "hard_swish": lambda z: z * min(6, max(0, z + 3)) / mp.mpf(6),
    "step": lambda z: mp.mpf(z >= 0),
    "sign": lambda z: mp.sign(z),
    "sigmoid:beta=3": lambda z: 1 / (1 + mp.exp(-3 * z)),
    "shifted_sigmoid": lambda z: mp.tanh(z / 2) / 2,
    "tanh": mp.tanh,
    "arctan": mp.atan,
    "erf": mp.erf,
    "erf_normal": lambda z: 2 * mp.ncdf(z) - 1,
    "erf_paper": lambda z: 2 / mp.sqrt(mp.pi) * mp.quad(lambda t: mp.exp(-t * t / 2), [0, z]),
    "softplus:beta=2": lambda z: mp.log1p(mp.exp(2 * z)) / 2,
    "shifted_softplus": lambda z: mp.log((1 + mp.exp(z)) / 2),
    "gelu": lambda z: z * mp.ncdf(z),
    "gelu_tanh": lambda z: z / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (z + mp.mpf("0.044715") * z**3))),
    "silu": lambda z: z / (1 + mp.exp(-z)),
    "swish:beta=1.5": lambda z: z / (1 + mp.exp(-3 * z / 2)),
    "mish": lambda z: z * mp.tanh(mp.log1p(mp.exp(z))),
    "cos": mp.cos,
    "sin": mp.sin,
    "exp": mp.exp,
    "gaussian": lambda z: mp.exp(-z * z),
    "rbf:width=3": lambda z: mp.exp(-z * z / 18),
    "gabor:frequency=4,width=2": lambda z: mp.exp(-z * z / 8) * mp.cos(4 * z),
}


def test_every_entry_has_a_formula():
    """No entry is left out of the comparison below."""
    assert {name.partition(":")[0] for name in FORMULAS} == set(catalogue())


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas(name):
    """Expression and array code have the values of a formula written with mpmath."""
    phi = activation(name)
    points = [-7.3, -3.5, -1.7, -0.4, 0.3, 0.9, 2.2, 4.1]
    values = phi.value_and_derivative(np.array(points))[0]
    with mpmath.workdps(40), precision(140):
        for x, value in zip(points, values, strict=True):
            expected = FORMULAS[name](mpmath.mpf(x))
            ball = evaluate(phi.expression, {Z: flint.arb(x)}, BALL)
            assert abs(ball - flint.arb(mpmath.nstr(expected, 38))) < 1e-30 * max(1, abs(float(expected)))
            assert abs(value - float(expected)) <= 1e-14 * max(1, abs(float(expected)))


@pytest.mark.parametrize("name", FORMULAS)
def test_array_derivative(name):
    """The array derivative is the central difference of the array value, away from the kinks."""
    h = np.linspace(-4.9, 4.9, 197) + 0.013
    phi, width = activation(name), 1e-6
    above, below = (phi.value_and_derivative(h + d)[0] for d in (width, -width))
    difference = (above - below) / (2 * width)
    assert np.max(np.abs(difference - phi.derivative_values(h)) / np.maximum(1, np.abs(difference))) < 2e-8


@pytest.mark.parametrize("name", FORMULAS)
def test_names_are_canonical(name):
    """An activation is found again by its name, and a default value is not part of the name."""
    phi = activation(name)
    assert activation(phi.name).name == phi.name
    key, _, _ = name.partition(":")
    told = ",".join(f"{k}={v}" for k, v in catalogue()[key].items())
    assert activation(f"{key}:{told}" if told else key).name == key


@pytest.mark.parametrize("name", [*catalogue(), "softplus:beta=10", "gabor:frequency=5,width=0.5", "swish:beta=2"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_suprema_by_dense_maximisation(name, order):
    """Where sup |phi^(j)| is finite no point of a fine grid exceeds it and one comes close."""
    phi = activation(name)
    bound = phi.sup(order)
    if not bound.is_finite():
        assert bound > 0
        return
    assert bound.rad() < 1e-15
    grid = np.linspace(-9, 9, 40001).astype(np.longdouble)
    largest = float(np.max(np.abs(evaluate(phi.derivative(order), {Z: grid}, EXTENDED))))
    assert largest <= float(bound.upper()) * (1 + 1e-15)
    assert largest >= float(bound.lower()) * (1 - 1e-3)


# in closed form: at 0, or where the fourth derivative vanishes
THIRD = {
    "tanh": "2",
    "arctan": "2",
    "sigmoid": "0.125",
    "softplus": "0.0962250448649376",
    "softplus:beta=4": "1.53960071783900",
    "sin": "1",
    "cos": "1",
    "erf": "2.25675833419103",
    "erf_normal": "0.797884560802865",
    "monomial": "6",
    "quadratic": "0",
    "gaussian": "3.90356614554",
}


@pytest.mark.parametrize("name", THIRD)
def test_third_derivatives(name):
    """sup |phi'''| in closed form: 2, 1/8, b^2/(6 sqrt 3), 4/sqrt(pi), sqrt(2/pi), ..."""
    with precision(128):
        assert abs(activation(name).sup(3) - flint.arb(THIRD[name])) < 1e-11
        assert activation(name).quantity("sup_d3phi").overlaps(activation(name).sup(3))


@pytest.mark.parametrize(
    "text", ["0.1*tanh(3*z) + sin(z)/7", "z*exp(-z**2)*erf(z)", "Abs(z)**5/20*exp(-z**2)", "log(cosh(z))"]
)
def test_third_derivatives_of_expressions(text):
    """For a user's expression too, against a fine grid."""
    bound = activation(text).sup(3)
    grid = np.linspace(-30, 30, 60001).astype(np.longdouble)
    largest = float(np.max(np.abs(evaluate(activation(text).derivative(3), {Z: grid}, EXTENDED))))
    assert float(bound.lower()) * (1 - 1e-4) <= largest <= float(bound.upper()) * (1 + 1e-14)
    assert bound.rad() < 1e-6


def test_third_derivative_of_kinked():
    """A jump in phi'' makes |phi'''| unbounded; a jump in phi''' does not."""
    assert not activation("z*Abs(z)").sup(3).is_finite()
    assert activation("relu_power:power=3").sup(3) == 6
    with precision(128):
        assert supremum(activation("relu_power:power=3").pieces(3)).overlaps(flint.arb(6))


@pytest.mark.parametrize(
    ("name", "order", "word"), [("quadratic", 1, "unbounded"), ("relu", 2, "unbounded"), ("exp", 3, "unbounded")]
)
def test_no_bound(name, order, word):
    """Asking a bound of an unbounded derivative gives a one-line reason."""
    with pytest.raises(NotApplicable, match=word) as caught:
        activation(name).bound(order)
    assert "\n" not in str(caught.value)
    assert activation("tanh").bound(2) >= activation("tanh").sup(2).lower()


@pytest.mark.parametrize("text", ["I*z", "exp(I*z)", "(-1)**0.5*z", "sqrt(z)", "log(z)", "z**1.5", "sqrt(z**2 - 1)"])
def test_complex(text):
    """Expressions that are complex somewhere on the line are refused in one line."""
    with pytest.raises(BadInput) as caught:
        activation(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["exp(z**2)", "exp(z**2/4)", "exp(exp(z))", "cosh(z**2)"])
def test_not_square_integrable(text):
    """What is not shown to be square integrable is refused with that reason."""
    with pytest.raises(BadInput, match=r"square|grow"):
        activation(text)
