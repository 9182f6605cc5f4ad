"""Claims about a limit: what they imply at the last step of a run, for runs that are long enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil, log

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement import Claim
from boundkit.statement.vocabulary import tau
from boundkit.verify.observe import Observations, number

LARGEST_DOUBT = 0.05  # with which what is tried in the place of a limit may fail although the limit is as claimed


def long_enough(claim: Claim, binding: Binding, seen: Observations) -> tuple[Observations, float]:
    """The trials that say something of the claim, and what it may fail by beside the statement's own probability.

    For a claim about a limit those whose last step leaves little doubt; for others all, without doubt.
    """
    if claim.stated is None:
        return seen, 0.0
    doubts = _doubts(claim, binding, seen)
    kept = doubts <= LARGEST_DOUBT
    if kept.all():
        return seen, float(doubts.max())

    def rows(arrays: Mapping[Symbol, np.ndarray]) -> dict[Symbol, np.ndarray]:
        return {s: a[kept] if np.ndim(a) == 2 and len(a) == len(kept) else a for s, a in arrays.items()}

    trials = tuple(np.array(seen.trials)[kept].tolist())
    groups = tuple(np.array(seen.groups)[kept].tolist()) if seen.groups else ()
    broken = tuple(trial for trial in seen.broken if trial in trials)
    part = replace(seen, trials=trials, values=rows(seen.values), upper=rows(seen.upper), groups=groups, broken=broken)
    return part, float(doubts[kept].max(initial=0.0))


def too_short(claim: Claim, binding: Binding, seen: Observations) -> str:
    """Why no trial says anything of a claim about a limit, and how many steps would."""
    doubts, best = _doubts(claim, binding, seen), int(_doubts(claim, binding, seen).argmin())
    doubt, steps = float(doubts[best]), int(_last(claim, seen)[best])
    found = f"{claim.label} is not on trial: its consequence after {steps} steps has probability {1 - doubt:.3g}"
    if not 0 < doubt < 1:
        return found
    return f"{found}; {1 - LARGEST_DOUBT:g} takes {ceil(steps * log(LARGEST_DOUBT) / log(doubt))} steps"


def _last(claim: Claim, seen: Observations) -> np.ndarray:
    """The step at which each trial shows the claim's observable, [trials]."""
    shape = (len(seen.trials), seen.values[tau].shape[1])
    return np.asarray((~np.isnan(np.broadcast_to(seen.values[claim.observable], shape))).argmax(axis=1))


def _doubts(claim: Claim, binding: Binding, seen: Observations) -> np.ndarray:
    """The doubt that the last step of each trial leaves, [trials]."""
    last = _last(claim, seen)
    doubts = np.broadcast_to(number(binding, claim.doubt, seen.values), (len(last), seen.values[tau].shape[1]))
    return np.asarray(doubts[np.arange(len(last)), last])
