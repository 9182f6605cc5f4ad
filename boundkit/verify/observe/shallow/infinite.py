"""Two-layer networks at infinite width, the reference for claims that hold for all large widths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.errors import Infeasible, NotApplicable
from boundkit.query import Binding
from boundkit.statement.vocabulary import misfit_0, norm_J, sigma_min_J0, tau
from boundkit.statement.words.features import least_loss, row_norm_J
from boundkit.statement.words.generalisation import initial_prediction
from boundkit.statement.words.shared import K, feature_sigma_min, loss_0
from boundkit.statement.words.stochastic import loss_slope_0, norm_J_start
from boundkit.statement.words.stochastic_network import (
    feature_frobenius_0,
    feature_gram_deviation,
    feature_min_0,
    feature_norm_0,
    initial_outputs,
    max_feature_row,
    max_hidden_row,
    max_output_column,
    output_weights_norm,
    output_weights_norm_0,
)
from boundkit.train.infinite import (
    NOISE,
    Limit,
    LimitRun,
    descend_limit,
    feature_gram,
    integrated_limit,
    limit_of,
    output_size,
    replay_limit,
    rotated,
    sample_limit,
)
from boundkit.train.shallow import Shallow
from boundkit.train.shallow.sampling import BatchStreams
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, joined, step_sizes
from boundkit.verify.observe.shallow.layers import ROUNDING, STOP_AT, along, ball_radius, network_of, steps_of

WITHOUT_LIMIT = (max_hidden_row, max_output_column, max_feature_row, feature_gram_deviation)
Decompose = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # ascending eigenvalues and eigenvectors


@dataclass(frozen=True, eq=False)
class LimitCurves:
    """The curves of one run [1, T + 1]; a single unit has no limit: infinitely many share what the layers move."""

    misfit: np.ndarray
    distance: np.ndarray
    path_length: np.ndarray
    row_distance: np.ndarray
    loss: np.ndarray
    steps: np.ndarray


@dataclass(frozen=True, eq=False)
class Scene:
    """A statement's network, its limit, and what is the same for every start: by symbol, NaN where it has no limit."""

    network: Shallow
    limit: Limit
    fixed: Mapping[Symbol, float]

    def residual(self, plan: Plan, trial: int) -> np.ndarray:
        """The first residual of a trial."""
        return self.limit.residual(seed=plan.seed, trial=trial)

    def start(self, plan: Plan, trial: int) -> dict[Symbol, np.ndarray]:
        """Everything measured of the start of a trial, [1, 1]."""
        residual, loss, n = self.residual(plan, trial), self.network.loss, self.network.n
        misfit, outputs = float(np.linalg.norm(residual)), float(np.linalg.norm(residual + self.limit.y))
        values = {
            misfit_0: misfit,
            loss_0: loss.of_misfit(misfit, n),
            loss_slope_0: loss.factor(n) * misfit,
            initial_outputs: outputs,
            initial_prediction: outputs,
            **self.fixed,
        }
        return {symbol: column(np.array([value])) for symbol, value in values.items()}


def _scene(binding: Binding, plan: Plan) -> Scene:
    """NotApplicable, with the reason, where the network of the statement has no limit."""
    network = network_of(binding, plan)
    layers: dict[str, Any] = {"activation": plan.activation, "hidden": network.hidden, "k": plan.width}
    limit = limit_of(plan.data, output=network.output, trained=network.trained, **layers)
    features = feature_gram(plan.data, **layers)
    size = output_size(network.output, k=plan.width, outputs=network.outputs)
    return Scene(network, limit, _fixed(network, limit.gram, features, plan.width**0.5 * size, np.linalg.eigh))


def _replayed_scene(binding: Binding, plan: Plan) -> Scene | None:
    """The same from integrated kernels in long double; None where they cannot be integrated or take too long."""
    network = network_of(binding, plan)
    layers: dict[str, Any] = {"activation": plan.activation, "hidden": network.hidden, "output": network.output}
    try:
        limit = integrated_limit(plan.data, trained=network.trained, k=plan.width, **layers)
    except (NotApplicable, Infeasible):
        return None
    size = (plan.width * limit.square) ** 0.5
    return Scene(network, limit, _fixed(network, limit.gram, limit.features, size, rotated))


