"""Gradient descent on fresh training samples and its error on fresh test samples, beside its linearisation.

A trial is a training sample, an initialisation and a test sample. Its test error is known up to an exact binomial
interval only; what is held against a claim is the lower end, and the chance that it is above the error is added to
what the statement may fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement import VOCABULARY
from boundkit.statement.vocabulary import distance, misfit, tau
from boundkit.statement.words.generalisation import (
    bounded_test_loss,
    classification_error,
    clipped_misfit,
    final_misfit,
    iterate_deviation,
    linearised_distance,
    linearised_misfit,
    residual_deviation,
    row_distance,
)
from boundkit.statement.words.shared import T
from boundkit.train.information import InformationRun, follow, replay_information
from boundkit.train.information.reference import outputs as slow_outputs
from boundkit.verify.observe.generalisation.fresh import distribution, errors, in_blocks, mistaken
from boundkit.verify.observe.generalisation.noise import by_noise
from boundkit.verify.observe.generalisation.start import Prepared, prepared
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, floats, joined, number

LOOKS = 12  # steps of a run at which its test error is estimated
REPLAY_LIMIT = 1e9  # multiplications in extended precision
OVERRIDDEN = ("data",)  # origins of the words that a fresh sample changes
ON_TEST = (classification_error, bounded_test_loss)


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial) for trial in plan.trials])


def _one(binding: Binding, plan: Plan, trial: int) -> Observations:
    start = prepared(binding, plan, trial)
    looks = _looks(binding, start.steps)
    run = follow(
        start.data,
        start.W,
        start.V,
        plan.activation,
        step_size=start.step_size,
        steps=start.steps,
        spaces=start.spaces if start.cutoff else None,
        cutoff=start.cutoff,
        checkpoints=looks,
        device=plan.device,
    )

    def predictor(moved: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        weights = start.W + moved
        return lambda X: in_blocks(
            lambda part: plan.activation.value_and_derivative(part @ weights.T)[0] @ start.V.T, X, plan.width
        )

    return _observed(binding, plan, trial, start, run, predictor)


def _observed(
    binding: Binding,
    plan: Plan,
    trial: int,
    start: Prepared,
    run: InformationRun,
    predictor: Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]],
    *,
    slowly: bool = False,
) -> Observations:
    numbers = {**start.numbers, **_of_the_sample(binding, start.binding, plan, slowly=slowly)}
    values = {symbol: np.full((1, 1), value) for symbol, value in numbers.items()}
    along = {
        tau: np.arange(start.steps + 1.0),
        misfit: run.misfit,
        distance: run.distance,
        row_distance: run.row_distance,
        linearised_misfit: run.linearised_misfit,
        linearised_distance: run.linearised_distance,
        residual_deviation: run.residual_deviation,
        iterate_deviation: run.iterate_deviation,
    }
    values |= {symbol: curve[None, :] for symbol, curve in along.items()}
    values[final_misfit] = column(run.misfit[-1:])
    wanted = {claim.observable for claim in binding.statement.claims}
    chance = 0.0
    if wanted & {*ON_TEST, clipped_misfit}:
        law = distribution(plan.data)
        chance = mistaken(law)
        seen = _on_samples(binding, plan, trial, start, run, predictor)
        values |= {symbol: array[None, :] for symbol, array in seen.items()}
        outside = ~_in_class(binding, values)
        values |= {symbol: np.where(outside, np.nan, values[symbol]) for symbol in seen}
    broken = (trial,) if run.diverged else ()
    return Observations((trial,), values, broken, mistaken=chance)


def _on_samples(
    binding: Binding,
    plan: Plan,
    trial: int,
    start: Prepared,
    run: InformationRun,
    predictor: Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]],
) -> dict[Symbol, np.ndarray]:
    """Errors on the test sample and the clipped misfit at the steps looked at; one number where that is T alone."""
    law = distribution(plan.data)
    looks = sorted(run.weights)
    sample = start.binding.data
    Y = sample.y.reshape(sample.n, -1)
    found = {symbol: np.full(start.steps + 1, np.nan) for symbol in (*ON_TEST, clipped_misfit)}
    for step in looks:
        predict = predictor(run.weights[step])
        low = errors(law, predict, seed=plan.seed, trial=trial, looks=len(looks))
        fitted = predict(start.data.X)[start.data.place]
        clipped = float(np.minimum(1, np.linalg.norm(fitted - Y, axis=1)).mean())
        for symbol, value in zip(found, (*low, clipped), strict=True):
            found[symbol][step] = value
    return {symbol: curve[-1:] for symbol, curve in found.items()} if len(looks) == 1 else found


def _looks(binding: Binding, steps: int) -> list[int]:
    """The last step of a statement that trains until T; several of one about all weights."""
    if any(item.relation.lhs == T for item in binding.statement.hypotheses):
        return [steps]
    return sorted({0, *np.unique(np.geomspace(1, max(steps, 1), LOOKS - 1).astype(int)).tolist()})


def _in_class(binding: Binding, values: Mapping[Symbol, np.ndarray]) -> np.ndarray:
    """Where the weights are in the class that the conditions on the run describe; one entry, or one a step."""
    inside = np.ones((1, 1), dtype=bool)
    for item in binding.statement.hypotheses:
        if item.role == "run" and item.relation.lhs in (distance, row_distance):
            inside = inside & (values[item.relation.lhs] <= number(binding, item.relation.rhs, values))
    return inside


def _of_the_sample(binding: Binding, fresh: Binding, plan: Plan, *, slowly: bool = False) -> dict[Symbol, float]:
    """What is different on the sample of the trial."""
    if fresh is binding:
        return {}
    numbers = {s: float(v) for s, v in floats(fresh).items() if VOCABULARY[s.name].origin in OVERRIDDEN}
    return numbers | by_noise(fresh, plan.activation, slowly=slowly)


def _start(binding: Binding, plan: Plan, trial: int) -> Mapping[Symbol, np.ndarray]:
    start = prepared(binding, plan, trial)
    numbers = {**_of_the_sample(binding, start.binding, plan), **start.numbers}
    return {symbol: np.full((1, 1), value) for symbol, value in numbers.items()}


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """The trial in extended precision, spaces from explicit Jacobians; the choices of the fast run are kept."""
    start = prepared(binding, plan, trial)
    m, outputs = start.data.Y.shape
    if float(m) * outputs * start.W.size * (start.steps + 1) > REPLAY_LIMIT:
        return None
    run, _ = replay_information(
        start.data,
        start.W,
        start.V,
        plan.activation,
        step_size=start.step_size,
        steps=start.steps,
        cutoff=start.cutoff if start.spaces is not None else None,
        checkpoints=_looks(binding, start.steps),
    )

    def predictor(moved: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        return lambda X: slow_outputs(X, start.W + moved, start.V, plan.activation)

    return _observed(binding, plan, trial, start, run, predictor, slowly=True)


def _bytes(binding: Binding, plan: Plan) -> int:
    rows = min(plan.data.n, len(np.unique(plan.data.X, axis=0)))
    return 8 * plan.width * (8 * rows + 6 * plan.data.d)


SAMPLE = Experiment(_sample, replay=_replay, start=_start, bytes_needed=_bytes)
