"""Certified spectra and spectral spaces against mpmath at 40 digits and against exactly known matrices."""

import flint
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.data.eigenspaces import Spectrum, spectrum_of
from boundkit.errors import NotApplicable


def reference(matrix, y, cutoff):
    """|P y|, |y - P y|, y^T A^+ y above and y^T A y below the cutoff, at 40 digits."""
    with mpmath.workdps(40):
        values, vectors = mpmath.eigsy(mpmath.matrix(matrix.tolist()))
        squares = [sum((vectors[:, i].T * mpmath.matrix(c.tolist()))[0] ** 2 for c in y.T) for i in range(len(matrix))]
        above = [(v, s) for v, s in zip(values, squares, strict=True) if v >= cutoff]
        below = [(v, s) for v, s in zip(values, squares, strict=True) if v < cutoff]
        return (
            mpmath.sqrt(sum((s for _, s in above), mpmath.mpf(0))),
            mpmath.sqrt(sum((s for _, s in below), mpmath.mpf(0))),
            sum((s / v for v, s in above), mpmath.mpf(0)),
            sum((v * s for v, s in below), mpmath.mpf(0)),
        )


def contains(ball, number):
    """Whether a ball contains an mpmath number."""
    return bool(ball.overlaps(flint.arb(mpmath.nstr(number, 30)) + flint.arb(0, 1e-25)))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8), st.integers(1, 3), st.floats(0.05, 0.95))
def test_spaces_contain_the_forty_digit_values(seed, m, columns, share):
    """Every number of the two spaces lies in its enclosure, which is narrow."""
    generator = np.random.default_rng(seed)
    factor = generator.standard_normal((m, m))
    matrix = factor @ factor.T
    matrix = (matrix + matrix.T) / 2
    y = generator.standard_normal((m, columns))
    values = np.linalg.eigvalsh(matrix)
    cutoff = float(values[0] + share * (values[-1] - values[0]))
    spaces = spectrum_of(matrix).split(flint.arb(cutoff), y)
    found = (spaces.norm_above(), spaces.norm_below(), spaces.inverse_form(), spaces.form_below())
    for ball, number in zip(found, reference(matrix, y, cutoff), strict=True):
        assert contains(ball, number)
        assert ball.rad() < 1e-6 * (1 + abs(ball.mid()))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(1e-6, 1e-2))
def test_every_matrix_within_the_spread_is_covered(seed, spread):
    """Eigenvalues and spaces of perturbed matrices lie in the enclosures of the unperturbed one with that spread."""
    generator = np.random.default_rng(seed)
    orthogonal = np.linalg.qr(generator.standard_normal((6, 6)))[0]
    matrix = orthogonal @ np.diag([0.1, 0.2, 0.3, 2.0, 3.0, 5.0]) @ orthogonal.T
    matrix = (matrix + matrix.T) / 2
    y = generator.standard_normal((6, 2))
    noise = generator.standard_normal((6, 6))
    noise = (noise + noise.T) / 2
    other = matrix + noise * (0.999 * spread / np.linalg.norm(noise, 2))
    found = spectrum_of(matrix, spread)
    spaces = found.split(flint.arb(1), y)
    values, vectors = np.linalg.eigh(other)
    above = (vectors.T @ y)[values >= 1]
    below = (vectors.T @ y)[values < 1]
    slack = flint.arb(0, 1e-9)
    assert all(found.eigenvalue(i).overlaps(value + slack) for i, value in enumerate(values))
    for ball, number in (
        (spaces.norm_above(), np.linalg.norm(above)),
        (spaces.norm_below(), np.linalg.norm(below)),
        (spaces.inverse_form(), (above**2 / values[values >= 1, None]).sum()),
        (spaces.form_below(), (below**2 * values[values < 1, None]).sum()),
    ):
        assert ball.overlaps(float(number) + slack)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("shape", [np.eye(2), np.array([[0.0, 1.0], [1.0, 0.0]])], ids=["shift", "turn"])