def _fixed(
    network: Shallow, gram: np.ndarray, features: np.ndarray, size: float, decompose: Decompose
) -> dict[Symbol, float]:
    """What is the same for every start; `size` is the norm of the output weights."""
    values, vectors = decompose(features)
    jacobian, seen = (_singular_values(found) for found in (decompose(gram)[0], values))
    missed = np.linalg.norm(vectors[:, seen == 0].T @ network.Y)  # of the labels, by all output weights
    fixed = {
        sigma_min_J0: jacobian[0],
        norm_J: jacobian[-1],
        norm_J_start: jacobian[-1],
        row_norm_J: np.sqrt(gram.diagonal().max()),
        feature_min_0: seen[0],
        feature_sigma_min: seen[0],
        feature_norm_0: seen[-1],
        feature_frobenius_0: np.sqrt(np.trace(features)),
        output_weights_norm_0: size,
        output_weights_norm: size,
        least_loss: missed**2 / 2 if missed > ROUNDING * network.norm_Y else 0.0,
        K: network.outputs,
        **dict.fromkeys(WITHOUT_LIMIT, np.nan),
    }
    return {symbol: float(value) for symbol, value in fixed.items()}


def _singular_values(eigenvalues: np.ndarray) -> np.ndarray:
    """Of a matrix whose Gram matrix has these eigenvalues, ascending; 0 where rounding is all that is left."""
    noise = len(eigenvalues) * NOISE * eigenvalues[-1]
    return np.sqrt(np.where(eigenvalues > noise, eigenvalues, 0.0))


def _start(binding: Binding, plan: Plan, trial: int) -> Mapping[Symbol, np.ndarray]:
    return {**_scene(binding, plan).start(plan, trial), tau: np.zeros((1, 1))}


def _one(binding: Binding, plan: Plan, scene: Scene, trial: int, steps: int, *, slow: bool) -> Observations:
    network, limit, start = scene.network, scene.limit, scene.start(plan, trial)
    residual, n = scene.residual(plan, trial), network.n
    size = step_sizes(binding, start, 1)[0] * network.loss.factor(network.batches.samples(n))
    counts = np.ones((steps, n))
    random = network.batches.random(n)
    if random:
        counts = BatchStreams(network.batches, seed=plan.seed, keys=[(trial, trial)], n=n).draw(steps)[:, 0]
    if slow:
        run = replay_limit(limit, residual, counts, step_size=size)
    elif random:
        run = sample_limit(limit, residual, counts, step_size=size)
    else:
        run = descend_limit(limit, residual, step_size=size, steps=steps)
    seen = along(binding, _ended(run, network), ball_radius(binding, start, 1))
    return Observations((trial,), {**seen, **start}, () if np.isfinite(run.misfit).all() else (trial,))


def _ended(run: LimitRun, network: Shallow) -> LimitCurves:
    """The run up to the misfit below which rounding is observed, NaN from there on."""
    below = run.misfit < STOP_AT * network.norm_Y
    last = int(below.argmax()) if below.any() else len(below) - 1
    kept = np.arange(len(below)) <= last
    names = ("misfit", "distance", "path_length")
    curves = {name: np.where(kept, getattr(run, name), np.nan)[None, :] for name in names}
    return LimitCurves(
        **curves,
        row_distance=np.full((1, len(below)), np.nan),
        loss=network.loss.of_misfit(curves["misfit"], network.n),
        steps=np.array([last]),
    )


def _training(binding: Binding, plan: Plan) -> Observations:
    scene, steps = _scene(binding, plan), steps_of(binding, plan)
    return joined([_one(binding, plan, scene, trial, steps, slow=False) for trial in plan.trials])


def _initialisation(binding: Binding, plan: Plan) -> Observations:
    scene = _scene(binding, plan)
    return joined([Observations((trial,), scene.start(plan, trial)) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    """Step after step in long double arithmetic, from integrated kernels."""
    scene = _replayed_scene(binding, plan)
    return None if scene is None else _one(binding, plan, scene, trial, step, slow=True)


def _replayed_start(binding: Binding, plan: Plan, trial: int, step: int) -> Observations | None:
    scene = _replayed_scene(binding, plan)
    return None if scene is None else Observations((trial,), scene.start(plan, trial))


INFINITE = {
    "training": Experiment(_training, replay=_replay, start=_start),
    "initialisation": Experiment(_initialisation, replay=_replayed_start, start=_start),
}
