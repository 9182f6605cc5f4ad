"""Composing the lemmas' orders into the widths, step sizes, radii and iterations of the main theorems.

Every exponent of Theorems 4.1 and 4.5 is computed here from the gradient bounds (vii) and (viii) of Theorem 5.3, the
Lipschitz outputs (ii), the sparse form (vi) and the growth of the loss; logarithms and constants are dropped, the
logarithm of the target is kept. Widths of layers are all of order k.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Expr, Integer, Rational, log, powsimp, sqrt

from boundkit.papers.zczg18.growth import as_order, solve_for
from boundkit.papers.zczg18.model import HALF
from boundkit.statement import Order
from boundkit.statement.vocabulary import k, n, radius, step_size
from boundkit.statement.words.deep import inverse_target_risk, label_separation, loss_exponent, target_risk
from boundkit.statement.words.shared import L, b

phi, p, eta, tau = label_separation, loss_exponent, step_size, radius
ONE = Integer(1)

PRODUCT = L  # (v): norm of a product of layers
LIPSCHITZ = L  # (ii): features against the sum of the changes of the layers
SPARSE = PRODUCT * sqrt(L ** Rational(4, 3) * tau ** Rational(2, 3) * k)  # (vi) at the number of flips (iii)
GRADIENT = L**2 * sqrt(k)  # (viii): norm of a layer's gradient over the mean slope
STRENGTH = k * phi / n**3  # (vii): squared norm of the last layer's gradient over the squared mean slope
FLOOR, GROWTH = "alpha_0 finite", "alpha_0 infinite"


@dataclass(frozen=True)
class Case:
    """A range of the exponent p and how many times slower the last phase of descent is for it."""

    words: str
    slowdown: Expr

    def at(self, expression: Any) -> Any:
        """`expression` in this case: p is one half in the middle one."""
        return expression.subs(p, HALF) if "=" in self.words else expression


CASES = (
    Case("p < 1/2", ONE),
    Case("p = 1/2", log(inverse_target_risk)),
    Case("p > 1/2", target_risk ** (1 - 2 * p)),
)


def phases() -> Iterator[tuple[str, Case, Expr]]:
    """Per regime and case, each lower bound on the step size times the number of iterations (Lemma 5.4)."""
    for case in CASES:
        yield GROWTH, case, case.at(n ** (2 - 2 * p)) / STRENGTH * case.slowdown
        yield FLOOR, case, n**2 / STRENGTH
        yield FLOOR, case, case.at(n ** (2 - 2 * p)) / STRENGTH * case.slowdown


@dataclass(frozen=True)
class Bookkeeping:
    """One way through Lemma C.2: the bound of a layer's gradient, and whether error terms are summed over layers."""

    gradient: Expr
    summed: bool

    @cached_property
    def feature_change(self) -> Expr:
        """Change of the features in one step over step size and mean slope, (E.1)."""
        return LIPSCHITZ * L * self.gradient

    @cached_property
    def flip_error(self) -> Expr:
        """Error of changed activations in one step over step size and mean slope."""
        return self.layers * SPARSE * self.feature_change

    @cached_property
    def curvature_error(self) -> Expr:
        """Error of moved features over squared step size and mean slope, the latter bounded through L^2 sqrt(k)."""
        return self.layers * PRODUCT * sqrt(k) * self.gradient * self.feature_change * GRADIENT

    @cached_property
    def margin_change(self) -> Expr:
        """Change of an output in one step over step size and mean slope."""
        return self.feature_change * sqrt(k)

    @property
    def layers(self) -> Expr:
        """The factor of a sum over the layers."""
        return L if self.summed else ONE

    @cached_property
    def radius(self) -> Expr:
        """The radius at which the error of changed activations is as large as the decrease."""
        return solve_for(self.flip_error / STRENGTH, tau)

    @cached_property
    def step(self) -> Expr:
        """The step size at which the error of moved features is as large as the decrease."""
        return solve_for(self.curvature_error * eta / STRENGTH, eta)

    @cached_property
    def time(self) -> Expr:
        """Step size times iterations within which the layers stay in the ball (Lemma 5.5)."""
        return tau**2 * STRENGTH / self.gradient**2


