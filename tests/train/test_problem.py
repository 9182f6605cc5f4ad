from __future__ import annotations

import math

import numpy as np
import pytest

from boundkit.errors import BadInput
from boundkit.train import Problem, output_weights
from tests.train.conftest import sphere_problem


@pytest.mark.parametrize(("n", "d"), [(3, 7), (5, 5), (7, 3), (1, 4), (4, 1)])
def test_the_reduction_reproduces_the_data(n: int, d: int) -> None:
    """X = factor basis^T with orthonormal columns, min(n, d) of them, and the same inner products."""
    problem = sphere_problem(n, d, "softplus")
    assert problem.factor.shape == (n, min(n, d))
    np.testing.assert_allclose(problem.factor @ problem.basis.T, problem.X, atol=1e-15)
    np.testing.assert_allclose(problem.basis.T @ problem.basis, np.eye(min(n, d)), atol=1e-15)
    np.testing.assert_allclose(problem.factor @ problem.factor.T, problem.gram, atol=1e-15)


@pytest.mark.parametrize("k", [2, 3, 4, 5, 101, 1000])
def test_output_weights_are_balanced_and_lose_one_unit_for_odd_k(k: int) -> None:
    """n |v|^2 / |y|^2 is 1 for even k, (k - 1)/k for odd k with a dead last unit (C1); signs cancel."""
    v = output_weights(k, norm_y=3.0, n=7)
    assert math.fsum(v) == 0
    assert np.count_nonzero(v > 0) == np.count_nonzero(v < 0) == k // 2
    assert (v[-1] == 0) == (k % 2 == 1)
    assert 7 * (v @ v) / 9.0 == pytest.approx(1 if k % 2 == 0 else (k - 1) / k, rel=1e-14)


@pytest.mark.parametrize(
    ("X", "y", "argument"),
    [
        ([[1.0, np.nan]], [1.0], "X"),
        ([1.0, 2.0], [1.0, 2.0], "X"),
        ([[1.0], [2.0]], [1.0], "y"),
        ([[1.0]], [0.0], "y"),
        ([[1.0]], ["a"], "y"),
        (np.empty((0, 2)), [], "X"),
    ],
)
def test_unusable_data_are_refused_by_name(X: object, y: object, argument: str) -> None:
    """Every wrong array is a BadInput that names it, in one line."""
    with pytest.raises(BadInput) as raised:
        Problem(X=X, y=y, activation="relu")
    assert raised.value.argument == argument
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("k", [0, 1, -4, 2.5, True, "8"])
def test_widths_that_are_not_integers_of_at_least_two_are_refused(k: object) -> None:
    """The network needs one unit of each sign."""
    with pytest.raises(BadInput, match="at least 2"):
        output_weights(k, norm_y=1.0, n=1)  # type: ignore[arg-type]
