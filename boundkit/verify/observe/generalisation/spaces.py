"""Random matrices, residuals and sequences for the lemmas on information and nuisance spaces.

Half of the trials is adversarial: pairs of matrices that differ in one direction, residuals on one or two singular
directions, sequences that attain their recursion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import (
    beta,
    distance,
    jacobian_drift,
    misfit_0,
    norm_J,
    radius,
    step_size,
    tau,
    weight_change,
)
from boundkit.statement.words.generalisation import (
    cutoff,
    drift_bound,
    gram_deviation,
    information_r0,
    inverse_r0,
    learning_duration,
    linearised_distance,
    linearised_misfit,
    next_deviation,
    nuisance_r0,
    reference_deviation,
    reference_error,
    reference_norm,
    residual_deviation,
    stopping_value,
)
from boundkit.statement.words.generalisation_lemmas import (
    asymmetric_gain,
    left_norm,
    matrix_distance,
    nuisance_gradient,
    right_norm,
    root_distance,
)
from boundkit.statement.words.shared import T
from boundkit.train.initialise import Role, nested_stream
from boundkit.verify.observe.lemmas.recursion import fed_sequence
from boundkit.verify.observe.plan import Experiment, Observations, Plan, floats, in_agreement, joined

ROWS = 8
COLUMNS = 11
PAIRS = 60  # tried for the worst one
MOST_STEPS = 200
TINY = 1e-12
JUST_BELOW = 0.99
Norm = Callable[[Any], float]
Values = dict[Symbol, Any]


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial, np.float64, _largest_singular_value) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same draws; norms from eigenvalues of Gram matrices, recursions in long double."""
    return _one(binding, plan, trial, np.longdouble, _root_of_eigenvalue)


def _largest_singular_value(matrix: Any) -> float:
    return float(np.linalg.svd(np.asarray(matrix, float), compute_uv=False)[0])


def _root_of_eigenvalue(matrix: Any) -> float:
    M = np.asarray(matrix, float)
    return float(np.sqrt(max(np.linalg.eigvalsh(M @ M.T)[-1], 0.0)))


def _one(binding: Binding, plan: Plan, trial: int, dtype: Any, norm: Norm) -> Observations:
    generator = nested_stream(plan.seed, Role.CLASSES, trial)
    observables = {claim.observable for claim in binding.statement.claims}
    values: Values
    if asymmetric_gain in observables:
        values = _pair(floats(binding), generator, norm, adverse=trial % 2 == 0)
    elif root_distance in observables:
        values = _roots(generator, norm, shape=trial % 4)
    elif residual_deviation in observables:
        values = fed_sequence(binding, generator, dtype)
    elif next_deviation in observables:
        values = _small_map(floats(binding), generator, dtype, norm)
    else:
        values = _residual(binding, generator, dtype, shape=trial % 6)
    seen = in_agreement(binding, values)
    arrays = {symbol: np.atleast_2d(np.asarray(value, dtype=float)) for symbol, value in seen.items()}
    return Observations((trial,), arrays)


def _pair(known: Values, generator: np.random.Generator, norm: Norm, *, adverse: bool) -> Values:
    """The pair of matrices, among many, whose asymmetric step grows most for their distance.

    An adverse one is A = a e_1 e_1^T and B = A + e e_2 e_1^T, of which A has no part in the residual e_2.
    """
    found, most = {}, -np.inf
    for _ in range(1 if adverse else PAIRS):
        n, p = int(generator.integers(1, 4)), int(generator.integers(1, 5))
        A = generator.standard_normal((n, p))
        away = 10.0 ** generator.uniform(-2, 0.5) * generator.standard_normal((n, p))
        if adverse:
            A, away, n = np.diag([10.0 ** generator.uniform(-1, 1), 0.0]), np.zeros((2, 2)), 2
            away[1, 0] = A[0, 0] * generator.uniform(0.01, 0.1)
        B = A + away * min(1.0, float(known.get(drift_bound, np.inf)) / norm(away))
        bound, apart = max(norm(A), norm(B), float(known.get(beta, 0))), norm(A - B)
        size = bound**-2
        gain = norm(np.eye(n) - size * A @ B.T)
        if (gain**2 - 1) / (size * apart**2) > most:
            most = (gain**2 - 1) / (size * apart**2)
            found = {left_norm: norm(A), right_norm: norm(B), matrix_distance: apart, beta: bound, step_size: size}
            found |= {drift_bound: known.get(drift_bound, apart), asymmetric_gain: gain}
    return found


def _roots(generator: np.random.Generator, norm: Norm, *, shape: int) -> Values:
    """Matrices that differ in one direction (even `shape`) or in all; in shape 0 the first is hardly there."""
    G = generator.standard_normal((ROWS, ROWS))
    A = G @ G.T * (TINY if shape == 0 else 1.0)
    H = generator.standard_normal((ROWS, ROWS if shape % 2 else 1))
    B = A * 10.0 ** generator.uniform(-3, 0) + H @ H.T * 10.0 ** generator.uniform(-4, 0)
    return {root_distance: norm(_root(A) - _root(B)), matrix_distance: norm(A - B)}


