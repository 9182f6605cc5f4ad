"""Widths and times that a statement gives only as orders of growth: what they come to with every constant at 1."""

from __future__ import annotations

from typing import Literal

import numpy as np

from boundkit.query import Binding
from boundkit.statement.order import Quantity
from boundkit.statement.vocabulary import k
from boundkit.verify.observe import number


def order_at(binding: Binding, quantity: Quantity, side: Literal["lower", "upper"]) -> float | None:
    """The smallest of the orders of `quantity`, over the regimes of the statement; None where none has a value."""
    orders = [item for item in binding.statement.orders if item.quantity == quantity and item.side == side]
    known = set(binding.values)
    expressions = [item.expression for item in orders]
    values = [
        float(np.squeeze(number(binding, expression, {})))
        for expression in expressions
        if binding.reduce(expression).free_symbols <= known
    ]
    return min((value for value in values if np.isfinite(value)), default=None)


def missing_width(binding: Binding, width: int) -> float | None:
    """The order of the width that the statement asks for, where `width` is below it and no hypothesis says more."""
    for item in binding.statement.hypotheses:
        if item.role == "width" and item.relation.rel_op in (">=", ">") and k in item.relation.lhs.free_symbols:
            return None
    order = order_at(binding, "width", "lower")
    return order if order is not None and order > width else None
