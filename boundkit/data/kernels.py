"""Kernel matrices of the two-layer network, every entry with a proven radius, and their smallest eigenvalues."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation, activation as find_activation
from boundkit.arithmetic import precision
from boundkit.data.datasets import Dataset
from boundkit.data.gram import BITS, LARGEST_GRAM_SIDE, float_rows, unit_rows
from boundkit.data.norms import general_kernel
from boundkit.data.profiles import terms
from boundkit.data.spectra import gamma, smallest_eigenvalue
from boundkit.data.unit_kernels import unit_kernel
from boundkit.errors import BadInput, Infeasible

Array = NDArray[np.float64]

LARGEST_OUTPUTS = 1000


@dataclass(frozen=True, eq=False)
class Kernel:
    """I_outputs (x) block, class by class; every entry is within `block_radius` of the exact kernel.

    `block` is float64 [n, n], exactly symmetric, and `block_radius` [n, n] (a read-only view of one number where all
    radii are equal).
    """

    kind: str
    block: Array = field(repr=False)
    block_radius: Array = field(repr=False)
    outputs: int = 1

    @property
    def matrix(self) -> Array:
        """The kernel [n outputs, n outputs], row (l, i) at position l n + i."""
        return self._of_all_classes(self.block)

    @property
    def radius(self) -> Array:
        """Entrywise radii of `matrix`."""
        return self._of_all_classes(self.block_radius)

    @property
    def spread(self) -> float:
        """A bound on the spectral norm of exact kernel less `matrix`: the largest row sum of radii."""
        n = len(self.block)
        return float(self.block_radius.sum(axis=1).max()) * (1 + gamma(2 * n))

    def smallest_eigenvalue(self) -> Any:
        """A ball that contains lambda_min of the exact kernel and does not go below 0 (kernels are Gram matrices)."""
        with precision(BITS):
            return smallest_eigenvalue(self.block, self.spread).nonnegative_part()

    def largest_eigenvalue(self) -> Any:
        """A ball that contains lambda_max of the exact kernel."""
        with precision(BITS):
            return -smallest_eigenvalue(-self.block, self.spread)

    def _of_all_classes(self, block: Array) -> Array:
        return block if self.outputs == 1 else np.asarray(np.kron(np.eye(self.outputs), block), np.float64)


def kernel(data: Dataset, activation: str | Activation, *, kind: str = "sigma", outputs: int = 1) -> Kernel:
    """A kernel of the two-layer network x -> V phi(W x) at Gaussian W, with proven entrywise radii.

    `kind`: `sigma` (`os19` Definition 6.1: gradients in W, E[phi'(Xw) phi'(Xw)^T] o X X^T), `sigma_tilde`, also
    called `nngp` (`os19` Definition 3.1: gradients in V, E[phi(Xw) phi(Xw)^T]), or `ntk` (both layers, their sum; for
    output weights +-1/sqrt(k) and gradients in V scaled by 1/sqrt(k) alike). `outputs` = K gives the kernel of K
    classes, I_K (x) kernel, stacked class by class (`ofls19` Definition 3.1; sample by sample it is kernel (x) I_K).

    Rows of length 1 work for every activation. For other lengths, closed forms are used: positively homogeneous
    activations, a erf(b z), a sin(b z), a cos(b z), a exp(b z), z (a + b erf(c z)) as in GELU, and polynomials; for
    others, series, if phi' (for
    `sigma` phi'') is bounded and there are at most 100 different lengths. Raises NotApplicable where neither serves,
    BadInput for an unknown kind or outputs out of range, Infeasible for more than 8000 samples.

    >>> from boundkit.data import dataset
    >>> kernel(dataset("orthonormal", n=2), "relu").block
    array([[0.5, 0. ],
           [0. , 0.5]])
    """
    chosen = find_activation(activation)
    terms(kind)
    if isinstance(outputs, bool) or not isinstance(outputs, int) or not 1 <= outputs <= LARGEST_OUTPUTS:
        raise BadInput("outputs", outputs, f"must be an integer from 1 to {LARGEST_OUTPUTS}")
    if data.n > LARGEST_GRAM_SIDE:
        raise Infeasible(
            f"n = {data.n} samples: kernels are stored up to n = {LARGEST_GRAM_SIDE}; "
            "approximate_smallest_eigenvalue goes further"
        )
    with precision(BITS):
        if unit_rows(data):
            rows, roundings, _ = float_rows(data)
            block, radius = unit_kernel(rows, roundings, chosen, kind)
        else:
            block, radius = general_kernel(data, chosen, kind)
    return Kernel(kind, block, radius, outputs)
