"""The guarded ball arithmetics: huge arguments, branch cuts, powers of balls around zero."""

from __future__ import annotations

import flint
import pytest
import sympy
from hypothesis import given, strategies as st

from boundkit.activations.arithmetics import ANALYTIC, REAL
from boundkit.activations.expressions import Z
from boundkit.arithmetic import evaluate

FUNCTIONS = [sympy.exp, sympy.tanh, sympy.sech, sympy.sinh, sympy.cosh]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("size", [10**13, 10**30, 10**300])
def test_huge_arguments(function, size):
    """Huge arguments give an enclosure, with no overflow of memory, on both sides."""
    for x in (flint.arb(size), flint.arb(-size), flint.arb(0, size)):
        value = REAL.functions[function](x)
        assert not value.is_nan()
        assert function == sympy.tanh or value.upper() >= 0
    if function in (sympy.tanh, sympy.sech):
        assert not abs(REAL.functions[function](flint.arb(size))) > 1


@pytest.mark.parametrize("size", [2**42, 10**30])
def test_limits_are_not_reached(size):
    """However far out: tanh is less than 1 in size, sech and exp(-x) are more than 0, and their balls admit it."""
    far = flint.arb(size)
    for found, limit in ((REAL.functions[sympy.tanh](far), 1), (REAL.functions[sympy.tanh](-far), -1)):
        assert found.contains(limit)
        assert not found.is_exact()
    for found in (REAL.functions[sympy.sech](far), REAL.functions[sympy.exp](-far)):
        assert found.upper() > 0


@given(st.sampled_from(FUNCTIONS), st.floats(-50, 50), st.floats(0, 5), st.floats(-1, 1))
def test_enclosures(function, middle, radius, position):
    """The value at a point of a ball is inside the value of the ball."""
    inside = flint.arb(middle) + flint.arb(radius) * flint.arb(position)
    whole = REAL.functions[function](flint.arb(middle, radius))
    assert whole.overlaps(REAL.functions[function](inside))


@pytest.mark.parametrize("imaginary", [1.0, 1.5, -3.0])
def test_arctangent_refuses_its_branch_cut(imaginary):
    """A ball that meets the imaginary axis beyond i has no analytic arctangent; others do."""
    on_cut = flint.acb(flint.arb(0, 0.1), flint.arb(imaginary, 0.1))
    beside = flint.acb(flint.arb(1, 0.1), flint.arb(imaginary, 0.1))
    assert not evaluate(sympy.atan(Z), {Z: on_cut}, ANALYTIC).is_finite()
    assert evaluate(sympy.atan(Z), {Z: beside}, ANALYTIC).is_finite()


@pytest.mark.parametrize("function", [sympy.log, sympy.sqrt])
def test_other_branch_cuts(function):
    """Logarithm and root refuse balls that meet the negative axis."""
    assert not evaluate(function(Z), {Z: flint.acb(-1, flint.arb(0, 0.1))}, ANALYTIC).is_finite()


@given(st.floats(1e-6, 10), st.integers(1, 6), st.floats(-1, 1))
def test_powers_of_balls_around_zero(radius, exponent, position):
    """An integer power of a ball whose midpoint is zero encloses the powers of its points."""
    value = evaluate(Z**exponent, {Z: flint.arb(0, radius)}, REAL)
    assert value.is_finite()
    assert value.overlaps((flint.arb(radius) * flint.arb(position)) ** exponent)
    assert exponent % 2 or value.lower() > -1e-8 * value.upper()  # radii have 30 bits
