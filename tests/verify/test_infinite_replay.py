"""Replays at infinite width are independent: they see one trial, agree with the engine, and find wrong limits out."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sympy import Float, Integer, Le, Symbol

from boundkit.errors import Infeasible
from boundkit.papers import statement
from boundkit.query import Binding
from boundkit.statement import Claim, Statement
from boundkit.statement.vocabulary import misfit, misfit_0, norm_J, tightness
from boundkit.train.infinite import Limit, limit_of
from boundkit.verify import Report, Verdict, verify
from boundkit.verify.observe import Experiment, Observations, Plan, experiment
from boundkit.verify.observe.shallow import infinite

LECUN = "8e-28"  # one over the root of 2^180
SPHERE = {"data": "sphere:n=3,d=3,seed=2", "activation": "gelu", "output_std": LECUN}
BOTH: dict[str, Any] = {**SPHERE, "radius": 1, "outer_radius": 2, "b": 1}
SMOOTH: dict[str, Any] = {"data": "orthonormal:n=3", "activation": "softplus", "delta": 1}
LEMMA = "sgd22.d.mean_initial_loss"
TRIAL = importlib.import_module("boundkit.verify.trial")
DISTORTIONS: dict[str, Callable[[Limit], Limit]] = {
    "gram": lambda limit: replace(limit, gram=1.1 * limit.gram),
    "covariance": lambda limit: replace(limit, first=2 * limit.first),
}


def at_infinity(id: Any, **given: Any) -> Report:
    """The statement in the limit."""
    return verify(id, k="infinite", device="cpu", **given)


def distort(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """Let the engine train in a wrong limit."""

    def wrong(*args: Any, **given: Any) -> Limit:
        return DISTORTIONS[part](limit_of(*args, **given))

    monkeypatch.setattr(infinite, "limit_of", wrong)


def seen_twice(id: str, monkeypatch: pytest.MonkeyPatch, **given: Any) -> tuple[Observations, Observations, int]:
    """What the engine and the replay of its second trial see, and which trial that is."""
    kept: list[tuple[Binding, Plan, Experiment, Observations]] = []

    def watched(kind: str, binding: Binding, plan: Plan | None = None) -> Experiment:
        found = experiment(kind, binding, plan)

        def sample(binding: Binding, plan: Plan) -> Observations:
            kept.append((binding, plan, found, found.sample(binding, plan)))
            return kept[-1][-1]

        return replace(found, sample=sample)

    monkeypatch.setattr(TRIAL, "experiment_of", watched)
    at_infinity(id, **given)
    binding, plan, found, seen = kept[0]
    assert found.replay is not None
    steps = max(array.shape[1] for array in seen.values.values()) - 1
    again = found.replay(binding, plan, seen.trials[1], steps)
    assert again is not None
    return seen, again, seen.trials[1]


@pytest.mark.parametrize(
    ("id", "given"),
    [
        (LEMMA, SPHERE),
        (LEMMA, {**SPHERE, "activation": "relu"}),
        ("os19.thm3_2.repaired", {"data": "orthonormal:n=2", "activation": "erf"}),
        (
            "ofls19.lem6_14.sharpened",
            {"data": "mixture:K=2,C=1,n=8,d=4", "activation": "sin", "failure": ".1", "output_scale": ".1"},
        ),
        ("sgd22.d.network", {**BOTH, "steps": 40}),
        ("os19.thm6_2.refined", {**SMOOTH, "steps": 30}),
    ],
)
def test_the_replay_sees_the_same_trial(id: str, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is measured of a start, and the curves of training, to 1e-6; one trial, not all of them."""
    seen, again, trial = seen_twice(id, monkeypatch, trials=4, **given)
    assert again.trials == (trial,)
    assert again.values.keys() == seen.values.keys()
    for symbol, array in again.values.items():
        row = np.broadcast_to(seen.values[symbol], (4, seen.values[symbol].shape[1]))[[1]]
        assert array.shape[0] == 1
        scale = np.nanmax(np.abs(row)) if np.isfinite(row).any() else 1.0
        np.testing.assert_allclose(array, row, rtol=1e-6, atol=1e-7 * scale, err_msg=str(symbol))


def false_by_the_engine(claim: Claim, symbol: Symbol, honest: float) -> Claim:
    """That the symbol is at most 1.02 times what the honest engine sees: true, and false for a distorted one."""
    return replace(claim, template=Le(symbol, Float(1.02 * honest, 20) * tightness), chance="surely")


@pytest.mark.parametrize(("part", "symbol"), [("gram", norm_J), ("covariance", misfit_0)])
def test_a_violation_of_a_wrong_limit_is_an_error(part: str, symbol: Symbol, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Gram matrix times 1.1 or the covariance times 2 breaks a true claim, which the replay does not see."""
    target = replace(statement(LEMMA), hypotheses=())
    with monkeypatch.context() as patch:
        seen, _, _ = seen_twice(LEMMA, patch, trials=2, **SPHERE)
    claim = false_by_the_engine(target.claims[0], symbol, float(np.max(seen.values[symbol])))
    assert at_infinity(replace(target, claims=(claim,)), trials=2, **SPHERE).violations == 0
    distort(monkeypatch, part)
    report = at_infinity(replace(target, claims=(claim,)), trials=2, **SPHERE)
    assert report.verdict is Verdict.ERROR
    assert "replay does not see" in str(report.claims[0].note) + str(report.reason)


def with_blind_twin(id: str, symbol: Symbol) -> Statement:
    """The statement with one true claim, whose twin, that the symbol is at most half of itself, is always false."""
    honest = replace(statement(id), hypotheses=())
    given: dict[str, Any] = {"template": Le(symbol, 2 * symbol / tightness), "twin": Integer(4), "chance": "surely"}
    return replace(honest, claims=(replace(honest.claims[0], observable=symbol, **given),))


@pytest.mark.parametrize("part", [None, *DISTORTIONS])
@pytest.mark.parametrize("id", [LEMMA, "os19.thm6_2.refined"])
def test_a_blind_twin_is_replayed(id: str, part: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a start or of training: consistent only where the replay measures what the engine did."""
    given = SPHERE if id == LEMMA else {**SMOOTH, "steps": 300}
    symbol = misfit if id != LEMMA else norm_J if part == "gram" else misfit_0
    if part is not None:
        distort(monkeypatch, part)
    report = at_infinity(with_blind_twin(id, symbol), trials=4, **given)
    assert report.tallies[0].control == "replay"
    assert (report.verdict is Verdict.CONSISTENT) == (part is None)


def test_without_a_replay_a_blind_twin_is_no_control(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels that cannot be integrated again confirm nothing."""

    def too_long(*args: Any, **given: Any) -> None:
        raise Infeasible("too many rows")

    monkeypatch.setattr(infinite, "integrated_limit", too_long)
    report = at_infinity(with_blind_twin(LEMMA, misfit_0), trials=4, **SPHERE)
    assert report.tallies[0].control == "none"
