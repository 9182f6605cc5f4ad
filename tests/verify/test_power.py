"""Twins that no measurement could keep are found out, and an engine that measures wrongly gets no verdict from them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sympy import Integer, Le, Symbol

from boundkit.papers import statement
from boundkit.query import Binding, bind
from boundkit.statement import VOCABULARY
from boundkit.statement.vocabulary import distance, misfit, misfit_0, norm_y, tau, tightness
from boundkit.verify import Report, Verdict, verify
from boundkit.verify.observe import Experiment, Observations, Plan, experiment
from boundkit.verify.power import ONE, is_blind, replayed_control
from boundkit.verify.tally import Tally

LIFTED = "lifted:n=6,d=5,mu=0.3,phi=0.5,seed=0"
CASES: dict[tuple[str, str], dict[str, Any]] = {  # claims whose twins are false of every measurement
    ("sgd22.lem.pl", "polyak_lojasiewicz"): {"data": LIFTED, "activation": "softplus", "b": 2},
    ("sjl17.d.gradient_core", "output_ceiling"): {
        "data": "planted:n=12,d=4,k=4,activation=tanh",
        "activation": "tanh",
    },
    ("sjl17.prop7_8", "tail"): {
        "data": "planted:n=12,d=4,k=4,activation=tanh",
        "activation": "tanh",
        "deviation": 1,
        "assume": {"C": 1},
    },
}


def report(id: str) -> Report:
    """The verification of the statement of a case."""
    given = next(given for (name, _), given in CASES.items() if name == id)
    return verify(id, trials=4, steps=8, **given)


def sabotaged(kind: Experiment, symbol: Symbol, size: float) -> Experiment:
    """The experiment with one observable multiplied by `size`, seen by the engine but not by its replay."""

    def sample(binding: Binding, plan: Plan) -> Observations:
        seen = kind.sample(binding, plan)
        values: Mapping[Symbol, np.ndarray] = {**seen.values, symbol: size * np.asarray(seen.values[symbol])}
        return replace(seen, values=values)

    return replace(kind, sample=sample)


@pytest.mark.parametrize(("id", "label"), CASES)
def test_a_twin_that_is_false_of_everything_is_found_out(id: str, label: str) -> None:
    """The claim is consistent because the slow implementation sees the same, and the report says so."""
    found = report(id)
    place = [item.label for item in found.claims].index(label)
    assert found.claims[place].verdict is Verdict.CONSISTENT
    assert found.tallies[place].control == "replay"
    assert found.claims[place].note.startswith("limited power")


@pytest.mark.parametrize("size", [0.0, 0.9, 1.1])
@pytest.mark.parametrize(("id", "label"), CASES)
def test_an_engine_that_measures_wrongly_is_not_consistent(
    id: str, label: str, size: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No wrong observable leaves the claim consistent, though its twin is rejected whatever is measured."""
    claim = statement(id).claim(label)

    def wrong(kind: str, binding: Binding, plan: Plan | None = None) -> Experiment:
        return sabotaged(experiment(kind, binding, plan), claim.observable, size)

    monkeypatch.setattr(importlib.import_module("boundkit.verify.trial"), "experiment_of", wrong)
    found = next(item for item in report(id).claims if item.label == label)
    assert found.verdict is not Verdict.CONSISTENT


@pytest.mark.parametrize(
    ("id", "data"),
    [("os19.def6_1", "orthonormal:n=4"), ("os19.def3_1", "sphere:n=4,d=6,seed=0"), ("os19.lem6_4", "orthonormal:n=4")],
)
def test_twins_that_follow_from_a_statement_need_no_replay(id: str, data: str) -> None:
    """The eigenvalue is held against a bound of other quantities, which a wrong one would meet."""
    found = verify(id, data=data, activation="softplus")
    assert [item.control for item in found.tallies] == ["statement"]
    assert [(item.twin_rejected, item.note) for item in found.claims] == [(True, "")]


def test_a_decay_that_is_bent_keeps_the_twin_of_a_rate() -> None:
    """Multiples of the whole curve break every twin of a rate; a curve that falls four times as fast does not."""
    found = verify("os19.thm6_2.refined", data="orthonormal:n=4", activation="softplus", delta=1, trials=24, steps=60)
    assert [(item.label, item.control) for item in found.tallies] == [
        (label, "statement") for label in ("rate", "radius", "path")
    ]
    assert [item.note for item in found.claims] == 3 * [""]


