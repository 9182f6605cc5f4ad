from __future__ import annotations

import math

import numpy as np
import pytest

from boundkit.train.shallow import Batches, Given, Shallow, descend, measure_start

DRAWS = 1000


def weights(d: int) -> tuple[Given, Given]:
    """W_0 and V_0 of sgd22 section 11."""
    rng = np.random.default_rng(1)
    W = rng.standard_normal((DRAWS, d))
    return Given(W), Given(rng.standard_normal((1, DRAWS)) / math.sqrt(d * DRAWS) / math.log(DRAWS))


def instance(X: np.ndarray, activation: str, b: int) -> Shallow:
    """One of the two instances, with batches of b."""
    y = np.random.default_rng(0).standard_normal(len(X))
    hidden, output = weights(X.shape[1])
    return Shallow(
        X, y / np.linalg.norm(y), activation, hidden, output, "both", loss="mean of squares", batches=Batches(b)
    )


TET = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / math.sqrt(3)


@pytest.mark.parametrize(
    ("X", "activation", "speed", "expected"),
    [
        (TET, "gelu", 1.128904145 * 2 / math.sqrt(3), (19.6557, 22.0911, 1.3035, 0.242069)),
        (np.eye(8), "tanh", 1.0, (18.3537, 20.9402, 1.0, 0.129520)),
    ],
)
def test_the_starts_of_the_recipes(X: np.ndarray, activation: str, speed: float, expected: tuple[float, ...]) -> None:
    """sgd22 R2: mu_0, nu_0, L_1 and f_0 to the digits printed."""
    start = measure_start(instance(X, activation, 1), k=DRAWS, device="cpu")
    norm = math.hypot(speed * start.output_weights_norm[0], start.feature_norm[0])
    found = (start.feature_min[0], norm, speed, start.loss[0])
    for value, digits in zip(found, expected, strict=True):
        assert value == pytest.approx(digits, rel=4e-5)
    assert start.sigma_min_J[0] >= start.feature_min[0]
    assert start.norm_J[0] <= norm


@pytest.mark.parametrize(
    ("b", "r_in", "step", "q", "path"), [(1, 0.4953, 6.1333e-4, 0.1108, 0.2476), (2, 0.3398, 1.3396e-3, 0.2472, 0.1699)]
)
def test_runs_of_the_recipes(b: int, r_in: float, step: float, q: float, path: float) -> None:
    """sgd22 R2, tet/GELU, 40 runs from one start: no exit, mean below (1 - q)^i f_0, mean path 0.30 and 0.36 of it."""
    steps = math.ceil(math.log(1e4) / q)
    network = instance(TET, "gelu", b)
    run = descend(network, k=DRAWS, step_size=step, steps=steps, trials=range(40), start=0, radius=r_in, device="cpu")
    assert (run.exits == -1).all()
    bound = (1 - q) ** np.arange(steps + 1) * run.loss[0, 0]
    assert (run.loss.mean(axis=0)[1:] < bound[1:]).all()
    assert run.path_length[:, -1].mean() / path == pytest.approx({1: 0.30, 2: 0.36}[b], abs=0.03)


def test_four_times_the_certified_step_diverges() -> None:
    """sgd22 R2: with lambda times 4 (tet, b = 1) no run converges, with lambda itself all do."""
    network = instance(TET, "gelu", 1)
    for factor, converges in ((1, True), (4, False)):
        run = descend(network, k=DRAWS, step_size=factor * 6.1333e-4, steps=200, trials=range(8), start=0, device="cpu")
        last = np.array([run.loss[row, end] for row, end in enumerate(run.steps)])
        assert ((last < 1e-3 * run.loss[:, 0]) == converges).all()
