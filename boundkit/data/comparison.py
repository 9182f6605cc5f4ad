"""A smallest kernel eigenvalue and the lower bounds of the papers on it, side by side."""

from __future__ import annotations

from boundkit.activations import Activation, activation as find_activation
from boundkit.data.datasets import Dataset
from boundkit.data.quantities import OF_DATA_AND_ACTIVATION, Quantity, quantities
from boundkit.errors import Infeasible, NotApplicable, unknown


def compare_bounds(data: Dataset, activation: str | Activation, *, quantity: str = "lambda") -> tuple[Quantity, ...]:
    """The eigenvalue named (`lambda`, `lambda_out`) and then every bound `<quantity>_bound_...` that applies.

    Each is a Quantity with `.name`, `.value` and its enclosure. Raises NotApplicable unless the rows are unit rows,
    BadInput for another quantity.

    >>> from boundkit.data import dataset
    >>> [found.name for found in compare_bounds(dataset("orthonormal", n=3), "softplus", quantity="lambda_out")][:2]
    ['lambda_out', 'lambda_out_bound_quadratic']
    """
    chosen = find_activation(activation)
    bounds = [name for name in OF_DATA_AND_ACTIVATION if name.startswith(f"{quantity}_bound_")]
    if not bounds:
        raise unknown("quantity", quantity, ["lambda", "lambda_out"])
    found = [quantities(data, activation=chosen, names=[quantity])[quantity]]
    for name in bounds:
        try:
            found.append(quantities(data, activation=chosen, names=[name])[name])
        except (NotApplicable, Infeasible):
            continue
    return tuple(found)
