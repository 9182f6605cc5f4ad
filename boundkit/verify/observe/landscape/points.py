"""Claims about points of the loss surface of an unscaled two-layer network, and between pairs of points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement.vocabulary import weight_change
from boundkit.statement.words.landscape import (
    output_change,
    output_change_max,
    start_both,
    start_hidden,
    start_output,
)
from boundkit.statement.words.landscape_lemmas import deviation
from boundkit.statement.words.landscape_points import (
    curvature_tolerance,
    gradient_tolerance,
    hessian_min,
    hessian_norm,
    hidden_hessian_norm,
    split,
)
from boundkit.statement.words.shared import failure
from boundkit.train.landscape import ExplicitSurface
from boundkit.verify.observe.conditions import failing, shortfall, wanted
from boundkit.verify.observe.landscape.facts import DEVIATION, Facts
from boundkit.verify.observe.landscape.scene import Scene, approached, natural_width, scene, shrunk
from boundkit.verify.observe.landscape.words import measured
from boundkit.verify.observe.plan import Experiment, Observations, Plan, as_columns, joined

REPLAY_ENTRIES = 2e6  # samples times parameters (squared for Hessians) in long double arithmetic
SECOND_ORDER = {hessian_min, hessian_norm, hidden_hessian_norm}
CHOSEN: Mapping[Symbol, float] = {deviation: DEVIATION, failure: 0.05}  # parameters that hold for every value
DISTANCES = {output_change, output_change_max, start_both, start_hidden, start_output, weight_change}
Values = dict[Symbol, float]


def at_scene(binding: Binding, plan: Plan, found: Scene, surface_type: Any = None, extra: Any = None) -> Values:
    """Everything that the statement asks of a scene, with the parameters that the caller left open."""
    surface = found.surface if surface_type is None else surface_type(found.X, found.y, found.activation)
    facts, asked = Facts(found, surface), wanted(binding) | set(extra or ())
    values = measured(facts, asked - {symbol for symbol in CHOSEN if symbol in binding.values})
    given = {symbol for symbol in (gradient_tolerance, curvature_tolerance, split) if symbol in binding.values}
    values = {symbol: value for symbol, value in values.items() if symbol not in given}
    for symbol in asked & set(CHOSEN) - set(binding.values):
        values[symbol] = CHOSEN[symbol]
    if split in asked and split not in binding.values:
        values[split] = float(np.exp(found.direction[0, 0]))
    return values


def admitted_scene(binding: Binding, plan: Plan, trial: int) -> Scene:
    """The scene of a trial, moved towards its second network until the conditions on the run hold."""
    drawn = scene(binding, plan, trial)
    run = {item.label for item in binding.statement.hypotheses if item.role == "run"}
    conditions = [item.relation for item in binding.statement.hypotheses if item.role == "run"]
    asked = set().union(*(binding.reduce(item).free_symbols for item in conditions)) if conditions else set()
    if not asked & DISTANCES:
        return drawn

    def inside(candidate: Scene) -> bool:
        facts = Facts(candidate, candidate.surface)
        return run.isdisjoint(failing(binding, measured(facts, asked)))

    return shrunk(lambda share: approached(drawn, share), inside)


def _one(binding: Binding, plan: Plan, trial: int, surface_type: Any = None) -> tuple[Values, list[str]]:
    values = at_scene(binding, plan, admitted_scene(binding, plan, trial), surface_type)
    return values, failing(binding, values)


def _sample(binding: Binding, plan: Plan) -> Observations:
    found = [(trial, *_one(binding, plan, trial)) for trial in plan.trials]
    good = [(trial, values) for trial, values, labels in found if not labels]
    if not good:
        label = min(label for *_, failed in found for label in failed)
        trial, values = next((trial, values) for trial, values, failed in found if label in failed)
        sides = f"{shortfall(binding, label, values)} in trial {trial}"
        raise NotApplicable(label, f"hypothesis {label} fails on every network drawn: {sides}")
    return joined([as_columns(trial, values) for trial, values in good])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """The same point, every derivative a sum over samples in long double arithmetic."""
    parameters = float(plan.width * plan.data.d)
    if plan.data.n * parameters ** (2 if wanted(binding) & SECOND_ORDER else 1) > REPLAY_ENTRIES:
        return None
    return as_columns(trial, _one(binding, plan, trial, ExplicitSurface)[0])


def _bytes(binding: Binding, plan: Plan) -> int:
    """The Jacobian, and the joint Hessian where a claim needs it."""
    parameters = plan.width * (plan.data.d + 1)
    square = parameters**2 if wanted(binding) & SECOND_ORDER else 0
    return 8 * (6 * plan.data.n * parameters + square)


POINTS = Experiment(_sample, replay=_replay, bytes_needed=_bytes, width=natural_width)
