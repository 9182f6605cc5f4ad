"""Activations by name, by expression and by SymPy; their moments, kinks and suprema."""

from __future__ import annotations

import pickle

import flint
import numpy as np
import pytest
import sympy

from boundkit.activations import Z, activation, catalogue
from boundkit.arithmetic import precision
from boundkit.errors import BadInput

# sup|phi'|, sup|phi''|, Var phi(g), E phi^2, E phi'^2 as printed
MOMENTS = {
    "softplus": ("1", "0.25", "0.271514501801", "0.921245908859", "0.293379035858"),
    "relu": ("1", "inf", "0.340845056908", "0.5", "0.5"),
    "tanh": ("1", "0.7698", "0.394294490398", "0.394294490398", "0.464402902448"),
    "sigmoid": ("0.25", "0.09623", "0.0433790358581", "0.293379035858", "0.0448362413502"),
    "erf": ("1.12838", "0.96788", "0.464559054398", "0.464559054398", "0.569410034734"),
    "gelu": ("1.12890", "0.79788", "0.345644011024", "0.42522148257", "0.455850865649"),
    "silu": ("1.09984", "0.5", "0.313083296994", "0.355775519817", "0.379482351633"),
    "cos": ("1", "1", "0.199788200447", "0.567667641618", "0.432332358382"),
    "arctan": ("1", "0.64952", "0.449700916435", "0.449700916435", "0.5"),
    "quadratic": ("inf", "1", "0.5", "0.75", "1"),
}
NAMES = ("sup_dphi", "sup_d2phi", "var_phi", "second_moment_phi", "second_moment_dphi")


def agrees(value, text):
    """Whether a ball rounds to the printed number, within one unit of its last digit."""
    if text == "inf":
        return not value.is_finite()
    decimals = len(text.partition(".")[2]) if "." in text else 30
    return bool(abs(value - flint.arb(text)) < flint.arb(10) ** -decimals)


@pytest.mark.parametrize("name", MOMENTS)
def test_moments_table(name):
    """Suprema and second moments are those tabulated."""
    phi = activation(name)
    with precision(128):
        wrong = [(q, t) for q, t in zip(NAMES, MOMENTS[name], strict=True) if not agrees(phi.quantity(q), t)]
    assert not wrong


def test_twenty_digits():
    """The twenty-digit values for softplus."""
    phi = activation("softplus")
    with precision(128):
        shown = {n: phi.quantity(n).str(20, radius=False) for n in ("mu_phi", "second_moment_dphi", "var_phi")}
    assert shown == {
        "mu_phi": "0.20662096414190703726",
        "second_moment_dphi": "0.29337903585809296274",
        "var_phi": "0.27151450180055873184",
    }


def test_moment_names():
    """mu_phi is mu_1(phi'), mu_phi_tilde is mu_0(phi') = mu_1(phi), B is the larger supremum."""
    phi = activation("gelu")
    with precision(128):
        assert phi.quantity("mu_phi").overlaps(phi.coefficients(1, 1)[1])
        assert phi.quantity("mu_phi_tilde").overlaps(phi.coefficients(0, 1)[1])
        assert phi.quantity("B").overlaps(phi.sup(1))
    with pytest.raises(BadInput, match="did you mean mu_phi"):
        phi.quantity("mu_ph")


def test_precision_in_force_refines():
    """Quantities are at least as precise as the arithmetic in force."""
    with precision(400):
        assert activation("tanh").quantity("var_phi").rel_accuracy_bits() > 380


@pytest.mark.parametrize("name", ["tanh", "erf", "sigmoid", "arctan", "sin", "identity"])
def test_even_derivative_means_no_mu_phi(name):
    """mu_phi is exactly zero when phi' is even (os19, C5)."""
    assert activation(name).quantity("mu_phi") == 0


def test_every_symmetry_is_true():
    """phi less its affine part is even or odd as declared, at points across the line."""
    for name in catalogue():
        phi = activation(name)
        declared = phi.definition.symmetry
        if declared is None:
            continue
        for point in (sympy.Rational(1, 7), sympy.Rational(5, 3), sympy.Integer(6)):
            rest = phi.expression - declared.affine
            gap = rest.subs(Z, point) - declared.parity * rest.subs(Z, -point)
            assert abs(sympy.N(gap, 30)) < 1e-25, name


def test_kinks():
    """Kinks are where phi, phi' or phi'' jumps; smooth means none."""
    found = {name: activation(name).kinks for name in ("relu", "elu", "step", "leaky_relu", "softplus", "gelu")}
    assert found == {"relu": (0,), "elu": (0,), "step": (0,), "leaky_relu": (0,), "softplus": (), "gelu": ()}
    assert activation("Max(-1, Min(1, z))").kinks == (-1, 1)
    assert activation("Abs(z)**3").smooth
    assert not activation("z*Abs(z)").smooth
    assert activation("relu(z**2 - 2)").kinks == (-sympy.sqrt(2), sympy.sqrt(2))


def test_relu_derivative_at_zero_is_one():
    """ReLU'(0) = 1 in the symbolic derivative too."""
    assert activation("relu").derivative(1).subs(Z, 0) == 1
    assert activation("relu").derivative(0).subs(Z, -3) == 0


