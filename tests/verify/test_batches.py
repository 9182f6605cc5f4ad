"""Batches that are enumerated, against batches that the engines draw, and false claims about them."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Eq

from boundkit.papers import statement
from boundkit.statement.vocabulary import tightness
from boundkit.train.deep.streams import Batches as DeepBatches
from boundkit.train.shallow.sampling import Batches
from boundkit.verify import Verdict, verify
from boundkit.verify.observe.lemmas.batches import Drawn, _by_counts
from boundkit.verify.request import Request, bound_at

SPHERE = "sphere:n=5,d=3,seed=0"
DRAWS = 40_000


def enumerated(id, drawn):
    """What the experiment says of these residuals, by name."""
    from boundkit.data import dataset

    target, data = statement(id), dataset(SPHERE)
    request = Request(data, None, 10, (0,), 1, 0, "cpu", {}, {"b": drawn.size}, None, False, None)
    found = _by_counts(bound_at(target, request, 10), drawn)
    return {symbol.name: value for symbol, value in found.items()}


@pytest.mark.parametrize("repetition", [False, True])
def test_the_moment_of_the_batch_gradient_is_that_of_drawn_batches(repetition):
    """Over 40 000 batches of the sampler that trains, the mean squared gradient agrees within two per cent."""
    rng = np.random.default_rng(0)
    residuals = rng.standard_normal((5, 2)) * np.arange(1, 6)[:, None]
    id = "sgd22.d.growth_repetition" if repetition else "sgd22.lem.growth"
    seen = enumerated(id, Drawn(residuals, residuals + 1, 2, repetition))
    counts = Batches(2, repetition=repetition).drawn(rng, steps=DRAWS, n=5)
    gradients = 2 * counts[:, :, None] * residuals / 2
    squares = (gradients**2).sum(axis=(1, 2))
    assert seen["batch_gradient_moment"] == pytest.approx(squares.mean(), rel=0.02)
    assert seen["batch_gradient_norm"] == pytest.approx(np.sqrt(squares.max()), rel=1e-12)


def test_the_variance_of_a_batch_mean_is_that_of_drawn_batches():
    """Batches of the deep engine, without replacement, over centred numbers."""
    residuals = np.random.default_rng(1).standard_normal((5, 1))
    seen = enumerated("zczg18.lemD_2", Drawn(residuals, residuals, 3, False))
    numbers = residuals[:, 0] - residuals.mean()
    means = DeepBatches(5, 3, seed=0, trial=0).draw(DRAWS) @ numbers
    assert seen["batch_variance"] == pytest.approx((means**2).mean(), rel=0.03)
    assert seen["batch_variance"] == pytest.approx((numbers**2).sum() * 2 / (3 * 5 * 4), rel=1e-12)


@pytest.mark.parametrize(
    ("id", "label", "activation"),
    [("sgd22.lem.growth", "growth", "gelu"), ("zczg18.lemD_2.sharpened", "variance", "relu")],
)
def test_a_wrong_factor_is_violated_and_replayed(id, label, activation):
    """An equation that is off by one part in a thousand is rejected by fractions too."""
    honest = statement(id)
    claim = honest.claim(label)
    left, right = claim.template.args
    false = replace(honest, claims=(replace(claim, template=Eq(left, right * 1001 / 1000, evaluate=False)),))
    report = verify(false, data=SPHERE, activation=activation, b=2, trials=4)
    assert report.verdict is Verdict.VIOLATED
    assert "replayed" in report.claims[0].note
    assert verify(honest, data=SPHERE, activation=activation, b=2, trials=4).verdict is Verdict.CONSISTENT


def test_too_many_batches_are_infeasible():
    """Thirty samples have 155 million batches of fifteen."""
    report = verify("sgd22.lem.growth", data="sphere:n=30,d=3", activation="gelu", b=15, trials=2)
    assert report.verdict is Verdict.INFEASIBLE
    assert "1.55e+08" in report.reason


def test_a_growth_constant_below_one_is_caught():
    """Tightened by its twin the claim fails on batches of all samples."""
    honest = statement("sgd22.def3")
    claim = honest.claims[0]
    false = replace(claim, template=claim.template.xreplace({tightness: claim.twin}))
    report = verify(replace(honest, claims=(false,)), data=SPHERE, trials=6)
    assert report.verdict is Verdict.VIOLATED
