"""The lower end of a kernel's spectrum without storing the kernel: tiles are made, applied to vectors and forgotten.

What is proven of the answer: the Rayleigh quotient of any vector bounds lambda_min from above, and some eigenvalue lies
within the norm of the residual. That this eigenvalue is the smallest is likely, since LOBPCG follows a block of vectors
downwards from a random start, but it is not certified: for that, `Kernel.smallest_eigenvalue` needs the matrix.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from boundkit.activations import Activation, activation as find_activation
from boundkit.arithmetic import enclose, precision
from boundkit.data.datasets import Dataset
from boundkit.data.gram import BITS, correlation_error, float_rows, require_unit_rows
from boundkit.data.profiles import Profile, bounded_entries, diagonal, profile, terms
from boundkit.data.spectra import gamma
from boundkit.errors import BadInput

Array = NDArray[np.float64]

TILE = 256
VECTORS = 12
LANDMARKS = 2000
STAGE = 30  # iterations before the residual of the lowest vector is looked at


@dataclass(frozen=True)
class LowestEigenvalue:
    """An approximate lambda_min. `upper` is a rigorous bound on lambda_min from above.

    Some eigenvalue lies within `residual` of `value` (rigorous); `interval` is that range as a ball. Whether it is the
    smallest eigenvalue is not certified. `iterations` counts the passes over the kernel.
    """

    value: float
    upper: float
    residual: float
    iterations: int

    @property
    def interval(self) -> Any:
        """The ball value +- residual, which contains an eigenvalue."""
        return enclose(
            np.nextafter(self.value - self.residual, -np.inf), np.nextafter(self.value + self.residual, np.inf)
        )


def approximate_smallest_eigenvalue(
    data: Dataset,
    activation: str | Activation,
    *,
    kind: str = "sigma",
    tolerance: float = 1e-2,
    passes: int = 60,
    seed: int = 0,
    xp: Any = np,
) -> LowestEigenvalue:
    """lambda_min of a kernel of unit rows, matrix-free: memory of order 2000 n, for any n that a Dataset may have.

    LOBPCG with a Nystrom preconditioner stops when the residual is below `tolerance` times the eigenvalue or after
    about `passes` passes over the kernel. `xp` is NumPy or CuPy; the arrays and the iteration live there. Raises
    NotApplicable unless the rows are unit rows, BadInput for an unknown kind, a tolerance not in (0, 1), or passes
    below 1.

    >>> from boundkit.data import dataset
    >>> found = approximate_smallest_eigenvalue(dataset("sphere", n=300, d=30), "relu", tolerance=1e-2)
    >>> bool(found.interval.contains(found.value)), found.residual < 1e-2 * found.value
    (True, True)
    """
    chosen = find_activation(activation)
    terms(kind)
    if not 0 < tolerance < 1:
        raise BadInput("tolerance", tolerance, "must be between 0 and 1")
    if isinstance(passes, bool) or not isinstance(passes, int) or passes < 1:
        raise BadInput("passes", passes, "must be an integer of at least 1")
    require_unit_rows(data)
    with precision(BITS):
        operator = Operator(data, chosen, kind, xp)
    generator = np.random.Generator(np.random.Philox(seed))
    start = xp.asarray(generator.standard_normal((data.n, min(VECTORS, max(1, data.n // 5)))))
    landmarks = np.sort(generator.choice(data.n, min(LANDMARKS, max(1, data.n // 4)), replace=False))
    return _lobpcg(operator, start, operator.preconditioner(landmarks), tolerance, passes)


class Operator:
    """V -> K V for blocks of vectors, with K made tile by tile; `radius` bounds every entry's error."""

    def __init__(self, data: Dataset, chosen: Activation, kind: str, xp: Any = np) -> None:
        rows, roundings, _ = float_rows(data)
        self.n, self.xp, self.passes = data.n, xp, 0
        self._chosen, self._kind = chosen, kind
        self._rows = xp.asarray(rows)
        self._c = correlation_error(data.d, roundings)
        total = diagonal(chosen, kind)
        self.corner = float(total.mid())
        self._profile: Profile = profile(chosen, kind, self._largest_correlation(), self._c)
        self.radius = max(self._profile.radius, float((total - flint.arb(self.corner)).abs_upper()) * (1 + gamma(2)))

    def __call__(self, vectors: Array) -> Array:
        """K V for V [n, columns]."""
        self.passes += 1
        image = self.xp.zeros(vectors.shape)
        for first, second in self._tiles():
            tile = self.entries(first, second)
            image[first] += tile @ vectors[second]
            if first != second:
                image[second] += tile.T @ vectors[first]
        return image

    def entries(self, first: Any, second: Any) -> Array:
        """The entries K[first, second] of two slices or index arrays."""
        correlations = self._rows[first] @ self._rows[second].T
        same = self.xp.arange(self.n)[first][:, None] == self.xp.arange(self.n)[second]
        correlations[same] = 0.0
        near = abs(correlations) > self._profile.reach
        exceptions = bool(near.any())
        if exceptions:
            middle, radii = bounded_entries(self._chosen, self._kind, _host(correlations[near]), self._c)
            self.radius = max(self.radius, float(radii.max()))
            correlations[near] = 0.0
        values = self._profile.values(correlations)
        if exceptions:
            values[near] = self.xp.asarray(middle)
        values[same] = self.corner
        return values

    def preconditioner(self, landmarks: NDArray[np.int64]) -> Callable[[Array], Array]:
        """V -> (C W^-1 C^T + t I)^-1 V, C = K[:, landmarks], W = K[landmarks, landmarks]; t the mean of what is left.

        By Woodbury's identity it is (V - C (t W + C^T C)^-1 C^T V) / t.
        """
        xp = self.xp
        columns = xp.concatenate(
            [self.entries(slice(i, min(i + TILE, self.n)), landmarks) for i in range(0, self.n, TILE)]
        )
        core = _host(columns[landmarks])
        core[np.diag_indices_from(core)] *= 1 + 1e-10
        gram = _host(columns.T @ columns)
        left = np.trace(scipy.linalg.solve(core, gram, assume_a="pos"))
        shift = max(self.corner - float(left) / self.n, 1e-3 * self.corner)
        inverse = xp.asarray(scipy.linalg.inv(shift * core + gram))
        return lambda vectors: (vectors - columns @ (inverse @ (columns.T @ vectors))) / shift

    def _tiles(self) -> list[tuple[slice, slice]]:
        parts = [slice(i, min(i + TILE, self.n)) for i in range(0, self.n, TILE)]
        return [(first, second) for i, first in enumerate(parts) for second in parts[: i + 1]]

    def _largest_correlation(self) -> float:
        largest = 0.0
        for first, second in self._tiles():
            tile = abs(self._rows[first] @ self._rows[second].T)
            if first == second:
                tile -= self.xp.eye(len(tile)) * tile
            largest = max(largest, float(tile.max()))
        return largest


