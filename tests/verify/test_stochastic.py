from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sympy import Rational

from boundkit.data import Dataset, dataset
from boundkit.errors import BadInput
from boundkit.papers import statement
from boundkit.statement.vocabulary import tightness
from boundkit.verify import Report, Verdict, verify

SPHERE = "sphere:n=6,d=4,seed=0"
READY_MADE = {"c_start": "81/51200", "c_step": "281/1000", "C": "9/16"}


def tetrahedron() -> Dataset:
    """The four samples of sgd22 section 11, with its labels."""
    y = np.random.default_rng(0).standard_normal(4)
    X = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / math.sqrt(3)
    return dataset(X=X, y=y / np.linalg.norm(y))


def scale(k: int, d: int) -> float:
    """The standard deviation of the output weights in sgd22 section 11."""
    return 1 / math.sqrt(d * k) / math.log(k)


def caught(report: Report) -> bool:
    """Every twin was rejected."""
    return all(item.twin_rejected for item in report.claims)


def test_the_unconditional_rate_is_violated_and_the_stopped_one_holds() -> None:
    """sgd22 CHECK-06: one rare draw of a steep sample leaves the mean loss far above the printed rate for ever."""
    options: dict[str, Any] = {"data": SPHERE, "trials": 12, "steps": 700, "exit_margin": 2}
    printed = verify("sgd22.thm1", assume=READY_MADE, **options)
    assert printed.verdict is Verdict.VIOLATED
    assert "replayed" in next(item.note for item in printed.claims if item.label == "rate")
    for name in ("sgd22.thm1.repaired", "sgd22.d.general", "sgd22.thm1.tracked"):
        repaired = verify(name, **{**options, "trials": 16})
        assert repaired.verdict is Verdict.CONSISTENT, repaired
        assert caught(repaired)


def test_no_choice_of_the_universal_constants_saves_it() -> None:
    """With constants a hundred times smaller the number of samples grows and the mean is violated all the same."""
    smaller = {"c_start": "81/5120000", "c_step": "1/10", "C": "9/16"}
    report = verify("sgd22.thm1", data=SPHERE, trials=12, steps=1200, exit_margin=2, assume=smaller)
    assert report.verdict is Verdict.VIOLATED


def test_lemma_a7_misses_the_root_of_the_width() -> None:
    """tanh, omega_1 = 0.05: the ratio to the printed constant is about 0.47 sqrt(k); the repaired ones hold."""
    options: dict[str, Any] = {
        "data": "sphere:n=8,d=5,seed=0",
        "activation": "tanh",
        "k": 100,
        "trials": 4,
        "hidden_std": 0.05,
        "hidden_row_slack": 1,
    }
    printed = verify("sgd22.lemA7", **options)
    assert printed.verdict is Verdict.VIOLATED
    assert printed.claims[0].worst_margin == pytest.approx(0.47 * 10, rel=0.05)
    repaired = verify("sgd22.lemA7.repaired", **options)
    assert repaired.verdict is Verdict.CONSISTENT
    assert caught(repaired)


def test_lemma_a8_needs_the_dimension() -> None:
    """P(|z| > 2) = 0.947 in ten dimensions against exp(-4); with sqrt(D) added the tail holds."""
    options: dict[str, Any] = {"data": SPHERE, "trials": 200, "gaussian_dimension": 10, "gaussian_deviation": 2}
    printed = verify("sgd22.lemA8", assume={"C": 1}, **options)
    assert printed.verdict is Verdict.VIOLATED
    assert printed.claims[0].violations / 200 == pytest.approx(0.947, abs=0.05)
    assert verify("sgd22.lemA8.repaired", **options).verdict is Verdict.CONSISTENT


@pytest.mark.parametrize("b", [4, 1])
def test_the_network_theorem_on_the_tetrahedron(b: int) -> None:
    """sgd22 D2, GELU, k = 1000: stopped mean, path, exits and rate hold, every twin is rejected."""
    report = verify(
        "sgd22.d.exit",
        data=tetrahedron(),
        activation="gelu",
        k=1000,
        b=b,
        trials=12,
        steps=150,
        output_std=scale(1000, 3),
    )
    assert report.verdict is Verdict.CONSISTENT, report
    assert caught(report)
    # the closed form gives 0.0663 for four samples a batch on one start; b = 1 doubles it
    assert 0.04 < report.failure_allowed / math.sqrt(4 / b) < 0.2


@pytest.mark.parametrize(
    ("lemma", "options"),
    [
        ("lemA.gram.repaired", {"k": 8000, "failure": "1/100"}),
        ("lem2.repaired", {"k": 8000, "failure": "1/100", "chernoff_failure": "1/100"}),
        ("d.output_weights", {}),
        ("d.features_frobenius", {}),
        ("d.initial_loss", {}),
        ("lemA.event.tracked", {"k": 3000, "hidden_row_slack": 3, "output_column_slack": 3}),
        ("lemA.h0.tracked", {"k": 3000, "hidden_row_slack": 3, "output_column_slack": 3}),
        ("lemA.adjoint.sharpened", {"k": 200}),
        ("lemA.direct", {"k": 200}),
        ("lemA.beta.sharpened", {"k": 200}),
        ("lem3", {"k": 200}),
        ("lemA5", {}),
    ],
)
def test_lemmas_of_the_initialisation(lemma: str, options: dict[str, Any]) -> None:
    """The explicit forms hold over 24 starts and their twins fail."""
    start = {} if lemma == "lemA5" else {"output_std": scale(1000, 3)}
    report = verify(f"sgd22.{lemma}", data=tetrahedron(), activation="gelu", trials=24, **start, **options)
    assert report.verdict is Verdict.CONSISTENT, report
    assert caught(report)


