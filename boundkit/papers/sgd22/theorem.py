"""Theorem 1 for composite losses: the printed statement and its explicit forms."""

from __future__ import annotations

from sympy import factor_terms

from boundkit.papers.sgd22 import descent
from boundkit.papers.sgd22.general import ISOMETRY_ON_BALLS, RADII, SHARE, d_general, mean_rate, travelled
from boundkit.papers.sgd22.paper import (
    ISOMETRY,
    compose,
    general,
    source,
)
from boundkit.papers.sgd22.path import (
    C_RATE,
    CHECK_04,
    CHECK_05,
    CHECK_06,
    CHECK_07,
    CHECK_08_STEP,
    HALF,
    ON_SAFE_BALL,
    PATH,
    RATE_SHAPE,
    SAFE_RADIUS,
    START_SHAPE,
    TRACKED_CONSTANTS,
    TRACKED_RATE,
    ball,
    prop1,
    prop1_tracked,
)
from boundkit.statement import Constant, Statement
from boundkit.statement.vocabulary import (
    C,
    alpha,
    distance,
    lipschitz,
    radius,
)
from boundkit.statement.words.shared import loss
from boundkit.statement.words.stochastic import (
    alpha_inner,
    best_reach,
    beta_inner,
    beta_outer,
    c_start,
    descent_share,
    exit_margin,
    outer_radius,
    stopped_loss,
)

_REMARK_C = Constant(C, "open", note="universal constant of the rate")

thm1 = Statement(
    id="sgd22.thm1",
    kind="meta-theorem",
    title="Linear convergence of SGD on a composite loss",
    source=source("Theorem 1", "(6)", "(7)"),
    setting=prop1.setting,
    hypotheses=prop1.hypotheses,
    claims=(
        descent.vanishing(C * RATE_SHAPE, norm=ON_SAFE_BALL["norm_rounded"]),
        mean_rate(loss, C * RATE_SHAPE, norm=ON_SAFE_BALL["norm_rounded"]),
    ),
    probability=1 - 1 / exit_margin,
    constants=(*prop1.constants, _REMARK_C),
    uses=("sgd22.prop1", "sgd22.lem1"),
    errata=(CHECK_04, CHECK_05, CHECK_06, CHECK_07, CHECK_08_STEP),
    summary={"rate": C * RATE_SHAPE, "radius": SAFE_RADIUS, "path": SAFE_RADIUS / exit_margin},
)

thm1_tracked = Statement(
    id="sgd22.thm1.tracked",
    kind="meta-theorem",
    title="Theorem 1 along the paper's own proof, with its constants, for the stopped run",
    source=source("Theorem 1", "(A.10)"),
    form="tracked",
    improves="sgd22.thm1",
    setting=prop1_tracked.setting,
    hypotheses=prop1_tracked.hypotheses,
    claims=(
        descent.vanishing(TRACKED_RATE, norm=ON_SAFE_BALL["norm_rounded"]),
        mean_rate(stopped_loss, TRACKED_RATE, norm=ON_SAFE_BALL["norm_rounded"]),
        PATH,
        travelled("stays", distance, SAFE_RADIUS, norm=ON_SAFE_BALL["norm_rounded"]),
    ),
    probability=thm1.probability,
    constants=(*TRACKED_CONSTANTS, Constant(C, "tracked", C_RATE, "in the printed rate")),
    uses=("sgd22.thm1", "sgd22.prop1.tracked"),
    errata=(CHECK_05,),
    summary={"rate": TRACKED_RATE, "radius": SAFE_RADIUS},
    proof="Markov's inequality for the path of Proposition 1 (tracked); inside the ball PL turns descent into a rate.",
)


_QUARTER = ball(SAFE_RADIUS / 2)
_READY = {
    alpha_inner: _QUARTER["spectrum"],
    beta_inner: _QUARTER["norm_rounded"],
    beta_outer: ON_SAFE_BALL["norm_rounded"],
    radius: SAFE_RADIUS / 2,
    outer_radius: SAFE_RADIUS,
    descent_share: HALF,
}
_LEMMA_1 = tuple(item.label for item in (*ISOMETRY_ON_BALLS, RADII))

thm1_repaired = compose(
    d_general,
    _READY,
    replaced=(*_LEMMA_1, SHARE.label),
    hypotheses=ISOMETRY,
    id="sgd22.thm1.repaired",
    title="Theorem 1 for the stopped run, with constants and the almost-sure step condition (D1, ready-made)",
    improves="sgd22.thm1",
    setting=general(descent.largest_step(_READY)),
    constants=(
        Constant(c_start, "tracked", descent.START.xreplace(_READY) / START_SHAPE, "in the printed condition"),
        Constant(C, "tracked", descent.RATE.xreplace(_READY) / RATE_SHAPE, "in the printed rate"),
    ),
    uses=("sgd22.d.general", "sgd22.lem1.sharpened"),
    proof=(
        "sgd22.d.general with Lemma 1 on the balls of radius rho/2 and rho and theta = 1/2. The step condition "
        "replaces (7): it contains kappa_b, which no choice of the universal constant supplies."
    ),
)

_INNER = ball(best_reach * alpha / lipschitz)
_BEST = {
    alpha_inner: factor_terms(_INNER["spectrum"]),
    beta_inner: _INNER["norm"],
    beta_outer: ball(2 * best_reach * alpha / lipschitz)["norm"],
    radius: best_reach * alpha / lipschitz,
    outer_radius: 2 * best_reach * alpha / lipschitz,
}

thm1_sharpened = compose(
    d_general,
    _BEST,
    replaced=_LEMMA_1,
    hypotheses=ISOMETRY,
    id="sgd22.thm1.sharpened",
    title="Theorem 1 with the radius that admits the largest initial loss",
    form="sharpened",
    improves="sgd22.thm1",
    setting=general(descent.largest_step(_BEST)),
    constants=(Constant(c_start, "tracked", descent.START.xreplace(_BEST) / START_SHAPE, "in the printed condition"),),
    uses=("sgd22.d.general", "sgd22.lem1.sharpened", "sgd22.thm1.repaired"),
    proof=(
        "The admissible initial loss is proportional to (1-x)^4 x^2 / (1 + x mu/nu)^2 at radius x mu / beta_Phi; "
        "its maximiser is x* = (sqrt(9k^2 + 8k) - 3k) / 4 with k = nu/mu. theta close to 0 costs step size only."
    ),
)

STATEMENTS = (
    thm1,
    thm1_tracked,
    thm1_repaired,
    thm1_sharpened,
)
