"""The information and nuisance spaces of the tangent kernel Sigma(X), and what labels have in them. `ofls19` section 3.

Sigma(X) = I_K (x) S with S the kernel of one output, so its eigenvalues are those of S, K times each, and
everything about labels [n, K] is a sum over outputs. Equal rows, as in a mixture without noise, are merged: with U the
0/1 membership matrix and D the number of samples of each distinct row, S = U S' U^T has the eigenvalues of
D^(1/2) S' D^(1/2), and zero on the complement of the range of U (`ofls19` Theorem A.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import flint
import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation
from boundkit.arithmetic import ball
from boundkit.data.datasets import Dataset
from boundkit.data.eigenspaces import Spaces, Spectrum, spectrum_of
from boundkit.data.eigenvalues import smallest_kernel_eigenvalue
from boundkit.data.kernels import kernel
from boundkit.data.origins import Mixture
from boundkit.data.spectra import gamma
from boundkit.errors import Infeasible, NotApplicable

Array = NDArray[np.float64]

LARGEST_SIDE = 4000  # distinct rows of a full eigendecomposition


@dataclass(frozen=True, eq=False)
class KernelSpectrum:
    """The spectrum of the merged kernel; labels [m, K] merged alike, and |y|^2 that is orthogonal to the range of U."""

    spectrum: Spectrum
    labels: Array
    beside: Any

    def split(self, cutoff: Any) -> Spaces:
        """The spaces at a cutoff on the root of the kernel."""
        if not cutoff > 0:
            raise NotApplicable("cutoff_positive", "the cutoff must be positive")
        return self.spectrum.split(cutoff**2, self.labels)


def kernel_spectrum(data: Dataset, activation: Activation) -> KernelSpectrum:
    """The spectrum of the tangent kernel; Infeasible for more than 4000 distinct rows."""
    found = _FOUND.setdefault(data, {})
    if activation.expression not in found:
        found[activation.expression] = _decomposed(data, activation)
    return found[activation.expression]


def _decomposed(data: Dataset, activation: Activation) -> KernelSpectrum:
    rows, first, place, counts = np.unique(
        data.X + 0.0, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    if len(rows) > LARGEST_SIDE:
        raise Infeasible(f"n = {len(rows)} samples: all eigenvalues of a kernel are found up to {LARGEST_SIDE}")
    y = data.y.reshape(data.n, -1)
    if len(rows) == data.n:
        exact = kernel(data, activation)
        return KernelSpectrum(spectrum_of(exact.block, exact.spread), y, flint.arb(0))
    merged = kernel(Dataset("distinct rows", data.X[first], np.ones(len(rows))), activation)
    scale = np.sqrt(np.outer(counts, counts))
    block = merged.block * scale
    block = np.tril(block) + np.tril(block, -1).T
    radius = merged.block_radius * scale + gamma(8) * np.abs(block)
    spread = float(radius.sum(axis=1).max()) * (1 + gamma(2 * len(rows) + 8))
    sums = np.zeros((len(rows), y.shape[1]))
    np.add.at(sums, place.reshape(-1), y)
    return KernelSpectrum(spectrum_of(block, spread), sums / np.sqrt(counts)[:, None], _beside(y, place.reshape(-1)))


def _beside(y: Array, place: Any) -> Any:
    """sum over groups of equal rows of |y_i - mean of y|^2, exactly zero where labels in a group are equal."""
    total = flint.arb(0)
    order = np.argsort(place, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(place[order])) + 1):
        labels = y[group]
        if (labels == labels[0]).all():
            continue
        for column in labels.T:
            entries = [flint.arb(entry) for entry in column.tolist()]
            mean = sum(entries, flint.arb(0)) / len(entries)
            total += sum(((entry - mean) ** 2 for entry in entries), flint.arb(0))
    return total


def information(data: Dataset, activation: Activation, *, kernel_cutoff: Any) -> Any:
    """|Pi_I y|, I spanned by the eigenvectors of the root of the kernel with eigenvalues at or above the cutoff."""
    return kernel_spectrum(data, activation).split(ball(kernel_cutoff)).norm_above()


def nuisance(data: Dataset, activation: Activation, *, kernel_cutoff: Any) -> Any:
    """|Pi_N y|, N the complement of the information space."""
    found = kernel_spectrum(data, activation)
    below = found.split(ball(kernel_cutoff)).norm_below()
    return below if found.beside == 0 else (below**2 + found.beside).sqrt()


def inverse(data: Dataset, activation: Activation, *, kernel_cutoff: Any) -> Any:
    """|J_I^+ y| for J the root of the kernel: sqrt(sum over I of <u, y>^2 / eigenvalue)."""
    return kernel_spectrum(data, activation).split(ball(kernel_cutoff)).inverse_form().sqrt()


def stopping_value(data: Dataset, activation: Activation, *, kernel_cutoff: Any, learning_duration: Any) -> Any:
    """B_(alpha, Gamma)(y), `ofls19` Definition 6.1: alpha^2 y^T S_I^-1 y + (Gamma / alpha)^2 y^T S_N y, the root."""
    alpha = ball(kernel_cutoff)
    spaces = kernel_spectrum(data, activation).split(alpha)
    duration = ball(learning_duration)
    return (alpha**2 * spaces.inverse_form() + (duration / alpha) ** 2 * spaces.form_below()).sqrt()


def largest_eigenvalue(data: Dataset, activation: Activation) -> Any:
    """|Sigma(X)|."""
    return kernel_spectrum(data, activation).spectrum.eigenvalue(-1)


def smallest_nonzero_eigenvalue(data: Dataset, activation: Activation) -> Any:
    """The smallest eigenvalue of Sigma(X) that is not zero; from 0 on where some cannot be told from zero."""
    spectrum = kernel_spectrum(data, activation).spectrum
    positive = spectrum.certainly_positive
    if positive == 0:
        raise NotApplicable("kernel_nonzero", "no eigenvalue of the kernel is certainly positive")
    least = spectrum.eigenvalue(-positive)
    return least if positive == len(spectrum.values) else least.union(flint.arb(0))


def rank(data: Dataset, activation: Activation) -> Any:
    """rank Sigma(X) = K rank S, between the number of certainly positive eigenvalues and that of distinct rows."""
    spectrum = kernel_spectrum(data, activation).spectrum
    return data.K * flint.arb(spectrum.certainly_positive).union(flint.arb(len(spectrum.values)))


def centres(data: Dataset) -> Dataset:
    """The cluster centres as a data set. Raises NotApplicable for data that do not come from a mixture."""
    if not isinstance(data.origin, Mixture):
        raise NotApplicable(
            "mixture", f"{data.name.partition(':')[0]} data have no known cluster centres (use mixture)"
        )
    return _CENTRES.setdefault(
        data, Dataset(f"centres of {data.name}", data.origin.centres, np.ones(len(data.origin.centres)))
    )


def cluster_sizes(data: Dataset) -> Any:
    """Samples of each cluster, ints [K C]. Raises NotApplicable for data that do not come from a mixture."""
    centres(data)
    assert isinstance(data.origin, Mixture)
    return data.origin.sizes


def one_hot(data: Dataset) -> Any:
    """1 when every label is a unit coordinate vector of R^K."""
    y = data.y.reshape(data.n, -1)
    return flint.arb(int(bool((((y == 0) | (y == 1)).all(axis=1) & (y.sum(axis=1) == 1)).all())))


OF_CLUSTERS: dict[str, Callable[[Dataset], Any]] = {
    "largest_cluster": lambda data: flint.arb(int(cluster_sizes(data).max())),
    "one_hot": one_hot,
    "smallest_cluster": lambda data: flint.arb(int(cluster_sizes(data).min())),
}

# the parameters that each takes besides data and activation, and its function
OF_KERNEL: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "information_y": (("kernel_cutoff",), information),
    "inverse_y": (("kernel_cutoff",), inverse),
    "kernel_min_nonzero": ((), smallest_nonzero_eigenvalue),
    "kernel_norm": ((), largest_eigenvalue),
    "kernel_norm_centres": ((), lambda data, activation: kernel(centres(data), activation).largest_eigenvalue()),
    "kernel_rank": ((), rank),
    "lambda_centres": ((), lambda data, activation: smallest_kernel_eigenvalue(centres(data), activation)),
    "nuisance_y": (("kernel_cutoff",), nuisance),
    "stopping_value_y": (("kernel_cutoff", "learning_duration"), stopping_value),
}

_FOUND: WeakKeyDictionary[Dataset, dict[Any, KernelSpectrum]] = WeakKeyDictionary()
_CENTRES: WeakKeyDictionary[Dataset, Dataset] = WeakKeyDictionary()
