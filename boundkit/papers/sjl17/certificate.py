"""A local convergence theorem whose every number can be computed from one network that fits the labels (D17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from sympy import Expr, Rational, sqrt

from boundkit.papers.sjl17.descent import path_bound, step
from boundkit.papers.sjl17.neighbourhood import (
    CORE_FLOOR,
    HESSIAN,
    RESIDUAL_HIDDEN,
    RESIDUAL_OUTPUT,
    hessian_bound,
    lem7_13_repaired,
)
from boundkit.papers.sjl17.paper import PLANTED, SMOOTH, above, at_most, below, claim, local, source
from boundkit.papers.sjl17.perturbation import jacobian_perturbation, lem7_11_repaired
from boundkit.statement import Claim, Hypothesis, Order, Statement
from boundkit.statement.chain import Chain
from boundkit.statement.vocabulary import (
    d,
    eta_bar,
    k,
    misfit_0,
    n,
    norm_v,
    norm_v_inf,
    norm_X,
    sigma_min_J,
    sup_dphi,
    weight_change,
)
from boundkit.statement.words.landscape import (
    gradient_floor,
    joint_path,
    output_change,
    output_change_max,
    planted_distance,
    planted_features,
    planted_norm_v,
    planted_sigma_min,
    planted_sigma_min_J,
    planted_v_max,
    scaled_weight_change,
    start_both,
    weight_change_spectral,
)
from boundkit.statement.words.landscape_points import features, residual
from boundkit.statement.words.shared import loss_0

FLOOR = CORE_FLOOR.subs(sigma_min_J, planted_sigma_min_J / 2)
PATH = path_bound.claim("path").bound.subs({gradient_floor: FLOOR, loss_0: misfit_0**2 / (2 * n)})
# A lemma on the drift of the Jacobian from the planted network, in the Frobenius distances of both layers.
_FROM_PLANTED = {
    norm_v_inf: planted_v_max,
    scaled_weight_change: planted_v_max * weight_change,
    weight_change_spectral: weight_change,
    output_change_max: output_change,
}


@dataclass(frozen=True)
class Ball:
    """The ball around a network that fits the labels, on which the Jacobian keeps half of its smallest singular value.

    `drift` is any bound of the Jacobian's drift from there that is linear in both distances: the radius is where it
    reaches that half along the worse mixture of the two.
    """

    drift: Statement

    @cached_property
    def radius(self) -> Expr:
        """The radius rho."""
        bound = self.drift.claim("jacobian_drift").bound.xreplace(_FROM_PLANTED)
        slopes = (bound.diff(weight_change), bound.diff(output_change))
        return planted_sigma_min_J / 2 / sqrt(sum(slope**2 for slope in slopes))

    @property
    def features(self) -> Expr:
        """Norm of the features on the ball."""
        return planted_features + sup_dphi * norm_X * self.radius

    @property
    def residual_slope(self) -> Expr:
        """Lambda: residual over distance on the ball."""
        return sqrt(RESIDUAL_HIDDEN**2 + RESIDUAL_OUTPUT.subs(features, self.features) ** 2)

    @property
    def smoothness(self) -> Expr:
        """Norm of the Hessian on the ball."""
        return HESSIAN.subs(
            {
                norm_v: planted_norm_v + self.radius,
                norm_v_inf: planted_v_max + self.radius,
                features: self.features,
                residual: self.residual_slope * self.radius,
            }
        )

    @property
    def start(self) -> Expr:
        """A distance at the start from which no run leaves the ball."""
        return self.radius / (1 + self.residual_slope * PATH / misfit_0)


OWN = Ball(jacobian_perturbation)


def _on_ball(item: Claim) -> Claim:
    return claim(item.label, item.observable, item.relation.subs(gradient_floor, FLOOR))


def _certificate(ball: Ball, start: Hypothesis, **changes: Any) -> Statement:
    drift = ball.drift
    known = {item.label for item in (*SMOOTH, PLANTED)}
    return Statement(
        kind="theorem",
        source=source("Theorem 2.5"),
        setting=local(step_size=eta_bar / ball.smoothness),
        hypotheses=(
            *SMOOTH,
            PLANTED,
            *(item for item in drift.hypotheses if item.label not in known),
            Hypothesis("n_at_most_parameters", "data", at_most(n, k * d)),
            Hypothesis("full_rank_jacobian", "parameter", above(planted_sigma_min_J, 0)),
            start,
            step(ball.smoothness),
        ),
        claims=(
            _on_ball(path_bound.claim("rate")),
            claim("ball", planted_distance, at_most(planted_distance, ball.radius)),
            claim("path", joint_path, at_most(joint_path, PATH)),
        ),
        probability=drift.probability,
        uses=(drift.id, lem7_13_repaired.id, hessian_bound.id, path_bound.id, "sjl17.d.gradient_core"),
        summary={
            "rate": path_bound.summary["rate"].subs(gradient_floor, FLOOR),
            "radius": ball.radius,
            "start": ball.start,
        },
        orders=(
            Order(
                "radius",
                {planted_sigma_min: 2, d: Rational(3, 2), n: -1, k: Rational(-1, 2)},
                side="upper",
                regime="both layers, Gaussian data, smallest singular value of the Jacobian of order sigma_min(W*) d",
            ),
        ),
        **changes,
    )


def from_misfit(ball: Ball) -> Hypothesis:
    """The start is close, given its misfit."""
    return Hypothesis("start", "run", below(start_both + PATH, ball.radius))


def from_radius(ball: Ball) -> Hypothesis:
    """The start is close."""
    return Hypothesis("start", "run", below(start_both, ball.start))


local_certificate = _certificate(
    OWN,
    from_misfit(OWN),
    id="sjl17.d.local_certificate",
    form="sharpened",
    improves="sjl17.thm2_5",
    title="Local linear convergence from any network that fits the labels, for any data, with every constant explicit "
    "(D17)",
    proof="On the ball of radius rho the Jacobian keeps half of its smallest singular value s (D7), so |grad_W L|^2 >= "
    "m L with m = s^2 / (2n), and the Hessian is at most beta (D16, with |r| <= Lambda |theta - theta*|). The path "
    "bound keeps every step's segment strictly inside the ball, by continuity along the segment.",
)
local_ball = _certificate(
    OWN,
    from_radius(OWN),
    id="sjl17.d.local_certificate.refined",
    form="refined",
    improves="sjl17.d.local_certificate",
    title="The local certificate with a start radius instead of a measured initial misfit (D17)",
    proof="|r(theta_0)| <= Lambda |theta_0 - theta*| in the ball, so the start condition of the certificate holds.",
)


def _swap(parent: Statement, start: Callable[[Ball], Hypothesis], *, drift: Statement) -> Statement:
    """The certificate in the ball that another bound of the drift gives.

    The Gaussian form bounds the norms of the data that the form for any data measures, so it adds its hypotheses and
    its probability, and its ball is smaller wherever those bounds hold.
    """
    ball = Ball(drift)
    return _certificate(
        ball,
        start(ball),
        id=f"{parent.id}[{drift.id}]",
        form=parent.form,
        improves=parent.improves,
        title=f"{parent.title}, lemmas swapped",
        proof="The argument of the certificate with another lemma on the drift of the Jacobian.",
    )


_DRIFTS = {"drift": (jacobian_perturbation, lem7_11_repaired)}
CHAINS = tuple(
    Chain(parent.id, _DRIFTS, partial(_swap, parent, start))
    for parent, start in ((local_certificate, from_misfit), (local_ball, from_radius))
)

STATEMENTS = (local_certificate, local_ball)
