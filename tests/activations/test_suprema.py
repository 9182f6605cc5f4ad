"""Suprema by branch and bound against exact forms, samples and known behaviour at infinity."""

from __future__ import annotations

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given, strategies as st

from boundkit.activations import Z, activation, catalogue
from boundkit.activations.arithmetics import REAL
from boundkit.activations.pieces import split
from boundkit.activations.suprema import supremum
from boundkit.arithmetic import BALL, EXTENDED, evaluate, precision

DECLARED = [
    (name, order)
    for name in catalogue()
    for order in (1, 2)
    if activation(name).definition.suprema[order - 1] is not None
]


@pytest.mark.parametrize(("name", "order"), DECLARED)
def test_declared_suprema(name, order):
    """Branch and bound, which knows nothing of the declared value, encloses it to twenty digits."""
    phi = activation(name)
    with precision(128):
        declared = evaluate(phi.definition.suprema[order - 1], {}, BALL)
        found = supremum(phi.pieces(order))
        if not declared.is_finite():
            assert not found.is_finite()
            assert found > 0
        else:
            assert found.overlaps(declared)
            assert found.rad() < 1e-20


@pytest.mark.parametrize(
    "name", ["silu", "gelu", "z*tanh(softplus(z))", "softplus(3*z)/3", "z*exp(-z**2)", "erf(z)**2"]
)
@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_no_sample_exceeds(name, order):
    """On a fine grid |phi^(j)| comes close to the supremum and never exceeds it."""
    phi = activation(name)
    bound = phi.sup(order)
    if not bound.is_finite():
        assert order == 0
        return
    grid = np.linspace(-12, 12, 20001).astype(np.longdouble)
    largest = float(np.max(np.abs(evaluate(phi.derivative(order), {Z: grid}, EXTENDED))))
    assert largest <= float(bound.upper()) * (1 + 1e-15)
    assert largest >= float(bound.lower()) * (1 - 1e-5)


@given(
    st.sampled_from(["softplus", "gelu", "silu", "arctan", "z*tanh(softplus(z))", "log(cosh(z))", "sin(z) + cos(z)"]),
    st.integers(1, 2),
    st.floats(-1e12, 1e12),
)
def test_ball_samples(name, order, x):
    """No point of the line, however far out, has a derivative certainly above the enclosure."""
    phi = activation(name)
    with precision(128):
        value = abs(evaluate(phi.pieces(order)[0].expression, {Z: flint.arb(x)}, REAL))
        assert not value > phi.sup(order)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("tanh(z)", "1"),
        ("z/sqrt(1 + z**2)", "1"),
        ("exp(-exp(z))", "1"),
        ("sin(z)*tanh(z)", "1"),
        ("z**2*exp(-z)*exp(-z**2)/(1 + z**4)", None),
        ("1/(1 + z**2)", "1"),
        ("exp(-z**2)*1e-30", "1e-30"),
    ],
)
def test_approached_at_infinity(expression, expected):
    """A supremum that is only approached, or attained, is enclosed tightly."""
    phi = activation(expression)
    with precision(192):
        found = supremum(phi.pieces())
        assert found.rel_accuracy_bits() > 60
        if expected is not None:
            assert abs(found - flint.arb(expected)) < flint.arb(expected) * 1e-18


@pytest.mark.parametrize("expression", ["z**2", "exp(z)", "z*sin(z)", "softplus(z)**2", "cosh(z)"])
def test_unbounded(expression):
    """An unbounded derivative never gets a finite bound."""
    assert not activation(expression).sup(1).is_finite()


def test_proven_divergence_is_plus_infinity():
    """When the growth is proven the answer is +infinity, not only the whole line."""
    assert activation("quadratic").sup(1) > 10**100
    assert supremum(split(Z**2)) > 10**100


def test_kinks_have_no_second_derivative():
    """For kinked functions sup|phi''| is infinite, for a jump sup|phi'| too."""
    assert not activation("relu").sup(2).is_finite()
    assert not activation("elu").sup(2).is_finite()
    assert not activation("step").sup(1).is_finite()
    assert activation("relu").sup(1) == 1
    assert activation("leaky_relu:slope=-3").sup(1) == 3


def test_budget_leaves_an_enclosure():
    """What oscillates too fast to resolve is still enclosed, only less tightly."""
    found = supremum(split(sympy.sin(Z) + sympy.cos(Z)))
    assert found.lower() <= flint.arb(2).sqrt() <= found.upper() <= 2.001


@pytest.mark.parametrize(
    "expression", ["relu(z - 100)*cos(z)/(1 + z**2)", "Max(-5, Min(5, (z - 1000)/10))", "Max(0, 50 - Abs(z))"]
)
def test_breaks_beyond_the_near_range(expression):
    """Breaks far out are part of the search, each piece only on its own interval."""
    phi = activation(expression)
    grid = np.linspace(-2000, 2000, 400001).astype(np.longdouble)
    largest = float(np.max(np.abs(evaluate(phi.expression, {Z: grid}, EXTENDED))))
    bound = phi.sup(0)
    assert largest * (1 - 1e-5) <= float(bound.upper()) <= largest * (1 + 1e-5)
