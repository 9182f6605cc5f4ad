"""The arithmetics of float64 and of extended-precision arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy

from boundkit.arithmetic.arithmetics import fold_pairs
from boundkit.arithmetic.evaluate import Arithmetic


def _array_piecewise(pieces: list[tuple[Any, Any]], walk: Callable[[Any], Any]) -> Any:
    result: Any = np.nan
    for expression, condition in reversed(pieces):
        result = np.where(_array_condition(condition, walk), walk(expression), result)
    return result


def _array_condition(condition: Any, walk: Callable[[Any], Any]) -> Any:
    if condition in (sympy.true, sympy.false):
        return bool(condition)
    if isinstance(condition, sympy.And | sympy.Or):
        join = np.logical_and if isinstance(condition, sympy.And) else np.logical_or
        return join.reduce(np.broadcast_arrays(*(_array_condition(a, walk) for a in condition.args)))
    operators = {
        ">=": np.greater_equal,
        ">": np.greater,
        "<=": np.less_equal,
        "<": np.less,
        "==": np.equal,
        "!=": np.not_equal,
    }
    return operators[condition.rel_op](walk(condition.lhs), walk(condition.rhs))


def _arrays(dtype: Any, erf: Callable[[Any], Any], pi: Any) -> Arithmetic:
    number = dtype
    return Arithmetic(
        name=np.dtype(dtype).name,
        rational=lambda p, q: number(p) / number(q),
        constants={
            sympy.pi: lambda: pi,
            sympy.E: lambda: np.exp(number(1)),
            sympy.oo: lambda: number(np.inf),
        },
        functions={
            sympy.exp: np.exp,
            sympy.log: np.log,
            sympy.sqrt: np.sqrt,
            sympy.sin: np.sin,
            sympy.cos: np.cos,
            sympy.tan: np.tan,
            sympy.sinh: np.sinh,
            sympy.cosh: np.cosh,
            sympy.tanh: np.tanh,
            sympy.sech: lambda x: 1 / np.cosh(x),
            sympy.atan: np.arctan,
            sympy.acos: np.arccos,
            sympy.asin: np.arcsin,
            sympy.erf: erf,
            sympy.erfc: lambda x: 1 - erf(x),
            sympy.Abs: np.abs,
            sympy.sign: np.sign,
            sympy.Heaviside: lambda x, at_zero=0.5: np.heaviside(x, at_zero),
            sympy.Max: fold_pairs(np.maximum),
            sympy.Min: fold_pairs(np.minimum),
            sympy.Mod: np.mod,
            sympy.ceiling: np.ceil,
            sympy.floor: np.floor,
        },
        integer_power=lambda x, n: number(x) ** n if np.isscalar(x) else x**n,
        power=lambda x, y: x**y,
        piecewise=_array_piecewise,
    )


def _erf(x: Any) -> Any:
    import scipy.special  # costs as much as SymPy, and few need it

    return scipy.special.erf(x)


def _extended_erf(x: Any) -> Any:
    """erf to 64 bits of mantissa by its series (|x| < 3) and by continued fraction beyond."""
    x = np.asarray(x, dtype=np.longdouble)
    a = np.abs(x)
    inner = np.minimum(a, np.longdouble(3))
    term = total = inner
    for i in range(1, 80):
        term = term * 2 * inner**2 / (2 * i + 1)
        total = total + term
    root_pi = np.sqrt(_EXTENDED_PI)
    series = 2 / root_pi * np.exp(-(inner**2)) * total
    outer = np.maximum(a, np.longdouble(3))
    fraction = outer
    for i in range(60, 0, -1):
        fraction = outer + np.longdouble(i) / 2 / fraction
    tail = np.exp(-(outer**2)) / (fraction * root_pi)
    return np.sign(x) * np.where(a < 3, series, 1 - tail)


_EXTENDED_PI = np.longdouble("3.14159265358979323846264338327950288")

FLOAT = _arrays(np.float64, _erf, np.float64(np.pi))
EXTENDED = _arrays(np.longdouble, _extended_erf, _EXTENDED_PI)
