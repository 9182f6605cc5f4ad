"""Evaluate a SymPy expression in any arithmetic: balls, complex balls, float64 arrays, extended precision.

SymPy is for formulas, not for numbers: an expression tree is walked once and every node is answered by the
arithmetic given. Comparisons of balls are true only when certain, so a relation has three answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.core.relational import Relational


@dataclass(frozen=True)
class Arithmetic:
    """How numbers are made and combined.

    `rational(p, q)` makes a number; `constants` and `functions` are keyed by SymPy class;
    `integer_power(x, n)` takes a Python integer, `power(x, y)` any exponent.
    """

    name: str
    rational: Callable[[int, int], Any]
    constants: Mapping[Any, Callable[[], Any]]
    functions: Mapping[Any, Callable[..., Any]]
    integer_power: Callable[[Any, int], Any]
    power: Callable[[Any, Any], Any]
    piecewise: Callable[[list[tuple[Any, Any]], Callable[[Any], Any]], Any]


def evaluate(expression: sympy.Basic, values: Mapping[Any, Any], arithmetic: Arithmetic) -> Any:
    """The value of `expression` with each symbol (or whole sub-expression) replaced by `values[symbol]`.

    Raises KeyError for a symbol without a value and NotImplementedError for a function the arithmetic
    does not know.

    >>> from boundkit.arithmetic import BALL, evaluate
    >>> x = sympy.Symbol("x")
    >>> evaluate(sympy.exp(x) - 1, {x: 0}, BALL)
    0
    """
    cache: dict[sympy.Basic, Any] = {}

    def walk(node: sympy.Basic) -> Any:
        if node in values:
            return values[node]
        if node not in cache:
            cache[node] = compute(node)
        return cache[node]

    def compute(node: sympy.Basic) -> Any:
        if isinstance(node, sympy.Rational):
            return arithmetic.rational(int(node.p), int(node.q))
        if isinstance(node, sympy.Float):
            exact = sympy.Rational(str(node))
            return arithmetic.rational(int(exact.p), int(exact.q))
        if node in arithmetic.constants:
            return arithmetic.constants[node]()
        if isinstance(node, sympy.Symbol):
            raise KeyError(node.name)
        if isinstance(node, sympy.Add):
            return _fold(node.args, walk, lambda a, b: a + b)
        if isinstance(node, sympy.Mul):
            return _fold(node.args, walk, lambda a, b: a * b)
        if isinstance(node, sympy.Pow):
            return _power(node, walk, arithmetic)
        if isinstance(node, sympy.Piecewise):
            return arithmetic.piecewise([(e, c) for e, c in node.args], walk)
        function = arithmetic.functions.get(node.func)
        if function is None:
            raise NotImplementedError(f"{node.func.__name__} in {arithmetic.name} arithmetic")
        return function(*(walk(a) for a in node.args))

    return walk(expression)


def holds(relation: sympy.Basic, values: Mapping[Any, Any], arithmetic: Arithmetic) -> bool | None:
    """Three-valued truth of a relation or a conjunction: True or False only when certain.

    >>> from boundkit.arithmetic import BALL, holds
    >>> x = sympy.Symbol("x", positive=True)
    >>> holds(x**2 >= 2, {x: 2}, BALL), holds(x**2 >= 2, {x: 1}, BALL)
    (True, False)
    """
    if relation in (sympy.true, sympy.false):
        return bool(relation)
    if isinstance(relation, sympy.And | sympy.Or):
        answers = [holds(a, values, arithmetic) for a in relation.args]
        decisive = isinstance(relation, sympy.Or)
        if decisive in answers:
            return decisive
        return None if None in answers else not decisive
    if not isinstance(relation, Relational):
        raise NotImplementedError(f"not a relation: {relation}")
    left = evaluate(relation.lhs, values, arithmetic)
    right = evaluate(relation.rhs, values, arithmetic)
    return compare(left, right, relation.rel_op)


def compare(left: Any, right: Any, operator: str) -> bool | None:
    """Three-valued comparison of two balls (or scalars): None when their enclosures overlap undecidably."""
    if operator in ("==", "!="):
        same = bool(left == right)
        apart = bool(left < right) or bool(left > right)
        answer = True if same else (False if apart else None)
        return answer if operator == "==" or answer is None else not answer
    certain = {
        ">=": (left >= right, left < right),
        ">": (left > right, left <= right),
        "<=": (left <= right, left > right),
        "<": (left < right, left >= right),
    }[operator]
    return True if bool(certain[0]) else (False if bool(certain[1]) else None)


def _fold(args: tuple[sympy.Basic, ...], walk: Callable[[Any], Any], join: Callable[[Any, Any], Any]) -> Any:
    total = walk(args[0])
    for a in args[1:]:
        total = join(total, walk(a))
    return total


def _power(node: sympy.Pow, walk: Callable[[Any], Any], arithmetic: Arithmetic) -> Any:
    base, exponent = node.args
    if base is sympy.E:
        return arithmetic.functions[sympy.exp](walk(exponent))
    if isinstance(exponent, sympy.Integer):
        return arithmetic.integer_power(walk(base), int(exponent))
    if exponent == sympy.Rational(1, 2):
        return arithmetic.functions[sympy.sqrt](walk(base))
    if exponent == sympy.Rational(-1, 2):
        return arithmetic.rational(1, 1) / arithmetic.functions[sympy.sqrt](walk(base))
    return arithmetic.power(walk(base), walk(exponent))
