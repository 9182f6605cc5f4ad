"""Lemmas C.1 to C.3 and their sharper forms on random and adversarial weights, and what is composed of them."""

import math

import numpy as np
import pytest
import sympy

from boundkit.arithmetic import FLOAT, evaluate, holds
from boundkit.papers import statement
from boundkit.statement import VOCABULARY, expand

V = {name: word.symbol for name, word in VOCABULARY.items()}


def at(**values):
    """Values by the names of the vocabulary."""
    return {V[name.rstrip("_")]: value for name, value in values.items()}


def number(expression, values):
    """A formula in float64."""
    return float(evaluate(expand(expression), values, FLOAT))


def true(id, values):
    """Whether the first claim of a lemma holds."""
    return holds(statement(f"os19.{id}").claims[0].relation, values, FLOAT)


def jacobian_difference(X, v, slopes, others):
    """Spectral norm of J(W) - J(W_0) through the Gram matrix of C.1."""
    change = slopes - others
    gram = (change * v**2) @ change.T * (X @ X.T)
    return math.sqrt(max(np.linalg.eigvalsh(gram)[-1], 0))


def unit_rows(rng, n, d):
    """Random samples on the sphere."""
    X = rng.standard_normal((n, d))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def flipping_step(W, x, count):
    """A smallest change that flips the `count` units with the smallest pre-activations on x."""
    h = W @ x
    chosen = np.argsort(np.abs(h))[:count]
    step = np.zeros_like(W)
    step[chosen] = -(1 + 1e-9) * (h[chosen] + np.copysign(1e-12, h[chosen]))[:, None] * x
    return step


@pytest.mark.attacks("os19.lemC_1", "os19.lem6_8", "os19.lem6_8.sharpened")
@pytest.mark.parametrize("seed", range(40))
def test_drift_through_derivatives(seed):
    """C.1 for ReLU flips and the spectral Lipschitz bound D18 for tanh; the latter is below Lemma 6.8."""
    rng = np.random.default_rng(seed)
    n, d, k = rng.integers(2, 8), rng.integers(2, 8), rng.integers(2, 40)
    X, v = unit_rows(rng, n, d), rng.standard_normal(k)
    W, change = rng.standard_normal((2, k, d))
    change *= 10.0 ** rng.uniform(-3, 0)
    before, after = X @ W.T, X @ (W + change).T
    values = at(norm_v_inf=np.abs(v).max(), norm_X=np.linalg.norm(X, 2), sup_d2phi=4 / (3 * math.sqrt(3)))
    values |= at(spectral_change=np.linalg.norm(change, 2), weight_change=np.linalg.norm(change))
    relu = [(h >= 0).astype(float) for h in (before, after)]
    tanh = [1 / np.cosh(h) ** 2 for h in (before, after)]
    for slopes, lemmas in ((relu, ["lemC_1"]), (tanh, ["lemC_1", "lem6_8.sharpened", "lem6_8"])):
        values[V["derivative_drift"]] = np.linalg.norm(slopes[1] - slopes[0], axis=1).max()
        values[V["jacobian_drift"]] = jacobian_difference(X, v, slopes[1], slopes[0]) * (1 - 1e-12)
        assert all(true(lemma, values) for lemma in lemmas)
    bounds = [number(statement(f"os19.{id}").claims[0].bound, values) for id in ("lem6_8.sharpened", "lem6_8")]
    assert bounds[0] <= bounds[1] * (1 + 1e-12)


@pytest.mark.attacks("os19.lemC_2", "os19.lemC_2.sharpened", "os19.lemC_2.refined")
@pytest.mark.parametrize("seed", range(30))
def test_counts_of_adversarial_flips(seed):
    """C.2, its sharpened form and D19 against the cheapest way to flip any number of units on one sample."""
    rng = np.random.default_rng(seed)
    n, d, k = 3, 4, int(rng.integers(6, 30))
    X, W = unit_rows(rng, n, d), rng.standard_normal((k, d))
    H = np.sort(np.abs(X @ W.T), axis=1)
    reached = 0
    for count in range(1, k + 1):
        step = flipping_step(W, X[0], count)
        flipped = ((X @ (W + step).T >= 0) != (X @ W.T >= 0)).sum(1).max()
        values = at(derivative_drift=math.sqrt(flipped), spectral_change=np.linalg.norm(step, 2))
        for m in range(1, k + 1):
            own = {**values, **at(flip_level=m, small_preactivation=H[:, m - 1].min())}
            for form in ("lemC_2", "lemC_2.sharpened"):
                if holds(statement(f"os19.{form}").hypothesis("ball").relation, own, FLOAT):
                    assert true(form, own)
                    reached += 1
        squares = np.cumsum(H**2, axis=1)
        budget = (squares <= values[V["spectral_change"]] ** 2).sum(1).max()
        own = {**values, **at(flips=int(budget), radius=values[V["spectral_change"]])}
        assert true("lemC_2.refined", own)
    assert reached > 0


def test_sharpened_ball_is_larger_and_counts_less():
    """C19: a larger ball and at most 2m - 1 flips, for every m."""
    for m in (1, 2, 7):
        values = at(flip_level=m, small_preactivation=0.3)
        pairs = [statement(f"os19.lemC_2{suffix}") for suffix in ("", ".sharpened")]
        reach = [number(item.hypothesis("ball").relation.rhs, values) for item in pairs]
        count = [number(item.claims[0].bound ** 2, values) for item in pairs]
        assert reach[1] == pytest.approx(reach[0] * math.sqrt((m + 1) / m))
        assert count[1] == pytest.approx(count[0] - 1)


