"""Orders of growth: bounds whose constants are not given, as exponents in named variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from sympy import Expr, Integer, Rational, Symbol, log, sympify

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
    exponents: Mapping[Symbol, int | Expr]
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
        powers = {symbol for power in self.exponents.values() for symbol in sympify(power).free_symbols}
        return {*self.exponents, *self.logs, *powers}


def growth(order: Order, base: Symbol, couplings: Mapping[Symbol, int | Rational]) -> tuple[Rational, int] | None:
    """Powers of `base` and of its logarithm when every other variable is a power of `base`.

    None if a variable is not coupled or an exponent is not a number.

    >>> from boundkit.statement.vocabulary import d, n
    >>> growth(Order("width", {n: 4, d: -3}), n, {d: Rational(1, 2)})
    (5/2, 0)
    """
    powers = {base: Rational(1), **{symbol: Rational(power) for symbol, power in couplings.items()}}
    if not order.symbols <= powers.keys() or any(not sympify(e).is_Rational for e in order.exponents.values()):
        return None
    total = sum((Rational(e) * powers[symbol] for symbol, e in order.exponents.items()), start=Rational(0))
    return total, sum(e for symbol, e in order.logs.items() if powers[symbol] > 0)


def smaller(first: Order, second: Order, *, base: Symbol, couplings: Mapping[Symbol, int | Rational]) -> bool | None:
    """Whether `first` is eventually of smaller order than `second` as `base` grows; None if equal or not comparable.

    >>> from boundkit.statement.vocabulary import d, n
    >>> ours, theirs = Order("width", {n: 2, d: -1}), Order("width", {n: 4})
    >>> smaller(ours, theirs, base=n, couplings={d: 1})
    True
    """
    left, right = growth(first, base, couplings), growth(second, base, couplings)
    if left is None or right is None or left == right:
        return None
    return left < right
