"""Gradient descent a second time, slow and obvious: no blocks, no reduction of the data, extended precision.

A violation that `train` reports is believed only when this module, which shares no numerical code with it
apart from the random streams, reproduces it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from boundkit.arithmetic import EXTENDED, evaluate
from boundkit.errors import Infeasible
from boundkit.train.backend import host_memory, select_device
from boundkit.train.initialise import initial_weights
from boundkit.train.plan import require_memory
from boundkit.train.problem import Problem, output_weights
from boundkit.train.run import Run, Status

Extended = Any


def replay(
    problem: Problem,
    *,
    k: int,
    step_size: float,
    steps: int,
    seed: int = 0,
    trial: int = 0,
    checkpoints: Iterable[int] = (),
) -> Run:
    """One trial of `train` in long double arithmetic on the data as given; the same observables.

    The weights are those of `train`, lifted from the reduced space. Jacobians at `checkpoints` are built
    explicitly, [n, k d], and decomposed in double precision; Infeasible if they do not fit in memory.

    >>> problem = Problem(X=np.eye(2, 3), y=[1.0, -1.0], activation="softplus")
    >>> run = replay(problem, k=10, step_size=0.1, steps=3)
    >>> run.misfit.shape, run.misfit.dtype == np.longdouble
    ((1, 4), True)
    """
    started = time.perf_counter()
    marks = tuple(sorted(set(checkpoints)))
    X, y = problem.X.astype(np.longdouble), problem.y.astype(np.longdouble)
    require_memory(16 * k * (4 * problem.d + 3 * problem.n), backend=select_device("cpu"), k=k)
    v = output_weights(k, norm_y=problem.norm_y, n=problem.n).astype(np.longdouble)
    reduced = initial_weights(k, d=problem.factor.shape[1], seed=seed, trial=trial)
    start = reduced.astype(np.longdouble) @ problem.basis.T.astype(np.longdouble)
    weights, path, status = start, np.longdouble(0), Status.COMPLETED
    curves: list[tuple[Extended, Extended, Extended]] = []
    spectra: list[tuple[float, float, float]] = []
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            hidden = X @ weights.T
            residual = _phi(problem, 0, hidden) @ v - y
            row = (_norm(residual), _norm(weights - start), path)
            if not np.isfinite(row).all():
                status = Status.DIVERGED
                break
            curves.append(row)
            if step in marks:
                spectra.append(_spectrum(problem, weights, start, v))
            gradient = v[:, None] * (_phi(problem, 1, hidden).T @ (residual[:, None] * X))
            update = np.longdouble(step_size) * gradient
            weights = weights - update
            path = path + _norm(update)
    curve: Extended = np.array(curves).T
    spectrum = np.full((len(marks), 3), np.nan)
    spectrum[: len(spectra)] = np.reshape(spectra, (len(spectra), 3))
    return Run(
        trials=(trial,),
        seed=seed,
        k=k,
        step_size=step_size,
        norm_y=problem.norm_y,
        steps=np.array([len(curves) - 1]),
        status=(status,),
        misfit=curve[0][None],
        distance=curve[1][None],
        path_length=curve[2][None],
        checkpoints=marks,
        sigma_min_J=spectrum[:, 0][None],
        norm_J=spectrum[:, 1][None],
        drift_J=spectrum[:, 2][None],
        backend="reference",
        reason="long double, explicit",
        block=k,
        seconds=time.perf_counter() - started,
    )


def jacobian(problem: Problem, weights: Extended, v: Extended) -> np.ndarray:
    """The Jacobian of f with respect to the rows of W, one after the other: [n, k d] (os19, section 6.1)."""
    n, d, k = problem.n, problem.d, len(v)
    if 24 * n * k * d > host_memory():
        raise Infeasible(f"an explicit Jacobian of {n} x {k * d} entries does not fit in memory")
    X = problem.X.astype(np.longdouble)
    weighted = slopes(problem, X @ weights.T) * v
    return np.asarray(weighted[:, :, None] * X[:, None, :], dtype=np.float64).reshape(n, k * d)


def slopes(problem: Problem, hidden: Extended) -> Extended:
    """phi' of pre-activations, in long double from its symbolic expression."""
    return _phi(problem, 1, hidden)


def _spectrum(problem: Problem, weights: Extended, start: Extended, v: Extended) -> tuple[float, float, float]:
    now, then = jacobian(problem, weights, v), jacobian(problem, start, v)
    values = np.linalg.svd(now, compute_uv=False)
    smallest = values[problem.n - 1] if len(values) == problem.n else 0.0
    return float(smallest), float(values[0]), float(np.linalg.norm(now - then, 2))


def _phi(problem: Problem, derivative: int, hidden: Extended) -> Extended:
    expression = problem.activation.derivative(derivative) if derivative else problem.activation.expression
    values = dict.fromkeys(expression.free_symbols, hidden)
    return np.broadcast_to(evaluate(expression, values, EXTENDED), hidden.shape)


def _norm(array: Extended) -> Extended:
    return np.sqrt((array * array).sum())
