"""The matrix-free lower end against dense certified eigenvalues, with the same code path at every size."""

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import approximate_smallest_eigenvalue, dataset, kernel, matrix_free
from boundkit.data.matrix_free import LowestEigenvalue, Operator
from boundkit.errors import BadInput, NotApplicable


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    """Many tiles, the last of them ragged."""
    monkeypatch.setattr(matrix_free, "TILE", 64)


@pytest.mark.parametrize("kind", ["sigma", "sigma_tilde", "ntk"])
@pytest.mark.parametrize("name", ["relu", "gelu"])
def test_operator_applies_the_kernel(name, kind):
    """Blocks of vectors are multiplied by the dense kernel, rows within 1e-4 of each other included."""
    X = dataset("sphere:n=150,d=12").X.copy()
    X[7] = X[3] + 1e-4 * X[8]
    data = dataset(X=X, y=np.ones(150), normalize=True)
    dense = kernel(data, name, kind=kind)
    operator = Operator(data, activation(name), kind)
    vectors = np.random.default_rng(1).standard_normal((150, 3))
    assert np.abs(operator(vectors) - dense.block @ vectors).max() < 1e-12
    picked = np.array([3, 7, 149])
    assert np.abs(operator.entries(slice(0, 9), picked) - dense.block[:9, picked]).max() < 1e-14
    assert operator.radius == pytest.approx(dense.radius.max(), rel=1e-6)


@pytest.mark.parametrize(("name", "kind"), [("relu", "sigma"), ("relu", "ntk"), ("erf", "sigma_tilde")])
def test_converged_value_is_the_smallest_eigenvalue(name, kind):
    """With enough passes the value is the dense certified eigenvalue to within the square of the tolerance."""
    data = dataset("sphere:n=400,d=40")
    truth = kernel(data, name, kind=kind).smallest_eigenvalue()
    found = approximate_smallest_eigenvalue(data, name, kind=kind, tolerance=1e-5, passes=200)
    assert found.interval.overlaps(truth)
    assert found.residual < 1e-5 * found.value
    assert float(truth.lower()) <= found.upper
    assert found.value == pytest.approx(float(truth), rel=1e-6)


def test_few_passes_bound_from_above_and_say_how_far():
    """A run cut short is still an upper bound, and its interval holds some eigenvalue of the dense kernel."""
    data = dataset("sphere:n=300,d=10")
    block = kernel(data, "relu").block
    spectrum = np.linalg.eigvalsh(block)
    for passes in (1, 5, 20):
        found = approximate_smallest_eigenvalue(data, "relu", passes=passes, tolerance=1e-9)
        assert spectrum[0] <= found.upper
        assert np.abs(spectrum - found.value).min() <= found.residual
        assert found.iterations <= passes + 5


def test_rounding_and_kernel_error_enter_the_residual(monkeypatch):
    """An exact eigenvector of the computed kernel still has the residual that the kernel's radius allows."""
    data = dataset("orthonormal:n=20")
    operator = Operator(data, activation("relu"), "sigma")
    operator.radius = 1e-6
    found = matrix_free._assessed(operator, np.eye(20)[0])
    assert found.residual >= 1e-6
    assert found.upper >= 0.5 + 1e-6


def test_interval_contains_both_ends():
    """The ball reaches value - residual and value + residual."""
    ball = LowestEigenvalue(value=0.3, upper=0.31, residual=0.1, iterations=1).interval
    assert ball.contains(0.3 - 0.1)
    assert ball.contains(0.3 + 0.1)


def test_bad_input_has_one_line():
    """Tolerances and passes out of range and rows of another length are refused."""
    data = dataset("sphere:n=10,d=4")
    for tolerance in (0, 1, float("nan")):
        with pytest.raises(BadInput, match="tolerance"):
            approximate_smallest_eigenvalue(data, "relu", tolerance=tolerance)
    with pytest.raises(BadInput, match="passes"):
        approximate_smallest_eigenvalue(data, "relu", passes=0)
    with pytest.raises(BadInput, match="kind"):
        approximate_smallest_eigenvalue(data, "relu", kind="other")
    with pytest.raises(NotApplicable, match="length 1"):
        approximate_smallest_eigenvalue(dataset(X=3 * np.eye(2), y=np.ones(2)), "relu")


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_tiny_data_sets_work(n):
    """Fewer samples than LOBPCG wants are handled by the same call."""
    data = dataset("sphere", n=n, d=5)
    found = approximate_smallest_eigenvalue(data, "softplus", tolerance=1e-6)
    assert found.value == pytest.approx(float(kernel(data, "softplus").smallest_eigenvalue()), rel=1e-6)
