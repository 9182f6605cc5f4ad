"""Statements on trial at infinite width, where every network of the papers that has a limit is trained in it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Rational

from boundkit.data import Dataset
from boundkit.papers import statement
from boundkit.statement.vocabulary import tightness
from boundkit.verify import Report, Verdict, verify
from boundkit.verify.witness import replay_witness

BOTH: dict[str, Any] = {"data": "sphere:n=3,d=3,seed=2", "activation": "gelu", "radius": 1, "outer_radius": 2}
LECUN = "8e-28"  # one over the root of 2^180
LEMMAS: dict[str, Any] = {"failure": ".1", "chernoff_failure": ".1", "hidden_row_slack": 3, "output_column_slack": 3}


def at_infinity(id: Any, **given: Any) -> Report:
    """The statement in the limit."""
    return verify(id, k="infinite", device="cpu", **given)


def verdicts(report: Report) -> dict[str, Verdict]:
    """By label of the claim."""
    return {item.label: item.verdict for item in report.claims}


@pytest.mark.parametrize(
    ("id", "given"),
    [
        ("sgd22.d.network", {"b": 1, "output_std": LECUN}),
        ("sgd22.d.network", {"b": 2, "output_std": ".01", "hidden_std": 2}),
        ("sgd22.d.network", {"b": 3, "output_std": LECUN}),
        ("sgd22.d.network", {"b": 2, "output_std": LECUN, "data": "mixture:K=2,C=1,n=4,d=4,noise=0.3,seed=1"}),
        ("sgd22.d.network_repetition", {"b": 2, "output_std": LECUN}),
    ],
)
def test_both_layers_under_every_kind_of_batches(id: str, given: dict[str, Any]) -> None:
    """sgd22: single samples, mini-batches with and without repetition, descent; one output or two; twins rejected."""
    report = at_infinity(id, **{**BOTH, **given}, trials=24, steps=300)
    assert (report.width, report.violations) == (None, 0)
    tried = [item for item in report.claims if item.label != "limit"]  # what few steps say of it depends on the batches
    assert {item.verdict for item in tried} == {Verdict.CONSISTENT}, report.reason
    assert all(item.twin_rejected for item in tried)
    path = next(item for item in report.claims if item.label == "path")
    assert path.worst_margin is not None
    assert 0 < path.worst_margin < 1


def test_the_default_ball_grows_and_the_certified_rate_vanishes() -> None:
    """With a radius in proportion to sigma_min certified steps fall faster than 1/k: nothing trains in the limit."""
    given = {"data": BOTH["data"], "activation": "gelu", "b": 1, "output_std": LECUN, "trials": 2, "steps": 5}
    growing, fixed = at_infinity("sgd22.d.exit", **given), at_infinity("sgd22.d.network", **{**BOTH, **given})
    assert growing.step_size is not None
    assert fixed.step_size is not None
    assert growing.step_size * 2.0**180 < 1e-20
    assert 1e-3 < fixed.step_size * 2.0**180 < 10
    assert growing.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("id", "given"),
    [
        ("os19.lem6_7.sharpened", {"data": "orthonormal:n=4", "activation": "softplus"}),
        ("os19.lem6_12.sharpened", {"data": "orthonormal:n=4", "activation": "softplus", "delta": 1}),
        ("os19.thm3_2.repaired", {"data": "orthonormal:n=2", "activation": "erf"}),
        ("os19.thm3_2.refined", {"data": "orthonormal:n=2", "activation": "erf"}),
        ("sgd22.lem2.repaired", {"failure": ".1", "chernoff_failure": ".1", "output_std": LECUN, **BOTH}),
        ("sgd22.d.mean_initial_loss", {"output_std": LECUN, **BOTH}),
        (
            "ofls19.lem6_14.sharpened",
            {"data": "mixture:K=2,C=1,n=20,d=4", "activation": "sin", "failure": ".1", "output_scale": ".1"},
        ),
    ],
)
def test_initialisations(id: str, given: dict[str, Any]) -> None:
    """Features, Jacobians and outputs at the start, for each layer alone and both; every claim rejects its twin."""
    needless = ("radius", "outer_radius")
    report = at_infinity(id, **{name: value for name, value in given.items() if name not in needless}, trials=64)
    assert report.verdict is Verdict.CONSISTENT, report.reason
    assert all(item.twin_rejected for item in report.claims)


def test_random_features_that_cannot_reach_the_labels() -> None:
    """On opposite samples the features of an odd activation have rank 1: no output weights fit equal labels."""
    honest = statement("os19.eq3_1")
    free = replace(honest, hypotheses=(), claims=(honest.claim("zero_loss"),))
    opposite = Dataset("opposite", np.array([[0.6, 0.8], [-0.6, -0.8]]), np.ones(2))
    assert at_infinity(free, data=opposite, activation="erf", trials=2).verdict is Verdict.VIOLATED
    assert at_infinity(free, data=opposite, activation="softplus", trials=2).verdict is Verdict.CONSISTENT


def test_what_a_single_unit_does_has_no_limit() -> None:
    """The largest weights of one unit grow for ever: their claims are not tried, and the reason says which."""
    given = {"data": BOTH["data"], "activation": "gelu", "output_std": LECUN, **LEMMAS}
    del given["failure"], given["chernoff_failure"]
    report = at_infinity("sgd22.lemA.event.tracked", **given, trials=2)
    assert report.verdict is Verdict.NOT_APPLICABLE
    assert "no limit" in str(report.reason)


@pytest.mark.parametrize(
    ("id", "reason", "given"),
    [
        ("sjl17.pl_descent", "planted", {"data": "planted:n=12,d=4,k=4,activation=tanh", "activation": "tanh"}),
        ("sgd22.thm1.repaired", "no width", {"data": "sphere:n=6,d=4", "activation": "gelu", "exit_margin": 2}),
        (
            "zczg18.lem5_7",
            "margin losses",
            {"data": "lifted:n=4,d=4,mu=0.3,phi=0.5", "activation": "relu", "L": 1, "loss_growth": ".5"},
        ),
    ],
)
def test_other_networks_say_why_they_have_no_limit(id: str, reason: str, given: dict[str, Any]) -> None:
    """Planted networks, maps of a few parameters and deep networks."""
    target = replace(statement(id), hypotheses=())
    report = at_infinity(target, **given, trials=2)
    assert report.verdict is Verdict.NOT_APPLICABLE
    assert reason in str(report.reason)


def test_a_false_theorem_is_violated_and_its_witness_replayed(tmp_path: Path) -> None:
    """A path twenty times shorter than the theorem's: long double steps see it, from the file as well."""
    honest = statement("os19.thm6_2.refined")
    claim = honest.claim("path")
    false = replace(claim, template=claim.template.subs(tightness, Rational(20) * tightness))
    given = {"data": "orthonormal:n=4", "activation": "softplus", "delta": 1, "steps": 60, "trials": 8}
    own = replace(honest, claims=(false,))
    report = at_infinity(own, **given, out=tmp_path)
    assert report.verdict is Verdict.VIOLATED
    assert report.witness is not None
    replayed = replay_witness(report.witness, statement=own)
    assert replayed.witness.width == 2**180
    assert replayed.confirmed is True
    changed = json.loads(Path(report.witness).read_text()) | {"digest": honest.digest}
    (tmp_path / "honest.json").write_text(json.dumps(changed))
    again = replay_witness(tmp_path / "honest.json")
    assert again.confirmed is False  # the honest theorem holds in the same trial: the limit ran, not nothing


