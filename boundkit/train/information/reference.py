"""The slow, obvious run beside its linearisation: long double, one sample and one output at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.arithmetic import EXTENDED, evaluate
from boundkit.train.information.descent import CURVES, InformationRun
from boundkit.train.information.merged import Merged

Array = NDArray[np.float64]


def replay_information(
    data: Merged,
    W: Array,
    V: Array,
    activation: Any,
    *,
    step_size: float,
    steps: int,
    cutoff: float | None = None,
    checkpoints: Iterable[int] = (),
) -> tuple[InformationRun, Array]:
    """The curves of `follow`, spaces from the singular value decomposition of the explicit Jacobian, and its values.

    >>> from boundkit.activations import activation
    >>> from boundkit.train.information import merged
    >>> run, values = replay_information(merged(np.eye(2), np.eye(2)), np.zeros((2, 2)), np.eye(2), activation("sin"),
    ...                                  step_size=0.5, steps=2, cutoff=0.5)
    >>> run.misfit.shape, values.tolist()
    ((3,), [1.0, 1.0, 1.0, 1.0])
    """
    X, Y, output, first = (array.astype(np.longdouble) for array in (data.X, data.Y, V, W))
    weights = data.weights.astype(np.longdouble)
    roots = np.sqrt(weights)
    kept = sorted(set(checkpoints))
    moved, linear = np.zeros_like(first), np.zeros_like(first)
    slopes_0 = _phi(activation, 1, X @ first.T)
    residual_0 = _phi(activation, 0, X @ first.T) @ output.T - Y
    left, values = None, np.empty(0)
    if cutoff is not None:
        J = np.array(
            [roots[i] * np.outer(output[a] * slopes_0[i], X[i]).ravel() for a in range(len(V)) for i in range(len(X))]
        ).astype(float)
        left, values, _ = np.linalg.svd(J, full_matrices=False)
        left = left[:, values >= cutoff]
    rows, states = [], {}
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            hidden = X @ (first + moved).T
            residual = _phi(activation, 0, hidden) @ output.T - Y
            linearised = residual_0 + (slopes_0 * (X @ linear.T)) @ output.T
            weighted = roots[:, None] * residual
            total = (weighted**2).sum() + data.scatter
            inside = np.nan if left is None else ((left.T @ weighted.T.ravel()) ** 2).sum()
            rows.append(
                [
                    total,
                    (moved**2).sum(),
                    max((row**2).sum() for row in moved),
                    ((roots[:, None] * linearised) ** 2).sum() + data.scatter,
                    (linear**2).sum(),
                    ((roots[:, None] * (residual - linearised)) ** 2).sum(),
                    ((moved - linear) ** 2).sum(),
                    inside,
                    max(total - inside, 0.0),
                ]
            )
            if step in kept:
                states[step] = moved.astype(float)
            if step < steps:
                size = np.longdouble(step_size)
                moved = moved - size * _gradient(X, _phi(activation, 1, hidden), output, weights, residual)
                linear = linear - size * _gradient(X, slopes_0, output, weights, linearised)
    curves = np.sqrt(np.array(rows)).astype(float).T
    named: dict[str, Any] = dict(zip((*CURVES, "information", "nuisance"), curves, strict=True))
    return InformationRun(**named, weights=states), values


def _gradient(X: Any, slopes: Any, output: Any, weights: Any, residual: Any) -> Any:
    total = np.zeros((output.shape[1], X.shape[1]), dtype=np.longdouble)
    for sample in range(len(X)):
        for label in range(len(output)):
            push = weights[sample] * residual[sample, label] * output[label] * slopes[sample]
            total = total + np.outer(push, X[sample])
    return total


def _phi(activation: Any, derivative: int, hidden: Any) -> Any:
    expression = activation.derivative(derivative) if derivative else activation.expression
    return np.broadcast_to(evaluate(expression, dict.fromkeys(expression.free_symbols, hidden), EXTENDED), hidden.shape)


def outputs(X: Array, W: Array, V: Array, activation: Any) -> Array:
    """Outputs [n, K] of the network in long double arithmetic, unit after unit.

    >>> from boundkit.activations import activation
    >>> outputs(np.eye(2), np.eye(2), np.ones((1, 2)), activation("identity")).tolist()
    [[1.0], [1.0]]
    """
    rows, total = X.astype(np.longdouble), np.zeros((len(X), len(V)), dtype=np.longdouble)
    for unit, weights in zip(W.astype(np.longdouble), V.T.astype(np.longdouble), strict=True):
        total = total + _phi(activation, 0, rows @ unit)[:, None] * weights
    return np.asarray(total.astype(float))
