"""Solving a statement's hypotheses for any one of its free variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Ge, Symbol

from boundkit.activations import Activation
from boundkit.arithmetic import ball, exact
from boundkit.data import Dataset
from boundkit.errors import BadInput, unknown
from boundkit.papers import statement as find
from boundkit.query.answer import status_of
from boundkit.query.bind import Binding, bind, require
from boundkit.query.check import check
from boundkit.query.search import interval
from boundkit.statement import VOCABULARY, Hypothesis, Statement, Status


@dataclass(frozen=True)
class Solution:
    """The values of one variable at which every hypothesis certainly holds.

    `smallest` and `largest` are exact numbers on the safe side; None where nothing bounds the variable on that side,
    and both None with a `reason` when no value was found. `binding` names the hypothesis that fails just beyond.
    """

    statement: Statement
    variable: str
    smallest: Fraction | None
    largest: Fraction | None
    status: Status
    binding: tuple[str, ...]
    reason: str | None


def required(
    statement: str | Statement,
    *,
    solve_for: str,
    data: Dataset | str,
    activation: str | Activation | None = None,
    assume: Mapping[str, object] | None = None,
    probability: object = None,
    **parameters: object,
) -> Solution:
    """The range of `solve_for` in which the statement applies, everything else being given.

    `solve_for` is a free variable of the statement such as `k`, `delta`, `eta_bar` or a batch size; `probability`
    additionally asks for at least that probability. Ends are certified in ball arithmetic.

    Raises BadInput for unusable arguments, as when the statement has no such variable.

    >>> found = required("os19.thm6_2.refined", solve_for="delta", data="orthonormal:n=4", activation="softplus",
    ...                  k=9220)
    >>> float(found.largest) > 2, found.smallest is None
    (True, True)
    """
    target = find(statement)
    free = sorted(s.name for s in target.symbols if VOCABULARY[s.name].origin == "given")
    if not free:
        raise BadInput("solve_for", solve_for, f"{target.id} has no free variable")
    if solve_for not in free:
        raise unknown("solve_for", solve_for, free)
    if solve_for in parameters:
        raise BadInput(solve_for, parameters[solve_for], "is what is asked for")
    word = VOCABULARY[solve_for]
    binding = bind(target, data=data, activation_name=activation, parameters=parameters, assume=assume)
    require(binding, *sorted((VOCABULARY[n].symbol for n in free if n != solve_for), key=lambda s: s.name))
    conditions = [item for item in target.hypotheses if item.role != "run"]
    if probability is not None:
        wanted = exact("probability", probability)
        if not 0 < wanted < 1:
            raise BadInput("probability", probability, "must be above 0 and below 1")
        if target.probability is None:
            raise BadInput("probability", probability, f"{target.id} holds surely")
        conditions.append(Hypothesis("probability", "parameter", Ge(target.probability, wanted, evaluate=False)))
    if binding.missing:
        names = ", ".join(symbol.name for symbol in binding.missing)
        return _nothing(binding, solve_for, f"the paper gives no value for {names}; supply one with assume")
    symbol, integer = word.symbol, word.domain.endswith("integer")
    step = 2 if symbol.name == "k" and any(item.label == "even_width" for item in conditions) else 1

    def failing(value: Fraction) -> list[str]:
        bits = 128 + max(value.numerator.bit_length(), value.denominator.bit_length())
        values = {symbol: ball(value * step)}
        return [item.label for item in conditions if check(item, binding, values, bits=bits).holds is not True]

    largest = Fraction(1) if word.domain == "unit interval" else None
    ends = interval(lambda value: not failing(value), integer=integer, largest=largest)
    if ends is None:
        return _nothing(binding, solve_for, _blame(conditions, binding, symbol, failing(Fraction(1))))
    smallest, top = (None if end is None else end * step for end in ends)
    beyond = [_beyond(end, side, step, integer) for end, side in ((ends[0], -1), (ends[1], 1))]
    labels = tuple(dict.fromkeys(label for value in beyond if value for label in failing(value)))
    return Solution(target, solve_for, smallest, top, status_of(binding), labels, None)


def _beyond(end: Fraction | None, side: int, step: int, integer: bool) -> Fraction | None:
    if end is None:
        return None
    return end + side if integer else end * (1 + side * Fraction(1, 2**30))


def _nothing(binding: Binding, variable: str, reason: str) -> Solution:
    return Solution(binding.statement, variable, None, None, status_of(binding), (), reason)


def _blame(conditions: list[Hypothesis], binding: Binding, symbol: Symbol, labels: list[str]) -> str:
    """The hypotheses that fail whatever the variable, else all that fail at 1."""
    fixed: list[Any] = [
        item.label
        for item in conditions
        if item.label in labels and symbol not in binding.reduce(item.relation).free_symbols
    ]
    return f"no value satisfies the hypotheses: {', '.join(fixed or labels)} {'fails' if fixed else 'fail at 1'}"
