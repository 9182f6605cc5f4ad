"""Deliberately false theorems, one for every type of claim: each is an encoded statement with one claim made false."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sympy import Rational

from boundkit.papers import statement
from boundkit.statement import Claim, Statement
from boundkit.statement.vocabulary import tightness
from boundkit.verify import Verdict, verify
from boundkit.verify.mutations import claim_kind

SMOOTH: dict[str, Any] = {"data": "orthonormal:n=4", "activation": "softplus", "delta": 1}
PLANTED: dict[str, Any] = {"data": "planted:n=12,d=4,k=4,activation=tanh", "activation": "tanh"}
CLASSES: dict[str, Any] = {
    "data": "mixture:K=2,C=1,n=20,d=4,orthonormal=true",
    "activation": "sin",
    "k": 100,
    "trials": 12,
    **dict.fromkeys(("row_radius", "hidden_radius", "output_radius"), 1),
    "output_scale": "1/10",
}
FALSE = {  # type of claim: statement, claim, the factor by which it is overdone, how it is tried
    "rate": ("os19.thm6_2.refined", "rate", 60, {**SMOOTH, "trials": 8, "steps": 60}),
    "radius": ("os19.thm6_2.refined", "radius", 30, {**SMOOTH, "trials": 8, "steps": 60}),
    "path": ("os19.thm6_2.refined", "path", 20, {**SMOOTH, "trials": 8, "steps": 60}),
    "probability": ("os19.lem6_12", "initial_misfit", "16/5", {**SMOOTH, "trials": 64}),
    "spectral": ("sjl17.lem5_4", None, 100, {**PLANTED, "trials": 4}),
    "generalisation": ("ofls19.lem6_17.repaired", "complexity", 100, CLASSES),
    "landscape": ("sjl17.lem7_13.repaired", None, 1000, {**PLANTED, "trials": 8}),
}


def overdone(honest: Statement, label: str | None, factor: Any) -> tuple[Statement, Claim]:
    """The statement with nothing but this claim, tightened by the factor, which no observation can bear."""
    claim = honest.claims[0] if label is None else honest.claim(label)
    false = replace(claim, template=claim.template.subs(tightness, Rational(factor) * tightness))
    return replace(honest, claims=(false,)), false


@pytest.mark.parametrize("kind", FALSE)
def test_a_false_theorem_is_violated_and_replayed(kind: str) -> None:
    """The verdict is violated, the slow implementation has seen it too, and the honest theorem is not violated."""
    id, label, factor, given = FALSE[kind]
    honest = statement(id)
    false, claim = overdone(honest, label, factor)
    assert claim_kind(claim) == kind
    report = verify(false, **given)
    assert report.verdict is Verdict.VIOLATED, report.reason
    assert "replayed" in report.claims[0].note
    assert verify(replace(honest, claims=(honest.claim(claim.label),)), **given).verdict is not Verdict.VIOLATED
