"""What a verification says: verdicts, and the report that carries them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from boundkit.verify.statistics import excluded
from boundkit.verify.tally import Tally
from boundkit.verify.vacuous import vacuous


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


CONTROLLED = {
    "replay": "limited power: no measurement keeps the false twin; the slow implementation measures the same",
    "none": "limited power: no measurement keeps the false twin",
}


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
    trials: int = 0
    violations: int = 0
    worst_margin: float | None = None
    worst_trial: int | None = None
    worst_step: int | None = None
    slack: float | None = None
    twin_rejected: bool = False
    note: str = ""


def conclude(tally: Tally) -> ClaimResult:
    """The verdict on a claim.

    A violation beyond what the statement allows counts once the slow implementation has seen it too; agreement counts
    only where every trial ran, the statement's probability says something and the false twin was rejected.
    """
    if tally.trials == 0:
        return ClaimResult(tally.statement, tally.label, Verdict.NOT_APPLICABLE)
    rejected = excluded(tally.twin_failures, tally.trials, tally.allowed)
    verdict, note = Verdict.CONSISTENT, ""
    if excluded(tally.violations, tally.trials, tally.allowed):
        verdict, note = _violation(tally)
    elif tally.broken:
        verdict, note = Verdict.ERROR, "a trial diverged or failed"
    elif tally.undecided:
        verdict, note = Verdict.INCONCLUSIVE, "the enclosures do not decide it"
    elif tally.allowed >= 1:
        verdict, note = Verdict.INCONCLUSIVE, vacuous(tally.statement)
    elif not rejected:
        verdict, note = Verdict.INCONCLUSIVE, "no power: the false twin was not rejected"
    else:
        note = CONTROLLED.get(tally.control, "")
    return ClaimResult(
        statement=tally.statement,
        label=tally.label,
        verdict=verdict,
        trials=tally.trials,
        violations=tally.violations,
        worst_margin=tally.worst_margin,
        worst_trial=tally.worst_trial,
        worst_step=tally.worst_step,
        slack=tally.slack,
        twin_rejected=rejected,
        note=note,
    )


def leading_note(claims: Iterable[ClaimResult]) -> str | None:
    """The note of the most severe verdict that has one."""
    ordered = sorted(claims, key=lambda item: SEVERITY.index(item.verdict))
    return next((item.note for item in ordered if item.note), None)


def _violation(tally: Tally) -> tuple[Verdict, str]:
    if tally.replay == "refuted":
        return Verdict.ERROR, "the replay does not see the violation"
    if tally.replay == "confirmed":
        where = "" if tally.replayed_trial is None else f"trial {tally.replayed_trial} replayed in extended precision"
        return Verdict.VIOLATED, where
    return Verdict.INCONCLUSIVE, "seen but not replayed"


@dataclass(frozen=True)
class Report:
    """The outcome of `verify`; `interval` is the exact two-sided 95 % interval of the violation frequency.

    `assumed` holds the values that the caller gave to constants which the paper leaves open, by name: the verdict,
    also a violation, speaks of these values only. `parameters` are the other values given; at infinite width `width` is
    None and `infinite` true.
    """

    statement: str
    level: str
    verdict: Verdict
    reason: str | None
    data: str
    activation: str | None
    width: int | None
    seed: int
    relaxed: tuple[str, ...] = ()
    assumed: Mapping[str, str] = field(default_factory=dict)
    trials: int = 0
    violations: int = 0
    interval: tuple[float, float] | None = None
    failure_allowed: float | None = None
    claims: tuple[ClaimResult, ...] = ()
    tallies: tuple[Tally, ...] = field(default=(), repr=False)
    witness: str | None = None
    backend: str = "none"
    seconds: float = 0.0
    steps: int | None = None
    step_size: float | None = None
    curves: dict[str, Any] = field(default_factory=dict, repr=False)
    scaling: Mapping[str, Any] | None = None
    infinite: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
