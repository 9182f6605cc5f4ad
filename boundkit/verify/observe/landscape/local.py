"""Gradient descent on both layers of an unscaled network, started where the conditions of a statement hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.errors import Infeasible, NotApplicable
from boundkit.query import Binding
from boundkit.statement.vocabulary import distance, misfit, misfit_0, path_length, step_size, tau
from boundkit.statement.words import landscape as net
from boundkit.statement.words.landscape_points import hessian_norm, output_gradient, point_gradient
from boundkit.statement.words.shared import loss, loss_0
from boundkit.train.landscape import ExplicitSurface, LocalRun, Surface, descend_both, joint_hessian
from boundkit.verify.observe.conditions import failing, wanted
from boundkit.verify.observe.landscape.facts import Facts
from boundkit.verify.observe.landscape.points import DISTANCES, at_scene
from boundkit.verify.observe.landscape.scene import Scene, approached, is_planted, natural_width, scene, shrunk
from boundkit.verify.observe.plan import Experiment, Observations, Plan, joined, number

SPENT = 1e-16  # of the initial loss, below which rounding, not training, is observed
ROUNDING = 1e-12  # misfits relative to the labels below which it is, whatever the start
REPLAY_LIMIT = 2e6  # samples times parameters times steps in long double arithmetic
MARGIN = 2.0  # of the curvature at the start, for that on the way
UNPLANTED = 0.1  # distance of the start to the planted network where a statement does not restrict it


def _start(binding: Binding, plan: Plan, trial: int) -> Scene:
    """The scene of the trial, its start halved towards the planted network until all conditions on it hold."""
    drawn = scene(binding, plan, trial)
    if not is_planted(binding):
        if drawn.planted is None and hasattr(plan.data.origin, "W"):
            origin: Any = plan.data.origin
            if len(origin.v) != plan.width:
                raise NotApplicable("width", f"the planted network has {len(origin.v)} units, not {plan.width}")
            away = UNPLANTED * drawn.direction / np.linalg.norm(drawn.direction)
            return replace(drawn, W=origin.W + away, v=origin.v, other=(origin.W, origin.v))
        return drawn

    def inside(candidate: Scene) -> bool:
        values = at_scene(binding, plan, candidate, extra=DISTANCES)
        first = Facts(candidate, candidate.surface)
        values[misfit_0] = float(np.linalg.norm(first.residual))
        run = {item.label for item in binding.statement.hypotheses if item.role == "run"}
        return run.isdisjoint(failing(binding, values))

    return shrunk(lambda share: approached(drawn, share), inside)


def _seen(
    binding: Binding, plan: Plan, trial: int, steps: int, surface_type: Any = Surface, *, ahead: int = 0
) -> Observations | list[str]:
    """The run of `steps` steps, and of some more `ahead` so that the losses that follow are known."""
    found = _start(binding, plan, trial)
    surface = surface_type(found.X, found.y, found.activation)
    values: dict[Symbol, Any] = {
        symbol: np.full((1, 1), value) for symbol, value in at_scene(binding, plan, found, extra=DISTANCES).items()
    }
    values[misfit_0] = np.full((1, 1), np.linalg.norm(surface.residual(found.W, found.v)))
    if net.smoothness in wanted(binding):
        values[net.smoothness] = np.full((1, 1), MARGIN * _curvature(found, 0.0))
    refused = failing(binding, values)
    if refused:
        return refused
    size, first = (float(np.squeeze(number(binding, item, values))) for item in (step_size, misfit_0))
    fitted = ROUNDING * float(np.linalg.norm(found.y))
    if not first > 100 * fitted:
        raise Infeasible(f"the start has to be so near that rounding hides its misfit, {first:.3g}")
    run = descend_both(
        surface,
        (found.W, found.v),
        found.other,
        step_size=size,
        steps=steps + ahead,
        spent=max(SPENT, (fitted / first) ** 2),
    )
    values |= {symbol: row[None, :] for symbol, row in curves(run).items()}
    values |= _floors(run, len(run.loss))
    if hessian_norm in values:
        values[hessian_norm] = np.array([[_curvature(found, share) for share in (0.0, 0.5, 1.0)]])
    labels = failing(binding, values)
    values.pop(hessian_norm, None)
    values |= _floors(run, steps + 1)
    return labels or Observations((trial,), values, (trial,) if run.diverged else ())


def _curvature(found: Scene, share: float) -> float:
    """The norm of the joint Hessian between the start and the network that the run is compared with."""
    at = approached(found, 1 - share)
    return float(np.abs(np.linalg.eigvalsh(joint_hessian(found.surface, at.W, at.v))).max())


def curves(run: LocalRun) -> dict[Symbol, np.ndarray]:
    """The run as the vocabulary speaks of it; the loss one step later is unknown at the last step."""
    return {
        tau: np.arange(len(run.loss), dtype=float),
        loss: run.loss,
        loss_0: run.loss[:1],
        misfit: np.sqrt(run.loss),
        net.next_loss: np.append(run.loss[1:], np.nan),
        net.planted_distance: run.planted_distance,
        net.joint_path: run.path,
        path_length: run.path,
        distance: run.hidden_move,
        net.output_distance: run.output_move,
        point_gradient: np.sqrt(run.squared_gradient),
        output_gradient: np.sqrt(run.squared_output_gradient),
    }


def _floors(run: LocalRun, states: int) -> dict[Symbol, np.ndarray]:
    """The best constants of gradient against loss along the first states of the run."""
    hidden, output = ((curve / run.loss)[:states] for curve in (run.squared_gradient, run.squared_output_gradient))
    found = {
        net.gradient_floor: hidden.min(),
        net.gradient_ceiling: hidden.max(),
        net.output_gradient_ceiling: output.max(),
    }
    return {symbol: np.full((1, 1), value) for symbol, value in found.items()}


def _sample(binding: Binding, plan: Plan) -> Observations:
    good, failed = [], []
    for position, trial in enumerate(plan.trials):
        seen = _seen(binding, plan, trial, plan.steps)
        if isinstance(seen, Observations):
            good.append(seen)
        else:
            failed += seen
        if plan.progress is not None:
            plan.progress(position + 1, len(plan.trials))
    if not good:
        raise NotApplicable(failed[0], f"hypothesis {failed[0]} fails on every start drawn")
    return joined(good)


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """The same run, every derivative a sum over samples in long double arithmetic."""
    if float(plan.width) * plan.data.d * plan.data.n * (step + 2) > REPLAY_LIMIT:
        return None
    seen = _seen(binding, plan, trial, step, ExplicitSurface, ahead=1)
    return seen if isinstance(seen, Observations) else None


def _bytes(binding: Binding, plan: Plan) -> int:
    return 8 * 6 * plan.data.n * plan.width * (plan.data.d + 1)


LOCAL = Experiment(_sample, replay=_replay, bytes_needed=_bytes, width=natural_width)
