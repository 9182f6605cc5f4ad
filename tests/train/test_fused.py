from __future__ import annotations

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.train.fused import FUSED, evaluate_into, row_sums


@pytest.mark.parametrize("name", [*FUSED, "cos(z)"])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 30.0, 1e4])
def test_fused_passes_equal_the_activation(name: str, scale: float) -> None:
    """Value and derivative agree with the activation's own to 1e-15 of their size, at every scale."""
    hidden = scale * np.concatenate([np.random.default_rng(0).standard_normal(1001), [0.0]])
    value, slope = np.empty_like(hidden), np.empty_like(hidden)
    expected = activation(name).value_and_derivative(hidden.copy())
    evaluate_into(activation(name), hidden.copy(), value, slope)
    np.testing.assert_allclose(value, expected[0], rtol=4e-15, atol=4e-16)
    np.testing.assert_allclose(slope, expected[1], rtol=4e-15, atol=4e-16)


@pytest.mark.parametrize("name", [*FUSED, "cos(z)"])
def test_either_of_value_and_derivative_is_the_one_of_both(name: str) -> None:
    """What is written alone is bit for bit what is written beside the other."""
    hidden = 3 * np.random.default_rng(0).standard_normal(1001)
    both, alone = np.empty((2, 1001)), np.empty((2, 1001))
    evaluate_into(activation(name), hidden.copy(), *both)
    evaluate_into(activation(name), hidden.copy(), alone[0], None)
    evaluate_into(activation(name), hidden.copy(), None, alone[1])
    np.testing.assert_array_equal(alone, both)


@pytest.mark.parametrize("name", [*FUSED, "cos(z)"])
@pytest.mark.parametrize("units", [1, 199, 200, 207, 1300])
@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
def test_sums_are_those_of_the_values(name: str, units: int, scale: float) -> None:
    """Sums over rows of any length are within a few eps of max(1, |phi|) a term, and derivatives are the same."""
    hidden = scale * np.random.default_rng(units).standard_normal((2, 5, units))
    value, derivative = activation(name).value_and_derivative(hidden.copy())
    slopes = np.empty_like(hidden)
    sums, mask = row_sums(activation(name), hidden.copy(), slopes, np.empty_like(hidden))
    terms = np.maximum(1.0, np.abs(value)).sum(axis=-1)
    assert (np.abs(sums - value.sum(axis=-1)) <= 4 * np.finfo(float).eps * terms).all()
    np.testing.assert_allclose(slopes, derivative, rtol=4e-15, atol=4e-16)
    assert (mask is None) != (name == "relu")
    if mask is not None:
        np.testing.assert_array_equal(mask, slopes)


def test_marks_are_where_the_derivative_is_one() -> None:
    """With booleans for phi' the sums are the same to rounding, phi' is the same, and NaN stays NaN."""
    hidden = np.random.default_rng(0).standard_normal((2, 5, 700))
    hidden[0, 0, :2] = 0.0, -0.0
    slopes, marks = np.empty_like(hidden), np.empty(hidden.shape, dtype=np.bool)
    expected, _ = row_sums(activation("relu"), hidden.copy(), slopes, np.empty_like(hidden))
    sums, mask = row_sums(activation("relu"), hidden.copy(), marks, np.empty_like(hidden))
    np.testing.assert_allclose(sums, expected, rtol=1e-13)
    np.testing.assert_array_equal(marks, slopes)
    assert marks[0, 0, :2].all()
    assert mask is marks
    alone, mask = row_sums(activation("relu"), hidden.copy(), None, np.empty_like(hidden))
    np.testing.assert_array_equal(alone, sums)
    np.testing.assert_array_equal(mask, marks)
    hidden[1, 3, 100] = np.nan
    sums, _ = row_sums(activation("relu"), hidden, marks, np.empty_like(hidden))
    assert np.flatnonzero(np.isnan(sums)).tolist() == [8]