PRINTED = Bookkeeping(gradient=GRADIENT, summed=False)
LAYER_SUM = Bookkeeping(gradient=GRADIENT, summed=True)
REPAIRED = Bookkeeping(gradient=PRODUCT * sqrt(k), summed=True)


@dataclass(frozen=True)
class Rates:
    """Radius, step size and the orders of width and iterations of one theorem; `time` may differ by regime."""

    radius: Expr
    step: Expr
    time: dict[str, Expr]

    def widths(self) -> tuple[Order, ...]:
        """The widths at which the needed time fits into the time within the ball."""
        return tuple(
            as_order("width", self._width(regime, case, needed), regime=f"{regime}, {case.words}, up to logarithms")
            for regime, case, needed in phases()
        )

    def iterations(self) -> tuple[Order, ...]:
        """The iterations that suffice: needed time over step size."""
        return tuple(
            as_order("iterations", needed / case.at(self.step), regime=f"{regime}, {case.words}, up to logarithms")
            for regime, case, needed in phases()
        )

    def orders(self) -> tuple[Order, ...]:
        """Step size, radius, widths and iterations."""
        return (
            as_order("step size", self.step, side="upper"),
            as_order("radius", self.radius, side="upper"),
            *self.widths(),
            *self.iterations(),
        )

    def _width(self, regime: str, case: Case, needed: Expr) -> Expr:
        available = self.time[regime].subs(tau, self.radius)
        return solve_for(needed / available, k)

    def at_target(self, target: Expr) -> tuple[Order, ...]:
        """Widths and iterations with the target risk of order `target`, 1/n or larger.

        Of two orders in a regime the first then dominates.
        """
        found: dict[tuple[str, str], Order] = {}
        for order in (*self.widths(), *self.iterations()):
            expression = order.expression.subs(log(inverse_target_risk), 1).subs(target_risk, target)
            found.setdefault((order.quantity, order.regime), as_order(order.quantity, expression, regime=order.regime))
        return tuple(found.values())


def descent_rates(book: Bookkeeping) -> Rates:
    """Gradient descent: Lemmas 5.4 and 5.5."""
    return Rates(radius=book.radius, step=book.step, time=dict.fromkeys((GROWTH, FLOOR), book.time))


# SGD: the martingale term of Lemma D.3 must stay bounded for as long as Lemma 5.4 needs at alpha_0 infinite.
BATCH_SPREAD = n / b
_NEEDED = n ** (2 - 2 * p) / STRENGTH
MARTINGALE = PRINTED.margin_change * eta * BATCH_SPREAD * sqrt(_NEEDED / eta)
TRAJECTORY_STEP = powsimp(solve_for(MARTINGALE, eta))
CONDITIONAL_STEP = PRINTED.step / BATCH_SPREAD
SGD_STEP = TRAJECTORY_STEP / L
SGD_TIME = {GROWTH: tau / (GRADIENT * BATCH_SPREAD), FLOOR: tau / GRADIENT}
SGD_TIME_SHARPENED = {GROWTH: tau / (GRADIENT * BATCH_SPREAD**p), FLOOR: tau / GRADIENT}
SGD_TIME_PROOF = {GROWTH: SGD_TIME[GROWTH] / b, FLOOR: SGD_TIME[FLOOR]}
STOCHASTIC_RATES = Rates(radius=PRINTED.radius, step=SGD_STEP, time=SGD_TIME_PROOF)
STOCHASTIC_RATES_BATCH = Rates(radius=PRINTED.radius, step=SGD_STEP, time=SGD_TIME)
MARTINGALE_ITERATIONS = (PRINTED.margin_change * BATCH_SPREAD * _NEEDED) ** 2


def tight_rates() -> Rates:
    """DRV-14b: errors compared with the norm of the whole gradient, at least sqrt(STRENGTH) times the mean slope."""
    moved = LIPSCHITZ * sqrt(L)  # features over step size and gradient norm
    return Rates(
        radius=solve_for(L * SPARSE * moved / sqrt(STRENGTH), tau),
        step=solve_for((moved * sqrt(k)) ** 2 * eta, eta),
        time=dict.fromkeys((GROWTH, FLOOR), tau**2),
    )
