"""Unit samples with a common last coordinate: what Assumptions 3.4 and 3.5 of zczg18 ask, and what cannot be had."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from boundkit.data import dataset
from boundkit.errors import BadInput


def opposite(data):
    """Distances of all pairs with labels 1 and -1."""
    return np.linalg.norm(data.X[data.y > 0][:, None] - data.X[data.y < 0][None, :], axis=-1)


@given(st.integers(2, 12), st.integers(4, 8), st.floats(0.1, 0.8), st.floats(0, 0.4), st.integers(0, 99))
def test_lifted_samples_meet_the_assumptions(n, d, mu, phi, seed):
    """Rows have length 1 and last coordinate mu, labels alternate, opposite ones are at least phi apart."""
    data = dataset("lifted", n=n, d=d, mu=mu, phi=phi, seed=seed)
    assert np.allclose(np.linalg.norm(data.X, axis=1), 1, atol=1e-14)
    assert np.array_equal(data.X[:, -1], np.full(n, float(repr(mu))))
    assert np.array_equal(data.y, np.resize([1.0, -1.0], n))
    assert opposite(data).min() >= phi
    assert np.array_equal(dataset(data.name).X, data.X)


@given(st.integers(2, 12), st.floats(0.1, 0.8), st.floats(0.01, 0.25))
def test_neighbours_on_an_arc_are_exactly_phi_apart(n, mu, phi):
    """The worst case of the specification: the closest opposite labels are neighbours, at distance phi."""
    data = dataset("arc", n=n, mu=mu, phi=phi)
    assert np.allclose(np.linalg.norm(data.X, axis=1), 1, atol=1e-14)
    assert np.linalg.norm(np.diff(data.X, axis=0), axis=1) == pytest.approx(np.full(n - 1, phi), rel=1e-9)
    assert opposite(data).min() == pytest.approx(phi, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ("lifted:n=4,d=2,mu=0.3", "d"),
        ("lifted:n=4,d=3,mu=1", "mu"),
        ("lifted:n=4,d=3,mu=0", "mu"),
        ("lifted:n=9,d=3,mu=0.9,phi=0.9", "phi"),
        ("lifted:n=4,d=3", "mu"),
        ("arc:n=9,mu=0.5,phi=0.7", "phi"),
        ("arc:n=9,mu=0.5,phi=0", "phi"),
    ],
)
def test_what_cannot_be_had_is_named(text, argument):
    """Dimensions, coordinates and separations out of reach are one line."""
    with pytest.raises(BadInput) as caught:
        dataset(text)
    assert caught.value.argument == argument
    assert "\n" not in str(caught.value)
