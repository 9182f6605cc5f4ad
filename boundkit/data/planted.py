"""What theorems ask of the planted network (v*, W*) that made the labels; v* and W* are exact float64 numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation, Z
from boundkit.arithmetic import BALL, evaluate
from boundkit.data.datasets import Dataset
from boundkit.data.eigenspaces import Spectrum, spectrum_of
from boundkit.data.generators import GENERATORS
from boundkit.data.origins import Planted
from boundkit.data.spectra import UNDERFLOW, gamma
from boundkit.errors import Infeasible, NotApplicable

Array = NDArray[np.float64]

MOST_FEATURES = 20_000  # values of the activation in ball arithmetic


def network(data: Dataset) -> Planted:
    """The planted network. Raises NotApplicable for data without one."""
    if not isinstance(data.origin, Planted):
        raise NotApplicable(
            "planted_network", f"{data.name.partition(':')[0]} data have no planted network (use planted)"
        )
    return data.origin


def planted_labels(data: Dataset, activation: Activation) -> Any:
    """1 when the labels are the outputs of a planted network with this activation; unknown for data of a user."""
    if isinstance(data.origin, Planted):
        return flint.arb(int(activation.name == data.origin.activation))
    return flint.arb(0) if data.name.partition(":")[0] in GENERATORS else flint.arb(0).union(flint.arb(1))


def _squares(matrix: Array, error: float = 0.0) -> Spectrum:
    """The squared singular values of every matrix within Frobenius distance `error`: as many as its smaller side."""
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    size = float(np.linalg.norm(matrix)) * (1 + gamma(matrix.size + 4))
    spread = gamma(max(matrix.shape) + 4) * size**2 + error * (2 * size + error)
    return spectrum_of(np.tril(product) + np.tril(product, -1).T, spread * (1 + gamma(16)) + UNDERFLOW**0.5)


def _root(spectrum: Spectrum, index: int) -> Any:
    return spectrum.eigenvalue(index).nonnegative_part().sqrt()


def _row_norm(pick: Callable[[Any], Any]) -> Callable[[Dataset], Any]:
    def measured(data: Dataset) -> Any:
        W = network(data).W
        row = W[int(pick(np.linalg.norm(W, axis=1)))]
        norm = sum((flint.arb(entry) ** 2 for entry in row.tolist()), flint.arb(0)).sqrt()
        # another row may beat the one picked by the rounding of its norm
        return norm + flint.arb(0, 2 * gamma(W.shape[1] + 4)) * norm.upper()

    return measured


def _smallest(data: Dataset) -> Any:
    W = network(data).W
    return flint.arb(0) if W.shape[0] < W.shape[1] else _root(_squares(W), 0)


def _nuclear_norm(data: Dataset) -> Any:
    """|W*^T D_v* W*|_*: the sum of the absolute eigenvalues."""
    found = network(data)
    form = found.W.T @ (found.v[:, None] * found.W)
    size = float((np.abs(found.v) * (found.W**2).sum(axis=1)).sum())
    spread = gamma(len(found.v) + 8) * size * (1 + gamma(64))
    spectrum = spectrum_of(np.tril(form) + np.tril(form, -1).T, spread)
    return sum((abs(spectrum.eigenvalue(i)) for i in range(len(form))), flint.arb(0))


def _features(data: Dataset, activation: Activation, derivative: int) -> tuple[Array, float]:
    """phi^(derivative)(X W*^T), [n, k], and a bound on the error of an entry."""
    W = network(data).W
    if data.n * len(W) > MOST_FEATURES:
        raise Infeasible(f"{data.n * len(W)} values of the planted network: computed in balls up to {MOST_FEATURES}")
    function = activation.derivative(derivative)
    X, transposed = (flint.arb_mat([[flint.arb(e) for e in row] for row in m.tolist()]) for m in (data.X, W.T))
    values = [[evaluate(function, {Z: h}, BALL) for h in row] for row in (X * transposed).tolist()]
    middle = np.array([[float(value.mid()) for value in row] for row in values])
    error = max(float(abs(value - flint.arb(float(value.mid()))).upper()) for row in values for value in row)
    return middle, error * (1 + gamma(4))


def _norm_features(data: Dataset, activation: Activation) -> Any:
    """|phi(W* X)|."""
    values, error = _features(data, activation, 0)
    return _root(_squares(values, error * values.size**0.5 * (1 + gamma(8))), -1)


def _jacobian_floor(data: Dataset, activation: Activation) -> Any:
    """sigma_min(J(v*, W*)) = sqrt(lambda_min(J^T J)), the n-th singular value; 0 when n > k d."""
    found = network(data)
    if data.n > found.W.size:
        return flint.arb(0)
    slopes, error = _features(data, activation, 1)
    jacobian = ((slopes * found.v)[:, :, None] * data.X[:, None, :]).reshape(data.n, -1)
    size = float(np.linalg.norm(found.v)) * float(np.linalg.norm(data.X))
    rounding = gamma(4) * float(np.linalg.norm(jacobian)) + error * size
    return _root(_squares(jacobian, rounding * (1 + gamma(jacobian.size + 16))), 0)


def _entry(pick: Callable[[Array], Any]) -> Callable[[Dataset], Any]:
    return lambda data: flint.arb(float(pick(np.abs(network(data).v))))


def _signs(sign: int) -> Callable[[Dataset], Any]:
    return lambda data: flint.arb(int(np.count_nonzero(sign * network(data).v > 0)))


OF_PLANTED: dict[str, Callable[[Dataset], Any]] = {
    "planted_negative_units": _signs(-1),
    "planted_positive_units": _signs(1),
    "planted_norm_v": lambda data: sum((flint.arb(e) ** 2 for e in network(data).v.tolist()), flint.arb(0)).sqrt(),
    "planted_nuclear_norm": _nuclear_norm,
    "planted_row_max": _row_norm(np.argmax),
    "planted_row_min": _row_norm(np.argmin),
    "planted_sigma_max": lambda data: _root(_squares(network(data).W), -1),
    "planted_sigma_min": _smallest,
    "planted_v_max": _entry(np.max),
    "planted_v_min": _entry(np.min),
}
OF_PLANTED_AND_ACTIVATION: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "planted_features": ((), _norm_features),
    "planted_labels": ((), planted_labels),
    "planted_sigma_min_J": ((), _jacobian_floor),
}
