"""Eigenvalue enclosures against 50-digit eigenvalues, and against claims that are false."""

import flint
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.arithmetic import precision
from boundkit.data.spectra import (
    _certified_below,
    _loss,
    _positive_definite,
    smallest_eigenvalue,
    smallest_eigenvalue_of_balls,
)


def reference(matrix):
    """The smallest eigenvalue of a float64 matrix to 50 digits, as a ball."""
    with mpmath.workdps(60):
        values = mpmath.eigsy(mpmath.matrix(matrix.tolist()), eigvals_only=True)
        return flint.arb(mpmath.nstr(min(values), 55), 1e-50)


@st.composite
def symmetric_matrices(draw):
    """Matrices with a prescribed spread of eigenvalues, from well conditioned to nearly singular."""
    n = draw(st.integers(1, 9))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    orthogonal, _ = np.linalg.qr(generator.standard_normal((n, n)))
    exponents = draw(st.lists(st.floats(-18, 2), min_size=n, max_size=n))
    signs = draw(st.lists(st.sampled_from([1.0, 1.0, 1.0, -1.0]), min_size=n, max_size=n))
    matrix = (orthogonal * (np.array(signs) * 10.0 ** np.array(exponents))) @ orthogonal.T
    return (matrix + matrix.T) / 2


@settings(max_examples=60, deadline=None)
@given(symmetric_matrices())
def test_float_enclosure_contains_the_eigenvalue(matrix):
    """The float64 enclosure contains the 50-digit eigenvalue and is narrow relative to the norm."""
    with precision(256):
        ball = smallest_eigenvalue(matrix)
        assert ball.contains(reference(matrix))
        assert float(ball.rad()) <= 1e-13 * np.linalg.norm(matrix)


@settings(max_examples=60, deadline=None)
@given(symmetric_matrices())
def test_ball_enclosure_contains_the_eigenvalue_and_is_tight(matrix):
    """The ball enclosure meets the 50-digit eigenvalue: to 1e-14 of the norm, 1e-35 if isolated."""
    values = np.linalg.eigvalsh(matrix)
    norm = float(np.linalg.norm(matrix))
    isolated = len(values) == 1 or values[1] - values[0] > 1e-6 * norm
    with precision(256):
        ball = smallest_eigenvalue_of_balls(flint.arb_mat(matrix.tolist()))
        assert ball.overlaps(reference(matrix))
        assert float(ball.rad()) <= (1e-35 if isolated else 1e-14) * norm


@settings(max_examples=60, deadline=None)
@given(symmetric_matrices(), st.floats(1e-16, 10), st.integers(0, 3))
def test_a_wrong_estimate_never_certifies_a_wrong_bound(matrix, excess, power):
    """However far above the eigenvalue the estimate lies, the certified bound stays below it."""
    with precision(256):
        truth = reference(matrix)
        claimed = float(truth) + excess * 10.0**-power * np.linalg.norm(matrix)
        assert _certified_below(matrix, claimed) <= truth.upper()


@settings(max_examples=40, deadline=None)
@given(symmetric_matrices(), st.integers(20, 45))
def test_elimination_refuses_a_shift_just_above_the_eigenvalue(matrix, digits):
    """A - s I with s above lambda_min by 10^-digits of the norm is never certified; just below, it is."""
    n = len(matrix)
    with precision(256):
        truth = reference(matrix)
        step = flint.arb(10) ** -digits * float(np.linalg.norm(matrix) + 1)

        def shifted(s):
            return [[flint.arb(matrix[i, j]) - (s if i == j else 0) for j in range(i + 1)] for i in range(n)]

        assert not _positive_definite(shifted(truth + step))
        assert _positive_definite(shifted(truth - step))


