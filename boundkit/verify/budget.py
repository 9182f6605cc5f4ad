"""The time that trials will take, from a tiny calibration: first one trial, one step and a few."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import flint
import numpy as np
from sympy import Integer

from boundkit.errors import BoundkitError, Infeasible
from boundkit.query import Binding
from boundkit.statement.words.shared import T
from boundkit.verify.levels import TRAINS
from boundkit.verify.observe import Experiment, Plan, experiment, number

Clock = Callable[[], float]
FEW_STEPS = 3
SHARE = 1 / 8  # of the budget that a second calibration may take
READABLE = 0.05  # seconds; a run that is over sooner is made longer, since its time is mostly noise


@dataclass(frozen=True)
class Budget:
    """Seconds within which the trials must be done, from `started` on; replays of violations are not counted."""

    seconds: float
    clock: Clock = time.perf_counter
    started: float = field(default_factory=time.perf_counter)

    def require(self, binding: Binding, plan: Plan) -> None:
        """Infeasible when the trials of the plan would end after the budget."""
        estimate = seconds_needed(binding, plan, clock=self.clock, enough=self.seconds)
        self._require(self.clock() - self.started + estimate)

    def require_share(self, share: float) -> None:
        """Infeasible when all would end after the budget, if what was done so far is at most this share of it."""
        self._require((self.clock() - self.started) / share)

    def _require(self, needed: float) -> None:
        if needed > self.seconds:
            ratio = needed / self.seconds
            raise Infeasible(f"needs about {needed:.3g} s, {ratio:.3g} times the budget of {self.seconds:g} s")


def seconds_needed(
    binding: Binding, plan: Plan, *, clock: Clock = time.perf_counter, enough: float = float("inf")
) -> float:
    """About how long all experiments of the statement take.

    Training is timed at one and at three steps, more where that is too short to be timed, other experiments as they
    are; no trial is expected to end early. An estimate above `enough` is made again, with several trials side by side
    where these are cheap, since the first run also loads and compiles; the smaller one counts.
    """
    kinds = dict.fromkeys(claim.experiment for claim in binding.statement.claims)
    total = 0.0
    for name in (kind for kind in kinds if kind not in ("data", "unobserved")):
        kind = experiment(name, binding, plan)
        before = clock()
        estimate = _of_one_kind(binding, plan, kind, name in TRAINS, clock, together=1)
        if estimate > enough:
            spent = max(clock() - before, 1e-6)
            together = min(len(plan.trials), max(1, int(SHARE * enough / spent)))
            estimate = min(estimate, _of_one_kind(binding, plan, kind, name in TRAINS, clock, together=together))
        total += estimate
    return total


def _of_one_kind(binding: Binding, plan: Plan, kind: Experiment, trains: bool, clock: Clock, *, together: int) -> float:
    trials, groups = plan.trials[:together], len(plan.trials) / together

    def timed(steps: int) -> float:
        before = clock()
        # Few steps may be refused or fail; the trials themselves will say why.
        with suppress(BoundkitError, ArithmeticError, ValueError, LookupError):
            kind.sample(_shortened(binding, steps), replace(plan, trials=trials, steps=steps, progress=None))
        return clock() - before

    if not trains:
        return groups * timed(plan.steps)
    count, few = _steps(binding, plan), min(FEW_STEPS, plan.steps)
    spent, short = timed(few), timed(1)
    while spent < READABLE and few < count:
        few = min(4 * few, count)
        spent = timed(few)
    a_step = max(0.0, spent - short) / max(1, few - 1)
    return groups * (short + a_step * (count - 1))


def _steps(binding: Binding, plan: Plan) -> int:
    """The steps that a trial takes: those of the statement where it fixes them, else those of the plan."""
    if binding.reduce(T).free_symbols <= binding.values.keys():
        own = float(np.squeeze(number(binding, T, {})))
        return max(1, int(min(own, plan.steps))) if np.isfinite(own) else plan.steps
    return plan.steps


def _shortened(binding: Binding, steps: int) -> Binding:
    """The statement with as many iterations, where it has a number of them."""
    if T in binding.values:
        binding = replace(binding, values={**binding.values, T: flint.arb(steps)})
    if T in binding.statement.instance:
        instance = {**binding.statement.instance, T: Integer(steps)}
        binding = replace(binding, statement=replace(binding.statement, instance=instance), reduced={})
    return binding
