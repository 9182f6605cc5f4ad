"""Gaussian samples on a fixed network: the mean of the centred Jacobian, and the concentration of its slopes."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Eq, Le, Rational

from boundkit.papers import statement
from boundkit.statement.words.landscape import norm_DGW
from boundkit.statement.words.landscape_lemmas import concentration_constant, identity_error
from boundkit.verify import Verdict, verify
from boundkit.verify.observe.landscape.samples import _by_quadrature, _by_sums, _least

GAUSSIAN = {"data": "gaussian:n=12,d=4", "activation": "softplus"}


def test_gaussian_means_by_sums_and_by_quadrature_agree():
    """Of slopes and curvatures, at three scales."""
    from boundkit.activations import activation

    scales = np.array([0.1, 1.0, 3.0])
    for fast, slow in zip(
        _by_sums(activation("gelu"), scales), _by_quadrature(activation("gelu"), scales), strict=True
    ):
        np.testing.assert_allclose(fast, slow, rtol=1e-9)


@pytest.mark.parametrize("spread", [0.5, 3.0])
def test_the_constant_of_a_normal_variable_is_found_below_its_spread(spread):
    """P(|f| >= t) <= 2 exp(-t^2 / (2 K^2)) holds for a normal with K its deviation: never above, and three quarters."""
    values = spread * np.random.default_rng(0).standard_normal(20_000)
    assert 0.7 * spread < _least(values) < spread


def test_the_mean_column_of_the_centred_jacobian():
    """Lemma 7.6 holds in the mean; with a tenth of its size added the mean is rejected, by the slow means too."""
    honest = statement("sjl17.lem7_6")
    assert verify(honest, trials=16, **GAUSSIAN).verdict is Verdict.CONSISTENT
    false = replace(honest.claims[0], template=Eq(identity_error, norm_DGW / 10, evaluate=False))
    report = verify(replace(honest, claims=(false,)), trials=16, **GAUSSIAN)
    assert report.verdict is Verdict.VIOLATED


def test_the_concentration_constant():
    """Lemma D.3 holds with its twin rejected; a constant of one half is excluded by the sample and replayed."""
    honest = statement("sjl17.lemD_3")
    report = verify(honest, trials=8, **GAUSSIAN)
    assert report.verdict is Verdict.CONSISTENT
    assert report.claims[0].twin_rejected
    false = replace(honest.claims[0], template=Le(concentration_constant, Rational(1, 2), evaluate=False))
    report = verify(replace(honest, claims=(false,)), trials=8, **GAUSSIAN)
    assert report.verdict is Verdict.VIOLATED
    assert "replayed" in report.claims[0].note


@pytest.mark.parametrize(("name", "chosen"), [("tanh", "tanh"), ("quadratic", "square"), ("softplus", "softplus")])
def test_moments_that_vanish_are_decided(name, chosen):
    """An enclosure of zero a billionth of the twin's distance wide is zero; moments that do not vanish are not."""
    given = {"data": "gaussian:n=12,d=4", "activation": chosen, "scale": "3/2"}
    assert verify(f"sjl17.d.moments_{name}", **given).verdict is Verdict.CONSISTENT
    if name == "tanh":
        honest = statement("sjl17.d.moments_tanh")
        report = verify(replace(honest, hypotheses=()), **{**given, "activation": "softplus"})
        found = {item.label: item.verdict for item in report.claims}
        assert found["mean_curvature"] is found["at_zero"] is Verdict.VIOLATED
