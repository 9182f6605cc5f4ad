"""Lanczos on the inverse, and the shifts it guides, against dense eigenvalues."""

import mpmath
import numpy as np
import pytest
import scipy.linalg

from boundkit.data import spectra
from boundkit.data.inverse import largest_of_inverse
from boundkit.data.spectra import smallest_eigenvalue


def spread_matrix(values, seed=0):
    """An exactly symmetric matrix with eigenvalues close to those given."""
    orthogonal, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(values), len(values))))
    matrix = (orthogonal * values) @ orthogonal.T
    return (matrix + matrix.T) / 2


@pytest.mark.parametrize("n", [1, 2, 5, 60])
def test_largest_eigenvalue_of_the_inverse(n):
    """An isolated smallest eigenvalue is found with its residual, for any size, and in one step for the identity."""
    matrix = spread_matrix(np.r_[0.5, np.linspace(1, 3, n - 1)])
    factor = scipy.linalg.lapack.dpotrf(matrix.T, lower=1, clean=0)[0]
    _, value, residual = largest_of_inverse(factor, np.ones(n))
    assert abs(value - 1 / np.linalg.eigvalsh(matrix)[0]) <= residual + 1e-12
    assert residual <= 0.02 * value
    _, value, residual = largest_of_inverse(np.asfortranarray(np.eye(n)), np.ones(n))
    assert value == pytest.approx(1)
    assert residual < 1e-12


@pytest.mark.parametrize("kind", ["isolated", "clustered", "equal", "singular", "tiny", "indefinite", "huge"])
def test_shifted_factorisations_enclose_the_eigenvalue(kind, monkeypatch):
    """The iterated enclosure meets the dense one and is as narrow, whatever the lower end of the spectrum."""
    n = 250
    bulk = np.linspace(1, 5, n)
    values = {
        "isolated": np.r_[1e-3, bulk[1:]],
        "clustered": np.r_[1.0 + 1e-9 * np.arange(20), bulk[20:]],
        "equal": np.ones(n),
        "singular": np.r_[0.0, 0.0, bulk[2:]],
        "tiny": 1e-200 * bulk,
        "indefinite": np.r_[-1.0, bulk[1:]],
        "huge": 1e190 * bulk,
    }[kind]
    matrix = spread_matrix(values)
    iterated = smallest_eigenvalue(matrix)
    monkeypatch.setattr(spectra, "LEAST_ITERATED", n + 1)
    dense = smallest_eigenvalue(matrix)
    assert iterated.overlaps(dense)
    assert iterated.rad() <= 2 * dense.rad()
    assert iterated.overlaps(spectra.flint.arb(values.min(), 1e-12 * np.abs(values).max()))


@pytest.mark.parametrize("least", [0.5, 1e-4, 1e-9])
def test_what_the_iteration_certifies_is_not_above_the_eigenvalue(least):
    """Against 60 digits, on matrices whose rounding errors go either way; and not far below."""
    for seed in range(12):
        matrix = spread_matrix(np.r_[least, np.linspace(1, 3, 6)], seed)
        certified, _ = spectra._by_inverse_iteration(matrix)
        with mpmath.workdps(60):
            values = mpmath.eigsy(mpmath.matrix(matrix.tolist()), eigvals_only=True)
            truth = spectra.flint.arb(mpmath.nstr(min(values), 50))
        assert truth - 1e-13 < certified <= truth, seed


def test_the_iteration_is_used_and_stops_early(monkeypatch):
    """A positive definite matrix needs no eigendecomposition and at most five factorisations."""
    count = []
    honest = spectra._factor
    monkeypatch.setattr(spectra, "_factor", lambda *a: count.append(1) or honest(*a))
    monkeypatch.setattr(spectra.scipy.linalg, "eigh", None)
    smallest_eigenvalue(spread_matrix(np.linspace(0.01, 5, 300)))
    assert len(count) <= 5


def test_a_shift_that_overshoots_is_taken_back(monkeypatch):
    """When the residual is reported too small, failing factorisations halve the step and the bound stays true."""
    honest = spectra.largest_of_inverse

    def hopeful(factor, start):
        vector, value, _ = honest(factor, start)
        return vector, 0.9 * value, 0.0

    monkeypatch.setattr(spectra, "largest_of_inverse", hopeful)
    matrix = spread_matrix(np.linspace(0.3, 5, 250))
    enclosure = smallest_eigenvalue(matrix)
    assert enclosure.overlaps(spectra.flint.arb(0.3, 1e-12))
    assert enclosure.rad() < 1e-10
