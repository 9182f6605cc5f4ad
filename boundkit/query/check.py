"""Evaluating hypotheses on numbers: certainly true, certainly false, or undecided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import flint
from sympy import Expr, Min, Mul, Symbol, oo
from sympy.core.relational import Relational

from boundkit.arithmetic import BALL, compare, evaluate, precision
from boundkit.query.bind import Binding
from boundkit.query.derive import exact_of_data
from boundkit.statement import Hypothesis


@dataclass(frozen=True)
class Check:
    """One hypothesis on numbers; `holds` is None when undecided. `left` and `right` are balls."""

    label: str
    role: str
    holds: bool | None
    left: Any = None
    right: Any = None


def check(hypothesis: Hypothesis, binding: Binding, more: Mapping[Symbol, Any], *, bits: int = 192) -> Check:
    """`hypothesis` with the values of `binding` and `more`, in ball arithmetic of `bits` bits.

    Sides whose enclosures overlap are compared once more by their quotient, in which common factors cancel; of a
    minimum on the left, each member.
    A hypothesis that mentions a symbol without a value, or whose sides are not finite numbers, is undecided
    (an infinite left side of an upper bound is certainly false).
    """
    relation: Relational = hypothesis.relation
    if binding.failing is not None and hypothesis.label == binding.failing[0]:
        return Check(hypothesis.label, hypothesis.role, False)
    left_side, right_side = binding.reduce(relation.lhs), binding.reduce(relation.rhs)
    if left_side == right_side and relation.rel_op in ("<=", ">=", "=="):
        return Check(hypothesis.label, hypothesis.role, True)
    try:
        with precision(bits):
            values = binding.with_values(more)
            left, right = evaluate(left_side, values, BALL), evaluate(right_side, values, BALL)
            truth = _truth(left, right, relation)
            if truth is None and right > 0:
                truth = _truth(evaluate(left_side / right_side, values, BALL), flint.arb(1), relation)
            if truth is None and right > 0 and relation.rel_op == "<=":
                factor, quotients = _members(left_side, right_side)
                if evaluate(factor, values, BALL) > 0:
                    truth = any(evaluate(quotient, values, BALL) <= 1 for quotient in quotients) or None
    except KeyError:
        return Check(hypothesis.label, hypothesis.role, _by_quotient(left_side, right_side, relation, binding, more))
    if truth is None and relation.rel_op == "==":
        exact = {symbol: value for symbol, value in exact_of_data(binding.data).items() if symbol not in more}
        truth = True if left_side.xreplace(exact) == right_side.xreplace(exact) else None
    return Check(hypothesis.label, hypothesis.role, truth, left, right)


def _by_quotient(
    left: Any, right: Any, relation: Relational, binding: Binding, more: Mapping[Symbol, Any]
) -> bool | None:
    """The truth of a relation whose unknown factors cancel."""
    if not right.is_positive:
        return None
    try:
        quotient = evaluate(left / right, binding.with_values(more), BALL)
    except KeyError:
        return None
    return _truth(quotient, flint.arb(1), relation)


def _members(left: Expr, right: Expr) -> tuple[Expr, list[Expr]]:
    """For left = a Min(x, y, ...): a, and a x / right, a y / right; if a > 0 the left side is at most each a x."""
    least = next((factor for factor in Mul.make_args(left) if isinstance(factor, Min)), None)
    if least is None:
        return left, []
    return left / least, [left / least * member / right for member in least.args]


def _truth(left: Any, right: Any, relation: Relational) -> bool | None:
    if left.is_nan() or right.is_nan():
        return None
    if relation.rhs == oo:
        return bool(left.is_finite())
    if not left.is_finite() and relation.rel_op in ("<=", "<", "=="):
        return False
    if not right.is_finite() and relation.rel_op in (">=", ">"):
        return False
    return compare(left, right, relation.rel_op)


def check_all(hypotheses: Iterable[Hypothesis], binding: Binding, more: Mapping[Symbol, Any]) -> list[Check]:
    """Every hypothesis, in the order of the statement."""
    return [check(item, binding, more) for item in hypotheses]
