"""Putting the claims of one bound statement on trial at one width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import flint
import numpy as np
from sympy import Symbol

from boundkit.arithmetic import precision
from boundkit.query import Binding
from boundkit.query.bind import require
from boundkit.query.check import Check, check
from boundkit.statement import Claim, Hypothesis
from boundkit.statement.vocabulary import misfit, step_size, tau, tightness
from boundkit.verify.certificate import measured_checks
from boundkit.verify.horizon import long_enough, too_short
from boundkit.verify.judge import RELATIVE_TOLERANCE, first_violation, judge, violating_trials
from boundkit.verify.levels import TRAINS
from boundkit.verify.means import is_mean, judge_mean, mean_violated, replayed_mean
from boundkit.verify.observe import LIMITS, Experiment, Observations, Plan, experiment as experiment_of, number
from boundkit.verify.power import breaks, is_blind, is_blind_on_data, replayed_control
from boundkit.verify.statistics import excluded
from boundkit.verify.tally import Replay, Tally
from boundkit.verify.verdict import Verdict, conclude
from boundkit.verify.witness import confirmed, make_witness

CERTAIN = ("surely", "almost every data")  # no trial may break such a claim, beyond rounding
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
    allowed: float | None = None


def put_on_trial(
    binding: Binding,
    plan: Plan,
    *,
    allowed: float,
    out: Path | None,
    replay_always: bool = False,
    relaxed: Sequence[str] = (),
) -> Outcome:
    """Every claim of the statement, one experiment for all claims that share it.

    A violation is replayed when the trials exclude the allowed probability of failure, or always; its witness tells
    the hypotheses that are `relaxed`.
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
        if plan.infinite and experiment not in LIMITS:
            outcome.reason = f"only claims about {' and '.join(LIMITS)} have a limit of infinite width to run"
            outcome.tallies += [Tally(statement.id, claim.label, allowed, 0) for claim in claims]
            continue
        found = observed(binding, plan, claims, allowed)
        if found is None:
            outcome.reason = f"no draw satisfies {', '.join(_run_labels(binding))}"
            outcome.tallies += [Tally(statement.id, claim.label, allowed, 0) for claim in claims]
            continue
        seen, allowed = found
        chosen = replace(plan, trials=seen.trials)
        again = cache(partial(_again, binding, chosen, seen, experiment))
        outcome.allowed = allowed
        outcome.trials = max(outcome.trials, len(seen.trials))
        outcome.broken_trials |= set(seen.broken)
        for claim in claims:
            part, doubt = long_enough(claim, binding, seen)
            if not part.trials:
                outcome.reason = outcome.reason or too_short(claim, binding, seen)
                continue
            if plan.infinite and np.isnan(seen.values.get(claim.observable, 0.0)).all():
                outcome.reason = f"what {claim.label} is about has no limit of infinite width"
                outcome.tallies.append(Tally(statement.id, claim.label, allowed, 0))
                continue
            if is_mean(claim):
                outcome.tallies.append(_mean(claim, binding, chosen, seen, again, allowed=allowed))
                continue
            tally = judged(claim, binding, part, allowed=min(1.0, allowed + doubt))
            broken = violating_trials(claim, binding, part)
            outcome.broken_trials |= {t for t, b in zip(part.trials, broken, strict=True) if b}
            if excluded(tally.violations, tally.trials, tally.allowed) or (tally.violations and replay_always):
                tally, path = _replayed(claim, binding, chosen, part, tally, out, relaxed)
                outcome.witness = outcome.witness or path
            elif _agrees(tally) and is_blind(claim, binding, part, breaks(claim, binding, allowed=tally.allowed)):
                tally = replayed_control(claim, binding, seen, again(), tally)
            outcome.tallies.append(tally)
        if experiment in TRAINS:
            outcome.curves = _curves(binding, seen)
        if experiment == "training":
            outcome.step_size = _step_size(binding, seen)
    return outcome


def observed(binding: Binding, plan: Plan, claims: list[Claim], allowed: float) -> tuple[Observations, float] | None:
    """What the experiment of `claims` shows and the failure that the statement then allows; None without a start."""
    kind = experiment_of(claims[0].experiment, binding, plan)
    chosen = _admitted(binding, plan, kind)
    if not chosen.trials:
        return None
    seen = kind.sample(binding, chosen)
    require(binding, *_without_value(binding, claims, seen))
    allowed = _measured_failure(binding, seen) if np.isnan(allowed) else allowed
    return seen, min(1.0, allowed + seen.mistaken)


def _without_value(binding: Binding, claims: list[Claim], seen: Observations) -> set[Symbol]:
    """What the claims and their probability need and neither the caller gave nor the experiment found."""
    needed = [claim.template for claim in claims] + [binding.statement.failure]
    used = set().union(*(binding.reduce(item).free_symbols for item in needed))
    return used - binding.values.keys() - seen.values.keys() - {tightness}


def _measured_failure(binding: Binding, seen: Observations) -> float:
    """The largest probability of failure that the statement allows on any of the starts."""
    return min(1.0, float(np.max(number(binding, binding.statement.failure, seen.values))))


def judged(claim: Claim, binding: Binding, seen: Observations, *, allowed: float) -> Tally:
    """What the trials say of a claim of a statement that may fail with probability `allowed`."""
    if is_mean(claim):
        return judge_mean(claim, binding, seen, ignored=_ignored(binding, allowed))
    return judge(claim, binding, seen, allowed=0.0 if claim.chance in CERTAIN else allowed)


