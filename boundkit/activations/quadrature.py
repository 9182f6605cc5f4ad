"""Certified Gaussian integrals: E[f(g) h_r(g)] for all degrees r at once, with every error bounded.

Each smooth piece is cut into segments and integrated by Gauss-Legendre rules in ball arithmetic.

* Quadrature: f analytic with |f h_r w| <= M on a Bernstein ellipse of parameter p around a segment of half-width
  a gives an error of at most (64/15) a M p^(-2n) / (1 - p^-2), since an n-point rule is exact to degree 2n - 1
  and the Chebyshev coefficients are at most 2 M p^-k. Analyticity and the bound of f come from evaluating it in
  complex balls on a box around the ellipse: a finite ball of an expression without branch cuts there.
* The weight: h_r(x + iy) = sum_k (iy)^k sqrt(C(r,k)/k!) h_{r-k}(x) and Cramer's |h_m(x)| <= 1.0865 exp(x^2/4)
  give |h_r w| <= 1.0865 exp(y^2/2 - x^2/4) P_r(y) / sqrt(2 pi), P_r(y) = sum_k sqrt(C(r,k)/k!) |y|^k.
* Tail: |f| <= A x^p exp(q x) on |x| >= T (module envelope) and the same bound of the weight.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import flint
import sympy

from boundkit.activations.arithmetics import ANALYTIC, REAL
from boundkit.activations.envelope import NoEnvelope, envelope
from boundkit.activations.expressions import Z
from boundkit.activations.pieces import Piece, number
from boundkit.activations.rates import Envelope
from boundkit.arithmetic import ball, evaluate, precision
from boundkit.errors import Infeasible, NotApplicable

CRAMER = flint.arb("1.0865")
STEEPEST_TAIL = 16
MOST_SEGMENTS = 2000
_ELLIPSES = (16.0, 8.0, 5.0, 3.3, 2.4, 1.8)
_SURVEY_BITS = 64
_BOXES = 4


@dataclass(frozen=True)
class Segment:
    """A Gauss-Legendre rule of `nodes` points on [left, right].

    `error` bounds what it misses, for every degree; `size` bounds |f| on the segment.
    """

    expression: sympy.Expr
    left: Any
    right: Any
    nodes: int
    error: Any
    size: Any


def gaussian_coefficients(pieces: tuple[Piece, ...], *, degree: int, bits: int, half_line: bool = False) -> list[Any]:
    """Enclosures of E[f(g) h_r(g)], r = 0..degree, of radius about 2^-bits; with `half_line`, over g > 0 only.

    Raises NotApplicable when f cannot be shown to grow at most like exp(16 |z|), Infeasible when it needs
    more than `MOST_SEGMENTS` segments (it oscillates too fast).
    """
    with precision(_SURVEY_BITS):
        end, tail = _tail(pieces, bits, half_line)
        survey = _Survey(degree, bits)
        segments = list(survey.segments(pieces, flint.arb(0 if half_line else -end), flint.arb(end)))
        largest = max((s.size for s in segments), default=flint.arb(0)).max(flint.arb(1))
        loss = int(1.25 * degree) + math.ceil(float(largest.log() / flint.arb(2).log()))
    with precision(bits + 64 + loss):
        moments = _moments(segments, degree)
        error = tail + sum((s.error for s in segments), flint.arb(0))
        return [m + flint.arb(0, error) for m in _orthonormal(moments)]


def _tail(pieces: tuple[Piece, ...], bits: int, half_line: bool) -> tuple[int, Any]:
    """T and a bound of the integral over |x| >= T, below 2^-bits."""
    ends = [(pieces[-1], 1)] if half_line else [(pieces[-1], 1), (pieces[0], -1)]
    breaks = [abs(float(number(p.lower, _SURVEY_BITS).mid())) for p in pieces[1:]]
    end = math.ceil(max([*breaks, math.sqrt(4 * math.log(2) * (bits + 16))])) + 1
    while True:
        total = flint.arb(0)
        for piece, side in ends:
            far = _envelope(piece, side, end)
            total += _tail_beyond(far, end)
        if total < flint.arb(2) ** -(bits + 4):
            return end, total.upper()
        end += max(4, end // 8)


def _envelope(piece: Piece, side: int, start: int) -> Envelope:
    try:
        far = envelope(piece.expression, side=side, start=start)
    except NoEnvelope as reason:
        raise NotApplicable("square-integrable activation", f"{piece.expression}: {reason}") from None
    if far.above is None or far.above.exponent > STEEPEST_TAIL:
        raise NotApplicable(
            "square-integrable activation",
            f"{piece.expression} is not shown to be square integrable, growing at most like exp({STEEPEST_TAIL} |z|)",
        )
    return far


def _tail_beyond(far: Envelope, end: int) -> Any:
    assert far.above is not None
    power, exponent = ball(far.above.power), ball(far.above.exponent)
    # the logarithm of the integrand falls at least this fast
    slope = flint.arb(end) / 2 - exponent - power.max(flint.arb(0)) / end
    if not slope > 0:
        return flint.arb.pos_inf()
    at_end = far.above.scale * flint.arb(end) ** power * (exponent * end - flint.arb(end) ** 2 / 4).exp()
    return CRAMER / (2 * flint.arb.pi()).sqrt() * at_end / slope


class _Survey:
    """Chooses segments and rules so that the total error is below 2^-bits for all degrees up to `degree`."""

    def __init__(self, degree: int, bits: int) -> None:
        self.degree, self.bits = degree, bits
        self.most_nodes = 40 + bits // 2
        # few distinct rules, because their nodes are costly
        self.grain = max(4, self.most_nodes // 8)
        self.count = 0

    def segments(self, pieces: tuple[Piece, ...], left: Any, right: Any) -> Iterator[Segment]:
        for piece in pieces:
            if piece.expression == 0:
                continue
            lower = left if piece.lower.is_infinite else number(piece.lower, _SURVEY_BITS)
            upper = right if piece.upper.is_infinite else number(piece.upper, _SURVEY_BITS)
            if not upper > left:
                continue
            start, stop = (piece.lower if lower > left else left), (piece.upper if upper < right else right)
            steps = max(1, math.ceil((float(upper.mid()) - max(float(lower.mid()), float(left.mid()))) / 2))
            cuts = [start, *self._cuts(start, stop, steps), stop]
            for a, b in pairwise(cuts):
                yield from self._refine(piece.expression, a, b)

    @staticmethod
    def _cuts(start: Any, stop: Any, steps: int) -> list[Any]:
        a, b = float(_at(start).mid()), float(_at(stop).mid())
        return [flint.arb(a + (b - a) * i / steps) for i in range(1, steps)]

    def _refine(self, expression: sympy.Expr, a: Any, b: Any) -> Iterator[Segment]:
        best = self._rule(expression, a, b)
        if best is not None:
            self.count += 1
            if self.count > MOST_SEGMENTS:
                raise Infeasible(f"{expression} needs more than {MOST_SEGMENTS} integration segments")
            yield best
            return
        middle = flint.arb(((_at(a) + _at(b)) / 2).mid())
        if not (_at(b) - _at(a) > 1e-6):
            raise NotApplicable(
                "analytic pieces", f"{expression} is not shown to be analytic near z = {float(middle):.6g}"
            )
        yield from self._refine(expression, a, middle)
        yield from self._refine(expression, middle, b)

    def _rule(self, expression: sympy.Expr, a: Any, b: Any) -> Segment | None:
        """The shortest rule over the candidate ellipses, or None when none is short enough."""
        left, right = _at(a), _at(b)
        centre, half = (left + right) / 2, (right - left) / 2
        best: Segment | None = None
        for p in _ELLIPSES:
            across, along = half * (p - 1 / p) / 2, half * (p + 1 / p) / 2
            size = _largest(expression, centre, along, across)
            if not size.is_finite():
                continue
            nearest = (abs(centre) - along).lower().max(flint.arb(0))
            weight = (across**2 / 2 - nearest**2 / 4).exp() * _growth(self.degree, across) * CRAMER
            bound = flint.arb(64) / 15 * half * size * weight / (2 * flint.arb.pi()).sqrt() / (1 - 1 / p**2)
            bound = bound.upper().max(flint.arb(2) ** -(self.bits + 100))
            magnitude = float((bound.log() / flint.arb(2).log()).mid())
            nodes = max(4, math.ceil((self.bits + 14 + magnitude) / (2 * math.log2(p))))
            nodes = -(-nodes // self.grain) * self.grain
            if nodes <= self.most_nodes and (best is None or nodes < best.nodes):
                error = (bound * flint.arb(p) ** (-2 * nodes)).upper()
                best = Segment(expression, a, b, nodes, error, size)
        return best


def _largest(expression: sympy.Expr, centre: Any, along: Any, across: Any) -> Any:
    """A bound of |f| on a rectangle centred on the real axis; not finite when f may not be analytic there."""
    largest = flint.arb(0)
    x, y = along * flint.arb(0, 1) / _BOXES, across * flint.arb("0.5 +/- 0.5")
    for i in range(_BOXES):
        # f is real on the real axis, so that the upper half is enough
        box = flint.acb(centre + along * (2 * i + 1 - _BOXES) / _BOXES + x, y)
        value = flint.acb(evaluate(expression, {Z: box}, ANALYTIC))
        if not value.is_finite():
            return flint.arb.pos_inf()
        largest = largest.max(value.abs_upper())
    return largest


def _at(end: Any) -> Any:
    """An end of a segment as a ball at the precision in force: a SymPy break, or an exact ball."""
    return number(end, flint.ctx.prec) if isinstance(end, sympy.Basic) else end


def _growth(degree: int, y: Any) -> Any:
    """P_r(y) of the module's docstring, increasing in r."""
    total = term = flint.arb(1)
    for k in range(1, degree + 1):
        term = term * y * flint.arb(degree - k + 1).sqrt() / k
        total += term
    return total


