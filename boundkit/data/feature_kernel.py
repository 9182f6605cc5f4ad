"""Spectrum and trace of the features' kernel E[phi(Xw) phi(Xw)^T] for weights of any standard deviation, and of signs.

For w normal with standard deviation s, phi(s z) at standard normal weights has the same kernel.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import sympy

from boundkit.activations import Activation, Z, activation as find_activation
from boundkit.data.datasets import Dataset
from boundkit.data.eigenvalues import smallest_kernel_eigenvalue
from boundkit.data.gram import unit_rows
from boundkit.data.kernels import Kernel, kernel
from boundkit.data.profiles import diagonal

KIND = "sigma_tilde"


def kernel_min(data: Dataset, activation: Activation, hidden_std: Fraction) -> Any:
    """lambda_min of the kernel, a ball that does not go below 0. Raises NotApplicable as `kernel` does."""
    return _smallest(data, at_scale(activation, hidden_std))


def kernel_max(data: Dataset, activation: Activation, hidden_std: Fraction) -> Any:
    """lambda_max of the kernel. Raises NotApplicable as `kernel` does."""
    return _kernel(data, activation, hidden_std).largest_eigenvalue()


def kernel_trace(data: Dataset, activation: Activation, hidden_std: Fraction) -> Any:
    """The sum of E phi(s |x_i| g)^2 over the samples. Raises NotApplicable as `kernel` does."""
    if unit_rows(data):
        return data.n * diagonal(at_scale(activation, hidden_std), KIND)
    found = _kernel(data, activation, hidden_std)
    entries = zip(found.block.diagonal().tolist(), found.block_radius.diagonal().tolist(), strict=True)
    return sum((flint.arb(middle, radius) for middle, radius in entries), flint.arb(0))


def indicator_eigenvalue(data: Dataset) -> Any:
    """lambda_min of E[1{Xw >= 0} 1{Xw >= 0}^T]. Raises NotApplicable for a zero row."""
    return _smallest(data, find_activation("step"))


def at_scale(activation: Activation, scale: Fraction) -> Activation:
    """The activation z -> phi(scale z)."""
    if scale == 1:
        return activation
    factor = sympy.Rational(scale.numerator, scale.denominator)
    return find_activation(activation.expression.xreplace({Z: factor * Z}))


def _smallest(data: Dataset, activation: Activation) -> Any:
    if unit_rows(data):
        return smallest_kernel_eigenvalue(data, activation, KIND)
    return kernel(data, activation, kind=KIND).smallest_eigenvalue()


def _kernel(data: Dataset, activation: Activation, hidden_std: Fraction) -> Kernel:
    return kernel(data, at_scale(activation, hidden_std), kind=KIND)
