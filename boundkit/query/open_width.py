"""Width conditions whose constants are open, written with the numbers that are known."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, Float, Symbol
from sympy.core.relational import GreaterThan, Relational, StrictGreaterThan

from boundkit.arithmetic import BALL, decimal_above, evaluate, precision
from boundkit.query.bind import Binding
from boundkit.statement import Hypothesis
from boundkit.statement.vocabulary import k

DIGITS = 10


def open_width(varying: Iterable[Hypothesis], binding: Binding) -> tuple[Relational, ...]:
    """The conditions that contain open constants: `k >= number*constants`, the number rounded up, where k can be
    isolated, else the condition itself with rounded numbers."""
    found = []
    for item in varying:
        relation = binding.reduce(item.relation)
        constants = relation.free_symbols & set(binding.missing)
        if constants:
            isolated = _isolated(relation, constants, binding)
            found.append(_rounded(relation, binding) if isolated is None else isolated)
    return tuple(dict.fromkeys(found))


def _isolated(relation: Relational, constants: set[Symbol], binding: Binding) -> Relational | None:
    large, small = relation.lhs, relation.rhs
    if not isinstance(relation, GreaterThan | StrictGreaterThan):
        large, small = small, large
    factor, rest = (large / small).as_independent(k, as_Add=False)
    base, power = rest.as_base_exp()
    if base != k or not (power.is_number and power > 0):
        return None
    number, symbols = (factor ** (-1 / power)).as_independent(*constants, as_Add=False)
    if not number.free_symbols <= binding.values.keys() or symbols.free_symbols - constants:
        return None
    with precision():
        coefficient = evaluate(number, binding.values, BALL)
    if not coefficient.is_finite():
        return None
    return GreaterThan(k, Float(decimal_above(coefficient, DIGITS), DIGITS) * symbols, evaluate=False)


def _rounded(relation: Relational, binding: Binding) -> Relational:
    numbers = {s: _float(binding.values[s]) for s in relation.free_symbols & binding.values.keys()}
    return relation.func(*(_simplified(side.xreplace(numbers)) for side in relation.args), evaluate=False)


def _float(value: object) -> Expr:
    return Float(float(value), DIGITS)  # type: ignore[arg-type]


def _simplified(side: Expr) -> Expr:
    return side.evalf(DIGITS)
