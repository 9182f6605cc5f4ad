"""Generators that know more than samples and labels, labels of several outputs, and how both travel."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.activations import activation
from boundkit.data import Dataset, dataset, quantities
from boundkit.data.origins import Mixture
from boundkit.errors import BadInput


def test_gaussian_rows_are_standard_normal():
    """Over 20000 draws, means and covariances are within five standard errors."""
    X = dataset("gaussian:n=20000,d=3,seed=1").X
    error = 5 / np.sqrt(len(X))
    assert np.abs(X.mean(axis=0)).max() < error
    assert np.abs(X.T @ X / len(X) - np.eye(3)).max() < error * np.sqrt(2)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 4), st.integers(1, 3), st.integers(1, 60), st.integers(0, 99), st.sampled_from([0, 0.25]))
def test_mixtures_are_what_their_origin_says(K, C, n, seed, noise):
    """Labels name the class of the cluster, samples lie at their centres or near them, the name gives all again."""
    data = dataset("mixture", K=K, C=C, n=n, d=12, noise=noise, seed=seed)
    origin = data.origin
    assert (data.K, origin.clusters, origin.noise) == (K, C, noise)
    assert np.array_equal(data.y.argmax(axis=1), origin.cluster // C)
    assert np.allclose(np.linalg.norm(origin.centres, axis=1), 1)
    assert np.abs(np.linalg.norm(data.X, axis=1) - 1).max() < 1e-15
    distance = np.linalg.norm(data.X - origin.centres[origin.cluster], axis=1)
    assert distance.max() < (0.8 if noise else 1e-15)
    assert origin.sizes.sum() == n
    again = dataset(data.name)
    assert np.array_equal(again.X, data.X)
    assert np.array_equal(again.y, data.y)


def test_a_flipped_label_is_another_one():
    """With probability 1 every label is wrong, each wrong class as often as the other; with a quarter, a quarter is."""
    for flips in (1, 0.25):
        data = dataset(f"mixture:K=3,C=2,n=3000,d=6,flips={flips},seed=4")
        moved = (data.y.argmax(axis=1) - data.origin.cluster // 2) % 3
        counts = np.bincount(moved, minlength=3) / data.n
        assert counts == pytest.approx([1 - flips, flips / 2, flips / 2], abs=5 / (2 * np.sqrt(data.n)))
        assert flips < 1 or counts[0] == 0


def test_noise_of_a_mixture_has_its_variance():
    """Without normalisation, x - centre has covariance noise^2 / d I."""
    data = dataset("mixture:K=2,C=1,n=4000,d=5,noise=0.5,normalize=false,seed=3")
    residual = data.X - data.origin.centres[data.origin.cluster]
    assert (residual**2).sum(axis=1).mean() == pytest.approx(0.25, rel=5 * np.sqrt(2 / 20000))


def test_planted_labels_are_recomputed_from_the_origin():
    """y = phi(X W^T) v with orthonormal columns of W, and signs in v unless positive."""
    data = dataset("planted:n=9,d=3,k=5,activation=softplus:beta=4,seed=2")
    network = data.origin
    phi = activation(network.activation).value_and_derivative(data.X @ network.W.T)[0]
    assert np.array_equal(phi @ network.v, data.y)
    assert np.allclose(network.W.T @ network.W, np.eye(3))
    assert set(network.v) <= {-1.0, 1.0}
    assert (dataset("planted:n=9,d=3,k=5,positive=true").origin.v == 1).all()


def test_digits_with_classes_are_one_hot():
    """Row i shows digit i mod classes; without classes nothing changed."""
    pytest.importorskip("sklearn")
    data = dataset("digits:n=30,classes=3")
    assert np.array_equal(data.y, np.eye(3)[np.arange(30) % 3])
    assert float(quantities(data, names=["norm_y"])["norm_y"].ball ** 2) == pytest.approx(30)
    with pytest.raises(BadInput, match="classes = 1: must be an integer from 2 to 10"):
        dataset("digits:n=30,classes=1")


def test_labels_of_several_outputs_come_from_arrays_and_files(tmp_path):
    """[n, K] is kept, [n, 1] becomes [n]; an .npz file holds either."""
    X, y = np.eye(4), np.arange(12.0).reshape(4, 3)
    assert dataset(X=X, y=y).K == 3
    single = dataset(X=X, y=y[:, 1:2])
    assert single.y.shape == (4,)
    path = tmp_path / "many.npz"
    np.savez(path, X=X, y=y)
    assert np.array_equal(dataset(str(path)).y, y)
    with pytest.raises(BadInput, match=r"y\[1, 2\] = nan"):
        dataset(X=X, y=np.where(y == 5, np.nan, y))


def test_origins_survive_pickling_and_allow_equal_rows():
    """Only a mixture may repeat a sample."""
    data = pickle.loads(pickle.dumps(dataset("mixture:K=2,C=1,n=20,d=3")))
    assert isinstance(data.origin, Mixture)
    with pytest.raises(BadInput, match="are equal"):
        Dataset("without origin", data.X, data.y)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mixture:K=2,C=2,n=5,d=3,orthonormal=true", "d = 3: must be at least K \\* C = 4"),
        ("mixture:K=2,C=2,n=5,d=3,noise=-1", "noise = -1: must be a number from 0"),
        ("mixture:K=2,C=2,n=5,d=3,noise=much", "noise = much: must be a number"),
        ("planted:n=5,d=3,k=2,activation=tahn", "did you mean tanh"),
        ("planted:n=5,d=3", "k = None: is needed"),
        ("mixture:K=2,n=5,d=3", "C = None: is needed"),
    ],
)
def test_malformed_specifications_are_one_line(text, message):
    """Each says what is valid."""
    with pytest.raises(BadInput, match=message) as caught:
        dataset(text)
    assert "\n" not in str(caught.value)
