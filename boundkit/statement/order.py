"""Orders of growth: bounds whose constants are not given, as exponents in named variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from sympy import Expr, Integer, Rational, Symbol, log

Quantity = Literal["width", "iterations", "step size", "radius", "batch", "error", "sample size"]
NONE: Mapping[Symbol, int] = MappingProxyType({})


@dataclass(frozen=True)
class Order:
    """`quantity` grows like the product of powers `exponents` times powers `logs` of logarithms.

    `side` says whether the quantity must be at least (`lower`) or at most (`upper`) of this order; `regime` names the
    coupling or case in which the exponents hold, and `quoted_by` who says so when it is second-hand.

    >>> from boundkit.statement.vocabulary import d, n
    >>> Order("width", {n: 2, d: -1}).expression
    n**2/d
    """

    quantity: Quantity
    exponents: Mapping[Symbol, int | Rational]
    logs: Mapping[Symbol, int] = field(default_factory=lambda: NONE)
    side: Literal["lower", "upper"] = "lower"
    regime: str = ""
    quoted_by: str = ""

    @property
    def expression(self) -> Expr:
        """The order as a SymPy expression."""
        product: Expr = Integer(1)
        for symbol, power in self.exponents.items():
            product *= symbol**power
        for symbol, power in self.logs.items():
            product *= log(symbol) ** power
        return product

    @property
    def symbols(self) -> set[Symbol]:
        """The variables in which the order is expressed."""
        return {*self.exponents, *self.logs}
