"""What the noise of a mixture does to the kernel of a training sample."""

from __future__ import annotations

import numpy as np
from sympy import Symbol

from boundkit.activations import Activation
from boundkit.data.origins import Mixture
from boundkit.query import Binding
from boundkit.statement.words.generalisation import kernel_deviation, projection_deviation
from boundkit.verify.observe.conditions import wanted
from boundkit.verify.observe.shallow.kernel_change import kernel_change


def by_noise(binding: Binding, activation: Activation, *, slowly: bool) -> dict[Symbol, float]:
    """Distances of kernel and information projection of the sample from those of its cluster centres.

    Only where the statement asks for them and the sample is of a mixture; exactly 0 where the samples are the centres.
    """
    origin = binding.data.origin
    if not isinstance(origin, Mixture) or not wanted(binding) & {kernel_deviation, projection_deviation}:
        return {}
    centres, X = origin.centres[origin.cluster], binding.data.X
    if np.array_equal(centres, X):
        return {kernel_deviation: 0.0, projection_deviation: 0.0}
    change = kernel_change(centres, X, activation, slowly=slowly)
    return {kernel_deviation: change.deviation, projection_deviation: change.apart}
