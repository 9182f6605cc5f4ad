"""What a verification says: verdicts, and the report that carries them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """The possible outcomes; a finite experiment never proves anything."""

    CONSISTENT = "consistent"
    VIOLATED = "violated"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"
    INFEASIBLE = "infeasible"
    ERROR = "error"


SEVERITY = (
    Verdict.VIOLATED,
    Verdict.ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.INFEASIBLE,
    Verdict.NOT_APPLICABLE,
    Verdict.CONSISTENT,
)


def worst(verdicts: list[Verdict]) -> Verdict:
    """The most severe verdict of a list.

    >>> worst([Verdict.CONSISTENT, Verdict.INCONCLUSIVE])
    <Verdict.INCONCLUSIVE: 'inconclusive'>
    """
    return next((v for v in SEVERITY if v in verdicts), Verdict.NOT_APPLICABLE)


@dataclass(frozen=True)
class ClaimResult:
    """One claim on trial.

    `worst_margin` is the largest ratio of the smaller-claimed to the larger-claimed side (at most 1 where the
    claim holds) after step 0, where some claims are equalities, met at `worst_step`; `slack` the factor by which
    the claim could be tightened without another violation; `twin_rejected` whether the planted-false twin was
    caught; `violations` the trials that broke it.
    """

    statement: str
    label: str
    verdict: Verdict
    trials: int
    violations: int
    worst_margin: float | None
    worst_trial: int | None
    worst_step: int | None
    slack: float | None
    twin_rejected: bool
    note: str = ""


@dataclass(frozen=True)
class Report:
    """The outcome of `verify`; `interval` is the exact two-sided 95 % interval of the violation frequency."""

    statement: str
    level: str
    verdict: Verdict
    reason: str | None
    data: str
    activation: str | None
    width: int | None
    seed: int
    relaxed: tuple[str, ...] = ()
    trials: int = 0
    violations: int = 0
    interval: tuple[float, float] | None = None
    failure_allowed: float | None = None
    claims: tuple[ClaimResult, ...] = ()
    witness: str | None = None
    backend: str = "none"
    seconds: float = 0.0
    steps: int | None = None
    step_size: float | None = None
    curves: dict[str, Any] = field(default_factory=dict)
