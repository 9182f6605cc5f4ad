"""The slow, obvious implementation of every setting: explicit loops in long double, replayed from the same streams.

It shares with `descend` the random numbers and nothing else: phi comes from the symbolic expression, gradients are
summed sample after sample and output after output, and the data are not reduced.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from boundkit.arithmetic import EXTENDED, evaluate
from boundkit.train.backend import select_device
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.plan import require_memory
from boundkit.train.run import Status
from boundkit.train.shallow.initialise import initial_layers
from boundkit.train.shallow.network import Shallow
from boundkit.train.shallow.run import ShallowRun

Extended = Any


def replay_shallow(
    network: Shallow,
    *,
    k: int,
    step_size: float,
    steps: int,
    seed: int = 0,
    trial: int = 0,
    start: int | None = None,
    checkpoints: Iterable[int] = (),
    radius: float | None = None,
) -> ShallowRun:
    """One trial of `descend` in long double arithmetic; the same observables, float128 where NumPy has it.

    >>> from boundkit.train.shallow import NormalHidden, Signs
    >>> net = Shallow(np.eye(2), np.eye(2), "tanh", NormalHidden(), Signs(1.0))
    >>> replay_shallow(net, k=6, step_size=0.1, steps=3).misfit.shape
    (1, 4)
    """
    started = time.perf_counter()
    n, K = network.n, network.outputs
    require_memory(16 * k * (4 * network.d + 4 * K + 3 * n), backend=select_device("cpu"), k=k)
    origin = trial if start is None else start
    W0, V0 = initial_layers(network.hidden, network.output, k=k, d=network.d, outputs=K, seed=seed, trial=origin)
    W0, V0 = W0.astype(np.longdouble), V0.astype(np.longdouble)
    X, Y = network.X.astype(np.longdouble), network.Y.astype(np.longdouble)
    batches = network.batches.drawn(nested_stream(seed, Role.BATCHES, origin, trial), steps=steps, n=n)
    W, V, path, status = W0, V0, np.longdouble(0), Status.COMPLETED
    marks = tuple(sorted(set(checkpoints)))
    rows: list[list[Extended]] = []
    spectra = np.full((len(marks), 3), np.nan)
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            residual = phi(network, 0, X @ W.T) @ V.T - Y
            moved = (_norm(W - W0), _norm(V - V0))
            far = max(_norm(row) for row in W - W0)
            row = [_norm(residual), np.hypot(*moved), *moved, far, path]
            if not np.isfinite(row).all():
                status = Status.DIVERGED
                break
            rows.append(row)
            if step in marks:
                spectra[marks.index(step)] = _spectrum(network, (W, V), (W0, V0))
            if radius is not None and row[1] > radius:
                status = Status.EXITED
                break
            if step < steps:
                step_W, step_V = _gradient(network, W, V, X, residual, batches[step])
                size = np.longdouble(step_size)
                W, V = W - size * step_W, V - size * step_V
                path = path + np.hypot(_norm(size * step_W), _norm(size * step_V))
    curves: Extended = np.array(rows).T[:, None, :]
    return ShallowRun(
        trials=(trial,),
        seed=seed,
        k=k,
        step_size=step_size,
        norm_y=network.norm_Y,
        steps=np.array([len(rows) - 1]),
        status=(status,),
        misfit=curves[0],
        distance=curves[1],
        hidden_distance=curves[2],
        output_distance=curves[3],
        row_distance=curves[4],
        path_length=curves[5],
        loss=curves[0] ** 2 / (2 if network.loss.name == "half sum of squares" else n),
        checkpoints=marks,
        sigma_min_J=spectra[:, 0][None],
        norm_J=spectra[:, 1][None],
        drift_J=spectra[:, 2][None],
        backend="reference",
        reason="long double, explicit",
        block=1,
        seconds=time.perf_counter() - started,
    )


def jacobian(network: Shallow, W: Extended, V: Extended) -> np.ndarray:
    """The Jacobian in the trained layers [n K, p], class by class, entry by entry."""
    X = network.X.astype(np.longdouble)
    hidden = X @ W.T
    value, slope = phi(network, 0, hidden), phi(network, 1, hidden)
    rows = []
    for label in range(network.outputs):
        for sample in range(network.n):
            row = []
            if network.moves_hidden:
                row.append(np.outer(V[label] * slope[sample], X[sample]).ravel())
            if network.moves_output:
                block = np.zeros(V.shape, dtype=np.longdouble)
                block[label] = value[sample]
                row.append(block.ravel())
            rows.append(np.concatenate(row))
    return np.array(rows, dtype=np.float64)


def phi(network: Shallow, derivative: int, hidden: Extended) -> Extended:
    """The activation or its derivative, from its symbolic expression."""
    activation = network.activation
    expression = activation.derivative(derivative) if derivative else activation.expression
    values = dict.fromkeys(expression.free_symbols, hidden)
    return np.broadcast_to(evaluate(expression, values, EXTENDED), hidden.shape)


def _gradient(
    network: Shallow, W: Extended, V: Extended, X: Extended, residual: Extended, counts: np.ndarray
) -> tuple[Extended, Extended]:
    """The gradient of the batch's loss, sample after sample."""
    gradient_W, gradient_V = np.zeros_like(W), np.zeros_like(V)
    hidden = X @ W.T
    value, slope = phi(network, 0, hidden), phi(network, 1, hidden)
    factor = np.longdouble(1)
    if network.loss.name == "mean of squares":
        factor = np.longdouble(2) / np.longdouble(counts.sum())
    for sample in np.flatnonzero(counts):
        for label in range(network.outputs):
            weight = factor * counts[sample] * residual[sample, label]
            if network.moves_hidden:
                gradient_W = gradient_W + weight * np.outer(V[label] * slope[sample], X[sample])
            if network.moves_output:
                gradient_V[label] = gradient_V[label] + weight * value[sample]
    return gradient_W, gradient_V


def _spectrum(
    network: Shallow, now: tuple[Extended, Extended], then: tuple[Extended, Extended]
) -> tuple[float, float, float]:
    present, first = jacobian(network, *now), jacobian(network, *then)
    values = np.linalg.svd(present, compute_uv=False)
    smallest = values[-1] if present.shape[0] <= present.shape[1] else 0.0
    return float(smallest), float(values[0]), float(np.linalg.norm(present - first, 2))


def _norm(array: Extended) -> Extended:
    return np.sqrt((array * array).sum())
