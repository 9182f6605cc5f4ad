"""Curves of training in the limit: closed forms, and long double steps."""

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.train.infinite import descend_limit, flow_limit, limit_of, replay_limit, sample_limit
from boundkit.train.shallow import Balanced, Batches, NormalHidden, NormalOutput

CURVES = ("misfit", "distance", "path_length")


def balanced(data, name):
    """The limit of the networks of os19 (2.1)."""
    output = Balanced(float(np.linalg.norm(data.y)), data.n)
    return limit_of(data, activation=activation(name), hidden=NormalHidden(), output=output, k=1)


def test_orthonormal_data_have_a_closed_form():
    """G = (|y|^2 / n) E phi'^2 I, so every curve is a power: misfit, distance and path length."""
    data = dataset("orthonormal:n=4,seed=3")
    limit = balanced(data, "relu")
    g = float(data.y @ data.y) / 4 / 2
    r = limit.residual(seed=0, trial=0)
    run = descend_limit(limit, r, step_size=0.3 / g, steps=30)
    powers = 0.7 ** np.arange(31)
    assert run.misfit == pytest.approx(np.linalg.norm(r) * powers)
    assert run.distance == pytest.approx(np.linalg.norm(r) / np.sqrt(g) * (1 - powers))
    assert run.path_length == pytest.approx(run.distance)  # a straight line
    assert flow_limit(limit, r, np.array([2.0]))[0] == pytest.approx(np.linalg.norm(r) * np.exp(-2 * g))


@pytest.mark.parametrize("trained", ["hidden", "output", "both"])
def test_closed_curves_against_long_double_steps(trained):
    """Eigenvectors on one side, matrix products on the other; at a width of 2^180 too."""
    data, k = dataset("mixture:K=3,C=1,n=6,d=4,noise=0.3,seed=2"), 2**180
    output = NormalOutput(k**-0.5)
    softplus = activation("softplus")
    limit = limit_of(data, activation=softplus, hidden=NormalHidden(), output=output, trained=trained, k=k)
    r = limit.residual(seed=1, trial=2)
    size = 0.9 / np.linalg.norm(limit.gram, 2)
    fast = descend_limit(limit, r, step_size=size, steps=50)
    slow = replay_limit(limit, r, np.ones((50, 6)), step_size=size)
    counts = Batches(2).drawn(np.random.default_rng(0), steps=50, n=6)
    batches = [curve(limit, r, counts, step_size=size) for curve in (sample_limit, replay_limit)]
    for name in CURVES:
        scale = getattr(slow, name).max()
        np.testing.assert_allclose(getattr(fast, name) / scale, getattr(slow, name) / scale, rtol=1e-9, atol=1e-12)
        first, second = (getattr(run, name) / scale for run in batches)
        np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-7)


def test_all_samples_in_every_batch_are_descent():
    """SGD that uses every sample once a step is gradient descent."""
    limit = balanced(dataset("sphere:n=5,d=4,seed=1"), "softplus")
    r, size = limit.residual(seed=0, trial=0), 0.5 / np.linalg.norm(limit.gram, 2)
    everything = sample_limit(limit, r, np.ones((60, 5)), step_size=size)
    full = descend_limit(limit, r, step_size=size, steps=60)
    for name in CURVES:
        np.testing.assert_allclose(getattr(everything, name), getattr(full, name), rtol=1e-9, atol=1e-7)
