"""How far the kernel of some samples, and its range, move with the samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boundkit.activations import Activation
from boundkit.data import Dataset
from boundkit.data.kernels import kernel
from boundkit.errors import Infeasible
from boundkit.verify.observe.shallow.kernel_quadrature import quadrature_kernel

ZERO = 1e-9  # relative: eigenvalues of a kernel below it are zeros
LARGEST_SIDE = 4000  # samples whose kernels are compared


@dataclass(frozen=True)
class Spectrum:
    """The range of a kernel: eigenvalues, ascending, that are not zero, and their vectors [n, rank]."""

    values: np.ndarray
    vectors: np.ndarray


@dataclass(frozen=True)
class KernelChange:
    """|S' - S| of the kernels before and after, the least positive eigenvalue of S, the distance of the projections.

    Projections are those onto the range of S and onto as many leading eigenvectors of S'.
    """

    deviation: float
    least: float
    apart: float


def kernel_of(X: np.ndarray, activation: Activation, *, slowly: bool) -> np.ndarray:
    """The kernel of one output [n, n]; rows may be equal."""
    rows, place = np.unique(X + 0.0, axis=0, return_inverse=True)
    data = Dataset("distinct rows", rows, np.ones(len(rows)))
    found = quadrature_kernel(rows, activation) if slowly else kernel(data, activation).block
    return np.asarray(found[np.ix_(place.reshape(-1), place.reshape(-1))])


def range_of(matrix: np.ndarray) -> Spectrum:
    """The eigenvalues that are not zero, with their vectors."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > ZERO * values[-1]
    return Spectrum(values[kept], vectors[:, kept])


def kernel_change(X: np.ndarray, moved: np.ndarray, activation: Activation, *, slowly: bool) -> KernelChange:
    """From samples X [n, d] to `moved` ones; slowly by quadrature and singular values. Infeasible for many samples.

    >>> from boundkit.activations import activation
    >>> turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    >>> kernel_change(np.eye(2), np.eye(2) @ turn, activation("sin"), slowly=False).deviation < 1e-12
    True
    """
    if len(X) > LARGEST_SIDE:
        raise Infeasible(f"n = {len(X)} samples: two kernels are compared up to n = {LARGEST_SIDE}")
    before, after = (kernel_of(rows, activation, slowly=slowly) for rows in (X, moved))
    clean = range_of(before)
    leading = np.linalg.eigh(after)[1][:, -len(clean.values) :]
    if slowly:
        apart = np.linalg.svd(clean.vectors @ clean.vectors.T - leading @ leading.T, compute_uv=False)[0]
    else:  # the sine of the largest angle between the spaces
        apart = np.linalg.norm(leading - clean.vectors @ (clean.vectors.T @ leading), 2)
    deviation = np.abs(np.linalg.eigvalsh(after - before)).max()
    return KernelChange(float(deviation), float(clean.values[0]), float(apart))
