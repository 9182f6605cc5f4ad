"""Quantities that are measured only when they are named, some of them with parameters such as a degree or a scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import flint

from boundkit.activations import Activation
from boundkit.activations.degrees import OF_DEGREE_OR_SCALE, whole
from boundkit.arithmetic import exact
from boundkit.data.bounds import MOST_SUMMED, power_sum
from boundkit.data.coordinates import last_coordinate, last_coordinate_deviation, max_row_norm
from boundkit.data.datasets import Dataset
from boundkit.data.feature_kernel import indicator_eigenvalue, kernel_max, kernel_min, kernel_trace
from boundkit.data.generators import GENERATORS
from boundkit.data.gram import power_eigenvalue
from boundkit.data.kernel_spaces import OF_CLUSTERS, OF_KERNEL
from boundkit.data.landscape import OF_SAMPLES
from boundkit.data.pairs import antipodal_pair, least_inner_product, opposite_labels
from boundkit.data.planted import OF_PLANTED, OF_PLANTED_AND_ACTIVATION
from boundkit.errors import BadInput

Parameterised = tuple[tuple[str, ...], Callable[..., Any]]


def sphere_sample(data: Dataset) -> Any:
    """1 for the sphere generator, 0 for the other generators, unknown for data that a user brings."""
    generator = data.name.partition(":")[0]
    if generator not in GENERATORS:
        return flint.arb("0.5 +/- 0.5")
    return flint.arb(int(generator == "sphere"))


def sigma_min_power(data: Dataset, _: Activation | None, power: Fraction) -> Any:
    """sigma_min of the t-th row-wise Khatri-Rao power of X, t = `power`."""
    return power_eigenvalue(data, whole("power", power, 1, MOST_SUMMED)).sqrt()


def chosen_parameters(name: str, parameters: Mapping[str, object]) -> dict[str, Any]:
    """The parameters that a quantity takes, exact or balls; raises BadInput for one that is missing or not a number."""
    chosen = {}
    for parameter in WITH_PARAMETERS[name][0]:
        if parameters.get(parameter) is None:
            raise BadInput(parameter, None, f"is needed for {name}")
        value = parameters[parameter]
        chosen[parameter] = value if isinstance(value, flint.arb) else exact(parameter, value)
    return chosen


def _of_activation(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda data, activation, **parameters: function(activation, **parameters)


NAMED_OF_DATA: dict[str, Callable[[Dataset], Any]] = {
    "antipodal_separation": lambda data: antipodal_pair(data).sqrt(),
    "input_cosine": least_inner_product,
    "label_separation": lambda data: opposite_labels(data).sqrt(),
    "lambda_indicator": indicator_eigenvalue,
    "last_coordinate": last_coordinate,
    "last_coordinate_deviation": last_coordinate_deviation,
    "max_row_norm": max_row_norm,
    "sphere_sample": sphere_sample,
    **OF_CLUSTERS,
    **OF_PLANTED,
    **OF_SAMPLES,
}

# function(data, activation, **parameters), the parameters as Fractions
WITH_PARAMETERS: dict[str, Parameterised] = {
    "kernel_max": (("hidden_std",), kernel_max),
    "kernel_min": (("hidden_std",), kernel_min),
    "kernel_trace": (("hidden_std",), kernel_trace),
    "power_sum": ((), power_sum),
    "sigma_min_power": (("power",), sigma_min_power),
    **OF_KERNEL,
    **OF_PLANTED_AND_ACTIVATION,
    **{name: (parameters, _of_activation(f)) for name, (parameters, f) in OF_DEGREE_OR_SCALE.items()},
}
OF_DATA_ALONE = frozenset({"sigma_min_power"})  # of those above, the ones that need no activation
