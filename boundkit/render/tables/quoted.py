"""Where a quoted order differs from what the quoted paper, or another paper that quotes it, says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Expr, powsimp

from boundkit.papers import statement as find, statements
from boundkit.render.expressions import text
from boundkit.render.layout import Cell, Table
from boundkit.render.tables.arguments import no_more
from boundkit.statement import Order, Statement
from boundkit.statement.vocabulary import d
from boundkit.statement.words.deep import degree

COLUMNS = ("work", "quoted in", "place", "quantity", "quoted", "compared with", "says", "quoted / said", "difference")


def quoted(*, paper: str | None = None, **others: Any) -> Table:
    """One row for each quoted order and each thing that it can be compared with.

    A quotation is compared with the orders of the statement that it quotes, where that is encoded, and with the other
    quotations of the same work. The quotient is computed from the two orders; `difference` puts it into words.

    >>> rows = quoted(paper="ofls19").select("quoted", "says", "quoted / said").rows
    >>> rows[0]
    ('n⁸/λ(X)⁶', 'n⁸/λ(X)⁸', 'λ(X)²')
    """
    no_more(others, "paper")
    comparators = [item for item in statements() if item.quotes]
    rows = [
        row
        for item in statements(paper=paper)
        if item.quotes
        for order in item.orders
        for row in _comparisons(item, order, comparators)
    ]
    return Table("quoted", COLUMNS, tuple(rows))


def _comparisons(item: Statement, order: Order, comparators: list[Statement]) -> Iterator[tuple[Cell, ...]]:
    for work in item.quotes:
        own = [(work, theirs) for theirs in (find(work).orders if "." in work else ())]
        told = [
            (other.id, theirs)
            for other in comparators
            for theirs in other.orders
            if work in other.quotes and theirs is not order
        ]
        for where, theirs in own + told:
            if theirs.quantity == order.quantity:
                quotient = powsimp(order.expression / theirs.expression)
                yield (
                    work,
                    item.id,
                    order.quoted_by,
                    order.quantity,
                    text(order.expression),
                    f"{where} ({theirs.quoted_by})" if theirs.quoted_by else where,
                    text(theirs.expression),
                    None if quotient.has(degree) else text(quotient),
                    _difference(order, theirs, quotient),
                )


def _difference(order: Order, theirs: Order, quotient: Expr) -> str:
    if quotient.has(degree):
        return "no exponents to compare"
    if quotient == 1:
        return "none"
    if {*order.exponents.items()} == {*theirs.exponents.items()}:
        return "logarithms"
    if order.quantity == "width" and dict(_parameters(theirs)) == {s: p for s, p in order.exponents.items() if p != 0}:
        return "a number of parameters, width times d, is quoted"
    return "exponents"


def _parameters(order: Order) -> Iterator[tuple[Any, Any]]:
    """Exponents of the width times d, zeros left out."""
    powers = {**order.exponents, d: order.exponents.get(d, 0) + 1}
    yield from ((symbol, power) for symbol, power in powers.items() if power != 0)
