"""Quadrature of Gaussian means against closed forms, whatever the angle, the lengths and the kinks."""

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from scipy.special import ndtr

from boundkit.activations import activation
from boundkit.errors import Infeasible, NotApplicable
from boundkit.train.infinite.gaussian_means import mean_product, mean_products, mean_value

ANGLES = st.floats(0, np.pi)
LENGTHS = st.floats(0.05, 4)


def ramps(angle):
    """E max(u, 0) max(v, 0) (Cho and Saul)."""
    return (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)


@settings(max_examples=15, deadline=None)
@given(ANGLES, LENGTHS, LENGTHS)
@example(0.0, 1.0, 2.0)
@example(1e-7, 1.0, 1.0)
@example(1e-3, 2.0, 0.1)
@example(np.pi - 1e-5, 1.0, 3.0)
@example(np.pi, 1.0, 1.0)
def test_ramps_and_steps_are_arc_cosine_kernels(angle, a, b):
    """max(z, 0) and its slope at every angle, also where the kinks of both almost meet."""
    relu = activation("relu")
    assert mean_product(relu, 0, (a, b), angle) == pytest.approx(a * b * ramps(angle), abs=1e-12 * a * b)
    assert mean_product(relu, 1, (a, b), angle) == pytest.approx((np.pi - angle) / (2 * np.pi), abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(ANGLES, LENGTHS, LENGTHS)
def test_error_functions_and_sines(angle, a, b):
    """Williams' arc sine, and exp(-(a^2 + b^2) / 2) sinh(a b cos)."""
    sine = 2 * a * b * np.cos(angle) / np.sqrt((1 + 2 * a * a) * (1 + 2 * b * b))
    assert mean_product(activation("erf"), 0, (a, b), angle) == pytest.approx(2 / np.pi * np.arcsin(sine), abs=1e-11)
    waves = np.exp(-(a * a + b * b) / 2) * np.sinh(a * b * np.cos(angle))
    assert mean_product(activation("sin"), 0, (a, b), angle) == pytest.approx(waves, abs=1e-12)


def test_kinks_away_from_zero():
    """Slopes of a clipped line: products of probabilities at a right angle, a probability where the rows are equal."""
    clipped = activation("hard_tanh")
    inside = [2 * ndtr(1 / a) - 1 for a in (0.5, 3.0)]
    assert mean_product(clipped, 1, (0.5, 3.0), np.pi / 2) == pytest.approx(np.prod(inside), abs=1e-13)
    for angle in (0.0, np.pi):
        assert mean_product(clipped, 1, (0.5, 3.0), angle) == pytest.approx(inside[1], abs=1e-13)


def test_means_of_one_value():
    """E max(a g, 0) = a / sqrt(2 pi), E cos(a g) = exp(-a^2 / 2), and phi(0) at length 0."""
    assert mean_value(activation("relu"), 3.0) == pytest.approx(3 / np.sqrt(2 * np.pi), abs=1e-13)
    assert mean_value(activation("cos(z)"), 2.0) == pytest.approx(np.exp(-2), abs=1e-13)
    assert mean_value(activation("softplus"), 0.0) == pytest.approx(np.log(2), abs=1e-13)


def test_rows_of_a_matrix():
    """Zero, opposite, equal and longer rows, at another standard deviation."""
    X = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    expected = 9 * np.array([[0.5, 0, 1 / np.pi, 0], [0, 0.5, 1 / np.pi, 0], [1 / np.pi, 1 / np.pi, 2, 0], [0] * 4])
    np.testing.assert_allclose(mean_products(X, activation("relu"), 0, std=3.0), expected, atol=1e-12)


def test_what_cannot_be_integrated_says_so():
    """Waves finer than the finest refinement, and too many rows."""
    with pytest.raises(NotApplicable, match="do not converge"):
        mean_product(activation("sin"), 0, (2000.0, 2000.0), 0.3)
    with pytest.raises(Infeasible, match="61"):
        mean_products(np.eye(61), activation("sin"), 0, std=1.0)
