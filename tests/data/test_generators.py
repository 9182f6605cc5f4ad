"""The generated data sets are what their names say."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.data import dataset
from boundkit.data.generators import INPUTS, LABELS, stream
from boundkit.errors import BadInput


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(2, 30), st.integers(0, 2**63 - 1))
def test_sphere_rows_have_unit_length_and_names_reproduce_the_data(n, d, seed):
    """Every row has length 1 to rounding, and dataset(name) gives the same bits."""
    data = dataset("sphere", n=n, d=d, seed=seed)
    assert (data.n, data.d) == (n, d)
    assert np.abs(np.linalg.norm(data.X, axis=1) - 1).max() < 4e-16
    again = dataset(data.name)
    assert np.array_equal(again.X, data.X)
    assert np.array_equal(again.y, data.y)
    assert again.name == data.name


def test_sphere_is_isotropic_and_labels_are_standard_normal():
    """Over 20000 draws, means, covariances and label moments are within five standard errors of the law."""
    data = dataset("sphere:n=20000,d=3,seed=5")
    error = 5 / np.sqrt(data.n)
    assert np.abs(data.X.mean(axis=0)).max() < error
    assert np.abs(data.X.T @ data.X / data.n - np.eye(3) / 3).max() < error
    assert abs(data.y.mean()) < error
    assert abs(data.y.var() - 1) < error * np.sqrt(2)
    third = (np.abs(data.X[:, 0]) < 1 / 3).mean()  # in R^3 a coordinate is uniform (Archimedes)
    assert abs(third - 1 / 3) < error


def test_streams_of_different_roles_and_seeds_differ():
    """Inputs and labels, and seeds, never share numbers; the stream itself is fixed for good."""
    draws = [stream(seed, role).random(4).tolist() for seed in (0, 1) for role in (INPUTS, LABELS)]
    assert len({tuple(d) for d in draws}) == 4
    expected = np.random.Philox(np.random.SeedSequence(3, spawn_key=(1,))).random_raw(2).tolist()
    assert stream(3, 1).bit_generator.random_raw(2).tolist() == expected


@pytest.mark.parametrize("seed", [0, 11])
def test_every_part_of_a_data_set_has_a_stream_of_its_own(seed):
    """Inputs, labels, weights, centres and clusters are those of the counter-based streams 0 to 4 of their seed."""

    def numbers(role):
        return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(role,))))

    for text in ("gaussian:n=5,d=3", "sphere:n=5,d=3", "orthonormal:n=5", "circle:n=5"):
        assert np.array_equal(dataset(f"{text},seed={seed}").y, numbers(1).standard_normal(5)), text
    assert np.array_equal(dataset(f"gaussian:n=5,d=3,seed={seed}").X, numbers(0).standard_normal((5, 3)))
    planted = dataset(f"planted:n=5,d=3,k=4,activation=tanh,seed={seed}")
    assert np.array_equal(planted.X, numbers(0).standard_normal((5, 3)))
    weights = numbers(2)
    assert np.array_equal(planted.origin.W, np.linalg.qr(weights.standard_normal((4, 3)))[0])
    assert np.array_equal(planted.origin.v, weights.choice([-1.0, 1.0], 4))
    narrow = dataset(f"planted:n=5,d=4,k=2,activation=tanh,seed={seed}").origin.W
    assert np.allclose(narrow @ narrow.T, np.eye(2), atol=1e-14)
    assert np.linalg.matrix_rank(np.vstack([narrow, numbers(2).standard_normal((2, 4))]), tol=1e-9) == 2
    mixture = dataset(f"mixture:K=2,C=2,n=9,d=3,noise=0.1,normalize=false,flips=0.3,seed={seed}")
    centres = numbers(3).standard_normal((4, 3))
    assert np.allclose(mixture.origin.centres, centres / np.linalg.norm(centres, axis=1, keepdims=True), rtol=1e-15)
    assert np.array_equal(mixture.origin.cluster, numbers(4).integers(4, size=9))
    noise = mixture.X - mixture.origin.centres[mixture.origin.cluster]
    assert np.allclose(noise, 0.1 / np.sqrt(3) * numbers(0).standard_normal((9, 3)), atol=1e-15)


def test_orthonormal_rows():
    """X = I_n, padded with zero columns when d > n, and d < n is refused."""
    assert np.array_equal(dataset("orthonormal:n=4").X, np.eye(4))
    assert np.array_equal(dataset("orthonormal:n=2,d=5").X, np.eye(2, 5))
    with pytest.raises(BadInput, match=r"^d = 3: must be at least n = 4"):
        dataset("orthonormal:n=4,d=3")


def test_circle_directions_are_equispaced_on_a_half_circle():
    """Consecutive rows, and the last with the opposite of the first, meet at angle pi / n."""
    X = dataset("circle:n=7").X
    cosines = [X[i] @ X[i + 1] for i in range(6)] + [-X[6] @ X[0]]
    assert np.allclose(cosines, np.cos(np.pi / 7), atol=1e-15)


def test_digits_are_balanced_unit_rows_with_parity_labels():
    """Each digit appears n / 10 times; rows are images of that digit, centred by the mean of all images."""
    sklearn_data = pytest.importorskip("sklearn.datasets").load_digits()
    images, classes = sklearn_data.data, sklearn_data.target
    data = dataset("digits:n=30,seed=2,center=true")
    shown = images - images.mean(axis=0)
    shown = shown / np.linalg.norm(shown, axis=1, keepdims=True)
    sources = np.argmax(data.X @ shown.T, axis=1)
    assert np.allclose(data.X, shown[sources], atol=1e-14)
    assert np.bincount(classes[sources]).tolist() == [3] * 10
    assert np.array_equal(data.y, np.where(classes[sources] % 2 == 0, 1.0, -1.0))
    raw = dataset("digits:n=30,seed=2,center=false")
    assert (raw.X >= 0).all()
    assert np.allclose(np.linalg.norm(raw.X, axis=1), 1)


def test_digits_prefix_seeds_and_limit():
    """A smaller n is a prefix, seeds choose other images, and more than the images allow is refused."""
    pytest.importorskip("sklearn")
    assert np.array_equal(dataset("digits:n=13").X, dataset("digits:n=40").X[:13])
    assert not np.array_equal(dataset("digits:n=13").X, dataset("digits:n=13,seed=1").X)
    assert dataset("digits:n=1740").n == 1740
    with pytest.raises(BadInput, match=r"^n = 1741: must be at most 1740"):
        dataset("digits:n=1741")


def test_missing_scikit_learn_says_what_to_install(monkeypatch):
    """Without scikit-learn the error names the extra."""
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(BadInput, match=r"pip install boundkit\[data\]"):
        dataset("digits:n=10")


def test_lifted_points_of_opposite_labels_keep_their_distance():
    """At least phi apart, where points of one label come as close as they fall."""
    data = dataset("lifted:n=60,d=3,mu=0.5,phi=0.2,seed=1")
    apart = np.linalg.norm(data.X[:, None] - data.X[None], axis=2)
    opposite = data.y[:, None] != data.y[None]
    assert apart[opposite].min() >= 0.2
    assert apart[~opposite & ~np.eye(60, dtype=bool)].min() < 0.2


def test_an_arc_does_not_close_on_itself():
    """Six points on a circle of radius 0.8 are at most 0.8 apart."""
    X = dataset("arc:n=6,mu=0.6,phi=0.79").X
    gaps = np.linalg.norm(X[:, None] - X[None], axis=2)[~np.eye(6, dtype=bool)]
    assert gaps.min() == pytest.approx(0.79)
    with pytest.raises(BadInput, match=r"phi = 0\.81"):
        dataset("arc:n=6,mu=0.6,phi=0.81")
