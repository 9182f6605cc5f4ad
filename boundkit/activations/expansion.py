"""Hermite expansions of piecewise smooth functions: by closed form where there is one, else by certified quadrature."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import flint
import sympy

from boundkit.activations.catalogue import Symmetry
from boundkit.activations.closed_forms import closed_form
from boundkit.activations.expressions import Z
from boundkit.activations.pieces import Piece
from boundkit.activations.quadrature import gaussian_coefficients
from boundkit.arithmetic import BALL, evaluate, precision

MOST_EXTRA_BITS = 1 << 16

Pieces = tuple[Piece, ...]


def stretched(pieces: Pieces, scale: sympy.Rational) -> Pieces:
    """z -> f(scale z), for a positive scale."""
    if scale == 1:
        return pieces
    return tuple(Piece(p.lower / scale, p.upper / scale, p.expression.xreplace({Z: scale * Z})) for p in pieces)


def squared(pieces: Pieces) -> Pieces:
    """f^2."""
    return tuple(Piece(p.lower, p.upper, p.expression**2) for p in pieces)


def expand(pieces: Pieces, *, symmetry: Symmetry | None, degree: int, bits: int) -> tuple[Any, ...]:
    """Enclosures of E[f(g) h_r(g)], r = 0..degree, of radius about 2^-bits.

    Raises NotApplicable or Infeasible as `quadrature.gaussian_coefficients` does.
    """
    form = closed_form(pieces)
    if form is not None:
        return tuple(_to_accuracy(partial(form.ball, r), bits) for r in range(degree + 1))
    if symmetry is None:
        return tuple(gaussian_coefficients(pieces, degree=degree, bits=bits))
    rest = tuple(Piece(p.lower, p.upper, p.expression - symmetry.affine) for p in pieces)
    half = gaussian_coefficients(rest, degree=degree, bits=bits + 1, half_line=True)
    with precision(bits + 32):
        kept = 0 if symmetry.parity == 1 else 1
        result = [2 * half[r] if r % 2 == kept else flint.arb(0) for r in range(degree + 1)]
        line = symmetry.affine.subs(Z, 0), sympy.diff(symmetry.affine, Z)
        for r in range(min(degree, 1) + 1):
            result[r] += evaluate(line[r], {}, BALL)
    return tuple(result)


def second_moment(pieces: Pieces, *, bits: int) -> Any:
    """An enclosure of E[f(g)^2]."""
    return expand(squared(pieces), symmetry=None, degree=0, bits=bits)[0]


def _to_accuracy(compute: Callable[[], Any], bits: int) -> Any:
    """Terms of a closed form may cancel: more precision until the radius is below 2^-bits."""
    extra = 32
    while True:
        with precision(bits + extra):
            value = compute()
        if value.rad() <= flint.arb(2) ** -bits or value.rel_accuracy_bits() >= bits or extra > MOST_EXTRA_BITS:
            return value
        extra *= 2
