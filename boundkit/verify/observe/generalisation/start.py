"""One network and its training sample before training, with the numbers that a statement leaves to the sample.

Weights that a statement calls arbitrary are paired, so that the network starts at 0. A cutoff that nobody gives lies
at the largest gap of the singular values of the Jacobian; an output scale that nobody gives is the one that the
statement asks for, or else the smallest power of 2 at which its conditions hold.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sympy import Eq, Symbol

from boundkit.data.origins import Mixture
from boundkit.errors import Infeasible, NotApplicable
from boundkit.query import Binding
from boundkit.query.bind import require
from boundkit.query.check import check
from boundkit.statement.vocabulary import (
    B,
    beta,
    distance,
    jacobian_drift,
    misfit_0,
    n,
    norm_J,
    norm_v_inf,
    radius,
    step_size,
    tau,
    weight_change,
)
from boundkit.statement.words.generalisation import (
    classification_error,
    cutoff,
    drift_bound,
    gram_deviation,
    independent_pattern,
    independent_start,
    information_r0,
    initial_prediction,
    inverse_r0,
    learning_duration,
    normalised_cutoff,
    nuisance_r0,
    output_scale,
    reference_deviation,
    reference_error,
    reference_norm,
    relative_cutoff,
    row_distance,
    stopping_value,
)
from boundkit.statement.words.generalisation_lemmas import feature_energy, nuisance_gradient
from boundkit.statement.words.shared import K, T
from boundkit.train.information import JacobianSpaces, Merged, Split, jacobian_spaces, merged
from boundkit.train.shallow import NormalHidden, PairedHidden, PairedSigns, Signs, initial_layers
from boundkit.verify.observe.generalisation.fresh import training_sample
from boundkit.verify.observe.generalisation.interpolate import interpolating
from boundkit.verify.observe.plan import Plan, balls, floats, number

OF_SPACES = {information_r0, nuisance_r0, inverse_r0, stopping_value, reference_norm, cutoff, nuisance_gradient}
JUST_BELOW = 1 - 1e-12  # a cutoff at a singular value includes it
DOUBLINGS = 120
ROUND = 1e-9
_KEPT: deque[tuple[Binding, tuple[int, ...], Prepared]] = deque(maxlen=8)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A trial before training: `numbers` are what was measured or chosen, by symbol; `steps` steps of `step_size`."""

    binding: Binding
    data: Merged
    W: np.ndarray
    V: np.ndarray
    spaces: JacobianSpaces | None
    numbers: Mapping[Symbol, float]
    steps: int
    step_size: float

    @property
    def cutoff(self) -> float:
        """The cutoff of the Jacobian; 0 where the statement has none."""
        return float(self.numbers.get(cutoff, 0.0))


def prepared(binding: Binding, plan: Plan, trial: int) -> Prepared:
    """The trial's sample (fresh, where the statement is about fresh ones), network, spaces, and numbers.

    The last few are kept: the conditions on a start and the run from it ask for the same.
    """
    key = (trial, plan.seed, plan.width)
    for owner, kept_key, kept in _KEPT:
        if owner is binding and kept_key == key:
            return kept
    made = _prepare(binding, plan, trial)
    _KEPT.append((binding, key, made))
    return made


def _prepare(binding: Binding, plan: Plan, trial: int) -> Prepared:
    symbols = _symbols(binding)
    if classification_error in symbols:
        binding = training_sample(binding, plan, trial)
    data = merged(binding.data.X, binding.data.y)
    paired = _words(binding) != "standard normal"
    if paired and plan.width % 2:
        raise NotApplicable("even_width", "weights called arbitrary are pairs of units: the width must be even")
    W, V = initial_layers(
        PairedHidden() if paired else NormalHidden(),
        PairedSigns(1.0) if paired else Signs(1.0),
        k=plan.width,
        d=data.X.shape[1],
        outputs=data.Y.shape[1],
        seed=plan.seed,
        trial=trial,
    )
    if _depends_on_sample(binding, trial):
        require(binding, output_scale)
        W = interpolating(data, W, floats(binding)[output_scale] * V, plan.activation)
    spaces = jacobian_spaces(data, W, V, plan.activation) if symbols & OF_SPACES else None
    numbers = _numbers(binding, plan, data, W, V, spaces)
    duration, steps, size = _schedule(binding, numbers, plan)
    scale = _scale(binding, numbers)
    return Prepared(
        binding,
        data,
        W,
        scale * V,
        None if spaces is None else spaces.scaled(scale),
        {**numbers, T: duration},
        steps,
        size,
    )


