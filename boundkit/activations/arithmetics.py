"""Ball arithmetics for functions of z far out (REAL) and off the real line (ANALYTIC)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import flint
import sympy

from boundkit.arithmetic import BALL, COMPLEX_BALL

# exp of more would need an exponent of more than 2^41 bits
LARGEST_ARGUMENT = 2**41


def _tiny() -> Any:
    """[0, exp(-2^41)]."""
    return flint.arb(0).union(flint.arb(-LARGEST_ARGUMENT).exp())


def _exp(x: Any) -> Any:
    x = flint.arb(x)
    if x < -LARGEST_ARGUMENT:
        return _tiny()
    if x.upper() < LARGEST_ARGUMENT:
        return x.exp() if x > -LARGEST_ARGUMENT else x.upper().exp().union(flint.arb(0))
    return flint.arb(0, "inf")


def _tanh(x: Any) -> Any:
    x = flint.arb(x)
    if abs(x) > LARGEST_ARGUMENT:
        return (1 - _tiny()) * x.sgn()
    return x.tanh() if abs(x) < LARGEST_ARGUMENT else flint.arb(0, 1)


def _sech(x: Any) -> Any:
    x = flint.arb(x)
    if abs(x) > LARGEST_ARGUMENT:
        return 2 * _tiny()
    return x.sech() if abs(x) < LARGEST_ARGUMENT else flint.arb(0).union(flint.arb(1))


def _otherwise_unbounded(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def guarded(x: Any) -> Any:
        x = flint.arb(x)
        return function(x) if abs(x) < LARGEST_ARGUMENT else flint.arb(0, "inf")

    return guarded


def _otherwise_undefined(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def guarded(z: Any) -> Any:
        z = flint.acb(z)
        return function(z) if abs(z) < LARGEST_ARGUMENT else flint.acb("nan")

    return guarded


def _complex_arctangent(z: Any) -> Any:
    # the branch cuts are the imaginary axis beyond +-i
    return flint.acb("nan") if z.real.contains(0) and not abs(z.imag) < 1 else z.atan()


_REAL: Mapping[Any, Callable[..., Any]] = {
    sympy.exp: _exp,
    sympy.tanh: _tanh,
    sympy.sech: _sech,
    sympy.sinh: _otherwise_unbounded(lambda x: x.sinh()),
    sympy.cosh: _otherwise_unbounded(lambda x: x.cosh()),
}
_GROWING = (
    sympy.exp,
    sympy.tanh,
    sympy.sech,
    sympy.sinh,
    sympy.cosh,
    sympy.sin,
    sympy.cos,
    sympy.tan,
    sympy.erf,
)

REAL = replace(BALL, functions={**BALL.functions, **_REAL})
ANALYTIC = replace(
    COMPLEX_BALL,
    functions={
        **COMPLEX_BALL.functions,
        **{f: _otherwise_undefined(COMPLEX_BALL.functions[f]) for f in _GROWING},
        sympy.atan: _otherwise_undefined(_complex_arctangent),
    },
)
