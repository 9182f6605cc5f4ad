"""Two-layer networks in any setting: what is measured at the start, and runs that may be random and may be stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from sympy import Symbol

from boundkit.arithmetic import exact
from boundkit.errors import Infeasible
from boundkit.query import Binding
from boundkit.statement import VOCABULARY, Setting
from boundkit.statement.vocabulary import (
    distance,
    misfit,
    misfit_0,
    norm_J,
    norm_v_inf,
    path_length,
    sigma_min_J0,
    tau,
)
from boundkit.statement.words.features import (
    least_loss,
    mean_excursion,
    row_norm_J,
    stay_probability,
    stopped_squared_misfit,
)
from boundkit.statement.words.generalisation import final_misfit, initial_prediction, output_scale, row_distance
from boundkit.statement.words.shared import K, T, feature_sigma_min, loss, loss_0
from boundkit.statement.words.stochastic import (
    limit_loss,
    loss_before_exit,
    loss_given_stay,
    loss_slope_0,
    norm_J_start,
    stopped_loss,
    stopped_path,
)
from boundkit.statement.words.stochastic_network import (
    feature_frobenius_0,
    feature_min_0,
    feature_norm_0,
    initial_outputs,
    max_feature_row,
    max_hidden_row,
    max_output_column,
    output_weights_norm,
    output_weights_norm_0,
)
from boundkit.train.shallow import Shallow, ShallowRun, Start, descend, interpret, measure_start, replay_shallow
from boundkit.train.shallow.plan import shallow_memory
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, floats, number, step_sizes
from boundkit.verify.observe.shallow.feature_gram import gram_columns

ROUNDING = 1e-10  # relative: singular values and misfits below it are zeros
STOP_AT = 1e-8  # relative misfit below which rounding, not training, is observed
REPLAY_LIMIT = 5e8  # multiplications in extended precision, some minutes


class Curves(Protocol):
    """Runs of several trials: arrays [trials, T + 1], and the last step of each."""

    @property
    def misfit(self) -> np.ndarray:
        """|f - Y|."""

    @property
    def distance(self) -> np.ndarray:
        """From the start."""

    @property
    def path_length(self) -> np.ndarray:
        """Of the steps so far."""

    @property
    def row_distance(self) -> np.ndarray:
        """The largest of one hidden unit."""

    @property
    def loss(self) -> np.ndarray:
        """With its factor."""

    @property
    def steps(self) -> np.ndarray:
        """[trials]."""


def network_of(binding: Binding, plan: Plan) -> Shallow:
    """The network of the statement's setting on the data of the plan, one output a column of the labels."""
    given = {word.name: float(exact(word.name, word.default)) for word in VOCABULARY.values() if word.default}
    given |= {"n": plan.data.n, "norm_y": float(np.linalg.norm(plan.data.y))}
    given |= {symbol.name: float(value) for symbol, value in floats(binding).items()}
    given |= plan.given
    given |= _output_scale(binding, plan)
    if all(claim.experiment != "training" for claim in binding.statement.claims):
        # what holds at any weights or does not speak of these numbers is tried at an ordinary scale
        given = {"b": 1, "output_std": plan.width**-0.5, "output_scale": 1.0, **given}
    return interpret(
        binding.statement.setting or Setting(),
        X=plan.data.X,
        Y=plan.data.y,
        activation=plan.activation,
        given=given,
    )


def _output_scale(binding: Binding, plan: Plan) -> dict[str, float]:
    """nu of the signs nu / sqrt(k K), where the statement says how large the entries are."""
    if output_scale in binding.statement.instance:
        return {"output_scale": float(np.squeeze(number(binding, output_scale, {})))}
    for item in binding.statement.hypotheses:
        if item.relation.lhs == norm_v_inf and item.relation.rel_op == "==":
            outputs = plan.data.y.shape[1] if plan.data.y.ndim == 2 else 1
            size = float(np.squeeze(number(binding, item.relation.rhs, {K: outputs})))
            return {"output_scale": size * (plan.width * outputs) ** 0.5}
    return {}