def _ignored(binding: Binding, allowed: float) -> float:
    """The part of the starts left out of means: none where conditions that were measured on them leave none to fail."""
    return 0.0 if _run_labels(binding) else allowed


def _mean(
    claim: Claim,
    binding: Binding,
    plan: Plan,
    seen: Observations,
    again: Callable[[], Observations | None],
    *,
    allowed: float,
) -> Tally:
    """A claim in expectation."""
    ignored = _ignored(binding, allowed)
    tally = judged(claim, binding, seen, allowed=allowed)

    def broken(wrong: Observations, factor: Any) -> bool:
        return mean_violated(claim, binding, wrong, ignored=ignored, factor=factor)

    if _agrees(tally) and is_blind(claim, binding, seen, broken):
        return replayed_control(claim, binding, seen, again(), tally)
    return replayed_mean(claim, binding, plan, seen, tally, ignored=ignored) if tally.violations else tally


def _agrees(tally: Tally) -> bool:
    return conclude(tally).verdict is Verdict.CONSISTENT


def _again(binding: Binding, plan: Plan, seen: Observations, kind: str) -> Observations | None:
    """The first trial that did not break down as the slow implementation sees it; None where that takes too long."""
    replay = experiment_of(kind, binding, plan).replay
    trial = next((trial for trial in seen.trials if trial not in seen.broken), None)
    if replay is None or trial is None:
        return None
    last = max(np.shape(array)[1] for array in seen.values.values() if np.ndim(array) == 2) - 1
    return replay(binding, plan, trial, last)


def judge_data(claim: Claim, binding: Binding) -> Tally:
    """A claim about the data alone, decided in ball arithmetic."""
    template = Hypothesis(claim.label, "data", claim.template)
    with precision():
        factor = binding.evaluate(claim.twin, {})
    result = check(template, binding, {tightness: flint.arb(1)})
    twin = check(template, binding, {tightness: factor})
    margin, equal = None, False
    if result.left is not None and result.right is not None:
        size = max(result.left.abs_upper(), _apart(twin) if claim.template.rel_op == "==" else flint.arb(0))
        equal = bool((result.left - result.right).abs_upper() <= RELATIVE_TOLERANCE * size)
        small, large = (
            (result.left, result.right) if claim.template.rel_op in ("<=", "<") else (result.right, result.left)
        )
        margin = float((small / large).upper()) if large > 0 else None
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
        control="none" if twin.holds is False and is_blind_on_data(claim, binding) else "statement",
    )


def _apart(twin: Check) -> Any:
    """The least distance of the sides of a twin: the scale on which the sides of an equation with zero are equal."""
    return flint.arb(0) if twin.left is None else (twin.left - twin.right).abs_lower()


def _run_labels(binding: Binding) -> list[str]:
    return [item.label for item in binding.statement.hypotheses if item.role == "run"]


def _admitted(binding: Binding, plan: Plan, kind: Experiment) -> Plan:
    """The trials whose initialisation satisfies the statement's own conditions on the run."""
    if kind.start is None or not _run_labels(binding):
        return plan
    known = set(binding.values)
    waiting = {h.label for h in binding.statement.hypotheses if not binding.reduce(h.relation).free_symbols <= known}
    labels = set(_run_labels(binding))
    good = []
    for trial in plan.trials:
        checks = measured_checks(binding, kind.start(binding, plan, trial))
        run = all(item.holds is True for item in checks if item.label in labels)
        if run and not any(item.holds is False for item in checks if item.label in waiting):
            good.append(trial)
    return replace(plan, trials=tuple(good))


def _replayed(
    claim: Claim,
    binding: Binding,
    plan: Plan,
    seen: Observations,
    tally: Tally,
    out: Path | None,
    relaxed: Sequence[str],
) -> tuple[Tally, str | None]:
    trial = next(t for t, b in zip(seen.trials, violating_trials(claim, binding, seen), strict=True) if b)
    step = first_violation(claim, binding, seen, trial)
    witness = make_witness(claim, binding, plan, seen, trial=trial, step=step, relaxed=relaxed)
    path = str(witness.write(out, binding)) if out is not None else None
    answer = confirmed(claim, binding, plan, witness)
    return replace(tally, replay=ANSWERS[answer], replayed_trial=trial), path


def _curves(binding: Binding, seen: Observations) -> dict[str, Any]:
    """Measured misfits and the guaranteed curve of the first trial."""
    claim = next((c for c in binding.statement.claims if c.observable == misfit), None)
    if misfit not in seen.values:
        return {}
    curves: dict[str, Any] = {
        "tau": [x for x in seen.values[tau][0].tolist() if np.isfinite(x)],
        "misfit": [[x for x in row if np.isfinite(x)] for row in seen.values[misfit].tolist()],
    }
    if claim is not None:
        right = number(binding, claim.relation.rhs, {**seen.values, tightness: 1.0})
        root = 0.5 if claim.relation.lhs != misfit else 1.0
        curves["bound"] = (np.broadcast_to(right, seen.values[misfit].shape)[0] ** root).tolist()
    return curves


def _step_size(binding: Binding, seen: Observations) -> float:
    return float(np.ravel(number(binding, step_size, seen.values))[0])
