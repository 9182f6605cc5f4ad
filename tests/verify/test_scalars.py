"""Functions of one number on sampled points: against sampling, differences and random matrices; false bounds caught."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Ge, Le, Rational

from boundkit.papers import statement
from boundkit.statement.words.deep import (
    feature_chord,
    loss_growth,
    loss_limit,
    margin,
    margin_change,
    margin_loss,
    margin_slope,
    product_norm_limit,
    relu_correlation,
    slope_change,
)
from boundkit.verify import Verdict, verify
from boundkit.verify.observe.lemmas.losses import loss_columns
from boundkit.verify.observe.lemmas.scalars import _correlations, _edge
from boundkit.verify.request import Request, bound_at

LIFTED = "lifted:n=4,d=4,mu=0.3,phi=0.5"


@pytest.mark.parametrize("masks", [1, 3])
def test_the_limit_of_a_product_is_that_of_large_random_matrices(masks):
    """At width 600 the mean squared norm is a few per cent below the limit, on which search and moments agree."""
    rng, m, norms = np.random.default_rng(masks), 600, []
    for _ in range(6):
        product = rng.standard_normal((m, m)) * np.sqrt(2 / m)
        for _ in range(masks):
            product[: m // 2] = 0
            product = rng.standard_normal((m, m)) * np.sqrt(2 / m) @ product
        norms.append(np.linalg.norm(product, 2) ** 2)
    fast, slow = (_edge(masks, how)[product_norm_limit][0] for how in (False, True))
    assert fast == pytest.approx(slow, rel=1e-6)
    assert 0.9 < np.mean(norms) / fast < 1.02


def test_the_correlation_of_positive_parts_is_that_of_a_sample():
    """A million pairs of normals at a few angles."""
    found = _correlations(np.random.default_rng(0), slow=False)
    g, h = np.random.default_rng(1).standard_normal((2, 10**6))
    for at in (1, 5, 9):
        cosine = 1 - found[feature_chord][at] ** 2 / 2
        other = cosine * g + np.sqrt(1 - cosine**2) * h
        sampled = (np.maximum(g, 0) * np.maximum(other, 0)).mean()
        assert found[relu_correlation][at] == pytest.approx(sampled, abs=3e-3)


@pytest.mark.parametrize("name", ["logistic", "squared_hinge", "huberised_hinge", "hinge", "exponential"])
def test_the_engine_has_the_loss_of_the_formula(name):
    """Values by the formula of the statement, slopes by differences of values, away from kinks."""
    target = statement(f"zczg18.d.loss_{name}")
    request = Request(None, None, 10, (0,), 1, 0, "cpu", {}, {}, None, False, None)
    from boundkit.data import dataset

    binding = bound_at(target, replace(request, data=dataset(LIFTED)), 10)
    seen = loss_columns(binding, np.random.default_rng(0), 0, slow=False)
    z, exponent = seen[margin], next(iter(seen.values()))[0]
    values = {
        "logistic": lambda t: np.log1p(np.exp(-t)),
        "squared_hinge": lambda t: np.maximum(1 - t, 0) ** 2,
        "huberised_hinge": lambda t: np.where(
            t < 0, 1 - exponent - t, (1 - exponent) * np.clip(1 - t, 0, 1) ** (1 / (1 - exponent))
        ),
        "hinge": lambda t: np.maximum(1 - t, 0),
        "exponential": lambda t: np.exp(-t),
    }[name]
    np.testing.assert_allclose(seen[margin_loss], values(z), rtol=1e-9, atol=1e-12)
    smooth = (np.abs(z) > 1e-3) & (np.abs(z - 1) > 1e-3)
    slopes = (values(z - 1e-6) - values(z + 1e-6)) / 2e-6
    np.testing.assert_allclose(seen[margin_slope][smooth], slopes[smooth], rtol=1e-5, atol=1e-8)
    assert seen[loss_limit][0] == 0
    assert (seen[slope_change] >= 0).all()
    assert (seen[margin_change] > 0).all()


FALSE = {
    "zczg18.lemA_3.tracked": ("expansion", Le(relu_correlation, Rational(1, 2) - feature_chord**2 / 4, evaluate=False)),
    "zczg18.lemA_11": ("correlation", Ge(relu_correlation, Rational(51, 100) - feature_chord**2 / 4, evaluate=False)),
    "zczg18.d.loss_logistic": ("smooth_loss", Le(slope_change, margin_change * Rational(249, 1000), evaluate=False)),
    "zczg18.d.smooth_unbounded_floor": ("growth", Le(loss_growth**2, 1, evaluate=False)),
}


@pytest.mark.parametrize("id", FALSE)
def test_a_false_bound_is_violated_and_replayed(id):
    """Bounds slightly beyond the truth; the printed ones hold with every twin rejected."""
    honest = statement(id)
    label, relation = FALSE[id]
    false = replace(honest, claims=(replace(honest.claim(label), template=relation),))
    report = verify(false, data=LIFTED, trials=12)
    assert report.verdict is Verdict.VIOLATED
    assert "replayed" in report.claims[0].note
    honestly = verify(honest, data=LIFTED, trials=12)
    assert honestly.verdict is Verdict.CONSISTENT
    assert all(item.twin_rejected for item in honestly.claims)


def test_a_loss_that_no_engine_has_is_not_applicable():
    """An equation that describes another function is said, not observed as something else."""
    honest = statement("zczg18.d.loss_logistic")
    other = replace(honest.hypotheses[0], relation=honest.hypotheses[0].relation.subs(margin, 2 * margin))
    report = verify(replace(honest, hypotheses=(other,)), data=LIFTED, trials=2)
    assert report.verdict is Verdict.NOT_APPLICABLE
    assert "no loss of the engine" in report.reason
