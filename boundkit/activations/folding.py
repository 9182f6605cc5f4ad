"""Array code for any activation: its pieces evaluated as written, in the namespace of the array."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from array_api_compat import array_namespace

from boundkit.activations.expressions import Z
from boundkit.activations.kernels import error_function
from boundkit.activations.pieces import Piece
from boundkit.arithmetic import BALL, Arithmetic, evaluate
from boundkit.errors import BadInput


def namespace(h: Any) -> Any:
    """The array namespace of a floating array. Raises BadInput for anything else."""
    try:
        xp = array_namespace(h)
        if xp.isdtype(h.dtype, "real floating"):
            return xp
    except TypeError:
        pass
    raise BadInput("h", h, "must be an array of floating point numbers")


def fold(pieces: tuple[Piece, ...], xp: Any, h: Any) -> Any:
    """The piecewise smooth function at every element of h, in the shape and dtype of h."""
    arithmetic = _arithmetic(xp)
    result = None
    with np.errstate(all="ignore"):  # a piece may be undefined where another one is meant
        for piece in reversed(pieces):
            value = evaluate(piece.expression, {Z: h}, arithmetic)
            if isinstance(value, int | float):
                value = xp.full_like(h, float(value))
            elif value is h:
                value = h + 0
            if result is not None:
                value = xp.where(h < _as_float(piece.upper), value, result)
            result = value
    return result


def _as_float(number: sympy.Expr) -> float:
    return float(evaluate(number, {}, BALL).mid())


@lru_cache(maxsize=16)
def _arithmetic(xp: Any) -> Arithmetic:
    def either(array: Callable[[Any], Any], scalar: Callable[[float], float]) -> Callable[[Any], Any]:
        """A function of arrays that also takes the Python numbers of constant sub-expressions."""
        return lambda x: scalar(x) if isinstance(x, int | float) else array(x)

    return Arithmetic(
        name=getattr(xp, "__name__", "array"),
        rational=lambda p, q: p / q,
        constants={sympy.pi: lambda: math.pi, sympy.E: lambda: math.e},
        functions={
            sympy.exp: either(xp.exp, math.exp),
            sympy.log: either(xp.log, math.log),
            sympy.sqrt: either(xp.sqrt, math.sqrt),
            sympy.sin: either(xp.sin, math.sin),
            sympy.cos: either(xp.cos, math.cos),
            sympy.tan: either(xp.tan, math.tan),
            sympy.sinh: either(xp.sinh, math.sinh),
            sympy.cosh: either(xp.cosh, math.cosh),
            sympy.tanh: either(xp.tanh, math.tanh),
            sympy.sech: either(lambda x: 1 / xp.cosh(x), lambda x: 1 / math.cosh(x)),
            sympy.atan: either(xp.atan, math.atan),
            sympy.erf: either(lambda x: error_function(xp, x), math.erf),
        },
        integer_power=lambda x, n: x**n,
        power=lambda x, y: x**y,
        piecewise=_no_piecewise,
    )


def _no_piecewise(pieces: Any, walk: Any) -> Any:
    raise NotImplementedError("pieces are smooth")
