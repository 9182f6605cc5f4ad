"""Descent beside its linearisation against explicit Jacobians, merged samples against all of them."""

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.train.information import follow, jacobian_spaces, merged, replay_information
from boundkit.train.shallow import NormalHidden, Signs, initial_layers


def network(k, d, outputs, seed=0):
    """Random signs and normal weights."""
    return initial_layers(NormalHidden(), Signs(1.5), k=k, d=d, outputs=outputs, seed=seed, trial=0)


def sample(n, d, outputs, repeat=1, seed=1):
    """Normal inputs, each `repeat` times, random labels."""
    rng = np.random.default_rng(seed)
    X = np.repeat(rng.standard_normal((n, d)), repeat, axis=0)
    return X, np.eye(outputs)[rng.integers(outputs, size=len(X))]


@pytest.mark.parametrize(("n", "k"), [(4, 30), (30, 3)])
def test_spaces_are_those_of_the_explicit_jacobian(n, k):
    """Singular values and parts of a residual, from either Gram matrix, against the singular value decomposition."""
    X, Y = sample(n, 2, 2)
    data, (W, V), phi = merged(X, Y), network(k, 2, 2), activation("sin")
    spaces = jacobian_spaces(data, W, V, phi)
    J = np.concatenate([((np.cos(X @ W.T) * v)[:, :, None] * X[:, None, :]).reshape(n, -1) for v in V])
    left, values, _ = np.linalg.svd(J, full_matrices=False)
    assert spaces.values[: len(values)] == pytest.approx(values, abs=1e-6)
    at = values[2] * (1 - 1e-9)
    parts = left.T @ Y.T.ravel()
    split = spaces.split(Y, at)
    assert split.information == pytest.approx(np.linalg.norm(parts[:3]))
    assert split.nuisance == pytest.approx(np.sqrt((Y**2).sum() - (parts[:3] ** 2).sum()))
    assert split.inverse == pytest.approx(np.linalg.norm(parts[:3] / values[:3]))
    assert split.gradient == pytest.approx(np.linalg.norm((parts * values)[3:]))


def test_merged_samples_train_like_all_of_them():
    """Three copies of every input with different labels: same weights, same misfit, scatter included."""
    X, Y = sample(5, 3, 2, repeat=3)
    W, V = network(8, 3, 2)
    run = follow(merged(X, Y), W, V, activation("tanh"), step_size=0.05, steps=20, checkpoints=(20,), device="cpu")
    at = W
    for _ in range(20):
        hidden = X @ at.T
        at = at - 0.05 * (((np.tanh(hidden) @ V.T - Y) @ V) * (1 - np.tanh(hidden) ** 2)).T @ X
    assert run.weights[20] == pytest.approx(at - W)
    assert run.misfit[-1] == pytest.approx(np.linalg.norm(np.tanh(X @ at.T) @ V.T - Y))


def test_the_slow_implementation_agrees():
    """All curves, spaces included, against long double loops."""
    X, Y = sample(6, 3, 2, repeat=2)
    data, (W, V), phi = merged(X, Y), network(7, 3, 2), activation("softplus")
    spaces = jacobian_spaces(data, W, V, phi)
    at = float(spaces.values[3]) * (1 - 1e-9)
    options = {"step_size": 0.02, "steps": 12, "cutoff": at, "checkpoints": (12,)}
    fast = follow(data, W, V, phi, spaces=spaces, device="cpu", **options)
    slow, values = replay_information(data, W, V, phi, **options)
    for name in ("misfit", "distance", "row_distance", "linearised_misfit", "residual_deviation", "information"):
        assert getattr(fast, name) == pytest.approx(getattr(slow, name), rel=1e-7, abs=1e-9)
    assert values == pytest.approx(spaces.values[: len(values)], abs=1e-6)
    assert fast.residual_deviation[-1] > 1e-4  # the network is not linear
