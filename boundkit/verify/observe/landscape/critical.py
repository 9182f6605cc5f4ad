"""Claims about all critical points of a quadratic network, on the ones that a search finds."""

from __future__ import annotations

import numpy as np

from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement.words.landscape import negative_units, positive_units
from boundkit.statement.words.landscape_points import (
    hidden_hessian_norm,
    local_minimum_excess,
    norm_G,
    optimal_loss,
    point_loss,
    saddle_curvature,
    second_order_excess,
)
from boundkit.statement.words.shared import loss_0
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.landscape import (
    CriticalPoint,
    ExplicitSurface,
    Surface,
    critical_points,
    hidden_spectrum,
    is_quadratic,
    least_loss,
    residual_covariance,
)
from boundkit.train.landscape.surface import Array
from boundkit.verify.observe.conditions import failing, wanted
from boundkit.verify.observe.landscape.facts import settled
from boundkit.verify.observe.landscape.points import at_scene
from boundkit.verify.observe.landscape.scene import Scene, natural_width, scene, signs
from boundkit.verify.observe.plan import Experiment, Observations, Plan, joined

STARTS = 2  # of searches a trial
FLAT = 1e-6  # curvature above minus this times the norm of the Hessian is not negative
HIGHER = 1e-7  # losses this far above the smallest, relative to that of the start, are not the smallest
ROUND = 1e-9


def _scene(binding: Binding, plan: Plan, trial: int) -> Scene:
    if not is_quadratic(plan.activation):
        raise NotApplicable("quadratic_activation", f"critical points are searched for z^2, not {plan.activation.name}")
    found = scene(binding, plan, trial)
    if signs(binding, plan.width) is not None:
        return found
    half = np.where(np.arange(plan.width) < (plan.width + 1) // 2, 1.0, -1.0)
    return Scene(**{**vars(found), "v": np.abs(found.v) * half})


def _search(binding: Binding, plan: Plan, trial: int) -> tuple[Scene, list[CriticalPoint], float]:
    found = _scene(binding, plan, trial)
    rng = nested_stream(plan.seed, Role.PERTURBATION, trial, 2)
    starts = [rng.standard_normal(found.W.shape) / np.sqrt(found.W.shape[1]) for _ in range(STARTS)]
    return found, critical_points(found.surface, found.v, starts), found.surface.loss(starts[0], found.v)


def _values(
    binding: Binding, plan: Plan, found: Scene, points: list[CriticalPoint], first: float
) -> dict[object, Array]:
    """The points as the vocabulary speaks of them: rows [1, points]."""
    losses = np.array([point.loss for point in points])
    enough = min((found.v > 0).sum(), (found.v < 0).sum()) >= found.X.shape[1]
    least = least_loss(found.X, found.surface.y) if enough else float(losses.min())
    flat = np.array([point.curvature >= -FLAT * max(abs(point.ceiling), abs(point.curvature)) for point in points])
    excess = np.array([settled(loss - least, max(first, losses.max())) for loss in losses])
    high = losses - least > HIGHER * first
    worst = float(excess[flat].max()) if flat.any() else np.nan
    balanced = np.array([_residual_covariance(found, point) == 0 for point in points])
    rows = {
        local_minimum_excess: np.array([worst]),
        second_order_excess: np.array([worst]),
        saddle_curvature: np.array([p.curvature for p, above in zip(points, high, strict=True) if above]),
        hidden_hessian_norm: np.array(
            [max(abs(p.curvature), abs(p.ceiling)) for p, above in zip(points, high, strict=True) if above]
        ),
        optimal_loss: np.array([settled(least, first)]),
        loss_0: np.array([first]),
        point_loss: np.array([settled(loss, first) for loss in losses[balanced]]),
        norm_G: np.zeros(1) if balanced.any() else np.full(1, np.nan),
        positive_units: np.array([float((found.v > 0).sum())]),
        negative_units: np.array([float((found.v < 0).sum())]),
    }
    return {symbol: (row if row.size else np.full(1, np.nan))[None, :] for symbol, row in rows.items()}


def _residual_covariance(found: Scene, point: CriticalPoint) -> float:
    """|G| at a point, zero where it is rounding of the samples that it sums."""
    size = float(np.linalg.norm(found.X, 2) ** 2 * np.abs(found.surface.y).max() / len(found.X))
    return settled(float(np.linalg.norm(residual_covariance(found.surface, point.W, found.v), 2)), size)


def _seen(binding: Binding, plan: Plan, trial: int, explicit: bool = False) -> tuple[Observations, list[str]]:
    found, points, first = _search(binding, plan, trial)
    if explicit:
        slow = ExplicitSurface(found.X, found.y, found.activation)
        points = [_again(slow, found.v, point) for point in points]
    values = {**_scalars(binding, plan, found), **_values(binding, plan, found, points, first)}
    return Observations((trial,), values), failing(binding, values)


def _scalars(binding: Binding, plan: Plan, found: Scene) -> dict[object, Array]:
    """What the hypotheses say of the network and of data drawn afresh."""
    asked = {s for item in binding.statement.hypotheses for s in binding.reduce(item.relation).free_symbols}
    values = at_scene(binding, plan, found)
    return {symbol: np.full((1, 1), value) for symbol, value in values.items() if symbol in asked & wanted(binding)}


def _again(surface: Surface, v: Array, point: CriticalPoint) -> CriticalPoint:
    """The point with loss, gradient and Hessian from sums over samples."""
    low, high = hidden_spectrum(surface, point.W, v)
    gradient = float(np.linalg.norm(surface.gradient(point.W, v)[0]))
    return CriticalPoint(point.W, surface.loss(point.W, v), gradient, low, high, point.found)


def _sample(binding: Binding, plan: Plan) -> Observations:
    found = []
    for position, trial in enumerate(plan.trials):
        found.append(_seen(binding, plan, trial))
        if plan.progress is not None:
            plan.progress(position + 1, len(plan.trials))
    good = [seen for seen, labels in found if not labels]
    if not good:
        label = found[0][1][0]
        raise NotApplicable(label, f"hypothesis {label} fails on every network drawn")
    return joined(good)


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    return _seen(binding, plan, trial, explicit=True)[0]


def _bytes(binding: Binding, plan: Plan) -> int:
    return 8 * 4 * (plan.width * plan.data.d) ** 2


CRITICAL = Experiment(_sample, replay=_replay, bytes_needed=_bytes, width=natural_width)
