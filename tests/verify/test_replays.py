"""Every kind of experiment is seen again by the slow implementation: same numbers, and violations that count."""

from dataclasses import replace

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.statement.classes import relu_units
from boundkit.statement.vocabulary import tightness
from boundkit.verify import Verdict, verify
from boundkit.verify.observe import experiment
from boundkit.verify.request import Request, plan_at

ARC = "arc:n=2,mu=0.5,phi=0.9"
LIFTED = "lifted:n=6,d=5,mu=0.3,phi=0.5,seed=0"
SPHERE = "sphere:n=6,d=9,seed=1"
LOGISTIC = {"loss_exponent": 1, "loss_floor": "1/2", "loss_growth": "1/2", "margin_loss_smoothness": "1/4"}
SIDES = {"layer_width": 300, "last_width": 300, "max_width": 300, "L": 2, "k": 300}
EVENTS = {**SIDES, "vector_sparsity": 40, "preactivation_threshold": "0.05", "failure": ".1"}
CASES = [
    (
        "zczg18.thm5_1",
        LIFTED,
        {**EVENTS, "assume": {"C": ".02", "c": 10, "C_upper": 5, "c_lower": ".01", "c_level": ".1"}},
    ),
    ("zczg18.thm5_3", LIFTED, {**SIDES, "b": 2, "assume": {"C": 20, "c": 1000, "c_lower": ".01"}}),
    ("zczg18.d.gradient_expected", LIFTED, {"L": 2, "effective_separation": ".3", "k": 50, "last_width": 50}),
    ("zczg18.lemA_14.tracked", ARC, {"effective_separation": ".9"}),
    ("zczg18.d.gradient_limit", ARC, {"effective_separation": ".9"}),
    ("zczg18.d.gradient_ball_L1", ARC, {"L": 1, "failure": ".1", "effective_separation": ".9", "k": 6000, **LOGISTIC}),
    ("zczg18.lemD_2", LIFTED, {"b": 2}),
    ("zczg18.lemD_2.sharpened", LIFTED, {"b": 2}),
    ("zczg18.lemC_1", LIFTED, {}),
    ("zczg18.lemA_3.tracked", LIFTED, {}),
    ("zczg18.lemA_11", LIFTED, {}),
    ("zczg18.d.angle_recursion", LIFTED, {}),
    ("zczg18.d.product_norm_limit", LIFTED, {}),
    ("zczg18.d.smooth_exponent", LIFTED, {}),
    ("zczg18.d.loss_logistic", LIFTED, {}),
    ("zczg18.d.loss_huberised_hinge", LIFTED, {}),
    ("sgd22.problem", LIFTED, {"b": 2}),
    ("sgd22.lem.pl", LIFTED, {"b": 2}),
    ("sgd22.lem.growth.sharpened", LIFTED, {"b": 2}),
    ("sgd22.d.growth_repetition", LIFTED, {"b": 2}),
    ("sgd22.d.growth_sure", LIFTED, {}),
    ("sgd22.def1", LIFTED, {}),
    ("sgd22.lem1", LIFTED, {}),
    ("sgd22.lem1.sharpened", LIFTED, {}),
    ("sgd22.lemA6", LIFTED, {}),
    ("sjl17.lemD_3", "gaussian:n=12,d=4", {"k": 6}),
    ("os19.lem6_8", SPHERE, {"k": 60}),
    ("os19.lem6_9", "orthonormal:n=4", {"k": 20_000}),
]


def fitting(target):
    """The name of an activation that the statement is about."""
    return "relu" if target.id == "os19.lem6_9" or relu_units(target) else "softplus"


def observed(id, data, given):
    """The experiments of a statement on three trials, as engine and as replay."""
    assume = given.get("assume", {})
    parameters = {key: value for key, value in given.items() if key not in ("assume", "k")}
    target, data, k = statement(id), dataset(data), given.get("k", 1000)
    chosen = activation(fitting(target))
    request = Request(data, chosen, k, (0, 1, 2), 10, 0, "cpu", assume, parameters, None, False, None)
    binding = bind(target, data=data, activation_name=chosen, parameters={**parameters, "k": k}, assume=assume)
    plan = plan_at(target, request, binding, k)
    for kind in dict.fromkeys(claim.experiment for claim in target.claims):
        if kind not in ("data", "unobserved"):
            found = experiment(kind, binding)
            yield found.sample(binding, plan), [found.replay(binding, plan, trial, 0) for trial in plan.trials]


@pytest.mark.parametrize(("id", "data", "given"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_the_slow_implementation_sees_the_same(id, data, given):
    """Every observable of every trial, to the accuracy of the iterations."""
    for seen, again in observed(id, data, given):
        for row, slow in enumerate(again):
            assert slow.values.keys() == seen.values.keys()
            for symbol, array in seen.values.items():
                fast = array[row] if np.ndim(array) == 2 and len(array) == 3 else np.ravel(array)
                np.testing.assert_allclose(
                    np.ravel(slow.values[symbol]), fast, rtol=1e-5, atol=1e-12, err_msg=str(symbol)
                )


@pytest.mark.parametrize(("id", "data", "given"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_false_theorem_is_violated_and_replayed(id, data, given, tmp_path):
    """Every claim tightened by the factor of its twin: none ends as seen but not replayed, and a witness is left."""
    target = statement(id)
    claims = [
        replace(claim, template=claim.template.xreplace({tightness: claim.twin * tightness})) for claim in target.claims
    ]
    false = replace(target, claims=tuple(claims), probability=None)
    report = verify(false, data=data, activation=fitting(target), trials=2, steps=5, out=tmp_path, **given)
    assert report.verdict is Verdict.VIOLATED
    for item in report.claims:
        assert item.verdict is Verdict.VIOLATED, item
        assert "replayed" in item.note
    assert (tmp_path / "witness.json").exists()
