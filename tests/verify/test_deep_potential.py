"""Stochastic descent with every batch tried: the same path as the engine's, a drift as sampled, false claims caught."""

from dataclasses import replace

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.statement.vocabulary import tightness
from boundkit.statement.words.deep import conditional_drift, loss_potential
from boundkit.statement.words.shared import loss
from boundkit.train.deep import MarginProblem, train
from boundkit.verify import Verdict, verify
from boundkit.verify.observe import Plan
from boundkit.verify.observe.deep import potential as deep_potential
from boundkit.verify.request import Request, bound_at

LIFTED = "lifted:n=4,d=4,mu=0.3,phi=0.5"
GIVEN = {"L": 1, "b": 2, "max_width": 8, "failure": ".1", "loss_exponent": 1, "loss_cap": 1, "loss_growth_cap": 1}


def runs(trials, steps=8, **changes):
    """Engine rows and slow rows of Lemma D.3 on a network of eight units."""
    given = {**GIVEN, "step_size": "1/50", **changes}
    data, relu = dataset(LIFTED), activation("relu")
    request = Request(data, relu, 8, trials, steps, 0, "cpu", {"C": "1/4"}, given, None, False, None)
    binding = bound_at(statement("zczg18.lemD_3"), request, 8)
    numbers = {name: float(eval(str(value))) for name, value in given.items()}
    plan = Plan(data, relu, 8, trials, steps, 0, "cpu", given=numbers)
    return deep_potential.sample(binding, plan), [deep_potential.replay(binding, plan, t, steps) for t in trials]


@pytest.mark.parametrize("depth", [1, 2])
def test_the_path_is_that_of_the_engine_and_of_long_doubles(depth):
    """Risks agree with `train` on the same batches; drift and potential with the slow implementation."""
    seen, again = runs((0, 1, 2), L=depth)
    data = dataset(LIFTED)
    problem = MarginProblem(X=data.X, y=data.y, loss="logistic")
    engine = train(problem, widths=(8,) * depth, step_size=0.02, steps=8, trials=(0, 1, 2), batch=2, device="cpu")
    np.testing.assert_allclose(seen.values[loss], engine.risk, rtol=1e-12)
    for row, slow in enumerate(again):
        for symbol in (loss, loss_potential, conditional_drift):
            np.testing.assert_allclose(seen.values[symbol][row], slow.values[symbol][0], rtol=1e-9, atol=1e-12)


def test_the_drift_of_the_full_batch_is_the_change():
    """With all samples in the batch nothing is random: the potential is its start and the drift."""
    seen, _ = runs((0,), b=4)
    potential = seen.values[loss_potential]
    np.testing.assert_allclose(potential - potential[:, :1], seen.values[conditional_drift], rtol=1e-9, atol=1e-12)


def test_the_potential_less_its_drift_has_mean_zero():
    """Over 200 runs of one start each the martingale is within four standard errors of zero."""
    seen, _ = runs(tuple(range(200)), steps=4)
    potential = seen.values[loss_potential]
    martingale = (potential - potential[:, :1] - seen.values[conditional_drift])[:, -1]
    assert abs(martingale.mean()) < 4 * martingale.std() / np.sqrt(200)
    assert martingale.std() > 1e-4


@pytest.mark.parametrize(
    ("id", "more"),
    [
        ("lemD_3", {"step_size": "1/100", "b": 1}),
        ("d.sgd_envelope", {"step_size": "1/4000", "b": 1}),
        ("d.sgd_envelope_below", {"step_size": "1/1000", "b": 1, "loss_exponent": "2/5"}),
    ],
)
def test_the_honest_claim_holds_and_the_false_one_is_replayed(id, more):
    """Lemma D.3 and the envelopes are consistent with their twins rejected; at their twins they are violated."""
    honest = statement(f"zczg18.{id}")
    given = {**GIVEN, **more, "assume": {"C": "1/4"}, "data": LIFTED, "k": 8, "trials": 16, "steps": 30}
    report = verify(honest, **given)
    assert report.verdict is Verdict.CONSISTENT, report.reason
    claim = honest.claims[0]
    false = replace(claim, template=claim.template.xreplace({tightness: tightness * claim.twin}))
    assert verify(replace(honest, claims=(false,)), **given).verdict is Verdict.VIOLATED
