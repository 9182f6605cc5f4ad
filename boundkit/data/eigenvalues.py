"""The smallest eigenvalues of kernels of unit rows: tight for few samples, certified for all that fit into memory.

lambda(X) belongs to `sigma` (`os19` Definition 6.1), lambda~(X) to `sigma_tilde` (`os19` Definition 3.1).
"""

from __future__ import annotations

from typing import Any

import flint
import numpy as np

from boundkit.activations import Activation, dual_interval
from boundkit.arithmetic import enclose
from boundkit.data.datasets import Dataset
from boundkit.data.gram import ball_gram, few, require_unit_rows
from boundkit.data.kernels import kernel
from boundkit.data.profiles import diagonal, terms
from boundkit.data.spectra import smallest_eigenvalue_of_balls


def smallest_kernel_eigenvalue(data: Dataset, activation: Activation, kind: str = "sigma") -> Any:
    """lambda_min of a kernel, a ball that does not go below 0. Raises NotApplicable unless the rows are unit rows."""
    require_unit_rows(data)
    enclosure = kernel(data, activation, kind=kind).smallest_eigenvalue()
    if few(data, data.n):  # balls keep the digits of correlations near 1, floats those of clustered eigenvalues
        enclosure = enclosure.intersection(smallest_eigenvalue_of_balls(_ball_kernel(data, activation, kind)))
    return enclosure.nonnegative_part()


def _ball_kernel(data: Dataset, activation: Activation, kind: str) -> Any:
    total = diagonal(activation, kind)
    gram = ball_gram(data)
    first, second = (indices.tolist() for indices in np.triu_indices(data.n, 1))
    correlations = [gram[i, j] for i, j in zip(first, second, strict=True)]
    below = np.maximum([np.nextafter(float(rho.lower()), -np.inf) for rho in correlations], -1)
    above = np.minimum([np.nextafter(float(rho.upper()), np.inf) for rho in correlations], 1)
    entries = [flint.arb(0)] * len(correlations)
    for derivative, power in terms(kind):
        bounds = zip(
            *(ends.tolist() for ends in dual_interval(activation, derivative, below, above)), correlations, strict=True
        )
        entries = [
            entry + enclose(low, high) * rho**power for entry, (low, high, rho) in zip(entries, bounds, strict=True)
        ]
    matrix = flint.arb_mat(data.n, data.n)
    for i in range(data.n):
        matrix[i, i] = total
    for i, j, entry in zip(first, second, entries, strict=True):
        matrix[i, j] = matrix[j, i] = entry
    return matrix
