"""Putting the claims of one bound statement on trial at one width."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import flint
import numpy as np

from boundkit.arithmetic import precision
from boundkit.query import Binding
from boundkit.query.check import check
from boundkit.statement import Claim, Hypothesis
from boundkit.statement.vocabulary import misfit, step_size, tau, tightness
from boundkit.verify.certificate import measured_checks
from boundkit.verify.judge import RELATIVE_TOLERANCE, first_violation, judge, violating_trials
from boundkit.verify.observe import Experiment, Observations, Plan, experiment as experiment_of, number
from boundkit.verify.verdict import ClaimResult, Verdict
from boundkit.verify.witness import confirmed, make_witness


@dataclass
class Outcome:
    """Results of all claims, the trials in which any broke, and what is needed to draw the run."""

    claims: list[ClaimResult] = field(default_factory=list)
    broken_trials: set[int] = field(default_factory=set)
    trials: int = 0
    witness: str | None = None
    curves: dict[str, Any] = field(default_factory=dict)
    step_size: float | None = None
    reason: str | None = None


def put_on_trial(binding: Binding, plan: Plan, *, allowed: float, out: Path | None) -> Outcome:
    """Every claim of the statement, one experiment for all claims that share it."""
    outcome = Outcome()
    statement = binding.statement
    for experiment in dict.fromkeys(claim.experiment for claim in statement.claims):
        claims = [claim for claim in statement.claims if claim.experiment == experiment]
        if experiment == "unobserved":
            continue
        if experiment == "data":
            outcome.claims += [judge_data(claim, binding) for claim in claims]
            continue
        kind = experiment_of(experiment, binding)
        chosen = _admitted(binding, plan, kind)
        if not chosen.trials:
            outcome.reason = f"no draw satisfies {', '.join(_run_labels(binding))}"
            outcome.claims += [_absent(claim, binding) for claim in claims]
            continue
        seen = kind.sample(binding, chosen)
        outcome.trials = max(outcome.trials, len(seen.trials))
        outcome.broken_trials |= set(seen.broken)
        for claim in claims:
            result = judge(claim, binding, seen, allowed=allowed, name=statement.id)
            broken = violating_trials(claim, binding, seen)
            outcome.broken_trials |= {t for t, b in zip(seen.trials, broken, strict=True) if b}
            if result.verdict is Verdict.VIOLATED:
                result, path = _replayed(claim, binding, chosen, seen, result, out)
                outcome.witness = outcome.witness or path
            outcome.claims.append(result)
        if experiment == "training":
            outcome.curves = _curves(binding, seen)
            outcome.step_size = _step_size(binding, seen)
    return outcome


def judge_data(claim: Claim, binding: Binding) -> ClaimResult:
    """A claim about the data alone, decided in ball arithmetic."""
    template = Hypothesis(claim.label, "data", claim.template)
    with precision():
        factor = binding.evaluate(claim.twin, {})
    result = check(template, binding, {tightness: flint.arb(1)})
    twin = check(template, binding, {tightness: factor})
    rejected = twin.holds is False
    margin = None
    if result.left is not None and result.right is not None:
        small, large = (
            (result.left, result.right) if claim.template.rel_op in ("<=", "<") else (result.right, result.left)
        )
        margin = float((small / large).upper()) if large > 0 else None
    equal = margin is not None and margin <= 1 + RELATIVE_TOLERANCE
    if result.holds is False:
        verdict, note = Verdict.VIOLATED, ""
    elif result.holds is None and not equal:
        verdict, note = Verdict.INCONCLUSIVE, "the enclosures do not decide it"
    elif not rejected:
        verdict, note = Verdict.INCONCLUSIVE, "no power: the false twin was not rejected"
    else:
        verdict, note = Verdict.CONSISTENT, ""
    return ClaimResult(
        statement=binding.statement.id,
        label=claim.label,
        verdict=verdict,
        trials=1,
        violations=int(result.holds is False),
        worst_margin=margin,
        worst_trial=None,
        worst_step=None,
        slack=1 / margin if margin else None,
        twin_rejected=rejected,
        note=note,
    )


def _run_labels(binding: Binding) -> list[str]:
    return [item.label for item in binding.statement.hypotheses if item.role == "run"]


def _admitted(binding: Binding, plan: Plan, kind: Experiment) -> Plan:
    """The trials whose initialisation satisfies the statement's own conditions on the run."""
    if kind.start is None or not _run_labels(binding):
        return plan
    labels = set(_run_labels(binding))
    good = []
    for trial in plan.trials:
        checks = measured_checks(binding, kind.start(binding, plan, trial))
        if all(item.holds is True for item in checks if item.label in labels):
            good.append(trial)
    return replace(plan, trials=tuple(good))


def _absent(claim: Claim, binding: Binding) -> ClaimResult:
    return ClaimResult(
        statement=binding.statement.id,
        label=claim.label,
        verdict=Verdict.NOT_APPLICABLE,
        trials=0,
        violations=0,
        worst_margin=None,
        worst_trial=None,
        worst_step=None,
        slack=None,
        twin_rejected=False,
    )


def _replayed(
    claim: Claim, binding: Binding, plan: Plan, seen: Observations, result: ClaimResult, out: Path | None
) -> tuple[ClaimResult, str | None]:
    trial = next(t for t, b in zip(seen.trials, violating_trials(claim, binding, seen), strict=True) if b)
    witness = make_witness(claim, binding, plan, seen, trial=trial, step=first_violation(claim, binding, seen, trial))
    path = str(witness.write(out, binding)) if out is not None else None
    answer = confirmed(claim, binding, plan, witness)
    if answer is True:
        return replace(result, note=f"trial {trial} replayed in extended precision"), path
    if answer is False:
        return replace(result, verdict=Verdict.ERROR, note="the replay does not see the violation"), path
    return replace(result, verdict=Verdict.INCONCLUSIVE, note="seen but not replayed"), path


def _curves(binding: Binding, seen: Observations) -> dict[str, Any]:
    """Measured misfits and the guaranteed curve of the first trial."""
    claim = next((c for c in binding.statement.claims if c.observable == misfit), None)
    curves: dict[str, Any] = {
        "tau": seen.values[tau][0].tolist(),
        "misfit": [[x for x in row if np.isfinite(x)] for row in seen.values[misfit].tolist()],
    }
    if claim is not None:
        right = number(binding, claim.relation.rhs, {**seen.values, tightness: 1.0})
        root = 0.5 if claim.relation.lhs != misfit else 1.0
        curves["bound"] = (np.broadcast_to(right, seen.values[misfit].shape)[0] ** root).tolist()
    return curves


def _step_size(binding: Binding, seen: Observations) -> float:
    return float(np.ravel(number(binding, step_size, seen.values))[0])
