"""The answers: a required width or a guarantee, with the status of every number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
from sympy import Expr, Le, Symbol
from sympy.core.relational import Relational

from boundkit.arithmetic import ball, exact, precision
from boundkit.data import Quantity
from boundkit.query.bind import Binding
from boundkit.query.check import Check
from boundkit.statement import VOCABULARY, Statement, Status
from boundkit.statement.vocabulary import epsilon, k, norm_y, step_size
from boundkit.statement.words.shared import T


@dataclass(frozen=True)
class Requirement:
    """What a statement requires and guarantees on given data.

    `width` is the smallest admissible width from which on every hypothesis certainly holds that can be decided before
    a run, or None with the reason in `reason`; `minimal` says whether the next smaller admissible width certainly
    fails. `open_width` holds the conditions on a width whose constants are open, `orders` its orders where these are
    all that is said of it. All numbers are balls: `step_size` (where the setting leaves it free, the largest that every
    hypothesis allows); `rate` (the misfit shrinks by the factor 1 - rate a step); `iterations` until the misfit is at
    most epsilon |y|, or as many as the statement gives; `radius` (bound on the distance from the initialisation);
    `probability`; `bounds` holds by claim those that do not depend on a run. Numbers are None where they depend on an
    open constant or on a run, and all of them when a hypothesis certainly fails: nothing is guaranteed then.
    `parameters` are those given and the defaults of the others.
    """

    statement: Statement
    width: int | None
    open_width: tuple[Relational, ...]
    orders: tuple[Expr, ...]
    status: Status
    binding: str | None
    minimal: bool | None
    checks: tuple[Check, ...]
    step_size: Any
    rate: Any
    iterations: int | None
    radius: Any
    probability: Any
    bounds: Mapping[str, Any]
    parameters: Mapping[str, Fraction]
    quantities: Mapping[str, Quantity]
    reason: str | None

    @property
    def width_expression(self) -> str | None:
        """What is known of the width where it is no number; None if that is nothing."""
        return self.width_in_words(str)

    def width_in_words(self, printed: Callable[[Any], str]) -> str | None:
        """The same with another printer of relations and expressions."""
        if not self.orders:
            return " and ".join(map(printed, self.open_width)) or None
        more = f" (and {len(self.orders) - 1} more, by regime)" if len(self.orders) > 1 else ""
        return f"k of order {printed(self.orders[0])}{more}"

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


def parameters_of(binding: Binding) -> dict[str, Fraction]:
    """The exact parameters that were given, and the defaults of those that were not."""
    words = [VOCABULARY[symbol.name] for symbol in binding.values]
    defaults = {word.name: exact(word.name, word.default) for word in words if word.default is not None}
    chosen = {**defaults, **binding.given}
    return {name: chosen[name] for name in sorted(chosen) if name != k.name}


def status_of(binding: Binding) -> Status:
    """open if a constant has no value, assumed if the caller supplied one, else tracked or printed."""
    if binding.missing:
        return "open"
    if binding.assumed:
        return "assumed"
    return "printed" if binding.statement.form == "printed" else "tracked"


NOTHING: dict[str, Any] = {
    **dict.fromkeys(("step_size", "rate", "iterations", "radius", "probability")),
    "bounds": {},
}


def numbers(binding: Binding, values: Mapping[Symbol, Any]) -> dict[str, Any]:
    """Step size, rate, iterations, radius and probability; None where a symbol has no value."""
    statement = binding.statement
    summary = statement.summary
    with precision(192):
        probability = flint.arb(1) if statement.probability is None else None
        step = _value(binding, statement.setting and statement.setting.step_size, values)
        rate = _value(binding, summary.get("rate"), values)
        return {
            "step_size": values.get(step_size) if step is None else step,
            "rate": rate,
            "iterations": _iterations(binding, _value(binding, summary.get("misfit_0"), values), rate)
            or _ceiling(_value(binding, summary.get("iterations", T), values)),
            "radius": _value(binding, summary.get("radius"), values),
            "probability": probability or _value(binding, statement.probability, values),
            "bounds": _bounds(binding, values),
        }


def _bounds(binding: Binding, values: Mapping[Symbol, Any]) -> dict[str, Any]:
    """The side of each claim that does not hold its observable, where that side has a value."""
    found = {item.label: _value(binding, item.bound, values) for item in binding.statement.claims}
    return {label: bound for label, bound in found.items() if bound is not None}


def largest_step(binding: Binding, values: Mapping[Symbol, Any]) -> Any:
    """The largest step size that all hypotheses on it certainly allow, an exact ball.

    None if it is not free, and where a bound depends on a run, on an open constant or on the step size itself.
    """
    relations = [binding.reduce(item.relation) for item in binding.statement.hypotheses if item.role != "run"]
    bounds = [relation for relation in relations if step_size in relation.free_symbols]
    if step_size in binding.values or not bounds:
        return None
    known = binding.with_values(values).keys()
    for relation in bounds:
        if relation.lhs != step_size or not isinstance(relation, Le) or not relation.rhs.free_symbols <= known:
            return None
    least = flint.arb.pos_inf()
    with precision(192):
        for relation in bounds:
            least = least.min(binding.evaluate(relation.rhs, values)).lower()
    return least if least.is_finite() and least > 0 else None


def _value(binding: Binding, expression: Any, values: Mapping[Symbol, Any]) -> Any:
    if expression is None:
        return None
    try:
        value = binding.evaluate(expression, values)
    except KeyError:
        return None
    return value if value.is_finite() else None


def _iterations(binding: Binding, start: Any, rate: Any) -> int | None:
    if start is None or rate is None or not (rate > 0 and rate < 1):
        return None
    word = VOCABULARY[epsilon.name]
    share = binding.given.get(word.name, exact(word.name, word.default))
    return _ceiling((start / (ball(share) * binding.values[norm_y])).log() / -((1 - rate).log()))


def _ceiling(number: Any) -> int | None:
    """The number of iterations that is certainly enough."""
    bound = None if number is None else number.upper().ceil().unique_fmpz()
    return None if bound is None else max(0, int(bound))
