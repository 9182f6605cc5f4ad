"""Truth and bounds side by side."""

import pytest

from boundkit.data import compare_bounds, dataset
from boundkit.errors import BadInput, NotApplicable


@pytest.mark.parametrize("quantity", ["lambda", "lambda_out"])
@pytest.mark.parametrize("name", ["relu", "softplus"])
def test_truth_comes_first_and_no_bound_exceeds_it(quantity, name):
    """Every bound is below the eigenvalue; those for ReLU only are left out elsewhere."""
    truth, *bounds = compare_bounds(dataset("sphere:n=20,d=8"), name, quantity=quantity)
    assert truth.name == quantity
    assert all(bound.ball.lower() <= truth.ball.upper() for bound in bounds)
    names = {bound.name for bound in bounds}
    assert {f"{quantity}_bound_{kind}" for kind in ("quadratic", "power", "sum", "gershgorin")} <= names
    assert ("lambda_bound_separation" in names) == (quantity == "lambda" and name == "relu")


def test_other_quantities_and_rows_are_refused():
    """Only eigenvalues have bounds, and only for unit rows."""
    with pytest.raises(BadInput, match="quantity = separation"):
        compare_bounds(dataset("sphere:n=4,d=3"), "relu", quantity="separation")
    with pytest.raises(NotApplicable, match="length 1"):
        compare_bounds(dataset(X=[[2.0, 0.0], [0.0, 1.0]], y=[1.0, 1.0]), "relu")