def test_stochastic_theorems_hold_in_the_limit() -> None:
    """Theorem 2.6 of os19 at infinite width: no exit from the ball, and distances below their bounds."""
    report = at_infinity(
        "os19.thm2_6.repaired", data="orthonormal:n=3", activation="softplus", delta=1, nu=8, trials=64, steps=400
    )
    assert report.violations == 0
    found = verdicts(report)
    assert found["radius_on_event"] is found["excursion"] is Verdict.CONSISTENT


def test_residuals_of_several_outputs_in_the_limit() -> None:
    """Theorem 6.22 of ofls19: residual and distance are those of the kernel; how far one unit moves has no limit."""
    report = at_infinity(
        "ofls19.thm6_22", data="mixture:K=2,C=1,n=10,d=2", activation="sin", learning_duration=1,
        fit_precision=".1", kernel_cutoff=".5", alignment=".5", trials=8,
    )  # fmt: skip
    found = {item.label: item for item in report.claims}
    assert report.violations == 0
    for label, least in (("distance", 0.2), ("residual", 0.0)):
        margin = found[label].worst_margin
        assert margin is not None
        assert least < margin < 1
    assert found["rows"].verdict is Verdict.NOT_APPLICABLE


def test_theorems_hold_in_the_limit() -> None:
    """A theorem for all large widths is tried at infinity."""
    given = {"data": "sphere:n=4,d=8", "activation": "softplus", "delta": 1, "steps": 100}
    report = at_infinity("os19.thm6_2.refined", trials=32, **given)
    assert report.verdict is Verdict.CONSISTENT
    assert (report.width, report.infinite, report.parameters) == (None, True, {"delta": "1"})
    assert len(repr(report)) < 2000  # it does not unroll the curves of every trial


def test_lemmas_of_a_limit_have_no_width_either() -> None:
    """At level lemma the width is None, not 0, and a reason that several lemmas share is told once."""
    given = {"data": "orthonormal:n=4", "activation": "softplus", "delta": 1, "trials": 2, "steps": 5}
    report = at_infinity("os19.thm6_2.refined", **given, level="lemma")
    assert report.width is None
    assert report.reason is not None
    reasons = report.reason.split("; ")
    assert "only claims about training and initialisation have a limit of infinite width to run" in reasons
    assert len(set(reasons)) == len(reasons)