@pytest.mark.attacks("os19.lemC_3", "os19.lemC_3.sharpened")
def test_frequency_of_small_preactivations():
    """C.3 at k = 200, m = 10: violations are rarer than stated, for the printed and for the improved level."""
    rng = np.random.default_rng(0)
    smallest = np.sort(np.abs(rng.standard_normal((4000, 200))), axis=1)[:, 9]
    values = at(k=200, flip_level=10, n=1)
    found = []
    for form in ("lemC_3", "lemC_3.sharpened"):
        lemma = statement(f"os19.{form}")
        frequency = float((smallest < number(lemma.claims[0].bound, values)).mean())
        assert frequency <= number(lemma.failure, values)
        found.append((frequency, number(lemma.failure, values)))
    assert found[0][0] == pytest.approx(0.007, abs=0.005)
    assert found[1][0] == pytest.approx(0.028, abs=0.012)
    assert found[0][1] == pytest.approx(math.exp(-10 / 6), rel=1e-12)
    assert found[1][1] == pytest.approx((math.e / 4) ** 5, rel=1e-12)


def test_lemma_6_9_is_composed_of_the_three():
    """With m = m_0^2, C.2's ball at C.3's level is m_0^3 / (2k); with 2m = (200/72) m_0^2, C.1 gives the drift."""
    repaired = statement("os19.lem6_9.repaired")
    m_0 = V["norm_v"] / (sympy.sqrt(200) * V["norm_v_inf"]) * sympy.sqrt(V["lambda"]) / V["norm_X"]
    level = statement("os19.lemC_3").claims[0].bound
    ball = statement("os19.lemC_2").hypothesis("ball").relation.rhs.subs(V["small_preactivation"], level)
    assert sympy.simplify(ball.subs(V["flip_level"], m_0**2) - repaired.instance[V["radius"]]) == 0
    count = sympy.sqrt(sympy.Rational(200, 72)) * m_0
    drift = statement("os19.lemC_1").claims[0].bound.subs(V["derivative_drift"], count)
    assert sympy.simplify(drift - repaired.claims[0].bound) == 0
    failure = statement("os19.lemC_3").failure.subs(V["flip_level"], m_0**2)
    assert sympy.simplify(failure - repaired.failure) == 0


def test_refined_theorem_uses_the_sharpened_level():
    """The ball of Theorem 6.3 (refined) is that of C.2 at the level of the sharpened C.3."""
    width = statement("os19.thm6_3.refined").hypothesis("width").relation.lhs
    count = next(iter(width.atoms(sympy.floor)))
    level = statement("os19.lemC_3.sharpened").claims[0].bound.subs(V["flip_level"], count)
    assert sympy.simplify(width - sympy.sqrt(count) * level) == 0


def test_ball_of_lemma_6_9():
    """The lemma says how far the weights may move: m_0^3 / (2k) in the spectral norm, which the chain needs too."""
    values = at(k=20_000, norm_v=3, norm_v_inf=0.1, lambda_=0.5, norm_X=2)
    scale = 3 / (math.sqrt(200) * 0.1) * math.sqrt(0.5) / 2
    for form in ("lem6_9", "lem6_9.repaired"):
        ball = statement(f"os19.{form}").hypothesis("ball").relation
        assert ball.lhs == V["spectral_change"]
        assert number(ball.rhs, values) == pytest.approx(scale**3 / (2 * 20_000))


@pytest.mark.parametrize(
    ("id", "reach"),
    [
        ("thm6_10", 4 * 3 / 0.2),
        ("thm6_10.sharpened", 2 * 3 / 0.2),
        ("cor6_11", 4 * 3 / 0.2),
        ("cor6_11.sharpened", 2 * 3 / 0.2),
        ("thm6_13", 3 * 3 / 0.2),
        ("thm6_13.sharpened", 2 * 3 / 0.2),
        ("d.gd_nonsmooth", 3 / ((math.cos(math.asin(0.1)) - 0.1 - 0.5 * 1.1 / 2) * 0.4)),
        ("d.cert_relu", 3 / ((math.cos(math.asin(0.1)) - 0.1 - 0.5 * 1.1 / 2) * 0.4)),
    ],
)
def test_theorems_on_a_ball_say_how_large_it_is(id, reach):
    """Conditions on the Jacobian around the initialisation come with the radius up to which they must hold."""
    values = at(misfit_0=3, alpha=0.2, sigma_min_J0=0.4, drift=0.1, step_ratio=0.5)
    relation = statement(f"os19.{id}").hypothesis("radius").relation
    assert relation.lhs == V["radius"]
    assert number(relation.rhs, values) == pytest.approx(reach)


@pytest.mark.parametrize("id", ["os19.d.cert_smooth", "os19.d.cert_relu"])
def test_certificates_say_what_their_letters_are(id):
    """Nothing that a certificate promises is in terms of a bound that it does not give."""
    item = statement(id)
    shown = {s for claim in item.claims for s in claim.relation.free_symbols}
    shown |= {s for h in item.hypotheses for s in h.relation.free_symbols}
    letters = {V[name] for name in ("alpha", "beta", "lipschitz", "radius")}
    given = {h.relation.lhs for h in item.hypotheses if isinstance(h.relation, sympy.Eq)}
    assert shown & letters == given & letters
    assert len(given & letters) >= 2
