"""Claims in expectation: the mean over the trials, with a bound of it that allows for chance.

A claim is tested through the ratio of its sides, whose mean over the runs from one start is at most 1. Every trial has
a start of its own, so that the mean is also over the starts; the part of the starts on which the statement may fail is
left out in the way that favours the claim. All trials of a group make one test: they count as violating it together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sympy import Eq, Ge, Gt, Le
from sympy.core.relational import Relational

from boundkit.query import Binding
from boundkit.statement import Claim
from boundkit.statement.vocabulary import tightness
from boundkit.verify.judge import RELATIVE_TOLERANCE, largest_finite, margins, slack_of, twin_factor
from boundkit.verify.observe import Observations, Plan, experiment
from boundkit.verify.observe.plan import joined, number
from boundkit.verify.statistics import least_mean, mean_interval
from boundkit.verify.tally import Tally

STEPS_TESTED = 16  # of a curve: its first steps, then further and further apart
ONE = np.float64(1)
EXACT = 1000  # an equality is met exactly, so that one true claim in twenty would fail at the usual confidence
MAJORITY = 0.5  # groups of trials that reject are believed when they are more than half of all


def is_mean(claim: Claim) -> bool:
    """Whether the claim is about a mean over the trials."""
    return claim.chance == "in expectation"


def judge_mean(claim: Claim, binding: Binding, seen: Observations, *, ignored: float) -> Tally:
    """What the trials say of a claim in expectation that may fail for a part `ignored` of the starts."""
    total = len(seen.trials)
    rejected = mean_violated(claim, binding, seen, ignored=ignored)
    twin = twin_factor(claim, binding, seen)
    means = [_mean(column[np.isfinite(column)]) for column in _ratios(claim, binding, seen, 1.0).T]
    steps = _steps(claim, binding, seen)
    worst = int(np.argmax(means)) if max(means, default=-np.inf) > -np.inf else None
    return Tally(
        statement=binding.statement.id,
        label=claim.label,
        allowed=MAJORITY,
        trials=total,
        violations=total if rejected else 0,
        broken=0 if rejected else len(seen.broken),
        twin_failures=total if mean_violated(claim, binding, seen, ignored=ignored, factor=twin) else 0,
        worst_margin=None if worst is None else means[worst],
        worst_step=None if worst is None else int(steps[worst]),
        slack=slack_of(
            lambda factor: not mean_violated(claim, binding, seen, ignored=ignored, factor=factor),
            ceiling=largest_finite(twin),
        ),
    )


def _mean(sample: np.ndarray) -> float:
    return float(sample.mean()) if sample.size else -np.inf


def mean_violated(claim: Claim, binding: Binding, seen: Observations, *, ignored: float, factor: Any = ONE) -> bool:
    """Whether the trials exclude the claim, tightened by `factor`, at some step."""
    ratios = _ratios(claim, binding, seen, factor)
    groups = np.array(seen.groups or (0,) * len(seen.trials))
    samples = [column[~np.isnan(column)] for group in np.unique(groups) for column in ratios[groups == group].T]
    if isinstance(claim.template, Eq):
        ends = [mean_interval(sample, tests=EXACT * len(samples)) for sample in samples]
        return any(low > 1 + RELATIVE_TOLERANCE or high < 1 - RELATIVE_TOLERANCE for low, high in ends)
    return any(least_mean(sample, tests=len(samples), ignored=ignored) > 1 + RELATIVE_TOLERANCE for sample in samples)


def replayed_mean(
    claim: Claim, binding: Binding, plan: Plan, seen: Observations, tally: Tally, *, ignored: float
) -> Tally:
    """The tally with what the slow implementation says of the same trials."""
    replay = experiment(claim.experiment, binding, plan).replay
    last = max(array.shape[1] for array in seen.values.values()) - 1
    again = [None if replay is None else replay(binding, plan, trial, last) for trial in seen.trials]
    known = [item for item in again if item is not None]
    if len(known) < len(again):
        return replace(tally, replay="not replayed")
    violated = mean_violated(claim, binding, joined(known), ignored=ignored)
    return replace(tally, replay="confirmed" if violated else "refuted", replayed_trial=seen.trials[0])


def _upper(relation: Relational) -> Any:
    """A lower bound of a probability as an upper bound of its complement; equalities as upper bounds."""
    if isinstance(relation, Ge | Gt):
        return Le(1 - relation.lhs, 1 - relation.rhs, evaluate=False)
    return Le(relation.lhs, relation.rhs, evaluate=False)


def _steps(claim: Claim, binding: Binding, seen: Observations) -> np.ndarray:
    count = margins(_upper(claim.template), binding, seen, np.float64(1))[0].shape[1]
    return np.unique(np.rint(np.geomspace(1, count, STEPS_TESTED)).astype(int) - 1)


def _ratios(claim: Claim, binding: Binding, seen: Observations, factor: Any) -> np.ndarray:
    """Ratios of the sides [trials, steps tested]; NaN where a trial does not belong to the mean.

    Of an equation with zero, 1 more than the other side: the mean of both is 1.
    """
    ratio = margins(_upper(claim.template), binding, seen, factor)[0]
    if isinstance(claim.template, Eq):
        values = {**seen.values, tightness: factor}
        left, right = (np.asarray(number(binding, side, values)) for side in claim.template.args)
        ratio = ratio if right.any() else np.broadcast_to(1 + left, ratio.shape)
    chosen = ratio[:, np.unique(np.rint(np.geomspace(1, ratio.shape[1], STEPS_TESTED)).astype(int) - 1)]
    return np.where(np.isneginf(chosen), np.nan, chosen)
