"""Values of free variables that nobody has to give: what the data say, and what equations among the hypotheses fix."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from typing import Any

from sympy import Eq, Expr, Integer, Symbol, sqrt

from boundkit.activations import Activation
from boundkit.data import Dataset
from boundkit.data.origins import Mixture
from boundkit.errors import BadInput
from boundkit.statement import VOCABULARY, Hypothesis, Statement
from boundkit.statement.classes import one_output, relu_units
from boundkit.statement.vocabulary import d, lambda_, n, norm_y

JUST_BELOW = 1 - Fraction(1, 2**30)


def known_of_data(data: Dataset, given: Mapping[str, Any]) -> dict[str, Fraction]:
    """Free variables that the data determine: outputs; clusters and noise of a mixture. BadInput for another value."""
    known = {"K": Fraction(data.K)} if data.K > 1 else {}
    if isinstance(data.origin, Mixture):
        known |= {"clusters": Fraction(data.origin.clusters), "cluster_noise": Fraction(str(data.origin.noise))}
    for name, value in known.items():
        if name in given and given[name] != value:
            raise BadInput(name, given[name], f"contradicts the data, where it is {value}")
    return known


def unsuited(statement: Statement, data: Dataset, chosen: Activation | None) -> tuple[str, str] | None:
    """A label and the reason why data or activation do not fit the network of the setting; else None."""
    if data.K > 1 and one_output(statement):
        return "single_output", f"labels have {data.K} outputs where the network has one"
    if chosen is not None and relu_units(statement) and chosen.quantity("is_relu") != 1:
        return "relu_units", f"the network has ReLU units, not {chosen.name}"
    return None


def exact_of_data(data: Dataset) -> dict[Symbol, Expr]:
    """Numbers of the data as exact expressions, for equations that balls cannot decide; |y| for integer labels."""
    found: dict[Symbol, Expr] = {n: Integer(data.n), d: Integer(data.d)}
    if (abs(data.y) < 2**20).all() and (data.y == data.y.round()).all():
        found[norm_y] = sqrt(Integer(int((data.y**2).sum())))
    return found


def fixed_by_equations(
    statement: Statement, known: Collection[str], reduce: Callable[[Expr], Expr]
) -> dict[Symbol, Expr]:
    """Each free variable or network quantity that an equation among the hypotheses fixes, given those that are known.

    `T = Gamma / (eta alpha^2)` gives T; `alpha_0 = abar s` gives either from the other. An equation is used once all
    but one of its variables are known, and only if it can be solved by division and powers. `reduce` expands
    definitions and what the setting says.
    """
    fixed: dict[Symbol, Expr] = {}
    equations = [item for item in statement.hypotheses if isinstance(item.relation, Eq)]
    while True:
        for item in equations:
            left, right = reduce(item.relation.lhs), reduce(item.relation.rhs)
            variables = {s for s in left.free_symbols | right.free_symbols if _free(s, item, known)} - fixed.keys()
            solution = _solved(left, right, variables.pop()) if len(variables) == 1 else None
            if solution is not None:
                fixed[solution[0]] = solution[1]
                break
        else:
            return fixed


def _free(symbol: Symbol, hypothesis: Hypothesis, known: Collection[str]) -> bool:
    word = VOCABULARY[symbol.name]
    if symbol.name in known:
        return False
    return word.origin == "given" or (word.origin == "network" and hypothesis.role in ("parameter", "step"))


def _solved(left: Expr, right: Expr, symbol: Symbol) -> tuple[Symbol, Expr] | None:
    if left == right or (symbol in left.free_symbols and symbol in right.free_symbols):
        return None
    side, other = (left, right) if symbol in left.free_symbols else (right, left)
    factor, power = side.as_independent(symbol, as_Add=False)
    base, exponent = power.as_base_exp()
    if base != symbol or not exponent.is_Rational:
        return None
    return symbol, (other / factor) ** (1 / exponent)


def cutoff_of(expression: Expr, value: Any) -> Any:
    """The value at which a cutoff separates eigenvalues: the root of the smallest one is taken just below it."""
    return value.lower() * JUST_BELOW.numerator / JUST_BELOW.denominator if expression == sqrt(lambda_) else value