def start_columns(network: Shallow, start: Start) -> dict[Symbol, np.ndarray]:
    """What is measured of the starts, [trials, 1], by symbol."""
    slope = network.loss.factor(network.n)
    return {
        symbol: column(values)
        for symbol, values in {
            misfit_0: start.misfit,
            loss_0: start.loss,
            loss_slope_0: slope * start.misfit,
            sigma_min_J0: start.sigma_min_J,
            norm_J_start: start.norm_J,
            norm_J: start.norm_J,
            row_norm_J: start.row_norm_J,
            feature_min_0: start.feature_min,
            feature_sigma_min: np.where(start.feature_min > ROUNDING * start.feature_norm, start.feature_min, 0.0),
            feature_norm_0: start.feature_norm,
            feature_frobenius_0: start.feature_frobenius,
            output_weights_norm_0: start.output_weights_norm,
            output_weights_norm: start.output_weights_norm,
            max_hidden_row: start.max_hidden_row,
            max_output_column: start.max_output_column,
            max_feature_row: start.max_feature_row,
            initial_outputs: start.output_norm,
            initial_prediction: start.output_norm,
            K: np.full(len(start.trials), network.outputs),
            least_loss: np.where(start.least_misfit > ROUNDING * network.norm_Y, start.least_misfit, 0.0) ** 2 / 2,
        }.items()
    }


def _measured(binding: Binding, plan: Plan) -> dict[Symbol, np.ndarray]:
    network = network_of(binding, plan)
    start = measure_start(network, k=plan.width, trials=plan.trials, seed=plan.seed, device=plan.device)
    return start_columns(network, start)


def _initialisation(binding: Binding, plan: Plan) -> Observations:
    return Observations(
        plan.trials, {**_measured(binding, plan), **gram_columns(binding, plan, network_of(binding, plan), plan.trials)}
    )


def _start(binding: Binding, plan: Plan, trial: int) -> Mapping[Symbol, np.ndarray]:
    network = network_of(binding, plan)
    start = measure_start(network, k=plan.width, trials=[trial], seed=plan.seed, device="cpu")
    return {**start_columns(network, start), tau: np.zeros((1, 1))}


def _training(binding: Binding, plan: Plan) -> Observations:
    network, measured = network_of(binding, plan), _measured(binding, plan)
    run = descend(
        network,
        k=plan.width,
        step_size=step_sizes(binding, measured, len(plan.trials)),
        steps=steps_of(binding, plan),
        trials=plan.trials,
        seed=plan.seed,
        stop_at=STOP_AT,
        device=plan.device,
        progress=plan.progress,
    )
    seen = along(binding, run, ball_radius(binding, measured, len(plan.trials)))
    return Observations(plan.trials, {**measured, **seen}, _broken(run))


def steps_of(binding: Binding, plan: Plan) -> int:
    """The steps asked for, or as many as the statement trains; Infeasible where these are more."""
    if T not in binding.values and T not in binding.statement.instance:
        return plan.steps
    last = max(1, int(np.squeeze(number(binding, T, {}))))
    if last > plan.steps:
        raise Infeasible(f"the statement trains for {last} steps, more than the {plan.steps} allowed")
    return last


def along(binding: Binding, run: Curves, radius: np.ndarray) -> dict[Symbol, np.ndarray]:
    """What is observed along the runs; a statement on the event that a run stays speaks of no other run's distance."""
    seen = curves(run, radius)
    if any(claim.observable == stay_probability for claim in binding.statement.claims):
        seen[distance] = np.where(seen[stay_probability] > 0, seen[distance], np.nan)
    return seen


