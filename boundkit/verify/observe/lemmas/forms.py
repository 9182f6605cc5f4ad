"""Quadratic forms r^T B A^T r near |C^T r|^2, and one step of descent that has such a form for its decrease.

Half of the trials is adversarial: A and B are moved towards r or away from it where this counts most. Every third trial
takes A, B and C from a step of descent on a curved map: the Jacobian now, its mean over the step, that of the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import alpha, beta, jacobian_drift, misfit, norm_J, sigma_min_J0, step_size
from boundkit.statement.words.features import (
    bilinear_form,
    misfit_next,
    norm_transpose_A,
    norm_transpose_C,
    perturbation,
    vector_norm,
)
from boundkit.train.initialise import Role, nested_stream
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, in_agreement, joined

ROWS, COLUMNS = 6, 9
LARGEST_STEP = 1 / 3  # in units of 1 / beta^2, of the lemma that bounds it
DRIFT = 1 / 3  # of alpha, which is half the smallest singular value of C
ROUND = 1e-9
BEND = 0.07  # of a map with singular values from 1 on: moves its Jacobian by 0.14, less than (1 - 0.07) / 6
Spectrum = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Scene:
    """Matrices [n, p] of which A and B are within `reach` of C, residuals [n] before and after a step."""

    A: np.ndarray
    B: np.ndarray
    C: np.ndarray
    residual: np.ndarray
    following: np.ndarray
    reach: float
    beta: float
    step: float


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial, np.float64, _singular_values) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same matrices; forms summed entry by entry in long double, norms from eigenvalues of Gram matrices."""
    return _one(binding, plan, trial, np.longdouble, _roots_of_eigenvalues)


def _one(binding: Binding, plan: Plan, trial: int, dtype: Any, spectrum: Spectrum) -> Observations:
    rng = nested_stream(plan.seed, Role.PERTURBATION, trial, 4)
    bounded = any(item.relation.lhs == step_size for item in binding.statement.hypotheses)
    share = rng.uniform(0.01, 1) * (LARGEST_STEP if bounded else 1)
    scene = _descent(rng, share) if trial % 3 == 2 else _moved(rng, share, trial)
    values = in_agreement(binding, _measured(scene, dtype, spectrum))
    return Observations((trial,), {symbol: column(np.array([value])) for symbol, value in values.items()})


def _moved(rng: np.random.Generator, share: float, trial: int) -> Scene:
    """C with a random spectrum, r its last left singular vector or any, A and B as far away as they may be."""
    scale = 10.0 ** rng.uniform(-2, 2)
    left, _, right = np.linalg.svd(rng.standard_normal((ROWS, COLUMNS)), full_matrices=False)
    sizes = scale * np.append(1 + rng.exponential(size=ROWS - 1), 1.0)
    C = (left * sizes) @ right
    reach = DRIFT * scale / 2 * (1 - ROUND)
    adverse = trial % 2 == 0
    r = left[:, -1] if adverse else rng.standard_normal(ROWS)
    r = r * 10.0 ** rng.uniform(-1, 1)
    if adverse:
        along = np.outer(r, C.T @ r)
        A = B = C + (-reach if trial % 4 == 0 else reach) * along / np.linalg.norm(along)
    else:
        A, B = (C + reach * E / np.linalg.norm(E, 2) for E in rng.standard_normal((2, *C.shape)))
    bound = max(float(np.linalg.norm(item, 2)) for item in (A, B, C))
    step = share / bound**2
    return Scene(A, B, C, r, r - step * B @ (A.T @ r), reach, bound, step)


def _descent(rng: np.random.Generator, share: float) -> Scene:
    """One step on f(t) = M t + c sin(Q t), so little curved that its Jacobian stays near that at 0, which is C.

    The mean of cos over the segment from q.t to q.u is (sin q.u - sin q.t) / (q.u - q.t).
    """
    M = np.linalg.qr(rng.standard_normal((COLUMNS, ROWS)))[0].T
    M = np.sqrt(1 + rng.exponential(size=ROWS))[:, None] * M
    Q = rng.standard_normal((ROWS, COLUMNS))
    bend = BEND / float(np.linalg.norm(Q, 2))
    bound = float(np.linalg.norm(M, 2)) + BEND
    step = share / bound**2
    labels, start = rng.standard_normal(ROWS), rng.standard_normal(COLUMNS) * 10.0 ** rng.uniform(-1, 0.5)

    def jacobian(slopes: np.ndarray) -> np.ndarray:
        return np.asarray(M + bend * slopes[:, None] * Q)

    def residual(at: np.ndarray) -> np.ndarray:
        return np.asarray(M @ at + bend * np.sin(Q @ at) - labels)

    C, A = jacobian(np.ones(ROWS)), jacobian(np.cos(Q @ start))
    end = start - step * A.T @ residual(start)
    before, after = Q @ start, Q @ end
    B = jacobian((np.sin(after) - np.sin(before)) / (after - before))
    reach = DRIFT * float(np.linalg.svd(C, compute_uv=False)[-1]) / 2
    return Scene(A, B, C, residual(start), residual(end), reach, bound, step)


def _measured(scene: Scene, dtype: Any, spectrum: Spectrum) -> dict[Symbol, float]:
    A, B, C, r = (item.astype(dtype) for item in (scene.A, scene.B, scene.C, scene.residual))
    seen, meant, first = (_transposed(item, r) for item in (A, B, C))
    return {
        perturbation: scene.reach,
        jacobian_drift: float(max(spectrum(scene.A - scene.C)[0], spectrum(scene.B - scene.C)[0])),
        alpha: float(spectrum(scene.C)[-1]) / 2,
        sigma_min_J0: float(spectrum(scene.C)[-1]),
        beta: scene.beta,
        norm_J: float(max(spectrum(item)[0] for item in (scene.A, scene.B, scene.C))),
        step_size: scene.step,
        vector_norm: float(np.sqrt((r * r).sum())),
        misfit: float(np.sqrt((r * r).sum())),
        misfit_next: float(np.sqrt((scene.following.astype(dtype) ** 2).sum())),
        bilinear_form: float((seen * meant).sum()),
        norm_transpose_A: float(np.sqrt((seen * seen).sum())),
        norm_transpose_C: float(np.sqrt((first * first).sum())),
    }


def _transposed(matrix: Any, vector: Any) -> Any:
    """M^T r, in long double column by column."""
    if matrix.dtype == np.float64:
        return matrix.T @ vector
    return np.array([sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix.T])


def _singular_values(matrix: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.svd(matrix, compute_uv=False))


def _roots_of_eigenvalues(matrix: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(np.linalg.eigvalsh(matrix @ matrix.T), 0.0))[::-1]


FORMS = Experiment(_sample, replay=_replay)