def test_sources_meet():
    """A name, its formula as text and its formula in another symbol are one activation."""
    x = sympy.Symbol("x")
    assert activation("log(1 + exp(z))") is activation("softplus")
    assert activation(sympy.log(1 + sympy.exp(x))) == activation("softplus")
    assert activation("1/(1 + exp(-z))") == activation("sigmoid") == activation("exp(z)/(1 + exp(z))")
    assert activation("relu(z)").name == "relu"
    assert activation(activation("gelu")) is activation("gelu")
    assert activation("leaky_relu: slope = 1/10") == activation("leaky_relu:slope=0.1")
    assert activation("leaky_relu:slope=0.01").name == "leaky_relu"
    assert activation("softplus:beta=4").name == "softplus:beta=4"
    assert activation("swish") == activation("silu")
    assert activation("z**2").name == "square"


@pytest.mark.parametrize("source", ["softplus", "leaky_relu:slope=0.1", "0.01*cos(z)", "z*tanh(softplus(z))"])
def test_pickle(source):
    """Activations survive a trip to another process, caches and all."""
    phi = activation(source)
    phi.quantity("mu_phi")
    assert pickle.loads(pickle.dumps(phi)) == phi
    assert hash(pickle.loads(pickle.dumps(phi))) == hash(phi)


def test_scaling_law():
    """The suprema and moments of c phi are |c| and c^2 times those of phi."""
    small, cos = activation("0.01*cos(z)"), activation("cos")
    with precision(128):
        hundred = flint.arb(100)
        assert (small.sup(1) * hundred).overlaps(cos.sup(1))
        assert (small.second_moment(1) * hundred**2).overlaps(cos.second_moment(1))
        assert (small.quantity("mu_phi") * hundred).overlaps(cos.quantity("mu_phi"))


@pytest.mark.parametrize(
    "source",
    [
        "softplu",
        "",
        "3",
        "z - z",
        "log(z)",
        "sqrt(z)",
        "1/z",
        "tan(z)",
        "exp(z**2)",
        "exp(z**2/4)",
        "exp(17*z)*tanh(z)",
        "sin(1000000*z)",
        "I*z",
        "exp(exp(z))",
        "leaky_relu:slope",
        "leaky_relu:slop=1",
        "leaky_relu:slope=x",
        "leaky_relu:slope=1e7",
        "leaky_relu:slope=0.1,slope=2",
        "softplus:gamma=2",
        "softplus:beta=0",
        "celu:alpha=-1",
        "monomial:degree=2.5",
        "relu_power:power=0",
        "hermite:degree=33",
        "sqrt(-1)*z",
        "(-8)**(1/3)*z",
        "Abs(sin(z))",
        sympy.Symbol("a") * sympy.Symbol("b"),
        sympy.Integer(2),
        sympy.gamma(Z),
        sympy.I * Z,
        Z ** sympy.Symbol("z", real=True),
        7,
        None,
    ],
    ids=str,
)
def test_unusable(source):
    """What is unknown, constant, complex, undefined or not square integrable is refused in one line."""
    with pytest.raises(BadInput) as caught:
        activation(source)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_near_matches():
    """An unknown name comes with what was probably meant."""
    with pytest.raises(BadInput, match="did you mean softplus"):
        activation("soft_plus")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Abs(z - 1)", {1: (0, 1)}),
        ("Max(0, 1 - Abs(z))", {-1: (0, 1), 0: (1, -1), 1: (0, 0)}),
        ("z*sign(z + 1/2)", {-0.5: (-0.5, 1)}),
    ],
)
def test_arrays_are_right_continuous_at_kinks_and_jumps(text, at):
    """Value and slope of a written function where its pieces meet are those of the piece to the right."""
    phi = activation(text)
    found = phi.value_and_derivative(np.array([*map(float, at)]))
    assert [tuple(pair) for pair in zip(*found, strict=True)] == [*at.values()]
    assert phi.derivative_values(np.array([*map(float, at)])).tolist() == [slope for _, slope in at.values()]


@pytest.mark.parametrize(
    ("text", "suprema"),
    [
        ("softplus:beta=10", (1, 2.5, 2.5)),
        ("sin(2*z)", (2, 4, 4)),
        ("sin(z/2)", (0.5, 0.25, 0.5)),
        ("tanh", (1, None, 1)),
    ],
)
def test_b_is_the_larger_of_both_suprema(text, suprema):
    """Whichever of sup |phi'| and sup |phi''| that is."""
    for name, value in zip(("sup_dphi", "sup_d2phi", "B"), suprema, strict=True):
        assert value is None or float(activation(text).quantity(name)) == pytest.approx(value, rel=1e-15), name


@pytest.mark.parametrize("slope", ["0.001", "-0.5", "0.2"])
def test_the_name_of_an_entry_has_every_parameter_that_is_not_the_default(slope):
    """Smaller or larger: the name makes the same function again, and so does a pickle."""
    phi = activation(f"leaky_relu:slope={slope}")
    assert phi.name == f"leaky_relu:slope={slope}"
    for again in (activation(phi.name), pickle.loads(pickle.dumps(phi))):
        assert again.expression.subs(Z, -1) == -sympy.Rational(slope)
