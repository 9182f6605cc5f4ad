"""Statements that say of the width its order, or its shape, and no number."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr

from boundkit.query.bind import Binding
from boundkit.query.waiting import decided_later
from boundkit.statement import Hypothesis, Statement
from boundkit.statement.vocabulary import k

SHAPE = ("even_width", "comparable_widths", "wide")  # conditions on the width that are no bound by the data


def only_orders(statement: Statement, varying: Iterable[Hypothesis]) -> bool:
    """Whether the width is a matter of orders: what is conditioned otherwise is its shape."""
    if any(item.label not in SHAPE for item in varying):
        return False
    return bool(orders_of_width(statement)) or statement.kind in ("theorem", "corollary")


def orders_of_width(statement: Statement) -> tuple[Expr, ...]:
    """Its orders of the width."""
    return tuple(dict.fromkeys(item.expression for item in statement.orders if item.quantity == "width"))


def boundless(binding: Binding) -> str:
    """Why there is no number for the width, and where one may be chosen."""
    statement = binding.statement
    later = decided_later(statement.hypotheses, binding, k)
    if later is not None:
        why = f"the width is bounded by hypotheses that wait for a run or for values given: {later}"
    elif orders_of_width(statement):
        why = f"{statement.id} gives the order of the width, not a number"
    else:
        why = f"{statement.id} bounds no width"
    return f"{why}; guarantee and verify take one as k"
