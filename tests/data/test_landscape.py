"""Words of loss landscapes against numpy on matrices that are formed in full."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.data import Dataset, dataset, quantities
from boundkit.errors import NotApplicable


def number(data, name, activation=None, **parameters):
    """One quantity as a float."""
    return float(quantities(data, activation=activation, names=[name], parameters=parameters)[name].ball.mid())


def khatri_rao(X):
    """Columns x_i (x) x_i, [d^2, n]."""
    return np.einsum("ni,nj->ijn", X, X).reshape(-1, len(X))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 30), st.integers(1, 5), st.sampled_from(["gaussian", "sphere"]))
def test_spectra_agree_with_matrices_formed_in_full(seed, n, d, kind):
    """Khatri-Rao norm, rank and smallest nonzero singular value, and both covariances, by svd and eigh."""
    d = max(d, 2)
    data = dataset(f"{kind}:n={n},d={d},seed={seed}")
    singular = np.linalg.svd(khatri_rao(data.X), compute_uv=False)[: min(n, d * (d + 1) // 2)]
    assert number(data, "norm_KR") == pytest.approx(singular[0], rel=1e-9)
    if singular[-1] > 1e-5 * singular[0]:
        assert number(data, "rank_KR") == len(singular)
        assert number(data, "sigma_plus_KR") == pytest.approx(singular[-1], rel=1e-5)
    covariance = np.linalg.eigvalsh(data.X.T @ data.X / n)
    assert number(data, "covariance_min") == pytest.approx(max(covariance[0], 0), abs=1e-9)
    weighted = np.linalg.eigvalsh((data.X * data.y[:, None]).T @ data.X / n)
    assert number(data, "label_covariance_max") == pytest.approx(weighted[-1], rel=1e-8, abs=1e-9)
    assert number(data, "largest_sample_norm") == pytest.approx(np.linalg.norm(data.X, axis=1).max(), rel=1e-12)


def test_large_data_take_the_float_route_and_agree():
    """n = 700, d = 70: beyond ball arithmetic, the covariance is enclosed all the same."""
    data = dataset("gaussian:n=800,d=70,seed=1")
    values = np.linalg.eigvalsh(data.X.T @ data.X / data.n)
    found = quantities(data, names=["covariance_min"])["covariance_min"].ball
    assert found.contains(float(values[0])) or abs(float(found.mid()) - values[0]) < 1e-12
    assert found.rad() < 1e-9


def test_a_deficient_square_has_an_interval_of_ranks():
    """Opposite rows have equal squares: the rank is at most n - 1, and the enclosures admit it."""
    X = np.array([[0.6, 0.8], [-0.6, -0.8], [1.0, 0.0]])
    found = quantities(Dataset("opposite", X, np.ones(3)), names=["rank_KR", "sigma_plus_KR"])
    assert found["rank_KR"].ball.contains(2)
    assert found["rank_KR"].ball.contains(3)
    assert found["sigma_plus_KR"].ball.contains(float(np.linalg.svd(khatri_rao(X), compute_uv=False)[1]))
    assert found["sigma_plus_KR"].ball.contains(0)  # a third one that is not zero could be as small as it likes


def test_label_words():
    """Smallest label, energy of the negative ones, largest label of a sample that is not zero."""
    data = Dataset("labels", [[1.0, 0.0], [0.0, 0.0], [2.0, 1.0], [0.0, 3.0]], [1.5, 9.0, -2.0, -1.0])
    assert number(data, "smallest_label") == -2
    assert number(data, "negative_label_energy") == 5 / 4
    assert number(data, "reachable_label") == 1.5
    zero = Dataset("zero", [[0.0, 0.0]], [1.0])
    with pytest.raises(NotApplicable, match="all samples are zero"):
        number(zero, "reachable_label")
    for name in ("smallest_label", "negative_label_energy", "reachable_label", "label_covariance_max"):
        with pytest.raises(NotApplicable, match="2 outputs"):
            number(dataset("mixture:K=2,C=1,n=4,d=3"), name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("gaussian:n=3,d=2", 1), ("planted:n=3,d=2,k=2", 1), ("sphere:n=3,d=2", 0), ("mixture:K=2,C=1,n=3,d=2", 0)],
)
def test_gaussian_samples_are_those_of_gaussian_generators(text, expected):
    """The fact follows from the generator; of a user's data nothing is known."""
    assert number(dataset(text), "gaussian_sample") == expected
    mine = quantities(dataset(X=np.eye(2), y=[1, 2]), names=["gaussian_sample"])["gaussian_sample"]
    assert mine.ball.contains(0)
    assert mine.ball.contains(1)


def test_a_covariance_of_too_few_samples_is_exactly_singular():
    """Three samples do not span R^5: its smallest eigenvalue is 0, not a ball around it."""
    assert quantities(dataset("gaussian:n=3,d=5"), names=["covariance_min"])["covariance_min"].ball == 0
