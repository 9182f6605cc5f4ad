"""Independent Gaussian columns, long or short, and quadratic forms of Gaussian vectors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.optimize import brentq
from scipy.stats import beta, chi2, norm
from sympy import Symbol

from boundkit.statement.words import landscape_lemmas as lemma
from boundkit.train.landscape.surface import Array

LENGTH = 200  # of a column, in numbers of columns: the lemmas ask for columns longer than their logarithms
MOST_COLUMNS = 100
TRUNCATION = 0.2
DRAWS = 20_000
DOUBT = 1e-9  # with which a frequency may be above the probability that it bounds
LONG = {lemma.column_min, lemma.off_diagonal, lemma.sample_deviation, lemma.concentration_constant}


def spectrum_of(matrix: Array, exactly: bool) -> Array:
    """Singular values, largest first; exactly: as roots of eigenvalues of the symmetric dilation."""
    if not exactly:
        return np.asarray(np.linalg.svd(matrix, compute_uv=False))
    rows, columns = matrix.shape
    dilation = np.block([[np.zeros((rows, rows)), matrix], [matrix.T, np.zeros((columns, columns))]])
    return np.asarray(np.linalg.eigvalsh(dilation)[::-1][: min(rows, columns)])


def least_probability(count: int, draws: int) -> float:
    """A lower confidence bound of the probability of what happened `count` times. Clopper and Pearson.

    >>> least_probability(0, 100), 0.2 < least_probability(50, 100) < 0.5
    (0.0, True)
    """
    return float(beta.ppf(DOUBT, count, draws - count + 1)) if count else 0.0


def long_columns(rng: np.random.Generator, n: int, d: int, exactly: bool) -> dict[Symbol, float]:
    """n Gaussian columns so long that they are nearly orthogonal, and n columns of length d against their mean."""
    size = LENGTH * n
    spread = max(1.0, float(np.sqrt(chi2.isf(np.exp(-np.sqrt(d)) / n, d) / np.sqrt(n * d))))
    Y = rng.standard_normal((d, n))
    values = {
        lemma.psi1_norm: brentq(lambda c: np.exp(1 / (2 * c * c)) * norm.cdf(1 / c) - 1, 1.0, 3.0),
        lemma.spread: spread,
        lemma.spread_norms: 2.0,
        lemma.truncation: TRUNCATION,
        lemma.deviation: spread * float(n * d) ** 0.25,
        lemma.sample_deviation: float(spectrum_of(Y @ Y.T - n * np.eye(d), exactly)[0]),
        lemma.column_excess: float(n * (chi2.sf(1.6 * size, size) + chi2.cdf(0.4 * size, size))),
    }
    if n > MOST_COLUMNS:
        return values
    U = rng.standard_normal((size, n))
    gram = U.T @ U
    lengths, spectrum = np.sqrt(np.diag(gram)), np.sqrt(spectrum_of(gram, exactly))
    return {
        **values,
        lemma.column_min: float(lengths.min()),
        lemma.column_max: float(lengths.max()),
        lemma.off_diagonal: float(spectrum_of(gram - np.diag(np.diag(gram)), exactly)[0]),
        lemma.sigma_min_columns: float(spectrum[-1]),
        lemma.norm_columns: float(spectrum[0]),
    }


def quadratic_form(rng: np.random.Generator, d: int, values: Mapping[Symbol, float]) -> dict[Symbol, float]:
    """u^T A u for Gaussian u: how often it is far from its mean, at least."""
    A = rng.standard_normal((d, d))
    u = rng.standard_normal((DRAWS, d))
    away = np.abs(((u @ A) * u).sum(axis=1) - np.trace(A)) >= values[lemma.deviation]
    return {
        lemma.concentration_constant: 1.0,
        lemma.frobenius_factor: float(np.linalg.norm(A)),
        lemma.spectral_factor: float(np.linalg.norm(A, 2)),
        lemma.tail: least_probability(int(away.sum()), DRAWS),
    }