def test_numbers_that_break_the_claim_say_nothing_of_its_twin() -> None:
    """Where every distortion breaks the claim itself, none is evidence that the twin could be kept."""
    honest = statement("os19.thm6_2.refined")
    binding = bind(honest, data="orthonormal:n=4", activation_name="softplus", parameters={"delta": 1, "k": 100})
    seen = Observations((0,), {misfit: np.array([[2.0, 1.0]]), misfit_0: np.array([[2.0]]), tau: np.array([[0.0, 1]])})

    def blind(breaks: bool) -> bool:
        return is_blind(honest.claim("rate"), binding, seen, lambda wrong, factor: factor is ONE and breaks)

    assert blind(True)
    assert not blind(False)


@pytest.mark.parametrize("size", [1024, 1 / 1024, 32, 1 / 32])
def test_one_wrong_measurement_that_the_twin_keeps_is_enough(size: float) -> None:
    """Much too large or too small, or less so where that breaks the claim itself: the twin is then no blind one."""
    honest = statement("os19.thm6_2.refined")
    binding = bind(honest, data="orthonormal:n=4", activation_name="softplus", parameters={"delta": 1, "k": 100})
    seen = Observations((0,), {misfit: np.array([[2.0]]), misfit_0: np.array([[2.0]]), tau: np.array([[0.0]])})

    def broken(wrong: Observations, factor: Any) -> bool:
        return float(wrong.values[misfit][0, 0]) != pytest.approx(2 * size)

    assert not is_blind(honest.claim("rate"), binding, seen, broken)


def test_a_curve_that_begins_at_zero_is_distorted_without_dividing_by_it() -> None:
    """A twin that asks a distance to be half of itself is found out, although no decay can be bent."""
    honest = statement("os19.thm6_2.refined")
    claim = honest.claim("radius")
    itself = replace(claim, template=Le(claim.observable, 2 * claim.observable / tightness), twin=Integer(4))
    found = verify(
        replace(honest, claims=(itself,)),
        data="orthonormal:n=4",
        activation="softplus",
        delta=1,
        trials=24,
        steps=8,
    )
    assert [item.control for item in found.tallies] == ["replay"]


def test_a_replay_that_sees_less_controls_nothing() -> None:
    """A claim on two curves needs both seen again, alike from step 1 on; one on neither rests on no measurement."""
    honest = statement("os19.thm6_2.refined")
    binding = bind(honest, data="orthonormal:n=4", activation_name="softplus", parameters={"delta": 1, "k": 100})
    seen = Observations((4, 7), {misfit: np.array([[9.0, 9.0], [2.0, 1.0]]), distance: np.array([[0, 9], [0, 0.1]])})
    tally = Tally(honest.id, "radius", 0.0, 2, twin_failures=2)

    def found(bound: Any, **again: list[float]) -> tuple[str, int]:
        claim = replace(honest.claim("radius"), template=Le(bound, 3 * bound / tightness, evaluate=False))
        values = {VOCABULARY[name].symbol: np.array([row]) for name, row in again.items()}
        held = replayed_control(claim, binding, seen, Observations((7,), values), tally)
        return held.control, held.twin_failures

    both = distance + misfit
    assert found(both, misfit=[2.0, 1.0], distance=[0.0, 0.1]) == ("replay", 2)
    assert found(both, misfit=[5.0, 1.0], distance=[0.0, 0.1]) == ("replay", 2)  # at the start outputs may be ties
    assert found(both, misfit=[2.0, 1.1], distance=[0.0, 0.1]) == ("replay", 0)
    assert found(both, distance=[0.0, 0.1]) == ("none", 2)
    assert found(norm_y, misfit=[2.0, 1.0], distance=[0.0, 0.1]) == ("none", 2)


def test_a_claim_about_given_numbers_has_limited_power() -> None:
    """That two numbers that the caller gives are in order is not measured by anything."""
    found = verify(
        "ofls19.rem_fast",
        data="mixture:K=2,C=1,n=20,d=4,orthonormal=true",
        activation="sin",
        learning_duration=2,
        normalised_cutoff="1/2",
        output_scale="1/10",
    )
    assert found.verdict is Verdict.CONSISTENT
    assert [item.control for item in found.tallies] == ["none"]
    assert found.reason == "limited power: no measurement keeps the false twin"
