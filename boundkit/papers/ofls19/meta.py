"""The deterministic theorem: gradient descent follows the linearised problem for the learning duration (section 5)."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational as Q, sqrt

from boundkit.papers.ofls19 import deviation, linearised
from boundkit.papers.ofls19.definitions import (
    BOUNDED_JACOBIAN,
    CUTOFF_RANGE,
    DISTANCE_SPLIT,
    IN_BALL,
    REFERENCE,
    SMALL_DRIFT,
)
from boundkit.papers.ofls19.errata import C12
from boundkit.papers.ofls19.model import (
    DURATION_DECAY,
    GAMMA,
    GENERAL_MAP,
    LONG_ENOUGH,
    UP_TO_T,
    halved,
    reached,
    source,
)
from boundkit.papers.ofls19.relations import at_most, equal, smallest
from boundkit.papers.os19.chain import tidy
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import beta, distance, misfit, misfit_0, radius
from boundkit.statement.words.generalisation import (
    cutoff,
    drift_bound,
    final_misfit,
    iterate_deviation,
    linearisation_tolerance,
    reference_error,
    residual_deviation,
    stopping_distance,
)
from boundkit.statement.words.generalisation_lemmas import constant_part, decaying_part, perturbation_rate

TOLERANCE = linearisation_tolerance
RELATIVE = TOLERANCE * cutoff / beta  # the tolerance in units of the condition number of the information space
ALLOWED_DRIFT = TOLERANCE * cutoff**3 / (5 * GAMMA * beta**2)
ALLOWED_ERROR = (TOLERANCE * cutoff / 5, sqrt(TOLERANCE * cutoff**3 / (GAMMA * beta)) / 5)
SLACK = TOLERANCE * GAMMA / cutoff * misfit_0  # how far the true iterate may be from the linearised one

TOLERANCE_RANGE = Hypothesis("tolerance_at_most_one", "parameter", at_most(TOLERANCE, 1))
REFERENCE_ERROR = Hypothesis("reference_error", "run", at_most(reference_error, smallest(*ALLOWED_ERROR)))
DRIFT = Hypothesis("drift_allowed", "run", at_most(drift_bound, ALLOWED_DRIFT))

RADIUS = 2 * (DISTANCE_SPLIT + SLACK)
STOPPING_RADIUS = 2 * (stopping_distance + SLACK)

_CONDITIONS = (
    LONG_ENOUGH,
    TOLERANCE_RANGE,
    CUTOFF_RANGE,
    linearised.STEP,
    linearised.ITERATIONS,
    *REFERENCE,
    BOUNDED_JACOBIAN,
    IN_BALL,
    SMALL_DRIFT,
    REFERENCE_ERROR,
    DRIFT,
)


def following(*, residual: Expr, iterate: Expr, reach: Expr, decay: Expr, final: Expr) -> tuple[Claim, ...]:
    """Deviations from the linearised problem, the distance, and the residual at step tau or at the end."""
    last = final_misfit if decay == DURATION_DECAY else misfit
    return (
        halved("residual_deviation", residual_deviation, at_most(residual_deviation, residual), "sample"),
        halved("iterate_deviation", iterate_deviation, at_most(iterate_deviation, iterate), "sample"),
        reached("distance", distance, reach),
        halved("residual", last, at_most(last, linearised.split(decay) + final), "sample"),
    )


thm5_3 = Statement(
    id="ofls19.thm5_3",
    kind="meta-theorem",
    title="Gradient descent follows the linearised problem for the learning duration",
    source=source("Theorem 5.3", "(5.10)", "(5.11)", "(5.12)", "(5.13)", "(5.14)"),
    setting=GENERAL_MAP,
    hypotheses=(*_CONDITIONS, UP_TO_T, Hypothesis("radius", "parameter", equal(radius, RADIUS))),
    claims=following(
        residual=Q(3, 5) * RELATIVE * misfit_0,
        iterate=SLACK,
        reach=radius / 2,
        decay=DURATION_DECAY,
        final=RELATIVE * misfit_0,
    ),
    uses=("ofls19.cor6_6", "ofls19.lem6_2", "ofls19.lem6_7", "ofls19.lem6_8.repaired", "ofls19.def5_1"),
    errata=(
        C12,
        Erratum(
            "C18",
            "misprint",
            "Step I ends in an equality with R/2.",
            "It is an inequality under (5.10): the proof supports the smaller radius with the early stopping distance "
            "in place of its two-term bound, which Lemma 6.19 silently uses.",
        ),
        Erratum(
            "C19",
            "gap",
            "(6.21) bounds |Pi_I r_0| + Gamma |Pi_N r_0| by Gamma |r_0|, which fails for equal parts at Gamma = 1; "
            "taken literally the chain gives (12/25) sqrt(1 + Gamma^-2), above 3/5 for Gamma < 4/3.",
            "Lemma 6.8 with rho_+ = 0 and rho_- = |r_0| gives (6.21) exactly, and the constant 12/25.",
        ),
    ),
)


def residual_constant() -> Expr:
    """The deviation of the residuals at the largest allowed errors, in units of delta (alpha / beta) |r_0|."""
    growth = deviation.lem6_8_repaired.claim("growth").bound
    whole = growth.subs({decaying_part: 0, constant_part: misfit_0, perturbation_rate: deviation.THETA})
    largest = whole.subs({drift_bound: ALLOWED_DRIFT, reference_error: ALLOWED_ERROR[1]})
    return tidy(largest.expand() / (RELATIVE * misfit_0))


def iterate_constant(residual: Expr) -> Expr:
    """The deviation of the iterates in units of delta Gamma |r_0| / alpha.

    A step moves the difference by at most eta (|J - J_ref| |r| + beta |e|); there are Gamma / (eta alpha^2) steps,
    and with alpha <= beta and Gamma >= 1 the allowed drift is at most delta alpha / 5.
    """
    drift = ALLOWED_DRIFT.subs({GAMMA: 1, beta: cutoff})
    step = ALLOWED_ERROR[0] + drift / 2 + beta * residual * RELATIVE
    return tidy((step * GAMMA / cutoff**2 * misfit_0).expand() / SLACK)


RESIDUAL_CONSTANT = residual_constant()
ITERATE_CONSTANT = iterate_constant(RESIDUAL_CONSTANT)
_SHARP = {
    "residual": RESIDUAL_CONSTANT * RELATIVE * misfit_0,
    "iterate": ITERATE_CONSTANT * SLACK,
    "reach": stopping_distance + ITERATE_CONSTANT * SLACK,
    "final": RESIDUAL_CONSTANT * RELATIVE * misfit_0,
}

thm5_3_sharpened = replace(
    thm5_3,
    id="ofls19.thm5_3.sharpened",
    title="Gradient descent follows the linearised problem, smaller radius and constants (derived.meta)",
    form="sharpened",
    improves="ofls19.thm5_3",
    hypotheses=(*_CONDITIONS, UP_TO_T, Hypothesis("radius", "parameter", equal(radius, STOPPING_RADIUS))),
    claims=following(**_SHARP, decay=linearised.LINEAR_RATE),
    uses=("ofls19.thm5_3", "ofls19.cor6_6", "ofls19.lem6_7", "ofls19.lem6_8.repaired", "ofls19.def5_1"),
    summary={"rate": cutoff**2 / beta**2, "radius": STOPPING_RADIUS / 2},
    errata=(),
    proof=(
        "Lemma 6.7 makes Lemma 6.8 applicable with Theta = eps_0^2 + eps beta; since the linearised residual never "
        "exceeds |r_0|, take rho_+ = 0 and rho_- = |r_0|, which gives 2/25 + 2/5 = 12/25. For the iterates "
        "|J(theta) - J_ref| <= eps_0 + eps/2, with 1/5 + 1/10 + 12/25. The distance is that of the linearised iterate "
        "(Corollary 6.6) plus the deviation, below half the radius, so the next iterate is in the ball before the "
        "estimate is used."
    ),
)

STATEMENTS = (thm5_3, thm5_3_sharpened)
