"""Monomials as orders of growth, and solving a condition between two of them for one variable.

A monomial is a product of powers of positive symbols and of logarithms; SymPy multiplies and raises them, and an
`Order` is read off at the end.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol, expand, expand_power_base, log

from boundkit.statement import Order
from boundkit.statement.order import Quantity

LOGS = "up to logarithms"


def solve_for(ratio: Expr, variable: Symbol) -> Expr:
    """The value of `variable` at which the monomial `ratio` is 1.

    >>> from boundkit.statement.vocabulary import k, n
    >>> solve_for(n**3 / k**2, k)
    n**(3/2)
    """
    constant, power = ratio.as_independent(variable, as_Add=False)
    base, exponent = power.as_base_exp()
    if base != variable:
        raise ValueError(f"{ratio} is not a power of {variable} times a constant")
    return constant ** (-1 / exponent)


def as_order(
    quantity: Quantity, monomial: Expr, *, side: Any = "lower", regime: str = LOGS, quoted_by: str = ""
) -> Order:
    """The order whose expression is `monomial`.

    >>> from boundkit.statement.vocabulary import k, n
    >>> as_order("width", n**2 / k).exponents == {n: 2, k: -1}
    True
    """
    exponents: dict[Any, Any] = {}
    logs: dict[Any, Any] = {}
    for base, power in expand_power_base(monomial, force=True).as_powers_dict().items():
        if isinstance(base, log):
            logs[base.args[0]] = power
        elif base != 1:
            exponents[base] = exponents.get(base, 0) + (power if power.is_number else expand(power))
    return Order(quantity, exponents, logs, side, regime, quoted_by)
