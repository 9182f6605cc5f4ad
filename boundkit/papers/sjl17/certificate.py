"""A local convergence theorem whose every number can be computed from one network that fits the labels (D17)."""

from __future__ import annotations

from sympy import Rational, sqrt

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
from boundkit.papers.sjl17.perturbation import DRIFT, jacobian_perturbation
from boundkit.statement import Claim, Form, Hypothesis, Order, Statement
from boundkit.statement.vocabulary import d, eta_bar, k, misfit_0, n, norm_v, norm_v_inf, norm_X, sigma_min_J, sup_dphi
from boundkit.statement.words.landscape import (
    gradient_floor,
    joint_path,
    output_change,
    planted_distance,
    planted_features,
    planted_norm_v,
    planted_sigma_min,
    planted_sigma_min_J,
    planted_v_max,
    scaled_weight_change,
    start_both,
)
from boundkit.statement.words.landscape_points import features, residual
from boundkit.statement.words.shared import loss_0

# On the ball of radius RHO the Jacobian moves by at most half of its smallest singular value.
_SLOPES = (DRIFT.diff(scaled_weight_change) * planted_v_max, DRIFT.diff(output_change))
RHO = planted_sigma_min_J / 2 / sqrt(sum(slope**2 for slope in _SLOPES))
FLOOR = CORE_FLOOR.subs(sigma_min_J, planted_sigma_min_J / 2)

# There the features, the residual per distance and the Hessian are bounded.
FEATURES = planted_features + sup_dphi * norm_X * RHO
LAMBDA = sqrt(RESIDUAL_HIDDEN**2 + RESIDUAL_OUTPUT.subs(features, FEATURES) ** 2)
BETA = HESSIAN.subs(
    {
        norm_v: planted_norm_v + RHO,
        norm_v_inf: planted_v_max + RHO,
        features: FEATURES,
        residual: LAMBDA * RHO,
    }
)
PATH = path_bound.claim("path").bound.subs({gradient_floor: FLOOR, loss_0: misfit_0**2 / (2 * n)})
START = RHO / (1 + LAMBDA * PATH / misfit_0)


def _on_ball(item: Claim) -> Claim:
    return claim(item.label, item.observable, item.relation.subs(gradient_floor, FLOOR))


def _certificate(id: str, form: Form, improves: str, title: str, start: Hypothesis, proof: str) -> Statement:
    return Statement(
        id=id,
        kind="theorem",
        title=title,
        source=source("Theorem 2.5"),
        form=form,
        improves=improves,
        setting=local(step_size=eta_bar / BETA),
        hypotheses=(
            *SMOOTH,
            PLANTED,
            Hypothesis("n_at_most_parameters", "data", at_most(n, k * d)),
            Hypothesis("full_rank_jacobian", "parameter", above(planted_sigma_min_J, 0)),
            start,
            step(BETA),
        ),
        claims=(
            _on_ball(path_bound.claim("rate")),
            claim("ball", planted_distance, at_most(planted_distance, RHO)),
            claim("path", joint_path, at_most(joint_path, PATH)),
        ),
        uses=(jacobian_perturbation.id, lem7_13_repaired.id, hessian_bound.id, path_bound.id, "sjl17.d.gradient_core"),
        summary={"rate": path_bound.summary["rate"].subs(gradient_floor, FLOOR), "radius": RHO, "start": START},
        proof=proof,
        orders=(
            Order(
                "radius",
                {planted_sigma_min: 2, d: Rational(3, 2), n: -1, k: Rational(-1, 2)},
                side="upper",
                regime="both layers, Gaussian data, smallest singular value of the Jacobian of order sigma_min(W*) d",
            ),
        ),
    )


local_certificate = _certificate(
    "sjl17.d.local_certificate",
    "sharpened",
    "sjl17.thm2_5",
    "Local linear convergence from any network that fits the labels, for any data, with every constant explicit (D17)",
    Hypothesis("start", "run", below(start_both + PATH, RHO)),
    "On the ball of radius rho the Jacobian keeps half of its smallest singular value s (D7), so |grad_W L|^2 >= m L "
    "with m = s^2 / (2n), and the Hessian is at most beta (D16, with |r| <= Lambda |theta - theta*|). The path bound "
    "keeps every step's segment strictly inside the ball, by continuity along the segment.",
)
local_ball = _certificate(
    "sjl17.d.local_certificate.refined",
    "refined",
    "sjl17.d.local_certificate",
    "The local certificate with a start radius instead of a measured initial misfit (D17)",
    Hypothesis("start", "run", below(start_both, START)),
    "|r(theta_0)| <= Lambda |theta_0 - theta*| in the ball, so the start condition of the certificate holds.",
)

STATEMENTS = (local_certificate, local_ball)