@pytest.mark.parametrize("rows", [[[0]], [[1], [1, 1]], [[flint.arb(0, 1e-30)]], [[2], [1, flint.arb(0.5, 1e-30)]]])
def test_elimination_refuses_a_pivot_that_may_be_zero(rows):
    """Singular matrices and those that are not told apart from singular ones; not those beside them."""
    lower = [[flint.arb(entry) for entry in row] for row in rows]
    assert not _positive_definite([row.copy() for row in lower])
    assert _positive_definite([[*row[:-1], row[-1] + 1e-15] for row in lower])


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_known_spectra(n):
    """Identity, all-ones and second-difference matrices have the eigenvalues of the textbook."""
    difference = 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)
    with precision(256):
        smallest = 2 - 2 * (flint.arb.pi() / (n + 1)).cos()
        for enclose in (
            smallest_eigenvalue,
            lambda m: smallest_eigenvalue_of_balls(flint.arb_mat(m.tolist())),
        ):
            assert enclose(np.eye(n)).contains(1)
            assert enclose(np.ones((n, n))).contains(0 if n > 1 else 1)
            assert (-enclose(-np.ones((n, n)))).contains(n)
            assert enclose(difference).overlaps(smallest)


@settings(max_examples=30, deadline=None)
@given(symmetric_matrices(), st.floats(1e-12, 1e-2), st.integers(0, 2**32 - 1))
def test_the_spread_covers_perturbed_matrices(matrix, size, seed):
    """Every matrix within the entrywise radius has its smallest eigenvalue in both enclosures."""
    n = len(matrix)
    noise = np.random.default_rng(seed).uniform(-size, size, (n, n))
    inside = matrix + np.tril(noise) + np.tril(noise, -1).T
    with precision(256):
        truth = reference(inside)
        radius = size + 1e-15 * float(np.abs(matrix).max() + 1)
        balls = flint.arb_mat([[flint.arb(entry, radius) for entry in row] for row in matrix.tolist()])
        assert smallest_eigenvalue_of_balls(balls).contains(truth)
        assert smallest_eigenvalue(matrix, n * radius).contains(truth)


def test_zero_and_tiny_matrices_are_enclosed():
    """Underflow is accounted for: enclosures for zero and subnormal matrices contain the eigenvalue."""
    assert smallest_eigenvalue(np.zeros((3, 3))).contains(0)
    tiny = np.array([[0.0, 5e-324], [5e-324, 0.0]])
    assert smallest_eigenvalue(tiny).contains(-flint.arb(5e-324))
    assert smallest_eigenvalue_of_balls(flint.arb_mat(tiny.tolist())).contains(-flint.arb(5e-324))
    assert smallest_eigenvalue_of_balls(flint.arb_mat([[flint.arb(0, 1)] * 2] * 2)).contains(-2)


def test_clustered_and_hilbert_matrices():
    """Eigenvalues closer than float64 resolves, and one at 1e-17 of the norm, are enclosed and tight."""
    cluster = np.diag([1.0, 1.0 + 2**-52, 1.0 + 2**-51]) + np.full((3, 3), 2.0**-70)
    with precision(256), mpmath.workdps(60):
        exact = min(mpmath.eigsy(mpmath.hilbert(12), eigvals_only=True))
        hilbert = flint.arb_mat([[flint.arb(1) / (i + j + 1) for j in range(12)] for i in range(12)])
        ball = smallest_eigenvalue_of_balls(hilbert)
        assert ball.overlaps(flint.arb(mpmath.nstr(exact, 45), 1e-58))
        assert float(ball.rad() / ball.mid()) < 1e-20
        assert smallest_eigenvalue_of_balls(flint.arb_mat(cluster.tolist())).overlaps(reference(cluster))
        assert smallest_eigenvalue(cluster).contains(reference(cluster))


def test_the_part_that_rounding_takes_is_that_of_the_proof():
    """At least gamma / (1 - gamma) times the trace, gamma of n + 4 operations, and a rounding of the diagonal."""
    for n, size in ((1, 1.0), (50, 3.0)):
        matrix = size * np.eye(n)
        operations = (n + 4) * 2.0**-53
        assert _loss(matrix, 0.0) >= operations / (1 - 2 * operations) * n * size + 2.0**-53 * size
        assert _loss(matrix, -size) >= 1.9 * _loss(matrix, 0.0)
