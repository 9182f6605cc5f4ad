"""Lemma 1 and Proposition 1: the Jacobian on a ball and the expected path of SGD inside it, with constants."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Symbol, expand, sqrt

from boundkit.papers.sgd22 import descent
from boundkit.papers.sgd22.paper import (
    BATCH,
    COMPOSITE,
    GENERAL,
    ISOMETRY,
    MAP_SMOOTH,
    MARGIN,
    assume,
    at_least,
    at_most,
    compose,
    general,
    halved,
    observed,
    smaller,
    source,
)
from boundkit.statement import Claim, Constant, Erratum, Statement
from boundkit.statement.vocabulary import (
    alpha,
    beta,
    eta_bar,
    lipschitz,
    norm_J,
    radius,
    sigma_min_J,
    step_size,
    tightness,
    weight_change,
)
from boundkit.statement.words.shared import loss_0
from boundkit.statement.words.stochastic import (
    alpha_inner,
    beta_inner,
    beta_outer,
    c_start,
    c_step,
    descent_share,
    exit_margin,
    growth,
    loss_slope_0,
    loss_smoothness,
    pl_constant,
    stopped_path,
)

SAFE_RADIUS = alpha / (2 * lipschitz)
HALF = Rational(1, 2)


def _attained(label: str, observable: Symbol, relation: Any) -> Claim:
    return halved(label, observable, relation, limit=relation.rhs, reason="a parabola attains it", experiment="weights")


lem1_sharpened = Statement(
    id="sgd22.lem1.sharpened",
    kind="lemma",
    title="The Jacobian of a smooth map on a ball of any radius",
    source=source("Lemma 1", "(10)"),
    form="sharpened",
    improves="sgd22.lem1",
    setting=GENERAL,
    hypotheses=(MAP_SMOOTH, *ISOMETRY, assume("ball", "parameter", at_most(weight_change, radius))),
    claims=(
        _attained("spectrum", sigma_min_J, at_least(sigma_min_J, alpha - lipschitz * radius)),
        _attained("norm", norm_J, at_most(norm_J, beta + lipschitz * radius)),
    ),
    uses=("sgd22.def1", "sgd22.def4"),
    proof="Weyl's inequality: no singular value moves by more than the norm of the change of the Jacobian.",
)


def ball(reach: Expr) -> dict[str, Expr]:
    """The bounds of Lemma 1 (sharpened) at radius `reach`: exact, and free of mu_Phi through mu_Phi <= nu_Phi."""
    at = {radius: reach}
    norm = lem1_sharpened.claim("norm").bound.xreplace(at)
    return {
        "spectrum": lem1_sharpened.claim("spectrum").bound.xreplace(at),
        "norm": norm,
        "norm_rounded": norm.xreplace({alpha: beta}),
    }


ON_SAFE_BALL = ball(SAFE_RADIUS)

lem1 = compose(
    lem1_sharpened,
    {radius: SAFE_RADIUS},
    id="sgd22.lem1",
    title="Near-isometry survives on a ball",
    form="printed",
    improves=None,
    proof="",
    claims=(
        _attained("spectrum", sigma_min_J, at_least(sigma_min_J, ON_SAFE_BALL["spectrum"])),
        _attained("norm", norm_J, at_most(norm_J, ON_SAFE_BALL["norm_rounded"])),
    ),
)

START_SHAPE = pl_constant * alpha**6 / (exit_margin**2 * lipschitz**2 * growth * beta**2)
_DENOMINATORS = (
    growth * (lipschitz * beta**2 * loss_slope_0 + loss_smoothness * beta**4 + loss_smoothness * alpha * beta**3),
    exit_margin * sqrt(growth) * beta * (lipschitz * loss_slope_0 + loss_smoothness * beta * alpha),
)
STEP_SHAPES = (alpha**2 / _DENOMINATORS[0], alpha / _DENOMINATORS[1])
RATE_SHAPE = step_size * pl_constant * alpha**2

START = assume("start", "run", at_most(loss_0, c_start * START_SHAPE))
STEP = assume("step_size", "step", at_most(step_size, c_step * smaller(*STEP_SHAPES)))
PATH = observed(
    "path",
    stopped_path,
    at_most(stopped_path, SAFE_RADIUS / exit_margin / tightness),
    twin=descent.farthest(SAFE_RADIUS / exit_margin, ON_SAFE_BALL["norm_rounded"]),
    reason=descent.LEAST_WAY,
    chance="in expectation",
)
CHECK_04 = Erratum(
    "CHECK-04",
    "misprint",
    "Steps (A.3) to (A.5) use mu_Phi and nu_Phi where Lemma 1 gives mu_Phi / 2 and 3 nu_Phi / 2 on the ball.",
    "Only the unspecified universal constants change; the tracked form has the right factors.",
)
CHECK_05 = Erratum(
    "CHECK-05",
    "gap",
    "The descent inequality needs both iterates in the ball but is averaged over all batches, also those that throw "
    "the next iterate out of it, and the sum runs over steps i <= I - 2, an event that is not known when batch i is "
    "drawn. A bound on second moments of the batch gradient does not control these outcomes.",
    "Stop at an inner ball and bound the step almost surely through kappa_b, so that one more step stays in an outer "
    "ball (sgd22.d.general); for the quadratic loss kappa_b = n/b, so only the step condition changes.",
)
CHECK_06 = Erratum(
    "CHECK-06",
    "false as printed",
    "Read literally, with the expectation over all runs, the rate fails: Phi = sin flattened beyond pi/2, "
    "f_j = a_j z^2 / 2, n = 10^8, a_1 = sqrt(n), other a_j = 1, b = 1; one early draw of sample 1 lands on the flat "
    "part for ever, with probability far above the bound. The kick grows like sqrt(n), so no universal constants help.",
    "The rate holds for the loss of the stopped run, or given that the run stays in the ball with a factor "
    "zeta / (zeta - 1). The appendix does not say which expectation is meant.",
)
CHECK_07 = Erratum(
    "CHECK-07",
    "gap",
    "Assumption 1 asks for global smoothness of Phi, which a network with both layers trained does not have, so the "
    "theorem does not literally apply in Section 3.",
    "Smoothness on the ball that the run cannot leave is enough (sgd22.d.general).",
)
CHECK_08_STEP = Erratum(
    "CHECK-08",
    "misprint",
    "In (7) the term beta_f mu_Phi nu_Phi^3 is dominated by beta_f nu_Phi^4, as mu_Phi <= nu_Phi.",
    "Harmless: it may be dropped at the price of a factor 2.",
)

prop1 = Statement(
    id="sgd22.prop1",
    kind="proposition",
    title="Expected length of the path inside the safe ball",
    source=source("Proposition 1", "(11)", "(12)"),
    setting=general(eta_bar * c_step * smaller(*STEP_SHAPES)),
    hypotheses=(*COMPOSITE, BATCH, *ISOMETRY, MARGIN, START, STEP),
    claims=(PATH,),
    constants=(Constant(c_start, "open"), Constant(c_step, "open")),
    uses=("sgd22.lem1", "sgd22.assump1", "sgd22.assump2"),
    errata=(CHECK_04, CHECK_05),
    summary={"radius": SAFE_RADIUS},
)

_OWN_ROUTE = {
    alpha_inner: ON_SAFE_BALL["spectrum"],
    beta_inner: ON_SAFE_BALL["norm_rounded"],
    beta_outer: ON_SAFE_BALL["norm_rounded"],
    radius: SAFE_RADIUS,
    descent_share: HALF,
}
_ROOM = SAFE_RADIUS / (2 * exit_margin)
_LAST_STEP = (step_size * sqrt(growth) * beta_inner * descent.GRADIENT).xreplace(_OWN_ROUTE)
TRACKED_START = descent.start(descent.PATH.xreplace(_OWN_ROUTE), _ROOM)
TRACKED_STEPS = (descent.STEP_CURVATURE.xreplace(_OWN_ROUTE), step_size * _ROOM / _LAST_STEP)
TRACKED_RATE = descent.RATE.xreplace(_OWN_ROUTE)
C_START = TRACKED_START / START_SHAPE
C_RATE = TRACKED_RATE / RATE_SHAPE


def _supported(numerator: Expr, step: Expr, denominator: Expr) -> Expr:
    """The largest constant for which constant * numerator / denominator <= step, term by term of the denominators."""
    needed = expand(numerator / step).as_coefficients_dict()
    offered = expand(denominator).as_coefficients_dict()
    return min(offered[term] / coefficient for term, coefficient in needed.items())


C_STEP = min(
    _supported(top, step, bottom)
    for top, step, bottom in zip((alpha**2, alpha), TRACKED_STEPS, _DENOMINATORS, strict=True)
)
TRACKED_CONSTANTS = (
    Constant(c_start, "tracked", C_START, "in the printed condition on the initial loss"),
    Constant(c_step, "tracked", C_STEP, "in the printed step size"),
)

prop1_tracked = Statement(
    id="sgd22.prop1.tracked",
    kind="proposition",
    title="Proposition 1 along the paper's own proof, with its constants",
    source=source("Proposition 1", "(A.4)", "(A.7)", "(A.8)", "(A.9)"),
    form="tracked",
    improves="sgd22.prop1",
    setting=general(eta_bar * smaller(*TRACKED_STEPS)),
    hypotheses=(
        *COMPOSITE,
        BATCH,
        *ISOMETRY,
        MARGIN,
        assume("start", "run", at_most(loss_0, TRACKED_START)),
        assume("step_curvature", "step", at_most(step_size, TRACKED_STEPS[0])),
        assume("step_last", "step", at_most(step_size, TRACKED_STEPS[1])),
    ),
    claims=(PATH,),
    constants=TRACKED_CONSTANTS,
    uses=("sgd22.prop1", "sgd22.lem1"),
    errata=(CHECK_05,),
    summary={"radius": SAFE_RADIUS},
    proof=(
        "The paper's chain with the factors of Lemma 1: half of the room rho / zeta is spent on the telescoped sum, "
        "half on the last step. The gap of CHECK-05 remains; sgd22.d.general closes it."
    ),
)

STATEMENTS = (lem1, lem1_sharpened, prop1, prop1_tracked)
