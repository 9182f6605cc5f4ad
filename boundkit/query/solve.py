"""Solving a statement's hypotheses for any one of its free variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from typing import Any

from sympy import Ge, Symbol

from boundkit.activations import Activation
from boundkit.arithmetic import ball, exact, precision
from boundkit.data import Dataset
from boundkit.data.bounds import MOST_SUMMED
from boundkit.data.kernel_spaces import OF_KERNEL
from boundkit.data.on_request import WITH_PARAMETERS
from boundkit.errors import BadInput, unknown
from boundkit.papers import statement as find
from boundkit.query.answer import status_of
from boundkit.query.bind import Binding, bind, require, settable
from boundkit.query.check import check
from boundkit.query.derive import unsuited
from boundkit.query.search import interval, narrow
from boundkit.query.shape import boundless, only_orders
from boundkit.query.waiting import decided_later, mentions, waits
from boundkit.statement import VOCABULARY, Hypothesis, Statement, Status, expand
from boundkit.statement.vocabulary import k, n

SCALES = tuple(Fraction(2) ** exponent for exponent in range(-16, 17))
DEGREES = tuple(map(Fraction, range(1, MOST_SUMMED + 1)))


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

    `solve_for` is a free variable of the statement such as `k`, `delta`, `eta_bar` or a batch size, or a quantity that
    the setting leaves free, such as `step_size` or `radius`; `probability` additionally asks for at least that
    probability. Ends are certified in ball arithmetic. Hypotheses that only a run decides are left out. For `n`, the
    sample size, every other number of the data stays as it is. Kernels are measured anew at every value of what they
    depend on, so that this takes some seconds and the range ends within 2^-16 to 2^16, or the degrees 1 to 64.

    Raises BadInput for unusable arguments, as when the statement has no such variable.

    >>> found = required("os19.thm6_2.refined", solve_for="delta", data="orthonormal:n=4", activation="softplus",
    ...                  k=9220)
    >>> float(found.largest) > 2, found.smallest is None
    (True, True)
    """
    target = find(statement)
    free = _free(target)
    if not free:
        raise BadInput("solve_for", solve_for, f"{target.id} has no free variable")
    if solve_for not in free:
        raise unknown("solve_for", solve_for, free)
    if solve_for in parameters:
        raise BadInput(solve_for, parameters[solve_for], "is what is asked for")
    word = VOCABULARY[solve_for]
    variables = ("k", solve_for)

    def bound(more: Mapping[str, object]) -> Binding:
        known = {**parameters, **more}
        return bind(target, data=data, activation_name=activation, parameters=known, assume=assume, variables=variables)

    binding = bound({})
    unfit = unsuited(target, binding.data, binding.activation)
    if unfit is not None:
        return _nothing(binding, solve_for, unfit[1])
    symbol, integer = word.symbol, word.domain.endswith("integer")
    conditions = [item for item in target.hypotheses if not waits(item, binding, (symbol,))]
    if probability is not None:
        conditions.append(_wanted(target, probability))
    if symbol == k and only_orders(target, [item for item in conditions if mentions(item, binding, (k,))]):
        return _nothing(binding, solve_for, boundless(binding))
    reduced = [binding.reduce(item.relation) for item in conditions]
    used = set().union(*(relation.free_symbols for relation in reduced)) - {symbol}
    moving = _measured_at(binding, symbol, used)
    require(binding, *sorted((s for s in used - moving if VOCABULARY[s.name].origin != "constant"), key=str))
    missing = [s.name for s in binding.missing if s in used]
    if missing:
        wanted = "; supply one with assume"
        return _nothing(binding, solve_for, f"the paper gives no value for {', '.join(missing)}{wanted}")
    if not moving and not any(symbol in relation.free_symbols for relation in reduced):
        later = decided_later(target.hypotheses, binding, symbol)
        reason = f"hypotheses on {solve_for} wait for a run or for values given: {later}"
        return _nothing(binding, solve_for, reason if later else f"no hypothesis bounds {solve_for}")
    remeasured = [c for c, relation in zip(conditions, reduced, strict=True) if relation.free_symbols & moving]
    still = [item for item in conditions if item not in remeasured]
    step = 2 if symbol.name == "k" and any(item.label == "even_width" for item in conditions) else 1

    @cache
    def failing(value: Fraction) -> list[str]:
        bits = 128 + max(value.numerator.bit_length(), value.denominator.bit_length())
        with precision(bits):
            values = {symbol: ball(value * step)}
        labels = [item.label for item in still if check(item, binding, values, bits=bits).holds is not True]
        if labels or not moving:
            return labels
        try:
            again = bound({solve_for: value})
        except BadInput:  # no enclosure is known at such a scale or degree
            return [item.label for item in remeasured]
        return [item.label for item in remeasured if check(item, again, values, bits=bits).holds is not True]

    largest = Fraction(1) if word.domain == "unit interval" else None
    points = (DEGREES if integer else SCALES) if any(s.name not in OF_KERNEL for s in moving) else None
    search = partial(interval, lambda value: not failing(value), integer=integer, largest=largest, points=points)
    ends = search()
    if ends is None:
        seed = narrow(failing, integer=integer, largest=largest, points=points)
        ends = None if seed is None else search(seed=seed)
    if ends is None:
        return _nothing(binding, solve_for, _blame(conditions, binding, symbol, failing(Fraction(1))))
    smallest, top = (None if end is None else end * step for end in ends)
    past = Fraction(1, 2**30 if points is None else 2**18)
    beyond = [_beyond(end, side, past, integer) for end, side in ((ends[0], -1), (ends[1], 1))]
    labels = tuple(dict.fromkeys(label for value in beyond if value for label in failing(value)))
    return Solution(target, solve_for, smallest, top, status_of(binding), labels, None)


