"""Matrices with independent columns, fixed forms and heavy tails: what the lemmas on random matrices speak of."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import delta, norm_v_inf, norm_X, sigma_min_KR
from boundkit.statement.words import landscape as net, landscape_data as data, landscape_lemmas as lemma
from boundkit.statement.words.landscape_points import expected_optimal_loss
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.landscape import expected_least_loss, symmetric_features
from boundkit.train.landscape.surface import Array
from boundkit.verify.observe.conditions import wanted
from boundkit.verify.observe.landscape.columns_long import LONG, long_columns, quadratic_form, spectrum_of
from boundkit.verify.observe.landscape.facts import ROUNDING
from boundkit.verify.observe.landscape.scene import is_fresh, natural_width
from boundkit.verify.observe.plan import Experiment, Observations, Plan, column, floats, joined

SINGULAR = 1e-12  # relative: singular values below it are zero
CHOSEN: Mapping[Symbol, float] = {delta: 0.5, data.label_deviation: 1.0, lemma.psi1_ratio: 9.0}
SHAPES, PROJECTION = 3, 1
WEIGHTED = {net.norm_DW}
PRODUCTS = {lemma.norm_product_KR, lemma.sigma_min_product_KR, lemma.identity_error}
TAILS = {lemma.psi1_norm, lemma.psi1_moment}
SQUARES = {data.norm_KR, data.rank_KR, sigma_min_KR, expected_optimal_loss}


def _draw(binding: Binding, plan: Plan, trial: int, exactly: bool) -> Observations:
    rng = nested_stream(plan.seed, Role.PERTURBATION, trial, 3)
    fresh, asked, shape = is_fresh(binding), wanted(binding), trial % SHAPES
    known = {symbol: float(value) for symbol, value in floats(binding).items()}
    values = {symbol: known.get(symbol, value) for symbol, value in CHOSEN.items()}
    X = rng.standard_normal(plan.data.X.shape) if fresh else plan.data.X
    if asked & WEIGHTED:
        values |= _weighted(rng, plan, shape, exactly)
    if asked & PRODUCTS:
        values |= _products(rng, plan, shape, exactly)
    if lemma.trace_form in asked:
        values |= _form(rng, X, PROJECTION if lemma.form_rank in asked else shape, exactly)
    if asked & TAILS:
        values |= _tails(rng, known, values, shape)
    if asked & SQUARES:
        values |= _squares(X, values[data.label_deviation], exactly)
    if asked & LONG:
        values |= long_columns(rng, len(X), X.shape[1], exactly)
        values |= quadratic_form(rng, X.shape[1], {**values, **known})
    values = {symbol: value for symbol, value in values.items() if fresh or symbol not in known}
    return Observations((trial,), {symbol: column(np.array([value])) for symbol, value in values.items()})


def _weighted(rng: np.random.Generator, plan: Plan, shape: int, exactly: bool) -> dict[Symbol, float]:
    """A [k, d] and v: one weight that A does not see, weights over several decades, orthonormal columns."""
    k, d = plan.width, plan.data.d
    v = np.exp(rng.standard_normal(k))
    A = rng.standard_normal((k, d))
    if shape == 0:
        A, v = np.eye(k, d), np.append(np.full(k - 1, 0.1), 1.0)
    elif shape == 2 and k >= d:
        A = np.linalg.qr(A)[0]
    spectrum = spectrum_of(A, exactly)
    return {
        net.norm_DW: float(spectrum_of(v[:, None] * A, exactly)[0]),
        net.sigma_min_W: float(spectrum[min(k, d) - 1]),
        net.norm_W: float(spectrum[0]),
        norm_v_inf: float(v.max()),
        net.v_min: float(v.min()),
        net.v_order_statistic: float(np.sort(v)[::-1][max(k - d, 0)]),
    }


def _khatri_rao(A: Array, C: Array) -> Array:
    """The products a_i (x) c_i as columns."""
    return np.einsum("in,jn->ijn", A, C).reshape(-1, A.shape[1])


def _products(rng: np.random.Generator, plan: Plan, shape: int, exactly: bool) -> dict[Symbol, float]:
    """Two matrices with n columns: random, nearly parallel, of very different lengths; and identities in integers."""
    n, d = min(plan.data.n, 60), plan.data.d
    A, C = rng.standard_normal((n + 1, n)), rng.standard_normal((d, n))
    if shape == 1:
        A = A[:, :1] + 1e-2 * A
    elif shape == 2:
        C = C * np.exp(3 * rng.standard_normal(n))
    product, factor = spectrum_of(_khatri_rao(A, C), exactly), spectrum_of(C, exactly)
    short = _khatri_rao(A, C).shape[0] < n
    return {
        lemma.norm_product_KR: float(product[0]),
        lemma.sigma_min_product_KR: 0.0 if short else float(product[n - 1]),
        lemma.largest_column: float(np.linalg.norm(A, axis=0).max()),
        lemma.smallest_column: float(np.linalg.norm(C, axis=0).min()),
        lemma.norm_factor: float(factor[0]),
        lemma.sigma_min_columns: float(spectrum_of(A, exactly)[n - 1]),
        lemma.identity_error: _identities(rng, d),
    }


def _identities(rng: np.random.Generator, d: int) -> float:
    """The largest error of the three identities for Kronecker and Khatri-Rao products, exact in small integers."""
    A, C = rng.integers(-9, 10, (2, d + 1, d))
    u, z, a = rng.integers(-9, 10, d + 2), rng.integers(-9, 10, d), rng.integers(-9, 10, d + 1)
    mixed = np.kron(u, A @ z) - np.kron(np.eye(len(u), dtype=int), A) @ np.kron(u, z)
    form = np.kron(z, a) @ A.flatten(order="F") - a @ A @ z
    product = _khatri_rao(A, C)
    gram = product.T @ product - (A.T @ A) * (C.T @ C)
    return float(max(np.abs(mixed).max(), abs(int(form)), np.abs(gram).max()))


def _form(rng: np.random.Generator, X: Array, shape: int, exactly: bool) -> dict[Symbol, float]:
    """The covariance weighted by a PSD form (the identity, a projection, a random one) against its mean."""
    n, d = X.shape
    root = (np.eye(d), np.eye(d, 1), rng.standard_normal((d, d)))[shape]
    A = root @ root.T
    weights = ((X @ A) * X).sum(axis=1)
    off = (X * weights[:, None]).T @ X / n - (2 * A + np.trace(A) * np.eye(d))
    spectrum = np.abs(spectrum_of(off, exactly))
    return {
        lemma.trace_form: float(np.trace(A)),
        lemma.form_rank: float(np.linalg.matrix_rank(A)),
        lemma.form_deviation: float(spectrum.max()),
        lemma.form_deviation_nuclear: float(spectrum.sum()),
    }


def _squares(X: Array, labels: float, exactly: bool) -> dict[Symbol, float]:
    """The Khatri-Rao square of the data."""
    features = symmetric_features(X)
    spectrum = spectrum_of(features, exactly)
    kept = spectrum[spectrum > SINGULAR * spectrum[0]]
    return {
        data.norm_KR: float(spectrum[0]),
        sigma_min_KR: float(spectrum[len(X) - 1]) if len(kept) == len(X) else 0.0,
        data.rank_KR: float(len(kept)),
        norm_X: float(spectrum_of(X, exactly)[0]),
        data.largest_sample_norm: float(np.linalg.norm(X, axis=1).max()),
        expected_optimal_loss: expected_least_loss(X, labels),
    }


def _tails(
    rng: np.random.Generator, known: Mapping[Symbol, float], values: Mapping[Symbol, float], shape: int
) -> dict[Any, float]:
    """The heaviest variable with a mixed tail, its sub-exponential norm and its moment at `psi1_ratio`."""
    names = (lemma.tail_variance, lemma.tail_scale, lemma.tail_rate)
    worst = dict(zip(names, (2.0, 1.0, 1.0), strict=True))  # both scales equal
    parameters = {name: known.get(name, worst[name] if shape == 0 else float(rng.lognormal())) for name in names}
    variance, scale, rate = parameters.values()
    unit = max(np.sqrt(variance / (2 * rate)), scale / rate)

    def tail(t: float) -> float:
        return float(min(1.0, 2 * np.exp(-rate * min(t * t / variance, t / scale))))

    def moment(ratio: float, survival: Any, size: float) -> float:
        knots = (0.0, 0.3, 1.0, np.sqrt(2 * np.log(2)), 2.0, 6.0, 20.0, 120.0)
        ends = [size * knot for knot in knots]
        parts = [
            quad(lambda t: np.exp(t / (ratio * size)) * survival(t), a, b, limit=200)[0] for a, b in pairwise(ends)
        ]
        return 1 + sum(parts) / (ratio * size)

    def heaviest(s: float) -> float:
        return float(min(1.0, 2 * np.exp(-min(s * s / 2, s))))

    norm = brentq(lambda ratio: moment(ratio, tail, unit) - 2, 2.0, 9.5) * unit
    moment_at = moment(values[lemma.psi1_ratio], heaviest, 1.0)
    return {**parameters, lemma.psi1_norm: float(norm), lemma.psi1_moment: float(moment_at) * (1 - ROUNDING)}


def _sample(binding: Binding, plan: Plan) -> Observations:
    return joined([_draw(binding, plan, trial, exactly=False) for trial in plan.trials])


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same matrices; singular values as eigenvalues of the symmetric dilation."""
    return _draw(binding, plan, trial, exactly=True)


def _bytes(binding: Binding, plan: Plan) -> int:
    """The weights, where they are asked for, with what their singular values take."""
    return 8 * 6 * plan.width * plan.data.d if wanted(binding) & WEIGHTED else 0


COLUMNS = Experiment(_sample, replay=_replay, bytes_needed=_bytes, width=natural_width)
