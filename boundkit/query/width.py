"""The smallest width at which a theorem's hypotheses certainly hold, and what it guarantees at a given width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import flint
from sympy import Expr, Symbol, sqrt

from boundkit.activations import Activation
from boundkit.arithmetic import BALL, decimal_above, evaluate, precision
from boundkit.data import Dataset
from boundkit.errors import BadInput
from boundkit.papers import statement as find
from boundkit.query.answer import NOTHING, Requirement, numbers, status_of
from boundkit.query.bind import LARGEST_WIDTH, Binding, bind, require
from boundkit.query.check import Check, check
from boundkit.query.search import smallest_integer
from boundkit.statement import VOCABULARY, Hypothesis, Statement
from boundkit.statement.vocabulary import delta, k


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

    Raises BadInput for unusable arguments. A theorem that does not apply, or whose constants are open, gives a
    Requirement without a width that says why.

    >>> answer = required_width("os19.thm6_2.tracked", data="orthonormal:n=4", activation="softplus", delta=1)
    >>> answer.width, answer.status, answer.binding
    (428298, 'tracked', 'width')
    """
    target = find(statement)
    if "k" in parameters:
        raise BadInput("k", parameters["k"], "is what is asked for; use guarantee for a given width")
    binding = bind(target, data=data, activation_name=activation, parameters=parameters, assume=assume)
    _require_parameters(binding)
    fixed = {item.label: check(item, binding, {}) for item in target.hypotheses if not _varies(item, binding)}
    varying = [item for item in target.hypotheses if _varies(item, binding)]
    waiting = {item.label for item in target.hypotheses if _mentions(item, binding, binding.missing)}
    blocked = [
        item
        for item in fixed.values()
        if item.holds is False or (item.holds is None and item.role != "run" and item.label not in waiting)
    ]
    if not varying:
        return _answer(binding, None, fixed, reason=f"{target.id} bounds no width")
    if blocked:
        return _answer(binding, None, fixed, reason=_reason(binding, blocked[0]))
    if binding.missing:
        return _answer(binding, None, fixed, reason=_open_reason(binding), expression=_expression(binding, varying))
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
    _require_parameters(binding)
    checks = {item.label: check(item, binding, {}) for item in target.hypotheses}
    failed = [item for item in checks.values() if item.holds is not True]
    return _answer(binding, int(k), checks, reason=_reason(binding, failed[0]) if failed else None)


def _require_parameters(binding: Binding) -> None:
    needed = [s for s in binding.statement.symbols if VOCABULARY[s.name].origin == "given" and s != k]
    require(binding, *sorted(needed, key=lambda s: (s != delta, s.name)))


def _varies(hypothesis: Hypothesis, binding: Binding) -> bool:
    return hypothesis.role != "run" and _mentions(hypothesis, binding, (k,))


def _mentions(hypothesis: Hypothesis, binding: Binding, symbols: Iterable[Symbol]) -> bool:
    return not binding.reduce(hypothesis.relation).free_symbols.isdisjoint(symbols)


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
    expression: str | None = None,
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
    ordered = tuple(checks.get(item.label, Check(item.label, item.role, None)) for item in binding.statement.hypotheses)
    return Requirement(
        statement=binding.statement,
        width=width,
        width_expression=expression,
        status=status_of(binding),
        binding=limiting,
        minimal=minimal,
        checks=ordered,
        quantities=binding.quantities,
        reason=reason,
        **(NOTHING if any(item.holds is False for item in ordered) else numbers(binding, values)),
    )


def _reason(binding: Binding, failed: Check) -> str:
    labels = {item.label for item in binding.statement.hypotheses} - {failed.label}
    if binding.failing is not None and failed.holds is not True and binding.failing[0] not in labels:
        return binding.failing[1]
    word = "fails" if failed.holds is False else "is undecided"
    return f"hypothesis {failed.label} {word}"


def _nowhere(binding: Binding) -> str:
    if binding.failing is not None:
        return binding.failing[1]
    return "no width of at most 300 digits satisfies the hypotheses"


def _open_reason(binding: Binding) -> str:
    names = ", ".join(symbol.name for symbol in binding.missing)
    return f"the paper gives no value for {names}; supply one with assume to get a number, marked as assumed"


def _expression(binding: Binding, varying: list[Hypothesis]) -> str | None:
    """`k >= number * constants` from the width condition, the number rounded up."""
    for item in varying:
        relation = binding.reduce(item.relation)
        constants = relation.free_symbols & set(binding.missing)
        if not constants:
            continue
        bound = _isolate(relation.lhs, relation.rhs)
        number, symbols = bound.as_independent(*constants, as_Add=False)
        with precision():
            coefficient = evaluate(number, binding.values, BALL)
        return f"k >= {decimal_above(coefficient, 10)}*{symbols}"
    return None


def _isolate(left: Expr, right: Expr) -> Expr:
    root = left / sqrt(k)
    return (right / root) ** 2 if k not in root.free_symbols else right / (left / k)