def test_features_of_fewer_units_than_samples_have_no_smallest_singular_value() -> None:
    """alpha is 0 and not the rounding error of an SVD: the ball is a point, at which nothing shows."""
    report = verify("sgd22.lem3", data="sphere:n=3,d=3,seed=2", activation="tanh", k=2, trials=24, output_std="1/100")
    assert report.verdict is Verdict.INCONCLUSIVE, report
    assert report.claims[0].worst_margin == 0


def test_mean_loss_at_the_start() -> None:
    """sgd22 D4: a false formula is rejected by its twin, and the mean is met within its interval."""
    report = verify("sgd22.d.mean_initial_loss", data=tetrahedron(), activation="tanh", trials=200, output_std="1/5")
    assert report.verdict is Verdict.CONSISTENT
    assert report.claims[0].worst_margin == pytest.approx(1, abs=0.1)


def test_single_sample_descent_from_a_measured_start() -> None:
    """os19 D15 with q = 3: rate, probability to stay, radius and mean excursion, all twins rejected."""
    report = verify(
        "os19.d.sgd", data="orthonormal:n=2,seed=1", activation="softplus", k=12000, trials=8, steps=300, nu=4
    )
    assert report.verdict is Verdict.CONSISTENT, report
    assert caught(report)


def test_the_output_layer_lacks_a_factor() -> None:
    """os19 C15d: for phi = 100 ReLU one hidden unit is allowed, whose features have rank one."""
    printed = verify(
        "os19.thm3_2", data="orthonormal:n=4,seed=1", activation="100*Max(0,z)", k=1, B=100, trials=4, assume={"C": 1}
    )
    assert printed.verdict is Verdict.VIOLATED
    assert {item.label for item in printed.claims if item.verdict is Verdict.VIOLATED} == {
        "feature_spectrum",
        "full_row_rank",
        "zero_loss",
    }


def test_features_of_relu_as_measured() -> None:
    """os19 V7, (n, d, k) = (20, 10, 400): the smallest eigenvalue is far above half of k lambda and the loss is 0."""
    report = verify(
        "os19.thm3_2", data="sphere:n=20,d=10,seed=0", activation="relu", k=400, B=1, trials=60, assume={"C": "1/50"}
    )
    assert report.verdict is Verdict.CONSISTENT
    # V7: lambda_min / (k lambda) at least 0.735 in 200 draws; the theorem asks for one half
    assert 0.5 / report.claims[0].worst_margin == pytest.approx(0.735, abs=0.03)


def test_a_number_of_the_setting_is_asked_for() -> None:
    """A run needs the batch size and the scale of the output weights."""
    for given in ({"output_std": 1}, {"b": 1}):
        with pytest.raises(BadInput):
            verify("sgd22.d.exit", data=tetrahedron(), activation="gelu", k=50, trials=2, steps=2, **given)


def test_a_step_rule_without_a_positive_step_does_not_apply():
    """At two units the level of the features that the theorem needs is negative, and the root of it no number."""
    given = {"b": 1, "failure": ".1", "exit_margin": 10, "output_std": ".001", "chernoff_failure": ".05"}
    report = verify(
        "sgd22.thm2.repaired", data="sphere:n=2,d=3", activation="gelu", k=2, level="relaxed", trials=2, steps=5,
        device="cpu", **given,
    )  # fmt: skip
    assert report.verdict is Verdict.NOT_APPLICABLE
    assert "step size" in report.reason


def test_a_target_is_reached_in_the_number_of_steps_that_is_said():
    """sgd22 D3: consistent after that many steps, not decided by fewer, and violated at its twin, replayed."""
    data = "sphere:n=6,d=3,seed=2"
    given: dict[str, Any] = {"data": data, "trials": 12, "b": 6, "failure": "1/10", "target_loss": "1/1000000"}
    report = verify("sgd22.d.iterations", steps=4000, **given)
    assert report.verdict is Verdict.CONSISTENT, report
    assert caught(report)
    short = verify("sgd22.d.iterations", steps=20, **given)
    assert (short.verdict, short.reason) == (Verdict.INFEASIBLE, "no run of 20 steps meets the condition iterations")
    honest = statement("sgd22.d.iterations")
    claim = honest.claim("target")
    false = replace(claim, template=claim.template.subs(tightness, 10**14 * tightness))
    assert verify(replace(honest, claims=(false,)), steps=4000, **given).verdict is Verdict.VIOLATED


def test_theorem_2_along_its_proof():
    """The required width is far beyond memory; at 500 units the rate and the radius hold, twins rejected."""
    report = verify(
        "sgd22.thm2.tracked",
        data="orthonormal:n=5,seed=7",
        activation="gelu",
        k=500,
        level="relaxed",
        trials=24,
        steps=600,
        b=2,
        exit_margin=10,
        output_std="1/1000",
        hidden_row_slack=1,
        output_column_slack=1,
        power=2,
        assume={"c": 10},
    )
    assert report.relaxed == ("width",)
    assert report.verdict is Verdict.CONSISTENT, report
    assert caught(report)


def test_smoothness_is_attained_by_a_parabola():
    """sgd22 Definition 1, Lemma 1: bounds one per cent smaller are violated, also with Jacobians of complex steps."""
    for name, label in (("def1", "linearisation"), ("lem1", "norm"), ("lem1.sharpened", "spectrum")):
        honest = statement(f"sgd22.{name}")
        claim = honest.claim(label)
        false = replace(claim, template=claim.template.subs(tightness, Rational(101, 100) * tightness))
        report = verify(replace(honest, claims=(false,)), data=SPHERE, trials=4)
        assert report.verdict is Verdict.VIOLATED, report
        assert "replayed" in report.claims[0].note