def _symbols(binding: Binding) -> set[Symbol]:
    """All that the conditions and claims speak of, in the words of the statement and expanded."""
    parts = [item.relation for item in binding.statement.hypotheses]
    parts += [claim.template for claim in binding.statement.claims]
    return set().union(*(part.free_symbols | binding.reduce(part).free_symbols for part in parts))


def _words(binding: Binding) -> str:
    setting = binding.statement.setting
    return "" if setting is None else setting.initialisation


def _depends_on_sample(binding: Binding, trial: int) -> bool:
    """Every other start of a statement that allows it is fitted to the sample before."""
    statement = binding.statement
    about_errors = any(claim.observable == classification_error for claim in statement.claims)
    demanded = any(item.relation.lhs in (independent_start, independent_pattern) for item in statement.hypotheses)
    return _words(binding).startswith("arbitrary") and about_errors and not demanded and trial % 2 == 1


def _numbers(
    binding: Binding, plan: Plan, data: Merged, W: np.ndarray, V: np.ndarray, spaces: JacobianSpaces | None
) -> dict[Symbol, float]:
    value = plan.activation.value_and_derivative(data.X @ W.T)[0]
    outputs = (data.roots * value) @ V.T
    unit = _zeroed(outputs)
    first: dict[Symbol, float] = {
        tau: 0.0,
        distance: 0.0,
        row_distance: 0.0,
        weight_change: 0.0,
        jacobian_drift: 0.0,
        reference_error: 0.0,
        reference_deviation: 0.0,
        gram_deviation: 0.0,
        feature_energy: float(np.linalg.norm(data.roots * value) / np.sqrt(data.n * plan.width)),
    }
    trying = _chooses_scale(binding)
    scale = 1.0 if trying else _scale(binding, {})
    for _ in range(DOUBLINGS):
        found = first | _at_scale(binding, plan, data, unit, spaces, scale)
        needed = _needed_scale(binding, found)
        if trying and needed is not None:
            return first | _at_scale(binding, plan, data, unit, spaces, needed * (1 + ROUND))
        if not trying or not _refused(binding, found):
            return found
        scale *= 2
    return found


def _zeroed(outputs: np.ndarray) -> np.ndarray:
    """Outputs of pairs of units cancel exactly; rounding is no prediction."""
    return np.where(np.abs(outputs) < 1e-12 * max(1.0, len(outputs) ** 0.5), 0.0, outputs)


def _at_scale(
    binding: Binding, plan: Plan, data: Merged, unit: np.ndarray, spaces: JacobianSpaces | None, scale: float
) -> dict[Symbol, float]:
    known = floats(binding)
    residual = scale * unit - data.roots * data.Y
    size = float(np.linalg.norm(data.roots * data.X, 2))
    bound = scale * float(known.get(B) or plan.activation.quantity("B").upper()) * size
    found: dict[Symbol, float] = {
        output_scale: scale,
        norm_v_inf: scale / np.sqrt(plan.width * data.Y.shape[1]),
        K: float(data.Y.shape[1]),
        beta: bound,
        misfit_0: float(np.sqrt((residual**2).sum() + data.scatter)),
        initial_prediction: scale * float(np.linalg.norm(unit)),
    }
    if spaces is None:
        return found
    at = _cutoff(binding, spaces, scale, size, found)
    split = spaces.scaled(scale).split(residual, at, scatter=data.scatter)
    duration = float(known.get(learning_duration, 1.0))
    found |= {
        learning_duration: duration,
        cutoff: at,
        relative_cutoff: at / bound,
        normalised_cutoff: at / (bound / size * data.n**0.25 * np.sqrt(size)),
        norm_J: scale * spaces.values[0],
        reference_norm: scale * spaces.values[0],
        information_r0: split.information,
        nuisance_r0: split.nuisance,
        inverse_r0: split.inverse,
        nuisance_gradient: split.gradient,
        stopping_value: split.stopping_value(duration),
    }
    return found | _ball(binding, plan, found, split)