def curves(run: Curves, radius: np.ndarray) -> dict[Symbol, np.ndarray]:
    """Everything observed along the runs, as they are and stopped at their exit from the ball of `radius` [trials].

    A run that has reached the misfit at which it stops counts as having loss 0 from there on. The loss of its limit is
    seen at its last step, as far as it has gone.
    """
    steps = run.misfit.shape[1]
    times = np.arange(steps)
    outside = np.nan_to_num(run.distance) > radius[:, None]
    exits = np.where(outside.any(axis=1), outside.argmax(axis=1), steps)[:, None]
    ended = times > np.asarray(run.steps)[:, None]
    seen, squared = np.where(ended, 0.0, run.loss), np.where(ended, 0.0, run.misfit**2)
    stays = exits == steps
    reach = np.minimum(exits, np.asarray(run.steps)[:, None])
    path = np.take_along_axis(run.path_length, reach, axis=1)
    farthest = np.fmax.reduce(np.where(times <= reach, run.distance, np.nan), axis=1)
    return {
        tau: times.astype(float)[None, :],
        misfit: run.misfit,
        distance: run.distance,
        path_length: run.path_length,
        row_distance: run.row_distance,
        final_misfit: np.take_along_axis(run.misfit, np.asarray(run.steps)[:, None], axis=1),
        loss: seen,
        limit_loss: np.where(times == np.asarray(run.steps)[:, None], run.loss, np.nan),
        stopped_loss: np.where(times < exits, seen, 0.0),
        loss_before_exit: np.where(times <= exits, seen, 0.0),
        loss_given_stay: np.where(stays, seen, np.nan),
        stopped_path: path,
        stay_probability: stays.astype(float),
        stopped_squared_misfit: np.where(stays, squared, 0.0),
        mean_excursion: column(farthest),
    }


def ball_radius(binding: Binding, measured: Mapping[Symbol, np.ndarray], count: int) -> np.ndarray:
    """The ball that the statement speaks of, for every trial; everything where it speaks of none."""
    expression = binding.statement.summary.get("radius")
    if expression is None:
        return np.full(count, np.inf)
    return np.asarray(_each(binding, expression, measured, count))


def _each(binding: Binding, expression: Any, measured: Mapping[Symbol, np.ndarray], count: int) -> list[float]:
    value = number(binding, expression, measured)
    return [float(entry) for entry in np.broadcast_to(np.ravel(value), (count,))]


def _broken(run: ShallowRun) -> tuple[int, ...]:
    return tuple(t for t, status in zip(run.trials, run.status, strict=True) if status.value == "diverged")


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """One trial in extended precision; None above `REPLAY_LIMIT` operations."""
    network = network_of(binding, plan)
    if float(plan.width) * network.n * network.outputs * network.d * (step + 1) > REPLAY_LIMIT:
        return None
    measured = _start(binding, plan, trial)
    if not step:
        return Observations((trial,), _replayed_start(network, binding, plan, trial, measured))
    run = replay_shallow(
        network,
        k=plan.width,
        step_size=step_sizes(binding, measured, 1)[0],
        steps=step,
        seed=plan.seed,
        trial=trial,
    )
    seen = along(binding, run, ball_radius(binding, measured, 1))
    values = {symbol: np.asarray(array, dtype=float) for symbol, array in seen.items()}
    return Observations((trial,), {**measured, **values}, _broken(run))


def _replayed_start(
    network: Shallow, binding: Binding, plan: Plan, trial: int, measured: Mapping[Symbol, np.ndarray]
) -> dict[Symbol, np.ndarray]:
    """The start again, its spectra from explicit matrices; what only the fast path measures is kept from it."""
    run = replay_shallow(network, k=plan.width, step_size=1.0, steps=0, seed=plan.seed, trial=trial, checkpoints=(0,))
    again = {
        misfit_0: run.misfit,
        loss_0: run.loss,
        sigma_min_J0: run.sigma_min_J,
        norm_J_start: run.norm_J,
        norm_J: run.norm_J,
    }
    spectra = {symbol: np.asarray(array, dtype=float) for symbol, array in again.items()}
    return {**measured, **spectra, **gram_columns(binding, plan, network, (trial,), slow=True)}


def _bytes(binding: Binding, plan: Plan) -> int:
    return shallow_memory(k=plan.width, d=plan.data.d, n=plan.data.n, outputs=1)


TRAINING = Experiment(_training, replay=_replay, start=_start, bytes_needed=_bytes)
INITIALISATION = Experiment(_initialisation, replay=_replay, start=_start, bytes_needed=_bytes)
