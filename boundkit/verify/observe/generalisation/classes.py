"""Rademacher complexities of small classes on random draws, and the gap between mean and expected loss over them."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.activations import activation as find_activation
from boundkit.query import Binding
from boundkit.statement.vocabulary import B, k, n, norm_v_inf
from boundkit.statement.words.generalisation import (
    bounded_test_loss,
    hidden_radius,
    output_radius,
    output_scale,
    row_radius,
)
from boundkit.statement.words.generalisation_lemmas import (
    bounded_train_loss,
    feature_energy,
    rademacher_complexity,
    rademacher_loss_complexity,
)
from boundkit.statement.words.shared import K
from boundkit.train.initialise import Role, nested_stream
from boundkit.verify.observe.generalisation.fresh import MISTAKEN
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, floats, joined

MEMBERS = 40
SIGNS = 400
FEW = 7  # samples of which all signs are enumerated
TEST_SAMPLES = 20_000
ASCENTS = 8
SAFE = 1e-9


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_one(binding, plan, trial, np.float64) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same class and the same signs in long double arithmetic."""
    return _one(binding, plan, trial, np.longdouble)


def _one(binding: Binding, plan: Plan, trial: int, dtype: Any) -> Observations:
    generator = nested_stream(plan.seed, Role.CLASSES, trial)
    observables = {claim.observable for claim in binding.statement.claims}
    if rademacher_loss_complexity in observables:
        values = _finite_class(generator, dtype)
    elif bounded_test_loss in observables:
        values = _over_class(plan, generator, dtype)
    else:
        values = _network_class(binding, plan, generator, dtype)
    mistaken = MISTAKEN if bounded_test_loss in observables else 0.0
    return Observations((trial,), {s: column(np.array([float(v)])) for s, v in values.items()}, mistaken=mistaken)


def _signs(count: int) -> np.ndarray:
    return np.array(list(product((-1.0, 1.0), repeat=count)))


def _finite_class(generator: np.random.Generator, dtype: Any) -> dict[Symbol, Any]:
    """Both complexities of random members with K outputs under the distance to labels: all signs, no sampling."""
    samples, outputs = 4, 2
    values = generator.standard_normal((MEMBERS, samples, outputs)).astype(dtype)
    if generator.random() < 0.5:
        values[:, :, 1] = values[:, :, 0]
    labels = generator.standard_normal((samples, outputs)).astype(dtype)
    losses = np.sqrt(((values - labels) ** 2).sum(axis=2))
    of_losses = (_signs(samples).astype(dtype) @ losses.T).max(axis=1).mean() / samples
    flat = values.reshape(MEMBERS, -1)
    of_class = (_signs(samples * outputs).astype(dtype) @ flat.T).max(axis=1).mean() / samples
    return {rademacher_loss_complexity: of_losses, rademacher_complexity: of_class}


def _over_class(plan: Plan, generator: np.random.Generator, dtype: Any) -> dict[Symbol, Any]:
    """Linear maps A with |A|_F <= 1 under min(1, |y - A x|): the member whose sample flatters it most."""
    X, outputs, size = plan.data.X.astype(dtype), plan.data.K, plan.data.n
    d = X.shape[1]
    rows = generator.integers(size, size=size)
    X, Y = X[rows], np.eye(outputs)[generator.integers(outputs, size=size)].astype(dtype)
    fitted = np.linalg.lstsq(X.astype(float), Y.astype(float), rcond=None)[0].T
    draws = [fitted, *generator.standard_normal((MEMBERS, outputs, d))]
    members = [A / max(1.0, float(np.linalg.norm(A))) for A in draws]
    means = [np.minimum(1, np.sqrt(((Y - X @ A.T.astype(dtype)) ** 2).sum(axis=1))).mean() for A in members]
    best = int(np.argmin(means))
    pool, away = plan.data.X @ members[best].T, np.eye(outputs)
    expected = np.mean([np.minimum(1, np.linalg.norm(pool - label, axis=1)).mean() for label in away])
    signs = np.sign(generator.standard_normal((SIGNS, size, outputs)))
    norms = np.linalg.norm(np.einsum("sno,nd->sod", signs, X.astype(float)), axis=(1, 2)) / size
    low = max(0.0, float(norms.mean() - 4 * norms.std() / np.sqrt(SIGNS)))
    return {bounded_test_loss: expected, bounded_train_loss: means[best], rademacher_complexity: low}