def _ball(binding: Binding, plan: Plan, found: Mapping[Symbol, float], split: Split) -> dict[Symbol, float]:
    """The radius that an equation of the statement gives, and the drift of the Jacobian that it allows on that ball."""
    equations = [
        item.relation.rhs
        for item in binding.statement.hypotheses
        if isinstance(item.relation, Eq) and item.relation.lhs == radius
    ]
    if not equations:
        return {}
    reach = float(np.squeeze(number(binding, equations[0], found)))
    return {radius: reach, drift_bound: 2 * found[beta] / np.sqrt(plan.width) * reach}


def _cutoff(
    binding: Binding, spaces: JacobianSpaces, scale: float, size: float, found: Mapping[Symbol, float]
) -> float:
    """The given cutoff, absolute or normalised; else that after the rank of a mixture or before the largest gap."""
    known = floats(binding)
    if cutoff in known:
        return float(known[cutoff])
    if normalised_cutoff in known:
        return float(known[normalised_cutoff] * found[beta] / size * known[n] ** 0.25 * np.sqrt(size))
    values = spaces.values
    origin = binding.data.origin
    rank = binding.data.K * len(origin.centres) if isinstance(origin, Mixture) else 0
    if not 0 < rank <= int((values > 1e-6 * values[0]).sum()):
        positive = values[values > 1e-6 * values[0]]
        half = max(1, len(positive) // 2)
        gaps = positive[:half] / np.append(positive[1:], 0.1 * positive[-1])[:half]
        rank = int(np.argmax(gaps)) + 1
    return float(scale * values[rank - 1] * JUST_BELOW)


def _chooses_scale(binding: Binding) -> bool:
    return output_scale not in binding.values.keys() | binding.fixed.keys() | binding.statement.instance.keys()


def _scale(binding: Binding, numbers: Mapping[Symbol, float]) -> float:
    if output_scale in numbers:
        return float(numbers[output_scale])
    return float(np.squeeze(number(binding, output_scale, {})))


def _needed_scale(binding: Binding, found: Mapping[Symbol, float]) -> float | None:
    """The output scale that a lower bound among the hypotheses asks for."""
    for item in binding.statement.hypotheses:
        if item.relation.lhs == output_scale and item.relation.rel_op in (">=", ">"):
            return float(np.squeeze(number(binding, item.relation.rhs, found)))
    return None


def _refused(binding: Binding, found: Mapping[Symbol, float]) -> bool:
    measured = balls(found)
    return any(check(item, binding, measured).holds is False for item in binding.statement.hypotheses)


def _schedule(binding: Binding, numbers: Mapping[Symbol, float], plan: Plan) -> tuple[float, int, float]:
    """T, T rounded up, and the step size that makes the learning duration exact; at most 1 / beta^2."""
    equations = [item.relation.rhs for item in binding.statement.hypotheses if item.relation.lhs == T]
    given = binding.reduce(step_size) != step_size or step_size in binding.values
    size = float(np.squeeze(number(binding, step_size, numbers))) if given else numbers[beta] ** -2
    if not equations:
        return float(plan.steps), plan.steps, size
    exact = float(np.squeeze(number(binding, equations[0], {**numbers, step_size: size})))
    steps = max(1, int(np.ceil(exact * (1 - ROUND))))
    if steps > plan.steps:
        raise Infeasible(f"T = {steps} steps, {steps / plan.steps:.3g} times the {plan.steps} steps allowed")
    return exact, steps, size * exact / steps