def _lobpcg(
    operator: Operator, vectors: Array, preconditioner: Callable[[Array], Array], tolerance: float, passes: int
) -> LowestEigenvalue:
    """LOBPCG in stages, since its own test is for all vectors and absolute, and ours for one and relative."""
    if operator.xp is np:
        from scipy.sparse.linalg import lobpcg
    else:
        from cupyx.scipy.sparse.linalg import lobpcg
    found = None
    while found is None or (operator.passes < passes and found.residual > tolerance * found.value):
        goal = tolerance * max(found.value if found else operator.corner, 1e-15 * operator.corner)
        budget = min(STAGE, max(1, passes - operator.passes - 3))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the goal was not met shows in the residual
            values, vectors = lobpcg(operator, vectors, M=preconditioner, tol=goal, maxiter=budget, largest=False)
        found = _assessed(operator, vectors[:, int(np.argmin(_host(values)))])
    return found


def _assessed(operator: Operator, vector: Array) -> LowestEigenvalue:
    """The Rayleigh quotient and the residual with everything that separates them from those of the exact kernel.

    Entries are at most |K_ij| <= K_ii and off by `radius`; sums of n products lose gamma_n (|K| |v|)_i at most, and
    (|K| |v|)_i <= K_ii |v|_1 and |v|_1 <= sqrt(n) |v|_2.
    """
    n = operator.n
    column = vector[:, None]
    image, host = _host(operator(column))[:, 0], _host(vector)
    square = float(host @ host)
    value = float(host @ image) / square
    loss = (operator.radius + gamma(2 * n + 16) * (operator.corner + operator.radius)) * n * (1 + gamma(4 * n))
    residual = float(np.linalg.norm(image - value * host)) / square**0.5
    rounding = gamma(2 * n + 16) * (abs(value) + residual)
    upper = value + (loss + rounding) * (1 + gamma(16)) + gamma(4) * abs(value)
    return LowestEigenvalue(value, float(upper), float((residual + loss + rounding) * (1 + gamma(16))), operator.passes)


def _host(array: Any) -> Array:
    return np.asarray(array.get() if hasattr(array, "get") else array)
