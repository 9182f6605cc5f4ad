"""Certified suprema of |f| over the whole real line, by branch and bound and a proof of what happens far out.

|z| <= reach is searched by interval evaluation: a box on which f' has one sign is replaced by its ends, any other
is bounded by the mean value form and halved. Beyond the reach module envelope answers. The reach is 32; when
that leaves the supremum open it becomes 2^40.
"""

from __future__ import annotations

import heapq
from itertools import count, pairwise
from typing import Any

import flint
import sympy

from boundkit.activations.arithmetics import REAL
from boundkit.activations.envelope import NoEnvelope, envelope
from boundkit.activations.expressions import Z, derivative
from boundkit.activations.pieces import Piece, number
from boundkit.arithmetic import evaluate, precision

NEAR = 32
FAR = 2**40
MOST_BOXES = 6000
MOST_WORK = 400_000
_BITS = 192
_RELATIVE_GAP = flint.arb(2) ** -70


def supremum(pieces: tuple[Piece, ...]) -> Any:
    """An enclosure of sup |f| almost everywhere.

    +infinity when f is proven unbounded; the whole line [-inf, inf] when neither a bound nor its absence is
    proven; a wide ball when f oscillates more than `MOST_BOXES` boxes can resolve.
    """
    with precision(_BITS):
        if _diverges(pieces):
            return flint.arb.pos_inf()
        low, high = _search(pieces, NEAR)
        low, beyond = low.max(_far_samples(pieces)), _beyond(pieces, NEAR)
        if not (beyond <= high or _close(low, beyond)):
            low_far, high = _search(pieces, FAR)
            low, beyond = low.max(low_far), _beyond(pieces, FAR)
        return low.union(high.max(beyond))


def _close(low: Any, high: Any) -> bool:
    return bool(high - low <= _RELATIVE_GAP * low)


def _outer(pieces: tuple[Piece, ...]) -> list[tuple[sympy.Expr, int]]:
    return [(pieces[0].expression, -1), (pieces[-1].expression, 1)]


def _far_samples(pieces: tuple[Piece, ...]) -> Any:
    """A lower bound of sup |f| from points far out, where f may be close to its limits."""
    values = [
        abs(flint.arb(evaluate(e, {Z: flint.arb(side * 2**k)}, REAL))).lower()
        for e, side in _outer(pieces)
        for k in range(NEAR.bit_length(), FAR.bit_length())
        if all(abs(number(p.lower, _BITS)) < 2**k for p in pieces[1:])
    ]
    return max((v for v in values if v.is_finite()), default=flint.arb(0))


def _beyond(pieces: tuple[Piece, ...], reach: int) -> Any:
    """An upper bound of |f| on |z| >= reach."""
    breaks = [abs(number(p.lower, _BITS)) for p in pieces[1:]]
    if not all(b < reach for b in breaks):
        return flint.arb.pos_inf()
    try:
        sizes = [envelope(e, side=side, start=reach).size for e, side in _outer(pieces)]
    except NoEnvelope:
        return flint.arb.pos_inf()
    return sizes[0].max(sizes[1])


def _diverges(pieces: tuple[Piece, ...]) -> bool:
    try:
        return any(envelope(e, side=side, start=FAR).unbounded for e, side in _outer(pieces))
    except NoEnvelope:
        return False


def _boxes(pieces: tuple[Piece, ...], reach: int) -> list[tuple[sympy.Expr, Any, Any]]:
    """Each piece within the reach, cut at 0 and at the powers of two so that boxes far out are long."""
    powers = [flint.arb(2**i) for i in range(reach.bit_length())]
    grid = [-p for p in reversed(powers)] + [flint.arb(0)] + powers
    boxes = []
    for piece in pieces:
        lower = grid[0] if piece.lower.is_infinite else number(piece.lower, _BITS)
        upper = grid[-1] if piece.upper.is_infinite else number(piece.upper, _BITS)
        if not (lower < grid[-1] and upper > grid[0]):
            continue
        cuts = [lower.max(grid[0]), *(g for g in grid if g > lower and g < upper), upper.min(grid[-1])]
        boxes += [(piece.expression, a, b) for a, b in pairwise(cuts)]
    return boxes


def _search(pieces: tuple[Piece, ...], reach: int) -> tuple[Any, Any]:
    """Lower and upper bounds of sup |f| on |z| <= reach."""
    slopes = {p.expression: derivative(p.expression) for p in pieces}
    found, settled = flint.arb(0), flint.arb(0)
    queue: list[tuple[float, int, Any, sympy.Expr, Any, Any]] = []
    order = count()

    def value(expression: sympy.Expr, x: Any) -> Any:
        return abs(flint.arb(evaluate(expression, {Z: x}, REAL)))

    def examine(expression: sympy.Expr, a: Any, b: Any) -> None:
        nonlocal found, settled
        ends = [value(expression, x) for x in (a, b)]
        for end in ends:
            if end.is_finite():
                found = found.max(flint.arb(end.lower()))
        slope = flint.arb(evaluate(slopes[expression], {Z: a.union(b)}, REAL))
        if slope >= 0 or slope <= 0:
            settled = settled.max(ends[0].upper()).max(ends[1].upper())
            return
        middle, half = (a + b) / 2, (b - a) / 2
        at_middle = value(expression, middle)
        if at_middle.is_finite():
            found = found.max(flint.arb(at_middle.lower()))
        bound = (at_middle + abs(slope) * half).upper()
        plain = value(expression, a.union(b)).upper()
        bound = plain if not bound.is_finite() or bound > plain else bound
        bound = flint.arb.pos_inf() if bound.is_nan() else bound
        key = float(bound) if bound.is_finite() else float("inf")
        heapq.heappush(queue, (-key, next(order), bound, expression, a, b))

    for expression, a, b in _boxes(pieces, reach):
        examine(expression, a, b)
    work = sum(int(sympy.count_ops(e)) + int(sympy.count_ops(s)) for e, s in slopes.items())
    halvings, most = 0, min(MOST_BOXES, MOST_WORK // max(1, work))
    while queue:
        _, _, bound, expression, a, b = heapq.heappop(queue)
        if halvings == most or bound <= found * (1 + _RELATIVE_GAP):
            settled = settled.max(bound)
            continue
        halvings += 1
        middle = flint.arb(((a + b) / 2).mid())
        examine(expression, a, middle)
        examine(expression, middle, b)
    return found, settled.max(found)