def _root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)


def _residual(binding: Binding, generator: np.random.Generator, dtype: Any, *, shape: int) -> Values:
    """A random reference Jacobian through its singular values, a residual through its parts in the singular vectors.

    In shapes 0 to 2 the residual is along the vector at the cutoff, just below it, or the first; in 3 along any two.
    """
    known = floats(binding)
    sizes = np.sort(10.0 ** generator.uniform(-2, 1, ROWS))[::-1].astype(dtype)
    parts = generator.standard_normal(ROWS).astype(dtype)
    position = int(generator.integers(1, ROWS - 1))
    level = sizes[position]
    if shape == 1:
        sizes[position + 1] = level * dtype(JUST_BELOW)
    along = {0: [position], 1: [position + 1], 2: [0], 3: generator.permutation(ROWS)[:2].tolist()}
    if shape in along:
        parts[[row for row in range(ROWS) if row not in along[shape]]] = 0
    if cutoff in known:
        sizes, level = sizes * (dtype(known[cutoff]) / level), dtype(known[cutoff])
    duration = dtype(known.get(learning_duration, 1 + generator.exponential()))
    above = sizes >= level
    size = dtype(1) / sizes[0] ** 2
    ends = duration / (size * level**2)
    times = np.arange(min(int(np.floor(ends)), MOST_STEPS) + 1)
    decay = (1 - size * sizes**2)[None, :] ** times[:, None]
    inverse = np.sqrt(((parts / sizes)[above] ** 2).sum())
    gradient = np.sqrt(((parts * sizes)[~above] ** 2).sum())
    return {
        cutoff: level,
        learning_duration: duration,
        reference_norm: sizes[0],
        beta: sizes[0],
        step_size: size,
        T: ends,
        tau: times,
        misfit_0: np.sqrt((parts**2).sum()),
        information_r0: np.sqrt((parts[above] ** 2).sum()),
        nuisance_r0: np.sqrt((parts[~above] ** 2).sum()),
        inverse_r0: inverse,
        nuisance_gradient: gradient,
        stopping_value: np.sqrt((level * inverse) ** 2 + (duration * gradient / level) ** 2),
        linearised_misfit: np.sqrt(((decay * parts) ** 2).sum(axis=1)),
        linearised_distance: np.sqrt(((parts / sizes * (1 - decay)) ** 2).sum(axis=1)),
    }


def _small_map(known: Values, generator: np.random.Generator, dtype: Any, norm: Norm) -> Values:
    """Descent on f(t) = A t + c sin(C t) beside its linearisation at 0."""
    n, p = ROWS, COLUMNS
    A, C = generator.standard_normal((n, p)) / np.sqrt(p), generator.standard_normal((n, p))
    C = C / np.linalg.norm(C, axis=1, keepdims=True)
    curve = min(10.0 ** generator.uniform(-3, 0), float(known.get(drift_bound, np.inf)) / (4 * norm(C)))
    y = generator.standard_normal(n).astype(dtype)
    bound = max(norm(A) + curve * norm(C), float(known.get(beta, 0)))
    size = dtype(1) / dtype(bound) ** 2
    J = (A + curve * C).astype(dtype)
    wide, turned, bent = A.astype(dtype), C.astype(dtype), dtype(curve)
    at, linear = np.zeros(p, dtype), np.zeros(p, dtype)
    apart, driver, moved = [], [], []
    for _ in range(40):
        residual = wide @ at + bent * np.sin(turned @ at) - y
        linearised = J @ linear - y
        apart.append(np.sqrt(((residual - linearised) ** 2).sum()))
        driver.append(np.sqrt((linearised**2).sum()))
        moved.append(np.sqrt((at**2).sum()))
        at = at - size * (wide + bent * np.cos(turned @ at)[:, None] * turned).T @ residual
        linear = linear - size * J.T @ linearised
    reach = max(moved)
    drift = curve * norm(C) * min(2.0, 2 * reach**2)  # |cos(c.t) - 1| <= min(2, |t|^2 / 2), doubled twice over
    return {
        beta: bound,
        norm_J: norm(J),
        reference_norm: norm(J),
        reference_error: known.get(reference_error, 0.0),
        reference_deviation: 0.0,
        gram_deviation: 0.0,
        drift_bound: known.get(drift_bound, 2 * drift),
        jacobian_drift: 0.0,
        weight_change: 0.0,
        radius: reach,
        distance: moved[:-1],
        step_size: size,
        residual_deviation: apart[:-1],
        next_deviation: apart[1:],
        linearised_misfit: driver[:-1],
    }


SPACES = Experiment(_sample, replay=_replay)
