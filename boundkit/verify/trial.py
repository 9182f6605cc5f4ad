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
from boundkit.verify.statistics import excluded
from boundkit.verify.tally import Replay, Tally
from boundkit.verify.witness import confirmed, make_witness

ANSWERS: dict[bool | None, Replay] = {True: "confirmed", False: "refuted", None: "not replayed"}


@dataclass
class Outcome:
    """Results of all claims, the trials in which any broke, and what is needed to draw the run."""

    tallies: list[Tally] = field(default_factory=list)
    broken_trials: set[int] = field(default_factory=set)
    trials: int = 0
    witness: str | None = None
    curves: dict[str, Any] = field(default_factory=dict)
    step_size: float | None = None
    reason: str | None = None


def put_on_trial(
    binding: Binding, plan: Plan, *, allowed: float, out: Path | None, replay_always: bool = False
) -> Outcome:
    """Every claim of the statement, one experiment for all claims that share it.

    A violation is replayed when the trials exclude the allowed probability of failure, or always.
    """
    outcome = Outcome()
    statement = binding.statement
    for experiment in dict.fromkeys(claim.experiment for claim in statement.claims):
        claims = [claim for claim in statement.claims if claim.experiment == experiment]
        if experiment == "unobserved":
            continue
        if experiment == "data":
            outcome.tallies += [judge_data(claim, binding) for claim in claims]
            continue
        kind = experiment_of(experiment, binding)
        chosen = _admitted(binding, plan, kind)
        if not chosen.trials:
            outcome.reason = f"no draw satisfies {', '.join(_run_labels(binding))}"
            outcome.tallies += [Tally(statement.id, claim.label, allowed, 0) for claim in claims]
            continue
        seen = kind.sample(binding, chosen)
        outcome.trials = max(outcome.trials, len(seen.trials))
        outcome.broken_trials |= set(seen.broken)
        for claim in claims:
            tally = judge(claim, binding, seen, allowed=allowed)
            broken = violating_trials(claim, binding, seen)
            outcome.broken_trials |= {t for t, b in zip(seen.trials, broken, strict=True) if b}
            if excluded(tally.violations, tally.trials, allowed) or (tally.violations and replay_always):
                tally, path = _replayed(claim, binding, chosen, seen, tally, out)
                outcome.witness = outcome.witness or path
            outcome.tallies.append(tally)
        if experiment == "training":
            outcome.curves = _curves(binding, seen)
            outcome.step_size = _step_size(binding, seen)
    return outcome


def judge_data(claim: Claim, binding: Binding) -> Tally:
    """A claim about the data alone, decided in ball arithmetic."""
    template = Hypothesis(claim.label, "data", claim.template)
    with precision():
        factor = binding.evaluate(claim.twin, {})
    result = check(template, binding, {tightness: flint.arb(1)})
    twin = check(template, binding, {tightness: factor})
    margin = None
    if result.left is not None and result.right is not None:
        small, large = (
            (result.left, result.right) if claim.template.rel_op in ("<=", "<") else (result.right, result.left)
        )
        margin = float((small / large).upper()) if large > 0 else None
    equal = margin is not None and margin <= 1 + RELATIVE_TOLERANCE
    fails = result.holds is False
    return Tally(
        statement=binding.statement.id,
        label=claim.label,
        allowed=0.0,
        trials=1,
        violations=int(fails),
        undecided=int(result.holds is None and not equal),
        twin_failures=int(twin.holds is False),
        worst_margin=margin,
        slack=1 / margin if margin else None,
        replay="confirmed" if fails else None,
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


def _replayed(
    claim: Claim, binding: Binding, plan: Plan, seen: Observations, tally: Tally, out: Path | None
) -> tuple[Tally, str | None]:
    trial = next(t for t, b in zip(seen.trials, violating_trials(claim, binding, seen), strict=True) if b)
    witness = make_witness(claim, binding, plan, seen, trial=trial, step=first_violation(claim, binding, seen, trial))
    path = str(witness.write(out, binding)) if out is not None else None
    answer = confirmed(claim, binding, plan, witness)
    return replace(tally, replay=ANSWERS[answer], replayed_trial=trial), path


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
