"""Holding a claim against observations: margins, slack and the planted-false twin."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import numpy as np
from sympy import Symbol
from sympy.core.relational import Relational

from boundkit.arithmetic import FLOAT, evaluate
from boundkit.query import Binding
from boundkit.statement import Claim
from boundkit.statement.vocabulary import tightness
from boundkit.verify.observe import Observations, floats
from boundkit.verify.tally import Tally

RELATIVE_TOLERANCE = 1e-9
AMPLIFICATION = 100  # of relative uncertainty: bounds multiply a few powers of measured quantities
ABSOLUTE_TOLERANCE = 1e-12  # of the largest value that the observed side takes: rounding of the training


def uncertainty(binding: Binding, symbols: Collection[Symbol]) -> float:
    """The largest relative radius of these bound values: what is not known of the data is not held against a claim."""
    found = [binding.values[symbol] for symbol in symbols if symbol in binding.values]
    balls = [value for value in found if value.is_finite() and value.mid() != 0]
    return max((float((value.rad() / abs(value.mid())).upper()) for value in balls), default=0.0)


def margins(relation: Relational, binding: Binding, seen: Observations, factor: Any) -> tuple[np.ndarray, np.ndarray]:
    """Ratio of the side claimed to be smaller to the other, and whether the claim holds: [trials, steps].

    Entries where a trial had ended hold -inf and True.
    """
    values = {**floats(binding), **seen.values, tightness: factor}
    sides = binding.reduce(relation.lhs), binding.reduce(relation.rhs)
    taken = (sides[0].free_symbols | sides[1].free_symbols) - seen.values.keys()
    with np.errstate(all="ignore"):
        left, right = (evaluate(side, values, FLOAT) for side in sides)
        if relation.rel_op == "==":
            left, right = np.maximum(left, right), np.minimum(left, right)
        small, large = (right, left) if relation.rel_op in (">=", ">") else (left, right)
        shape = (len(seen.trials), max(np.shape(v)[-1] if np.ndim(v) == 2 else 1 for v in (small, large)))
        small, large = np.broadcast_to(small, shape), np.broadcast_to(large, shape)
        ended = np.isnan(small) | np.isnan(large)
        scale = np.nanmax(np.abs(np.where(ended, np.nan, small)), initial=0.0)
        tolerance = RELATIVE_TOLERANCE + AMPLIFICATION * uncertainty(binding, taken)
        holds = small <= large + tolerance * np.abs(large) + ABSOLUTE_TOLERANCE * scale
        if relation.rel_op in ("<", ">"):
            holds = small < large
        ratio = np.where(small <= 0, np.where(large >= small, 0.0, np.inf), small / np.maximum(large, 0.0))
    return np.where(ended, -np.inf, ratio), holds | ended


def judge(claim: Claim, binding: Binding, seen: Observations, *, allowed: float) -> Tally:
    """What the trials say of one claim whose failure has probability at most `allowed`."""
    ratio, holds = margins(claim.template, binding, seen, np.float64(1))
    violated = np.asarray(~holds.all(axis=1))
    widest = replace(seen, values={**seen.values, **seen.upper})
    doubtful = violating_trials(claim, binding, widest) & ~violated
    twin = twin_factor(claim, binding, seen)
    first = 1 if ratio.shape[1] > 1 and claim.experiment == "training" else 0
    row, step = np.unravel_index(int(np.argmax(ratio[:, first:])), ratio[:, first:].shape)
    worst = ratio[row, first + step]

    def still(factor: float) -> bool:
        tightened = margins(claim.template, binding, widest, np.float64(factor))[1].all(axis=1)
        return bool((tightened | violated).all())

    return Tally(
        statement=binding.statement.id,
        label=claim.label,
        allowed=allowed,
        trials=len(seen.trials),
        violations=int(violated.sum()),
        broken=int((np.isin(seen.trials, seen.broken) & ~violated).sum()),
        undecided=int(doubtful.sum()),
        twin_failures=int((~margins(claim.template, binding, seen, twin)[1].all(axis=1)).sum()),
        worst_margin=float(worst) if np.isfinite(worst) else None,
        worst_trial=int(seen.trials[row]),
        worst_step=int(first + step),
        slack=slack_of(still, ceiling=largest_finite(twin)) if np.isfinite(worst) and not violated.all() else None,
    )


def violating_trials(claim: Claim, binding: Binding, seen: Observations) -> np.ndarray:
    """Boolean [trials]: which trials break the claim."""
    return np.asarray(~margins(claim.template, binding, seen, np.float64(1))[1].all(axis=1))


def first_violation(claim: Claim, binding: Binding, seen: Observations, trial: int) -> int:
    """The first step at which `trial` breaks the claim."""
    holds = margins(claim.template, binding, seen, np.float64(1))[1]
    return int(np.argmin(holds[seen.trials.index(trial)]))


def twin_factor(claim: Claim, binding: Binding, seen: Observations) -> np.ndarray:
    """The tightening at which the claim must fail, for every trial and, where it differs, step."""
    with np.errstate(all="ignore"):
        value = evaluate(binding.reduce(claim.twin), {**floats(binding), **seen.values}, FLOAT)
    return np.broadcast_to(value, (len(seen.trials), np.shape(value)[-1] if np.ndim(value) == 2 else 1))


def largest_finite(array: np.ndarray) -> float:
    """The largest finite entry; NaN where there is none."""
    finite = array[np.isfinite(array)]
    return float(finite.max()) if finite.size else float("nan")


def slack_of(still: Callable[[float], bool], *, ceiling: float) -> float | None:
    """The largest tightening up to `ceiling` at which the claim is `still` accepted, by bisection on its logarithm."""
    if not np.isfinite(ceiling) or ceiling <= 1 or not still(1.0):
        return None
    if still(ceiling):
        return ceiling
    low, high = 0.0, float(np.log(ceiling))
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if still(float(np.exp(middle))) else (low, middle)
    return float(np.exp(low))
