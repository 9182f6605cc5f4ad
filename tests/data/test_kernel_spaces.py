"""Information and nuisance of the tangent kernel against numpy with closed-form kernels, and exact mixtures."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.data import Dataset, dataset, quantities
from boundkit.data.origins import Mixture
from boundkit.errors import NotApplicable

KAPPA_SIN = (1 + math.exp(-2)) / 2  # E cos(g)^2
ORTHONORMAL = "mixture:K=2,C=1,n=1000,d=10,orthonormal=true"


def sine_kernel(X):
    """Sigma(X) of sin for unit rows: exp(-1) cosh(rho) rho (`ofls19` section 2)."""
    rho = X @ X.T
    return math.exp(-1) * np.cosh(rho) * rho


def number(data, name, activation="sin", **parameters):
    """One quantity as a float."""
    return float(quantities(data, activation=activation, names=[name], parameters=parameters)[name].ball.mid())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(3, 25), st.floats(0.3, 0.95), st.sampled_from(["sphere", "mixture"]))
def test_labels_split_as_numpy_says(seed, n, share, kind):
    """|Pi_I y|, |Pi_N y|, |J_I^+ y| and the stopping value agree with eigh of the closed form of the kernel."""
    text = f"sphere:n={n},d=4,seed={seed}" if kind == "sphere" else f"mixture:K=2,C=2,n={n},d=4,noise=0.3,seed={seed}"
    data = dataset(text)
    values, vectors = np.linalg.eigh(sine_kernel(data.X))
    cutoff = round(math.sqrt(share * values[-1]), 6)
    if np.abs(np.sqrt(np.maximum(values, 0)) - cutoff).min() < 1e-5:
        return
    above = values >= cutoff**2
    squares = ((vectors.T @ data.y.reshape(n, -1)) ** 2).sum(axis=1)
    parameters = {"kernel_cutoff": cutoff, "learning_duration": 3}
    stopping = cutoff**2 * (squares[above] / values[above]).sum() + 9 / cutoff**2 * (squares * values)[~above].sum()
    expected = {
        "information_y": math.sqrt(squares[above].sum()),
        "nuisance_y": math.sqrt(squares[~above].sum()),
        "inverse_y": math.sqrt((squares[above] / values[above]).sum()),
        "stopping_value_y": math.sqrt(stopping),
    }
    for name, value in expected.items():
        assert number(data, name, **parameters) == pytest.approx(value, rel=1e-6, abs=1e-6)
    whole = expected["information_y"] ** 2 + expected["nuisance_y"] ** 2
    assert whole == pytest.approx(number(data, "norm_y") ** 2)


def test_a_mixture_without_noise_has_the_spectrum_of_its_cluster_sizes():
    """Orthonormal centres: eigenvalues kappa(1) n_j, |J_I^+ y| = sqrt(KC / kappa(1)), no nuisance (Theorem A.1)."""
    data = dataset(ORTHONORMAL)
    sizes = data.origin.sizes
    parameters = {"kernel_cutoff": 10}
    assert number(data, "kernel_norm") == pytest.approx(KAPPA_SIN * sizes.max(), rel=1e-12)
    assert number(data, "kernel_min_nonzero") == pytest.approx(KAPPA_SIN * sizes.min(), rel=1e-12)
    assert number(data, "inverse_y", **parameters) == pytest.approx(math.sqrt(2 / KAPPA_SIN), rel=1e-12)
    assert number(data, "information_y", **parameters) == pytest.approx(math.sqrt(1000), rel=1e-12)
    found = quantities(data, activation="sin", names=["nuisance_y", "kernel_rank"], parameters=parameters)
    assert found["nuisance_y"].value == "0"
    assert found["kernel_rank"].value == "4"  # K^2 C
    assert number(data, "lambda_centres") == pytest.approx(KAPPA_SIN, rel=1e-12)
    assert number(data, "kernel_norm_centres") == pytest.approx(KAPPA_SIN, rel=1e-12)
    assert (number(data, "smallest_cluster"), number(data, "largest_cluster")) == (sizes.min(), sizes.max())


def test_merged_rows_give_the_spectrum_of_the_full_kernel():
    """K = 3, C = 2, random centres: eigenvalues of the merged kernel are the nonzero ones of the full 60 x 60 one."""
    data = dataset("mixture:K=3,C=2,n=60,d=5,seed=4")
    values = np.linalg.eigvalsh(sine_kernel(data.X))[-6:]
    assert number(data, "kernel_norm") == pytest.approx(values[-1], rel=1e-10)
    assert number(data, "kernel_min_nonzero") == pytest.approx(values[0], rel=1e-9)
    sizes = data.origin.sizes
    assert values[0] >= sizes.min() * number(data, "lambda_centres") * (1 - 1e-9)
    assert values[-1] <= sizes.max() * number(data, "kernel_norm_centres") * (1 + 1e-9)


def test_eigenvalues_that_may_be_zero_are_not_called_positive():
    """The kernel of a linear network is X X^T, of rank 3: five samples have two eigenvalues near zero, or at it."""
    data = dataset("sphere:n=5,d=3,seed=1")
    names = ["kernel_rank", "kernel_min_nonzero"]
    rank, least = quantities(data, activation="identity", names=names).values()
    assert (float(rank.lower), float(rank.upper)) == pytest.approx((3, 5), abs=1e-6)
    assert least.ball.contains(0)
    assert float(least.upper) >= np.linalg.eigvalsh(data.X @ data.X.T)[2] - 1e-12


def test_labels_that_differ_within_a_cluster_are_nuisance():
    """Flipping one label of a cluster of m equal rows leaves |y - mean|^2 = (1 - 1/m) 2 beside the kernel's range."""
    clean = dataset("mixture:K=2,C=1,n=40,d=4,orthonormal=true,seed=2")
    y = clean.y.copy()
    y[0] = y[0][::-1]
    data = Dataset("one flipped", clean.X, y, clean.origin)
    m = clean.origin.sizes[clean.origin.cluster[0]]
    assert number(data, "nuisance_y", kernel_cutoff=1) ** 2 == pytest.approx(2 * (1 - 1 / m), rel=1e-9)


def test_one_hot_is_exact():
    """Unit coordinate vectors are one-hot; signs, sums of two and scaled ones are not; one output must be 1."""
    X = np.eye(3)
    for y, expected in (
        (np.eye(3), 1),
        (np.eye(3)[[0, 0, 1]], 1),
        (2 * np.eye(3), 0),
        (np.ones((3, 2)), 0),
        (np.ones(3), 1),
        ([1.0, -1.0, 1.0], 0),
    ):
        assert number(Dataset("labels", X, y), "one_hot") == expected


def test_centres_are_known_for_mixtures_only():
    """Other data have no centres, and the one line says what has."""
    for name in ("lambda_centres", "kernel_norm_centres", "largest_cluster", "smallest_cluster"):
        with pytest.raises(NotApplicable, match="sphere data have no known cluster centres"):
            number(dataset("sphere:n=4,d=3"), name)
    with pytest.raises(NotApplicable, match="cutoff must be positive"):
        number(dataset("sphere:n=4,d=3"), "nuisance_y", kernel_cutoff=0)


def test_empty_clusters_count():
    """A cluster without samples has size 0."""
    centres = np.eye(4)
    cluster = np.array([0, 1, 1])
    data = Dataset("few", centres[cluster], np.eye(2)[cluster // 2], Mixture(centres, cluster, 2, 0.0, True))
    assert (number(data, "smallest_cluster"), number(data, "largest_cluster")) == (0, 2)
