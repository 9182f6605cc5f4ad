"""Orders of growth: bounds whose constants are not given, as exponents in named variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from sympy import Expr, Integer, Rational, Symbol, log, sympify

from boundkit.statement.entry import VOCABULARY

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

    A symbol that stands in an exponent takes its coupling as its value. None if a variable is not coupled or an
    exponent is not a number then.

    >>> from boundkit.statement.vocabulary import d, n
    >>> growth(Order("width", {n: 4, d: -3}), n, {d: Rational(1, 2)})
    (5/2, 0)
    """
    powers = {base: Rational(1), **{symbol: Rational(power) for symbol, power in couplings.items()}}
    exponents = {symbol: sympify(power).subs(powers) for symbol, power in order.exponents.items()}
    found = {symbol: _rate(symbol, powers) for symbol in (*order.exponents, *order.logs)}
    rates = {symbol: rate for symbol, rate in found.items() if rate is not None}
    if len(rates) < len(found) or not all(power.is_Rational for power in exponents.values()):
        return None
    total = sum((power * rates[symbol] for symbol, power in exponents.items()), start=Rational(0))
    return total, sum((power for symbol, power in order.logs.items() if rates[symbol] > 0), start=0)


def _rate(symbol: Symbol, powers: Mapping[Symbol, Rational]) -> Rational | None:
    """The power of the base as which `symbol` grows; a derived quantity grows as its definition says."""
    if symbol in powers:
        return powers[symbol]
    word = VOCABULARY.get(symbol.name)
    if word is None or word.definition is None:
        return None
    factors = word.definition.as_powers_dict()
    rates = {factor: _rate(factor, powers) for factor in factors if factor.is_Symbol}
    if None in rates.values() or any(not (factor.is_Symbol or factor.is_Number) for factor in factors):
        return None
    return sum((factors[factor] * rate for factor, rate in rates.items()), start=Rational(0))


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
