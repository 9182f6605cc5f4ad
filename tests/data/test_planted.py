"""The planted network's numbers against numpy, and against the reference rows of the local certificate (D17)."""

import flint
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.activations import activation
from boundkit.arithmetic import precision
from boundkit.data import Dataset, dataset, quantities
from boundkit.data.origins import Planted
from boundkit.data.planted import OF_PLANTED
from boundkit.errors import NotApplicable

ROWS = [  # seed, activation, (d, k, n), sigma_min of the Jacobian at the planted network
    (0, "softplus:beta=4", (10, 10, 20), 1.2483),
    (0, "softplus:beta=4", (20, 20, 40), 4.5419),
    (0, "softplus:beta=4", (10, 20, 20), 2.0819),
    (0, "tanh", (10, 10, 20), 1.2890),
    (0, "tanh", (20, 20, 40), 3.4413),
    (1, "softplus:beta=4", (20, 20, 80), 3.2527),
]


def number(data, name, chosen=None):
    """One quantity as a float."""
    return float(quantities(data, activation=chosen, names=[name])[name].ball.mid())


def reference_data(seed, chosen, sizes):
    """The draws of the specification: X [d, n], then a normal [k, d] with W* its orthogonal factor, then signs."""
    d, k, n = sizes
    generator = np.random.default_rng(seed)
    X = generator.standard_normal((d, n)).T
    W = np.linalg.qr(generator.standard_normal((k, d)))[0]
    v = generator.choice([-1.0, 1.0], k)
    y = activation(chosen).value_and_derivative(X @ W.T)[0] @ v
    return Dataset("reference", X, y, Planted(chosen, W, v))


@pytest.mark.parametrize(("seed", "chosen", "sizes", "expected"), ROWS)
def test_jacobian_floor_of_the_specification(seed, chosen, sizes, expected):
    """s = sqrt(lambda_min(J^T J)) of six reference rows, to the digits printed."""
    data = reference_data(seed, chosen, sizes)
    assert number(data, "planted_sigma_min_J", chosen) == pytest.approx(expected, abs=6e-5)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100), st.integers(1, 7), st.integers(2, 4), st.integers(1, 8))
def test_numbers_of_the_network_agree_with_numpy(seed, k, d, n):
    """Norms, extreme singular values, nuclear norm, features and Jacobian by svd of full matrices."""
    data = dataset(f"planted:n={n},d={d},k={k},activation=tanh,seed={seed}")
    W, v = data.origin.W, data.origin.v
    singular = np.linalg.svd(W, compute_uv=False)
    jacobian = ((1 - np.tanh(data.X @ W.T) ** 2) * v)[:, :, None] * data.X[:, None, :]
    floor = np.linalg.svd(jacobian.reshape(n, -1), compute_uv=False)[-1] if n <= k * d else 0.0
    expected = {
        "planted_positive_units": (v > 0).sum(),
        "planted_negative_units": (v < 0).sum(),
        "planted_norm_v": np.linalg.norm(v),
        "planted_v_min": 1,
        "planted_v_max": 1,
        "planted_row_min": np.linalg.norm(W, axis=1).min(),
        "planted_row_max": np.linalg.norm(W, axis=1).max(),
        "planted_sigma_max": singular[0],
        "planted_sigma_min": singular[-1] if k >= d else 0,
        "planted_nuclear_norm": np.abs(np.linalg.eigvalsh(W.T @ np.diag(v) @ W)).sum(),
        "planted_features": np.linalg.norm(np.tanh(W @ data.X.T), 2),
        "planted_sigma_min_J": floor,
    }
    for name, value in expected.items():
        assert number(data, name, "tanh") == pytest.approx(value, rel=1e-6, abs=2e-6), name


def test_rows_that_float64_cannot_tell_apart_are_in_both_enclosures():
    """(1, 0) and (1, 1e-9) have the same rounded norm: whichever is picked, the longer and the shorter one are in."""
    for rows in ([[1.0, 0.0], [1.0, 1e-9]], [[1.0, 1e-9], [1.0, 0.0]]):
        data = Dataset("close", np.eye(2), np.ones(2), Planted("tanh", np.array(rows), np.array([1.0, -2.0])))
        found = quantities(data, names=["planted_row_max", "planted_row_min"])
        assert found["planted_row_min"].ball.contains(1)
        with precision(256):
            assert found["planted_row_max"].ball.contains((1 + flint.arb(1e-9) ** 2).sqrt())


def test_units_without_an_output_weight_have_no_sign():
    """Of v = (3, 0, -2, 0, -1) one entry is positive and two are negative; the least in size is 0, the largest 3."""
    data = Dataset(
        "some", np.eye(2), np.ones(2), Planted("tanh", np.ones((5, 2)), np.array([3.0, 0.0, -2.0, 0.0, -1.0]))
    )
    names = ("planted_positive_units", "planted_negative_units", "planted_v_min", "planted_v_max")
    assert [number(data, name) for name in names] == [1, 2, 0, 3]


def test_labels_are_planted_for_their_own_activation():
    """1 for the activation of the network, 0 for another and for other generators, unknown for a user's data."""
    data = dataset("planted:n=4,d=2,k=3,activation=softplus:beta=4,positive=true")
    assert (data.origin.v == 1).all()
    assert number(data, "planted_labels", "softplus:beta=4") == 1
    assert number(data, "planted_labels", "softplus") == 0
    assert number(dataset("gaussian:n=4,d=2"), "planted_labels", "softplus") == 0
    mine = quantities(dataset(X=np.eye(2), y=[1, 2]), activation="tanh", names=["planted_labels"])[
        "planted_labels"
    ].ball
    assert mine.contains(0)
    assert mine.contains(1)


@pytest.mark.parametrize("name", OF_PLANTED)
def test_other_data_have_no_planted_network(name):
    """One line says which data have one."""
    with pytest.raises(NotApplicable, match="sphere data have no planted network"):
        number(dataset("sphere:n=4,d=3"), name)