@pytest.mark.parametrize("y", [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, -1.0)])
def test_the_matrices_at_the_edge_of_the_spread_are_covered(sign, shape, y):
    """diag(0.3, 0.5) moved by 0.01 as a shift, or as a turn, which a gap of 0.2 makes five times as large."""
    labels = np.array([y]).T
    spaces = spectrum_of(np.diag([0.3, 0.5]), 0.01).split(flint.arb(0.4), labels)
    values, vectors = np.linalg.eigh(np.diag([0.3, 0.5]) + 0.01 * sign * shape)
    below, above = np.abs(vectors.T @ labels)[:, 0]
    for ball, number in (
        (spaces.norm_above(), above),
        (spaces.norm_below(), below),
        (spaces.inverse_form(), above**2 / values[1]),
        (spaces.form_below(), below**2 * values[0]),
    ):
        assert ball.overlaps(flint.arb(float(number), 1e-12))


def test_a_space_without_a_complement_is_covered_too():
    """1 / 0.49 is further from 1 / 0.5 than 0.01 / 0.5^2."""
    spaces = spectrum_of(np.array([[0.5]]), 0.01).split(flint.arb(0.1), np.ones((1, 1)))
    assert all(spaces.inverse_form().contains(flint.arb(1) / value) for value in (0.4901, 0.5099))


def test_what_the_spread_hides_is_not_certain():
    """An eigenvalue within the spread of 0 is not positive, one within the spread of the cutoff is on neither side."""
    found = spectrum_of(np.diag([0.05, 1.0]), 0.1)
    assert found.certainly_positive == 1
    for cutoff in (0.95, 1.05):
        with pytest.raises(NotApplicable, match="choose one between eigenvalues"):
            found.split(flint.arb(cutoff), np.ones((2, 1)))


def test_vectors_that_are_a_little_turned_are_covered():
    """Coefficients taken along vectors at a known distance from orthonormal ones: the true ones are in the balls."""
    cosine, sine = np.cos(0.05), np.sin(0.05)
    turned = Spectrum(np.array([1.0, 4.0]), np.array([[cosine, -sine], [sine, cosine]]), 0.0, 0.05)
    spaces = turned.split(flint.arb(2), np.ones((2, 1)))
    assert spaces.norm_above().contains(1)
    assert spaces.norm_below().contains(1)
    assert spaces.inverse_form().contains(0.25)
    assert spaces.form_below().contains(1)


def test_known_matrix_and_empty_spaces():
    """diag(1, 4) at cutoffs below, between and above its eigenvalues; empty spaces are exactly zero."""
    y = np.array([[3.0], [4.0]])
    spectrum = spectrum_of(np.diag([1.0, 4.0]))
    assert spectrum.certainly_positive == 2
    low, middle, high = (spectrum.split(flint.arb(c), y) for c in (0.5, 2, 9))
    assert low.norm_below() == 0
    assert low.form_below() == 0
    assert high.norm_above() == 0
    assert high.inverse_form() == 0
    assert low.norm_above().contains(5)
    assert low.inverse_form().contains(13)
    assert (middle.norm_above().contains(4), middle.norm_below().contains(3)) == (True, True)
    assert (middle.inverse_form().contains(4), middle.form_below().contains(9)) == (True, True)


@pytest.mark.parametrize("cutoff", [1.0, 4.0, 4.0 + 1e-15])
def test_a_cutoff_at_an_eigenvalue_is_refused(cutoff):
    """The spaces jump there: the error says so in one line, and names the cutoff's root."""
    with pytest.raises(NotApplicable, match="choose one between eigenvalues") as caught:
        spectrum_of(np.diag([1.0, 4.0])).split(flint.arb(cutoff), np.ones((2, 1)))
    assert caught.value.label == "cutoff_between_eigenvalues"
