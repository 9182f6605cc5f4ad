"""A linear model on low-rank inputs with noise: its losses on fresh noise, whole and in the two spaces.

The weights are those of gradient descent from zero on one noisy sample, after a random number of steps of size 1 over
the squared norm of the inputs; what is claimed is said of any weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement.words.generalisation_lemmas import (
    expected_information_loss,
    expected_loss,
    expected_nuisance_loss,
    linear_input_noise,
    linear_label_noise,
    noiseless_misfit,
    signal_rank,
)
from boundkit.statement.words.landscape import frobenius_W
from boundkit.train.initialise import Role, nested_stream
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, floats, in_agreement, joined

FRESH = 50  # draws of the noise a trial
LONGEST = 1000


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial, slowly=False) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same noise in long double; descent step by step, residuals split by their coordinates in the signal."""
    return _one(binding, plan, trial, slowly=True)


def _one(binding: Binding, plan: Plan, trial: int, *, slowly: bool) -> Observations:
    known, (n, d) = floats(binding), plan.data.X.shape
    rank, sigma_x, sigma_y = (float(known[s]) for s in (signal_rank, linear_input_noise, linear_label_noise))
    if rank > min(n, d):
        raise NotApplicable("rank_below_n", f"inputs of rank {rank:g} need as many samples and coordinates")
    rng = nested_stream(plan.seed, Role.TRAINING_SAMPLE, trial)
    left = np.linalg.qr(rng.standard_normal((n, int(rank))))[0]
    signal = left * 10.0 ** rng.uniform(-0.5, 0.5, int(rank)) @ np.linalg.qr(rng.standard_normal((d, int(rank))))[0].T
    clean = signal @ rng.standard_normal(d)

    def noisy() -> tuple[Any, Any]:
        inputs, labels = rng.standard_normal((n, d)), rng.standard_normal(n)
        return signal + sigma_x / np.sqrt(n) * inputs, clean + sigma_y / np.sqrt(n) * labels

    X, y = noisy()
    steps = int(10.0 ** rng.uniform(0, np.log10(LONGEST)))
    size = float(np.linalg.norm(X, 2))
    w = _descended(X, y, steps, size, slowly=slowly)
    losses = np.mean([_losses(*noisy(), w, left, slowly=slowly) for _ in range(FRESH)], axis=0)
    away = signal.astype(w.dtype) @ w - clean
    values: dict[Symbol, float] = {
        frobenius_W: float(np.sqrt((w * w).sum())),
        noiseless_misfit: float(np.sqrt((away * away).sum())),
        expected_loss: float(losses[0]),
        expected_information_loss: float(losses[1]),
        expected_nuisance_loss: float(losses[2]),
    }
    seen = in_agreement(binding, values)
    return Observations((trial,), {symbol: column(np.array([value])) for symbol, value in seen.items()})


def _descended(X: Any, y: Any, steps: int, size: float, *, slowly: bool) -> Any:
    """Weights after so many steps of size 1 / |X|^2 from zero: in closed form, or step by step in long double."""
    if not slowly:
        left, sizes, right = np.linalg.svd(X, full_matrices=False)
        shares = (1 - (1 - sizes**2 / size**2) ** steps) / np.maximum(sizes, 1e-12 * size)
        return right.T @ (shares * (left.T @ y))
    X, y = X.astype(np.longdouble), y.astype(np.longdouble)
    w = np.zeros(X.shape[1], np.longdouble)
    for _ in range(steps):
        w = w - X.T @ (X @ w - y) / np.longdouble(size) ** 2
    return w


def _losses(X: Any, y: Any, w: Any, left: Any, *, slowly: bool) -> tuple[Any, Any, Any]:
    """Half the squared residual, that of its projection on the signal space, and that of the rest."""
    residual = X.astype(w.dtype) @ w - y
    if slowly:
        inside = sum((residual @ column.astype(w.dtype)) ** 2 for column in left.T)
        return (residual**2).sum() / 2, inside / 2, ((residual**2).sum() - inside) / 2
    projected = left @ (left.T @ residual)
    return tuple(0.5 * float(part @ part) for part in (residual, projected, residual - projected))  # type: ignore[return-value]


LINEAR = Experiment(_sample, replay=_replay)
