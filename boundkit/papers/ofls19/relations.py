"""Relations and extrema kept as they are written: SymPy spends most of its time on deciding them."""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Gt, Le, Lt, Max, Min
from sympy.core.relational import Relational


def at_most(left: Expr, right: Expr | int) -> Relational:
    """left <= right."""
    return Le(left, right, evaluate=False)


def at_least(left: Expr, right: Expr | int) -> Relational:
    """left >= right."""
    return Ge(left, right, evaluate=False)


def below(left: Expr, right: Expr | int) -> Relational:
    """left < right."""
    return Lt(left, right, evaluate=False)


def above(left: Expr, right: Expr | int) -> Relational:
    """left > right."""
    return Gt(left, right, evaluate=False)


def equal(left: Expr, right: Expr | int) -> Relational:
    """left = right."""
    return Eq(left, right, evaluate=False)


def largest(*arguments: Expr | int) -> Expr:
    """The maximum."""
    return Max(*arguments, evaluate=False)


def smallest(*arguments: Expr | int) -> Expr:
    """The minimum."""
    return Min(*arguments, evaluate=False)
