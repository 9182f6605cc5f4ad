"""The smallest width at which a theorem's hypotheses certainly hold, and what it guarantees at a given width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import flint
from sympy import Expr, Symbol
from sympy.core.relational import Relational

from boundkit.activations import Activation
from boundkit.arithmetic import LARGEST_POWER
from boundkit.data import Dataset
from boundkit.errors import BadInput
from boundkit.papers import statement as find
from boundkit.query.answer import NOTHING, Requirement, largest_step, numbers, parameters_of, status_of
from boundkit.query.bind import Binding, bind, require
from boundkit.query.check import Check, check
from boundkit.query.derive import unsuited
from boundkit.query.given import LARGEST_WIDTH
from boundkit.query.open_width import open_width
from boundkit.query.search import smallest_integer
from boundkit.query.shape import boundless, only_orders, orders_of_width
from boundkit.query.waiting import awaited, mentions, waits
from boundkit.statement import VOCABULARY, Hypothesis, Statement
from boundkit.statement.vocabulary import delta, k, step_size


def required_width(
    statement: str | Statement,
    *,
    data: Dataset | str,
    activation: str | Activation | None = None,
    assume: Mapping[str, object] | None = None,
    **parameters: object,
) -> Requirement:
    """The smallest integer width at which every hypothesis of `statement` certainly holds.

    Parameters are vocabulary names such as `delta` or `eta_bar`; `assume` gives values to open constants.
    Rounding goes to the safe side and every hypothesis is re-evaluated in ball arithmetic at the answer.

    Raises BadInput for unusable arguments. A theorem that does not apply, whatever parameters are lacking, or whose
    constants are open gives a Requirement without a width that says why.

    >>> answer = required_width("os19.thm6_2.tracked", data="orthonormal:n=4", activation="softplus", delta=1)
    >>> answer.width, answer.status, answer.binding
    (428298, 'tracked', 'width')
    """
    target = find(statement)
    if "k" in parameters:
        raise BadInput("k", parameters["k"], "is what is asked for; use guarantee for a given width")
    binding = bind(target, data=data, activation_name=activation, parameters=parameters, assume=assume)
    if unsuited(target, binding.data, binding.activation) is not None:
        return _answer(binding, None, {})
    varying = [item for item in target.hypotheses if _varies(item, binding)]
    fixed = {item.label: check(item, binding, {}) for item in target.hypotheses if item not in varying}
    failed = [item for item in fixed.values() if item.holds is False]
    if not failed:
        _require_parameters(binding)
    undecided = {item.label for item in target.hypotheses if waits(item, binding, (k,)) or _is_open(item, binding)}
    blocked = failed or [item for item in fixed.values() if item.holds is None and item.label not in undecided]
    if blocked and (varying or target.orders):
        return _answer(binding, None, fixed, reason=_reason(binding, blocked[0]))
    if not varying or only_orders(target, varying):
        return _answer(binding, None, fixed, reason=boundless(binding), orders=orders_of_width(target))
    if any(_is_open(item, binding) for item in varying):
        return _answer(binding, None, fixed, reason=_open_reason(binding), conditions=open_width(varying, binding))
    step = _step(varying)
    multiple = smallest_integer(
        lambda m: all(item.holds is True for item in _at(varying, binding, m * step)), limit=LARGEST_WIDTH
    )
    if multiple is None:
        return _answer(binding, None, fixed, reason=_nowhere(binding))
    return _answer(binding, multiple * step, fixed, varying=varying)


def guarantee(
    statement: str | Statement,
    *,
    data: Dataset | str,
    k: int,
    activation: str | Activation | None = None,
    assume: Mapping[str, object] | None = None,
    **parameters: object,
) -> Requirement:
    """What `statement` guarantees at width `k`: rate, step size, radius, probability, and which hypotheses hold.

    >>> guarantee("os19.thm6_2.refined", data="orthonormal:n=4", activation="softplus", k=100, delta=1).failing
    ('width',)
    """
    target = find(statement)
    binding = bind(target, data=data, activation_name=activation, parameters={**parameters, "k": k}, assume=assume)
    if unsuited(target, binding.data, binding.activation) is not None:
        return _answer(binding, int(k), {})
    _require_parameters(binding)
    checks = {item.label: check(item, binding, {}) for item in target.hypotheses}
    answer = _answer(binding, int(k), checks)
    failed = [item for item in answer.checks if item.holds is not True]
    later = {item.label for item in target.hypotheses if waits(item, binding)}
    failed.sort(key=lambda item: (item.holds is None, item.label in later))
    return replace(answer, reason=_reason(binding, failed[0])) if failed else answer


def require_parameters(
    statement: str | Statement,
    *,
    data: Dataset | str,
    activation: str | Activation | None = None,
    assume: Mapping[str, object] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> None:
    """BadInput where `required_width` would raise it for parameters or constants; nothing is measured to know it.

    >>> require_parameters("os19.thm6_2", data="orthonormal:n=4", activation="softplus")
    Traceback (most recent call last):
    ...
    boundkit.errors.Missing: delta = None: is needed by os19.thm6_2: deviation parameter of the probability (positive)
    """
    target = find(statement)
    binding = bind(target, data=data, activation_name=activation, parameters=parameters, assume=assume, measure=False)
    if binding.failing is None:
        _require_parameters(binding)


def _require_parameters(binding: Binding) -> None:
    """Everything given that a number of the answer depends on; what only claims or runs mention may be missing."""
    statement = binding.statement
    used: set[Symbol] = set()
    parts = [item.relation for item in statement.hypotheses if item.role != "run"]
    parts += [statement.probability, statement.setting and statement.setting.step_size, *statement.summary.values()]
    for part in parts:
        used |= binding.reduce(part).free_symbols if part is not None else set()
    needed = [s for s in used if VOCABULARY[s.name].origin == "given" and s != k]
    require(binding, *sorted(needed, key=lambda s: (s != delta, s.name)))


def _varies(hypothesis: Hypothesis, binding: Binding) -> bool:
    return not waits(hypothesis, binding, (k,)) and mentions(hypothesis, binding, (k,))


def _is_open(hypothesis: Hypothesis, binding: Binding) -> bool:
    return mentions(hypothesis, binding, binding.missing)


def _step(varying: list[Hypothesis]) -> int:
    return 2 if any(item.label == "even_width" for item in varying) else 1


def _at(varying: list[Hypothesis], binding: Binding, width: int) -> list[Check]:
    bits = 128 + width.bit_length()
    return [check(item, binding, {k: flint.arb(width)}, bits=bits) for item in varying]


def _answer(
    binding: Binding,
    width: int | None,
    checks: dict[str, Check],
    *,
    varying: list[Hypothesis] | None = None,
    reason: str | None = None,
    conditions: tuple[Relational, ...] = (),
    orders: tuple[Expr, ...] = (),
) -> Requirement:
    values: dict[Symbol, Any] = {} if width is None else {k: flint.arb(width)}
    limiting: str | None = None
    minimal: bool | None = None
    if width is not None and varying is not None:
        checks = {**checks, **{item.label: item for item in _at(varying, binding, width)}}
        below = width - _step(varying)
        failures = [item for item in _at(varying, binding, below) if item.holds is not True] if below > 0 else []
        limiting = failures[0].label if failures else None
        minimal = any(item.holds is False for item in failures) if failures else True
    step = largest_step(binding, values)
    if step is not None:
        values[step_size] = step
        checks = checks | {i.label: check(i, binding, values) for i in binding.statement.hypotheses if i.role == "step"}
    ordered = tuple(checks.get(item.label, Check(item.label, item.role, None)) for item in binding.statement.hypotheses)
    unfit = unsuited(binding.statement, binding.data, binding.activation)
    if unfit is not None:
        ordered += (Check(unfit[0], "data", False),)
    return Requirement(
        statement=binding.statement,
        width=width,
        open_width=conditions,
        orders=orders,
        status=status_of(binding),
        binding=limiting,
        minimal=minimal,
        checks=ordered,
        parameters=parameters_of(binding),
        quantities=binding.quantities,
        reason=reason or (binding.failing[1] if binding.failing is not None else None),
        **(NOTHING if any(item.holds is False for item in ordered) else numbers(binding, values)),
    )


def _reason(binding: Binding, failed: Check) -> str:
    labels = {item.label for item in binding.statement.hypotheses} - {failed.label}
    if binding.failing is not None and failed.holds is not True and binding.failing[0] not in labels:
        return binding.failing[1]
    if failed.holds is False:
        return f"hypothesis {failed.label} fails"
    needs = ", ".join(awaited(binding.statement.hypothesis(failed.label), binding))
    return f"hypothesis {failed.label} needs {needs}" if needs else f"hypothesis {failed.label} is undecided"


def _nowhere(binding: Binding) -> str:
    if binding.failing is not None:
        return binding.failing[1]
    infinite = [name for name, quantity in binding.quantities.items() if quantity.ball.abs_lower() == flint.arb("inf")]
    if infinite:
        verb = "is" if len(infinite) == 1 else "are"
        return f"no width satisfies the hypotheses: {', '.join(infinite)} {verb} infinite"
    return f"no width of at most 10^{LARGEST_POWER} satisfies the hypotheses"


def _open_reason(binding: Binding) -> str:
    used = set().union(*(binding.reduce(item.relation).free_symbols for item in binding.statement.hypotheses))
    names = ", ".join(symbol.name for symbol in binding.missing if symbol in used)
    return f"the paper gives no value for {names}; supply one with assume to get a number, marked as assumed"
