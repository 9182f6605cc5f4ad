"""The answers: a required width or a guarantee, with the status of every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flint
from sympy import Symbol

from boundkit.arithmetic import precision
from boundkit.data import Quantity
from boundkit.query.bind import Binding
from boundkit.query.check import Check
from boundkit.statement import Statement, Status
from boundkit.statement.vocabulary import epsilon, norm_y


@dataclass(frozen=True)
class Requirement:
    """What a statement requires and guarantees on given data.

    `width` is the smallest admissible width at which every hypothesis certainly holds, or None with the reason in
    `reason`; `minimal` says whether the next smaller admissible width certainly fails. All numbers are balls:
    `step_size`; `rate` (the misfit shrinks by the factor 1 - rate a step); `iterations` until the misfit is at most
    epsilon |y|; `radius` (bound on the distance from the initialisation); `probability`. They are None where they
    depend on an open constant, and all of them when a hypothesis certainly fails: nothing is guaranteed then.
    """

    statement: Statement
    width: int | None
    width_expression: str | None
    status: Status
    binding: str | None
    minimal: bool | None
    checks: tuple[Check, ...]
    step_size: Any
    rate: Any
    iterations: int | None
    radius: Any
    probability: Any
    quantities: Mapping[str, Quantity]
    reason: str | None

    @property
    def vacuous(self) -> bool:
        """True when the probability is not certainly positive."""
        return self.probability is not None and not bool(self.probability > 0)

    @property
    def applicable(self) -> bool:
        """False when some hypothesis does not certainly hold."""
        return all(item.holds is True for item in self.checks)

    @property
    def failing(self) -> tuple[str, ...]:
        """Labels of the hypotheses that certainly fail or are undecided."""
        return tuple(item.label for item in self.checks if item.holds is not True)


def status_of(binding: Binding) -> Status:
    """open if a constant has no value, assumed if the caller supplied one, else tracked or printed."""
    if binding.missing:
        return "open"
    if binding.assumed:
        return "assumed"
    return "printed" if binding.statement.form == "printed" else "tracked"


NOTHING = dict.fromkeys(("step_size", "rate", "iterations", "radius", "probability"))


def numbers(binding: Binding, values: Mapping[Symbol, Any]) -> dict[str, Any]:
    """Step size, rate, iterations, radius and probability; None where a symbol has no value."""
    statement = binding.statement
    with precision(192):
        start = _value(binding, statement.summary.get("misfit_0"), values)
        rate = _value(binding, statement.summary.get("rate"), values)
        probability = flint.arb(1) if statement.probability is None else None
        return {
            "step_size": _value(binding, statement.setting and statement.setting.step_size, values),
            "rate": rate,
            "iterations": _iterations(start, rate, binding),
            "radius": _value(binding, statement.summary.get("radius"), values),
            "probability": probability or _value(binding, statement.probability, values),
        }


def _value(binding: Binding, expression: Any, values: Mapping[Symbol, Any]) -> Any:
    if expression is None:
        return None
    try:
        value = binding.evaluate(expression, values)
    except KeyError:
        return None
    return value if value.is_finite() else None


def _iterations(start: Any, rate: Any, binding: Binding) -> int | None:
    if start is None or rate is None or not (rate > 0 and rate < 1):
        return None
    target = binding.values.get(epsilon, flint.arb(flint.fmpq(1, 1000))) * binding.values[norm_y]
    steps = (start / target).log() / -((1 - rate).log())
    bound = steps.upper().ceil().unique_fmpz()
    return None if bound is None else max(0, int(bound))
