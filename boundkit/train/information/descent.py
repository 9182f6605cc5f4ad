"""Full-batch gradient descent on the hidden weights beside its linearisation at the start. `ofls19` (1.5), (5.9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.train.backend import Backend, with_fallback
from boundkit.train.information.merged import Merged
from boundkit.train.information.spaces import JacobianSpaces

Array = NDArray[np.float64]

CURVES = (
    "misfit",
    "distance",
    "row_distance",
    "linearised_misfit",
    "linearised_distance",
    "residual_deviation",
    "iterate_deviation",
)


@dataclass(frozen=True, eq=False)
class InformationRun:
    """One run: every curve is float64 [T + 1].

    `misfit` |f - Y| with the scatter of merged labels; `information` and `nuisance` its parts in the spaces of the
    Jacobian at the start (NaN without spaces). `weights` holds W - W_0 [k, d] at the steps asked for.
    """

    misfit: Array
    distance: Array
    row_distance: Array
    linearised_misfit: Array
    linearised_distance: Array
    residual_deviation: Array
    iterate_deviation: Array
    information: Array
    nuisance: Array
    weights: dict[int, Array] = field(repr=False)

    @property
    def diverged(self) -> bool:
        """Whether a number of the run is not finite."""
        return not np.isfinite(self.misfit).all()


@with_fallback
def follow(
    data: Merged,
    W: Array,
    V: Array,
    activation: Any,
    *,
    step_size: float,
    steps: int,
    spaces: JacobianSpaces | None = None,
    cutoff: float = 0.0,
    checkpoints: Iterable[int] = (),
    device: str | Backend = "auto",
) -> InformationRun:
    """Descend from W [k, d] with V [K, k] fixed, on half the weighted sum of squares, `steps` steps.

    The linearised iterates move by the gradient of the Jacobian at the start. `cutoff` splits the residual where
    `spaces` are given.

    >>> from boundkit.activations import activation
    >>> from boundkit.train.information import merged
    >>> run = follow(merged(np.eye(2), np.eye(2)), np.zeros((2, 2)), np.eye(2), activation("sin"), step_size=0.5,
    ...              steps=3, device="cpu")
    >>> bool((np.diff(run.misfit) < 0).all()), run.misfit.shape
    (True, (4,))
    """
    assert isinstance(device, Backend)
    xp = device.xp
    X, Y, roots, output, first = map(device.asarray, (data.X, data.Y, data.roots, V, W))
    kept = sorted(set(checkpoints))
    moved, linear = xp.zeros_like(first), xp.zeros_like(first)
    residual_0, start_slopes, residual = None, None, None
    rows, weights, parts = [], {}, []
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            value, slopes = activation.value_and_derivative(xp.matmul(X, xp.matrix_transpose(first + moved)))
            residual = xp.matmul(value, xp.matrix_transpose(output)) - Y
            if residual_0 is None:
                residual_0, start_slopes = residual, slopes
            shift = xp.matmul(X, xp.matrix_transpose(linear)) * start_slopes
            linearised = residual_0 + xp.matmul(shift, xp.matrix_transpose(output))
            squares = xp.sum(moved * moved, axis=1)
            rows.append(
                xp.stack(
                    [
                        _norm2(xp, roots * residual) + data.scatter,
                        xp.sum(squares),
                        xp.max(squares),
                        _norm2(xp, roots * linearised) + data.scatter,
                        _norm2(xp, linear),
                        _norm2(xp, roots * (residual - linearised)),
                        _norm2(xp, moved - linear),
                    ]
                )
            )
            if spaces is not None:
                parts.append(spaces.project(device.to_host(roots * residual), cutoff))
            if step in kept:
                weights[step] = device.to_host(moved)
            if step < steps:
                moved = moved - step_size * _gradient(xp, X, slopes, output, roots, residual)
                linear = linear - step_size * _gradient(xp, X, start_slopes, output, roots, linearised)
    curves = np.sqrt(device.to_host(xp.stack(rows))).T
    information = np.array(parts) if spaces is not None else np.full(steps + 1, np.nan)
    nuisance = np.sqrt(np.maximum(curves[0] ** 2 - information**2, 0.0))
    named: dict[str, Any] = dict(zip(CURVES, curves, strict=True))
    return InformationRun(**named, information=information, nuisance=nuisance, weights=weights)


def _gradient(xp: Any, X: Any, slopes: Any, output: Any, roots: Any, residual: Any) -> Any:
    """sum over outputs of diag(v) phi'(W X^T) diag(residual) X, samples weighted. `ofls19` (6.29)."""
    push = slopes * xp.matmul(roots * roots * residual, output)
    return xp.matmul(xp.matrix_transpose(push), X)


def _norm2(xp: Any, array: Any) -> Any:
    return xp.sum(array * array)
