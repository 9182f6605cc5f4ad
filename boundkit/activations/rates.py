"""Growth rates A x^p exp(q x) and what they prove about a function on a half-line x >= start >= 1."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import sympy

from boundkit.activations.arithmetics import REAL
from boundkit.arithmetic import ball


@dataclass(frozen=True)
class Rate:
    """scale * x^power * exp(exponent * x)."""

    scale: Any
    power: Fraction = Fraction(0)
    exponent: Fraction = Fraction(0)

    def order(self) -> tuple[Fraction, Fraction]:
        """Of two rates the one with the larger order is larger far out."""
        return self.exponent, self.power

    def __mul__(self, other: Rate) -> Rate:
        return Rate(self.scale * other.scale, self.power + other.power, self.exponent + other.exponent)

    def to(self, n: Fraction) -> Rate:
        """The n-th power."""
        return Rate(self.scale ** ball(n), self.power * n, self.exponent * n)

    def largest(self, start: int) -> Any:
        """The supremum over x >= start, possibly infinite."""
        if self.exponent > 0 or (self.exponent == 0 and self.power > 0):
            return flint.arb.pos_inf()
        x = Fraction(start)
        if self.exponent < 0:
            x = max(x, self.power / -self.exponent)
        growth = REAL.functions[sympy.exp](ball(self.exponent) * ball(x))
        return (self.scale * ball(x) ** ball(self.power) * growth).upper()

    def ratio(self, other: Rate, start: int) -> Any:
        """The supremum over x >= start of self / other."""
        return (self * other.to(Fraction(-1))).largest(start)


_CONSTANT = (Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Envelope:
    """lower <= f <= upper and below <= |f| <= above, on x >= start."""

    start: int
    lower: Any
    upper: Any
    above: Rate | None = None
    below: Rate | None = None

    def sharpened(self) -> Envelope:
        """The interval and the rates each improved by the other."""
        infinity = flint.arb.pos_inf()
        # infinity - infinity says nothing
        lower = -infinity if self.lower.is_nan() else self.lower
        upper = infinity if self.upper.is_nan() else self.upper
        above, below = self.above, self.below
        if above is not None:
            size = above.largest(self.start)
            lower, upper = max(lower, -size), min(upper, size)
        size = max(-lower, upper)
        if size.is_finite() and (above is None or above.order() >= _CONSTANT):
            above = Rate(size)
        smallest = max(lower, -upper)
        if smallest > 0 and (below is None or below.order() < _CONSTANT):
            below = Rate(smallest)
        return Envelope(self.start, lower, upper, above, below)

    @property
    def size(self) -> Any:
        """An upper bound of |f| on the half-line; infinite when none is proven."""
        return max(-self.lower, self.upper)

    @property
    def unbounded(self) -> bool:
        """Whether |f| certainly tends to infinity."""
        return self.below is not None and self.below.order() > _CONSTANT
