from __future__ import annotations

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.train.fused import FUSED, evaluate_into


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
