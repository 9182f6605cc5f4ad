"""Descent beside its linearisation against explicit Jacobians, merged samples against all of them."""

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.train.information import follow, jacobian_spaces, merged, replay_information
from boundkit.train.information.spaces import Split
from boundkit.train.initialise import Role, stream
from boundkit.train.shallow import NormalHidden, NormalOutput, PairedHidden, PairedSigns, Signs, initial_layers


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


def test_the_stopping_value_weighs_both_parts_by_the_cutoff() -> None:
    """`ofls19` (6.1): alpha |J_I^+ r| and (Gamma / alpha) |J_N^T r| as the sides of a right angle."""
    split = Split(cutoff=2.0, information=7.0, nuisance=11.0, inverse=3.0, gradient=5.0)
    assert split.stopping_value(4.0) == pytest.approx((6.0**2 + 10.0**2) ** 0.5, rel=1e-15)


def test_what_lies_outside_the_range_is_nuisance() -> None:
    """A squared norm that no parameter reaches is added to that below the cutoff, and to nothing else."""
    data = merged(np.eye(3, 4), np.eye(3))
    rng = np.random.default_rng(0)
    for k in (2, 9):  # singular vectors on either side
        spaces = jacobian_spaces(data, rng.standard_normal((k, 4)), rng.standard_normal((3, k)), activation("tanh"))
        residual, cutoff = rng.standard_normal((3, 3)), float(np.median(spaces.values))
        inside, beside = spaces.split(residual, cutoff), spaces.split(residual, cutoff, scatter=2.5)
        assert beside.nuisance**2 - inside.nuisance**2 == pytest.approx(2.5)
        assert inside.information**2 + inside.nuisance**2 == pytest.approx(float((residual**2).sum()))
        unchanged = ("information", "inverse", "gradient")
        assert [getattr(beside, name) for name in unchanged] == [getattr(inside, name) for name in unchanged]


@pytest.mark.parametrize("k", [2, 9])
def test_spaces_of_a_scaled_jacobian(k: int) -> None:
    """At 3 J and three times the cutoff the parts are the same, the inverse a third and the gradient three times."""
    data, rng = merged(np.eye(3, 4), np.eye(3)), np.random.default_rng(1)
    spaces = jacobian_spaces(data, rng.standard_normal((k, 4)), rng.standard_normal((3, k)), activation("tanh"))
    residual, cutoff = rng.standard_normal((3, 3)), float(np.median(spaces.values))
    plain, scaled = spaces.split(residual, cutoff), spaces.scaled(3.0).split(residual, 3 * cutoff)
    expected = [plain.information, plain.nuisance, plain.inverse / 3, 3 * plain.gradient]
    found = [scaled.information, scaled.nuisance, scaled.inverse, scaled.gradient]
    assert found == pytest.approx(expected, rel=1e-9)
    assert spaces.scaled(3.0).project(residual, 3 * cutoff) == pytest.approx(plain.information, rel=1e-9)


@pytest.mark.parametrize("outputs", [1, 3])
def test_paired_networks_start_at_zero_with_weights_of_their_size(outputs: int) -> None:
    """[G; G] with [S, -S] nu / sqrt(k K): every output is zero, every output weight has the same size."""
    W, V = initial_layers(PairedHidden(), PairedSigns(1.5), k=8, d=4, outputs=outputs, seed=2, trial=1)
    assert np.abs(V) == pytest.approx(np.full((outputs, 8), 1.5 / (8 * outputs) ** 0.5), rel=1e-15)
    assert np.array_equal(W[:4], W[4:])
    assert np.abs(np.tanh(np.eye(4) @ W.T) @ V.T).max() < 1e-15
    other = initial_layers(PairedHidden(), PairedSigns(1.5), k=8, d=4, outputs=outputs, seed=2, trial=2)
    assert not np.allclose(W, other[0])


def test_output_weights_have_a_stream_of_their_own() -> None:
    """Normal ones of both layers at one seed and trial: those of the role of output weights, unit after unit."""
    W, V = initial_layers(NormalHidden(), NormalOutput(0.5), k=6, d=2, outputs=2, seed=3, trial=2)
    assert np.array_equal(V, 0.5 * stream(3, Role.OUTPUT_WEIGHTS, 2).standard_normal((6, 2)).T)
    assert not np.isin(V, 0.5 * W).any()
