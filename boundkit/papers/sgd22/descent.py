"""How far SGD travels inside a ball: the formulas of the general theorem, each written once.

A step from the inner ball (radius `radius`) stays in the outer ball (`outer_radius`) whatever the batch; on the
inner ball the singular values of the Jacobian are between `alpha_inner` and `beta_inner`, on the outer ball at
most `beta_outer`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Abs, Eq, Expr, Integer, Rational, Symbol, sqrt

from boundkit.papers.sgd22.paper import at_most, smaller
from boundkit.statement import Claim
from boundkit.statement.vocabulary import eta_bar, lipschitz, radius, step_size, tau, tightness
from boundkit.statement.words.shared import loss, loss_0
from boundkit.statement.words.stochastic import (
    alpha_inner,
    beta_inner,
    beta_outer,
    descent_share,
    exit_margin,
    growth,
    growth_sure,
    limit_loss,
    loss_slope_0,
    loss_smoothness,
    outer_radius,
    pl_constant,
)

GRADIENT = loss_slope_0 + loss_smoothness * beta_inner * radius
CURVATURE = lipschitz * GRADIENT + loss_smoothness * beta_outer**2
PATH = beta_inner / ((1 - descent_share) * alpha_inner**2) * sqrt(2 * growth * loss_0 / pl_constant)
RATE = 2 * (1 - descent_share) * step_size * pl_constant * alpha_inner**2
STEP_CURVATURE = 2 * descent_share * alpha_inner**2 / (growth * beta_inner**2 * CURVATURE)
STEP_KICK = (outer_radius - radius) / (growth_sure * beta_inner * GRADIENT)


def start(path: Expr, room: Expr) -> Expr:
    """The largest initial loss for which `path`, a multiple of its square root, is at most `room`.

    >>> start(PATH, radius / exit_margin)
    alpha_inner**4*pl_constant*radius**2*(1 - descent_share)**2/(2*beta_inner**2*exit_margin**2*growth)
    """
    return (room / path.xreplace({loss_0: loss_0 / loss_0})) ** 2


START = start(PATH, radius / exit_margin)


def largest_step(*values: Mapping[Symbol, Expr]) -> Expr:
    """The share eta_bar of the largest step size, with quantities replaced, one mapping after the other."""
    steps = [STEP_CURVATURE, STEP_KICK]
    for given in values:
        steps = [item.xreplace(given) for item in steps]
    return eta_bar * smaller(*steps)


LEAST_WAY = "the root of the loss changes by at most sqrt(beta_f / 2) nu times the distance; the twin allows a tenth"


def farthest(reach: Expr, norm: Expr) -> Expr:
    """The tightening of a bound `reach` on the distance that is contradicted by the change of the loss itself."""
    return 10 * reach * norm * sqrt(loss_smoothness / 2) / Abs(sqrt(loss_0) - sqrt(loss))


ONE = Integer(1)
MARGIN_OF_TWINS = Rational(11, 10)
FASTEST = (
    "a step moves the outputs by at most lambda nu^2 times the batch gradient, and the root of the loss is Lipschitz: "
    "it cannot shrink faster"
)


def fastest(norm: Expr, share: Expr) -> Expr:
    """More than what one step can take off the loss, in units of it; at most all of it."""
    return smaller(ONE, MARGIN_OF_TWINS * 2 * step_size * norm**2 * loss_smoothness * share)


def vanishing(rate: Expr, *, norm: Expr) -> Claim:
    """The loss tends to 0, tried at the last step of a run whose mean loss shrinks by `1 - rate` a step.

    By Markov's inequality the loss at step tau is above (1 - rate)^(tau/4) L_0 with probability at most
    (1 - rate)^(3 tau/4) on top of that of leaving the ball; these are summable, so that the limit is 0 almost surely.
    The Jacobian has norm at most `norm`.

    >>> vanishing(RATE, norm=beta_outer).relation
    Eq(limit_loss, 0)
    """
    in_four_steps = 1 - (1 - fastest(norm, growth_sure)) ** 4
    return Claim(
        "limit",
        limit_loss,
        at_most(limit_loss, (1 - tightness * rate) ** (tau / 4) * loss_0),
        "training",
        in_four_steps / rate,
        FASTEST,
        stated=Eq(limit_loss, 0),
        doubt=(1 - rate) ** (3 * tau / 4),
    )
