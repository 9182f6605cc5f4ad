"""Tables of answers, one module a table: theorems side by side, orders of growth, constants, errata, coefficients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from boundkit.errors import unknown
from boundkit.render.layout import Table
from boundkit.render.tables.coefficients import coefficients
from boundkit.render.tables.constants import constants
from boundkit.render.tables.counts import counts, errata
from boundkit.render.tables.looseness import looseness
from boundkit.render.tables.orders import orders
from boundkit.render.tables.quoted import quoted
from boundkit.render.tables.swaps import swaps
from boundkit.render.tables.verdicts import verdicts
from boundkit.render.tables.widths import Comparison, compare, widths

__all__ = ["TABLES", "Comparison", "compare", "table"]

TABLES: dict[str, Callable[..., Table]] = {
    "constants": constants,
    "counts": counts,
    "errata": errata,
    "hermite": coefficients,
    "looseness": looseness,
    "orders": orders,
    "quoted": quoted,
    "swaps": swaps,
    "verdicts": verdicts,
    "widths": widths,
}


def table(name: str, **arguments: Any) -> Table:
    """A table by name.

    `widths` (data, activation, paper, assume, parameters): every theorem that bounds the width. `swaps` (data,
    activation, theorem, parameters): what each lemma that a proof may use buys. `orders` (paper, quantity,
    couplings, base, against): orders of growth, comparators included. `quoted` (paper): where a quoted order differs
    from what the quoted paper, or another paper that quotes it, says. `constants` and `errata` (paper): every constant
    through its improvements, and what is wrong. `looseness` (records): required, certified and observed width.
    `verdicts` (records): statements of each paper by the verdict that a campaign found.
    `counts`: how much of each paper is encoded. `hermite` (activations, degree, digits, convention): coefficients.
    Raises BadInput for an unknown name or argument.

    >>> table("constants", paper="os19").columns
    ('statement', 'item', 'printed', 'tracked', 'repaired', 'sharpened', 'refined', 'factor', 'note')
    """
    if name not in TABLES:
        raise unknown("table", name, TABLES)
    return TABLES[name](**arguments)