def _network_class(binding: Binding, plan: Plan, generator: np.random.Generator, dtype: Any) -> dict[Symbol, Any]:
    """A lower bound of the complexity of networks near a start: for all signs, ascent within the class.

    Every third class has output weights that move alone, where all samples and units agree: there the ascent is exact.
    """
    known = floats(binding)
    chosen = plan.activation if binding.activation is not None else find_activation("sin")
    alone = generator.random() < 1 / 3
    samples, width, outputs, scale = (2, 1, 1, 1.0) if alone else (FEW - 2, 12, 1, 1.0)
    d = 1 if alone else 3
    X = np.ones((samples, 1)) if alone else generator.standard_normal((samples, d))
    X = X / np.linalg.norm(X, axis=1, keepdims=True)
    W = np.full((1, 1), np.pi / 2) if alone else generator.standard_normal((width, d))
    V = scale / np.sqrt(width * outputs) * np.sign(generator.standard_normal((outputs, width)))
    moves_W = 0.0 if alone else 10.0 ** generator.uniform(-2, 0)
    moves_V = 1.0 if alone else float(generator.integers(2)) * 10.0 ** generator.uniform(-2, 0)
    rows = 0.0 if alone else moves_W * np.sqrt(width)
    signs = _signs(samples * outputs).reshape(-1, samples, outputs)
    best = [_ascend(s, X, W, V, chosen, moves_W, scale * moves_V / np.sqrt(width * outputs), dtype) for s in signs]
    features = chosen.value_and_derivative(X @ W.T)[0]
    found = {
        rademacher_complexity: np.mean(best) / samples,
        feature_energy: np.linalg.norm(features) / np.sqrt(width * samples),
        output_scale: scale,
        norm_v_inf: scale / np.sqrt(width * outputs),
        hidden_radius: moves_W,
        output_radius: moves_V,
        row_radius: rows,
        n: samples,
        k: width,
        K: outputs,
    }
    return found | ({} if B in known else {B: float(chosen.quantity("B").upper())})


def _ascend(
    signs: np.ndarray,
    X: np.ndarray,
    W: np.ndarray,
    V: np.ndarray,
    activation: Any,
    reach_W: float,
    reach_V: float,
    dtype: Any,
) -> Any:
    """The largest sum of signed outputs that alternating maximisation finds in the class, from the start."""
    at, output = W, V
    most = _signed(signs, X, at, output, activation, dtype)
    for _ in range(ASCENTS):
        value, slopes = activation.value_and_derivative(X @ at.T)
        if reach_W:
            push = (slopes * (signs @ output)).T @ X
            at = W + reach_W * (1 - SAFE) * push / max(float(np.linalg.norm(push)), 1e-300)
            value = activation.value_and_derivative(X @ at.T)[0]
        if reach_V:
            push = signs.T @ value
            output = V + reach_V * push / max(float(np.linalg.norm(push)), 1e-300)
        most = max(most, _signed(signs, X, at, output, activation, dtype))
    return most


def _signed(signs: np.ndarray, X: np.ndarray, W: np.ndarray, V: np.ndarray, activation: Any, dtype: Any) -> Any:
    hidden = X.astype(dtype) @ W.T.astype(dtype)
    return (signs.astype(dtype) * (activation.value_and_derivative(hidden)[0] @ V.T.astype(dtype))).sum()


CLASSES = Experiment(_sample, replay=_replay)