@lru_cache(maxsize=256)
def _legendre(nodes: int, bits: int) -> list[tuple[Any, Any]]:
    """The nodes and weights at `bits`, which must be the precision in force."""
    half = [flint.arb.legendre_p_root(nodes, k, weight=True) for k in range(nodes // 2)]
    middle = [flint.arb.legendre_p_root(nodes, nodes // 2, weight=True)] if nodes % 2 else []
    return half + middle + [(-x, w) for x, w in reversed(half)]


def _moments(segments: list[Segment], degree: int) -> list[Any]:
    """The rules applied to f(x) x^k exp(-x^2/2) / sqrt(2 pi), k = 0..degree."""
    points, terms = [], []
    normalisation = 1 / (2 * flint.arb.pi()).sqrt()
    for segment in segments:
        left, right = _at(segment.left), _at(segment.right)
        centre, half = (left + right) / 2, (right - left) / 2
        for root, weight in _legendre(segment.nodes, flint.ctx.prec):
            x = centre + half * root
            value = evaluate(segment.expression, {Z: x}, REAL)
            points.append(x)
            terms.append(value * weight * half * normalisation * (-x * x / 2).exp())
    moments = [sum(terms, flint.arb(0))]
    for _ in range(degree):
        terms = [t * x for t, x in zip(terms, points, strict=True)]
        moments.append(sum(terms, flint.arb(0)))
    return moments


def _orthonormal(moments: list[Any]) -> list[Any]:
    """E[f h_r] from E[f g^k], with the integer coefficients of He_r."""
    result, before, row = [], [0], [1]
    for r in range(len(moments)):
        total = sum((c * m for c, m in zip(row, moments, strict=False) if c), flint.arb(0))
        result.append(total / flint.arb(flint.fmpz(math.factorial(r))).sqrt())
        following = [0, *row]
        for k, c in enumerate(before):
            following[k] -= r * c
        before, row = row, following
    return result
