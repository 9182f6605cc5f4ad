"""The deterministic lemmas of ofls19 attacked with random matrices, sequences and small smooth maps."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy

from boundkit.arithmetic import FLOAT, evaluate
from boundkit.papers.ofls19 import STATEMENTS
from boundkit.statement import VOCABULARY, expand

BY_ID = {item.id.removeprefix("ofls19."): item for item in STATEMENTS}
ROUND = 1 + 1e-9


def number(expression, **values):
    """An expression in float64, with definitions expanded."""
    known = {VOCABULARY[name].symbol: np.float64(value) for name, value in values.items()}
    return float(evaluate(expand(sympy.sympify(expression)), known, FLOAT))


def bound(name, label, **values):
    """The bound of a claim."""
    return number(BY_ID[name].claim(label).bound, **values)


def norm(matrix):
    """Spectral norm."""
    return np.linalg.norm(matrix, 2)


def spaces(reference, residual, cutoff, gamma):
    """What Definitions 2.1 and 6.1 measure of a residual, by the names of the vocabulary."""
    left, values, _ = np.linalg.svd(reference, full_matrices=True)
    values = np.pad(values, (0, len(residual) - len(values)))
    parts, kept = left.T @ residual, values >= cutoff
    inverse = np.linalg.norm(parts[kept] / values[kept])
    feeding = np.linalg.norm(parts[~kept] * values[~kept])
    weights = np.where(kept, cutoff / np.maximum(values, cutoff), gamma * values / cutoff)
    return {
        "information_r0": np.linalg.norm(parts[kept]),
        "nuisance_r0": np.linalg.norm(parts[~kept]),
        "inverse_r0": inverse,
        "nuisance_gradient": feeding,
        "stopping_value": np.linalg.norm(weights * parts),
        "misfit_0": np.linalg.norm(residual),
        "reference_norm": values[0],
        "cutoff": cutoff,
        "learning_duration": gamma,
    }


@pytest.fixture
def rng():
    """One stream a test."""
    return np.random.default_rng(7)


def random_spectrum(rng, rows=6, columns=9):
    """A matrix with singular values over three decades, and a residual."""
    left, right = (np.linalg.qr(rng.standard_normal((m, m)))[0] for m in (rows, columns))
    values = np.sort(10 ** rng.uniform(-3, 0, rows))[::-1]
    return (left * values) @ right[:rows], rng.standard_normal(rows), values


@pytest.mark.attacks("ofls19.def2_1", "ofls19.def6_1", "ofls19.lem6_2")
def test_early_stopping_value(rng):
    """Definitions 2.1 and 6.1 and Lemma 6.2 on random spectra; scale invariance and the two-term bound."""
    for _ in range(200):
        matrix, residual, values = random_spectrum(rng)
        cutoff, gamma = rng.choice(values) * rng.uniform(0.9, 1), 1 + rng.exponential()
        measured = spaces(matrix, residual, min(cutoff, values[0]), gamma)
        assert measured["stopping_value"] == pytest.approx(bound("def6_1", "value", **measured))
        stopping = measured["stopping_value"]
        assert stopping <= bound("lem6_2", "parts", **measured) * ROUND
        assert stopping <= bound("lem6_2", "whole", **measured) * ROUND
        assert stopping >= bound("lem6_2", "below", **measured) / ROUND
        assert stopping / measured["cutoff"] <= bound("def6_1", "distance", **measured) * ROUND
        assert measured["inverse_r0"] <= bound("def2_1", "inverse", **measured) * ROUND
        assert measured["inverse_r0"] >= bound("def2_1", "inverse_below", **measured) / ROUND
        split = BY_ID["def2_1"].claim("orthogonal_split").relation
        assert number(split.lhs, **measured) == pytest.approx(number(split.rhs, **measured))
        scaled = spaces(3 * matrix, residual, 3 * measured["cutoff"], gamma)
        assert scaled["stopping_value"] == pytest.approx(stopping)


@pytest.mark.attacks("ofls19.lem6_3", "ofls19.lem6_3.sharpened")
def test_asymmetric_contraction(rng):
    """Lemma 6.3 and its root: never exceeded, and the printed bound is loose by a factor two in its excess."""
    worst = 0.0
    for _ in range(4000):
        rows = int(rng.integers(1, 4))
        a = rng.standard_normal((rows, 3)) * 10 ** rng.uniform(-1, 0)
        b = a + rng.standard_normal((rows, 3)) * 10 ** rng.uniform(-2, 0)
        beta, eps = max(norm(a), norm(b)), norm(a - b)
        values = {"step_size": 1 / beta**2, "drift_bound": eps}
        gain = norm(np.eye(rows) - a @ b.T / beta**2)
        sharp = bound("lem6_3.sharpened", "gain", **values)
        assert gain <= sharp * ROUND <= bound("lem6_3", "gain", **values) * ROUND**2
        worst = max(worst, (gain**2 - 1) / (sharp**2 - 1))
    assert worst > 0.5


@pytest.mark.attacks("ofls19.lem6_4", "ofls19.lem6_4.sharpened")
def test_square_roots(rng):
    """Lemma 6.4 without its factor two, by the construction of its proof; attained when one matrix is zero."""
    worst = 0.0
    for _ in range(500):
        size = int(rng.integers(1, 5))
        x = rng.standard_normal((size, size + 2)) * rng.choice([0, 1], p=[0.1, 0.9])
        root = rng.standard_normal((size, size)) * 10 ** rng.uniform(-2, 0)
        a, b = x @ x.T, root @ root.T
        left, _, right = np.linalg.svd(x, full_matrices=False)
        mu, vectors = np.linalg.eigh(b)
        y = (vectors * np.sqrt(np.maximum(mu, 0))) @ vectors.T @ left @ right
        assert y @ y.T == pytest.approx(b, abs=1e-8)
        limit = bound("lem6_4.sharpened", "roots", matrix_distance=norm(a - b))
        assert norm(y - x) <= limit * (1 + 1e-6)
        worst = max(worst, norm(y - x) / limit)
        assert limit == pytest.approx(bound("lem6_4", "roots", matrix_distance=norm(a - b)) / 2)
    assert worst > 0.99


@pytest.mark.attacks("ofls19.lem6_5", "ofls19.cor6_6")
def test_linearised_dynamics(rng):
    """Lemma 6.5 and Corollary 6.6 against iterating the linear problem."""
    for _ in range(40):
        matrix, residual, values = random_spectrum(rng)
        cutoff, gamma = values[rng.integers(0, 4)], 1 + rng.exponential()
        step = 1 / values[0] ** 2
        last = math.floor(gamma / (step * cutoff**2))
        measured = spaces(matrix, residual, cutoff, gamma) | {"step_size": step}
        theta, current = np.zeros(matrix.shape[1]), residual.copy()
        for tau in range(min(last, 300) + 1):
            measured["tau"] = tau
            assert np.linalg.norm(current) <= bound("cor6_6", "linearised_residual", **measured) * ROUND
            assert np.linalg.norm(theta) <= bound("lem6_5", "distance", **measured) * ROUND
            assert np.linalg.norm(theta) <= bound("cor6_6", "linearised_distance", **measured) * ROUND
            theta = theta - step * matrix.T @ current
            current = matrix @ theta + residual


@pytest.mark.attacks("ofls19.lem6_8.repaired")
def test_perturbation_growth(rng):
    """Lemma 6.8 with its repaired condition, at equality in the recursion and the driver."""
    worst = 0.0
    for _ in range(300):
        gamma, cutoff = 1 + rng.exponential(), math.exp(rng.normal())
        eps = cutoff / math.sqrt(2 * gamma) * rng.uniform(0, 1)
        step = rng.uniform(0.05, 1) / cutoff**2
        plus, minus, theta = rng.exponential(size=3)
        values = {"learning_duration": gamma, "cutoff": cutoff, "decaying_part": plus, "constant_part": minus}
        limit = bound("lem6_8.repaired", "growth", **values, perturbation_rate=theta)
        e = 0.0
        for tau in range(math.floor(gamma / (step * cutoff**2))):
            e = (1 + step * eps**2) * e + step * theta * ((1 - step * cutoff**2) ** tau * plus + minus)
            worst = max(worst, e / limit)
    assert 0.5 < worst <= 1


@pytest.mark.attacks("ofls19.thm5_3", "ofls19.thm5_3.sharpened")
def test_meta_theorem_on_a_smooth_map(rng):
    """Theorem 5.3 and its sharpened form at every step, on A theta + kappa sin(C theta) with all hypotheses met."""
    for _ in range(4):
        rows, size, gamma, tolerance, cutoff = 10, 30, 2.0, 0.5, 1.0
        left, right = (np.linalg.qr(rng.standard_normal((m, m)))[0] for m in (rows, size))
        a = (left * np.r_[[2.0] * 4, np.geomspace(0.5, 0.05, 6)]) @ right[:rows]
        c = rng.standard_normal((rows, size))
        c /= np.linalg.norm(c, axis=1, keepdims=True)
        labels = rng.standard_normal(rows)
        kappa = 0.1
        while True:
            start = a + kappa * c
            beta = norm(a) + kappa * norm(c)
            measured = spaces(start, -labels, cutoff, gamma) | {
                "beta": beta,
                "linearisation_tolerance": tolerance,
                "step_size": 1 / beta**2,
            }
            reach = number(BY_ID["thm5_3"].hypothesis("radius").relation.rhs, **measured)
            allowed = number(BY_ID["thm5_3"].hypothesis("drift_allowed").relation.rhs, **measured)
            if 2 * kappa * norm(c) * min(2, reach) <= allowed:
                break
            kappa *= 0.9
        measured["radius"] = reach
        theta = linear = np.zeros(size)
        step = measured["step_size"]
        last = math.floor(gamma / (step * cutoff**2))
        for tau in range(last + 1):
            residual = a @ theta + kappa * np.sin(c @ theta) - labels
            linearised = start @ linear - labels
            measured["tau"] = tau
            for name in ("thm5_3", "thm5_3.sharpened"):
                assert np.linalg.norm(residual - linearised) <= bound(name, "residual_deviation", **measured)
                assert np.linalg.norm(theta - linear) <= bound(name, "iterate_deviation", **measured)
                assert np.linalg.norm(theta) <= bound(name, "distance", **measured)
            assert np.linalg.norm(residual) <= bound("thm5_3.sharpened", "residual", **measured)
            jacobian = a + kappa * np.cos(c @ theta)[:, None] * c
            theta, linear = theta - step * jacobian.T @ residual, linear - step * start.T @ linearised
        smaller = number(BY_ID["thm5_3.sharpened"].hypothesis("radius").relation.rhs, **measured)
        assert smaller <= reach * ROUND


@pytest.mark.attacks("ofls19.sec2_1.repaired")
def test_linear_model_split(rng):
    """The split with the factor 1/2 adds up and agrees with fresh noise; as printed the pieces do not add up (C5)."""
    samples, features, rank, sigma_x, sigma_y = 200, 300, 5, 0.2, 2.0
    left = np.linalg.qr(rng.standard_normal((samples, rank)))[0]
    signal = left @ np.linalg.qr(rng.standard_normal((features, rank)))[0].T
    labels, weights = signal @ rng.standard_normal(features), rng.standard_normal(features) / 8
    p = {"signal_rank": rank, "n": samples, "linear_input_noise": sigma_x, "linear_label_noise": sigma_y}
    p |= {"frobenius_W": np.linalg.norm(weights), "noiseless_misfit": np.linalg.norm(signal @ weights - labels)}
    labelled = ("information_loss", "nuisance_loss")
    for name, adds_up in (("sec2_1.repaired", True), ("sec2_1", False)):
        parts = sum(bound(name, label, **p) for label in labelled)
        assert (parts == pytest.approx(bound(name, "test_loss", **p))) is adds_up
    deviation = math.sqrt((sigma_x**2 * p["frobenius_W"] ** 2 + sigma_y**2) / samples)  # Zw - z has this law
    fresh = (signal @ weights - labels)[:, None] + deviation * rng.standard_normal((samples, 4000))
    inside = 0.5 * np.mean(np.sum((left.T @ fresh) ** 2, axis=0))
    outside = 0.5 * np.mean(np.sum(fresh**2, axis=0)) - inside
    assert inside == pytest.approx(bound("sec2_1.repaired", "information_loss", **p), rel=0.02)
    assert outside == pytest.approx(bound("sec2_1.repaired", "nuisance_loss", **p), rel=0.02)
    assert inside < 0.8 * bound("sec2_1", "information_loss", **p)


def test_the_linear_model_asks_for_no_step_size():
    """Section 2.1 prints iterations "with a step size": the split is of fixed weights, whatever step led to them."""
    for name in ("sec2_1", "sec2_1.repaired"):
        assert [item.label for item in BY_ID[name].hypotheses] == ["rank_below_n"]
        assert BY_ID[name].setting.step_size is None