def _free(target: Statement) -> list[str]:
    """Parameters, and quantities of network and run that the setting leaves free, in the hypotheses or probability."""
    names = {part.name for s in target.symbols for part in expand(s).free_symbols}
    given = {name for name in names if VOCABULARY[name].origin == "given"}
    return sorted(given | settable(target) | (names & {n.name}))


def _measured_at(binding: Binding, symbol: Symbol, used: set[Symbol]) -> set[Symbol]:
    """What depends on the variable through its measurement."""
    return {
        s
        for s in used
        for parameter in (WITH_PARAMETERS[s.name][0] if s.name in WITH_PARAMETERS else ())
        if symbol in binding.reduce(VOCABULARY[parameter].symbol).free_symbols
    }


def _wanted(target: Statement, probability: object) -> Hypothesis:
    wanted = exact("probability", probability)
    if not 0 < wanted < 1:
        raise BadInput("probability", probability, "must be above 0 and below 1")
    if target.probability is None:
        raise BadInput("probability", probability, f"{target.id} holds surely")
    return Hypothesis("probability", "parameter", Ge(target.probability, wanted, evaluate=False))


def _beyond(end: Fraction | None, side: int, past: Fraction, integer: bool) -> Fraction | None:
    if end is None:
        return None
    return end + side if integer else end * (1 + side * past)


def _nothing(binding: Binding, variable: str, reason: str) -> Solution:
    return Solution(binding.statement, variable, None, None, status_of(binding), (), reason)


def _blame(conditions: list[Hypothesis], binding: Binding, symbol: Symbol, labels: list[str]) -> str:
    """The hypotheses that fail whatever the variable, else all that fail at 1."""
    fixed: list[Any] = [
        item.label
        for item in conditions
        if item.label in labels and symbol not in binding.reduce(item.relation).free_symbols
    ]
    words = ("fails" if len(fixed or labels) == 1 else "fail") + ("" if fixed else f" at {symbol} = 1")
    return f"no value satisfies the hypotheses: {', '.join(fixed or labels)} {words}"
