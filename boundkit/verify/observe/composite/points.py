"""Maps with a Lipschitz Jacobian between points of a ball: half of the trials on a parabola that attains all bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement.vocabulary import (
    alpha,
    beta,
    lipschitz,
    norm_J,
    radius,
    sigma_min_J,
    sigma_min_J0,
    weight_change,
)
from boundkit.statement.words.stochastic import jacobian_shift, linearisation_error, norm_J_start, weight_shift
from boundkit.train.composite import random_map
from boundkit.train.initialise import Role, nested_stream
from boundkit.verify.observe.conditions import conditions
from boundkit.verify.observe.plan import Experiment, Observations, Plan, joined

DIRECTIONS = 6
SHARES = (1.0, 0.1)  # of the radius, at which points are looked at
STEP = 1e-30  # of a complex step, which has no rounding to speak of
Map = Callable[[Any], Any]


def _parabola(rng: np.random.Generator) -> tuple[Map, Map, np.ndarray, float]:
    """a w + L w^2 / 2 at 0: its slope a + L w changes as fast as it may."""
    slope, bend = rng.lognormal(size=2)
    return lambda w: slope * w + bend * w * w / 2, lambda w: (slope + bend * w)[None, :], np.zeros(1), float(bend)


def _drawn(plan: Plan, trial: int, rng: np.random.Generator) -> tuple[Map, Map, np.ndarray, float]:
    """A map, its Jacobian, a point and the Lipschitz constant of the Jacobian."""
    if trial % 2 == 0:
        return _parabola(rng)
    found = random_map(n=plan.data.n, b=1, seed=plan.seed, size=float(rng.uniform(0.1, 2)))
    return found.value, found.jacobian, found.start, found.lipschitz


def _by_complex_step(value: Map) -> Map:
    """The Jacobian of an analytic map from its values in long double arithmetic."""

    def jacobian(w: Any) -> Any:
        step = np.longdouble(STEP)
        columns = [value(w + 1j * step * unit).imag / step for unit in np.eye(len(w), dtype=np.longdouble)]
        return np.stack(columns, axis=1)

    return jacobian


def _ends(matrix: Any, slow: bool) -> tuple[float, float]:
    """The largest and the smallest singular value; slow: as roots of eigenvalues."""
    if not slow:
        values = np.linalg.svd(matrix, compute_uv=False)
        return float(values[0]), float(values[-1])
    eigenvalues = np.linalg.eigvalsh((matrix @ matrix.T).astype(float))
    return float(np.sqrt(eigenvalues[-1])), float(np.sqrt(max(eigenvalues[0], 0.0)))


def _one(binding: Binding, plan: Plan, trial: int, slow: bool) -> tuple[dict[Symbol, np.ndarray], list[str]]:
    rng = nested_stream(plan.seed, Role.PERTURBATION, trial, 5)
    value, jacobian, start, bend = _drawn(plan, trial, rng)
    w0 = start.astype(np.longdouble) if slow else start
    slopes = _by_complex_step(value) if slow else jacobian
    J0 = slopes(w0)
    most, least = _ends(J0, slow)
    reach = least / (2 * bend)
    directions = rng.standard_normal((DIRECTIONS, len(w0)))
    rows: dict[Symbol, list[float]] = {
        symbol: [] for symbol in (weight_shift, sigma_min_J, norm_J, jacobian_shift, linearisation_error)
    }
    for share in SHARES:
        for direction in (sign * direction for direction in directions for sign in (1, -1)):
            move = share * reach * direction / np.linalg.norm(direction)
            J = slopes(w0 + move)
            ends = _ends(J, slow)
            error = value(w0 + move) - value(w0) - J0 @ move
            rows[weight_shift].append(float(np.sqrt((move**2).sum())))
            rows[norm_J].append(ends[0])
            rows[sigma_min_J].append(ends[1])
            rows[jacobian_shift].append(_ends(J - J0, slow)[0])
            rows[linearisation_error].append(float(np.sqrt((error**2).sum())))
    once = {alpha: least, beta: most, lipschitz: bend, sigma_min_J0: least, norm_J_start: most}
    values = {symbol: np.array([row]) for symbol, row in rows.items()}
    values |= {symbol: np.full((1, 1), number) for symbol, number in once.items()}
    values[radius] = values[weight_change] = values[weight_shift]  # one of the two points is the start
    return values, [label for label, holds in conditions(binding, values) if not holds.all()]


def _sample(binding: Binding, plan: Plan) -> Observations:
    found = [(trial, *_one(binding, plan, trial, slow=False)) for trial in plan.trials]
    good = [Observations((trial,), values) for trial, values, labels in found if not labels]
    if not good:
        raise NotApplicable(found[0][2][0], f"hypothesis {found[0][2][0]} fails on every map drawn")
    return joined(good)


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same points; Jacobians from values alone, in long double arithmetic."""
    return Observations((trial,), _one(binding, plan, trial, slow=True)[0])


POINTS = Experiment(_sample, replay=_replay)
