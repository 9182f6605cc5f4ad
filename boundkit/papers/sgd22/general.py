"""The general theorem, all constants explicit (D1), its any-time form (D3) and the full-batch case."""

from __future__ import annotations

from dataclasses import replace

from sympy import Eq, Expr, Gt, Integer, Lt, Mul, Symbol, log, sqrt

from boundkit.papers.sgd22 import descent
from boundkit.papers.sgd22.descent import FASTEST, fastest, vanishing
from boundkit.papers.sgd22.paper import (
    BATCH,
    COMPOSITE,
    GROWTH_SURE,
    MARGIN,
    assume,
    at_least,
    at_most,
    compose,
    general,
    observed,
    source,
)
from boundkit.statement import Claim, Statement
from boundkit.statement.statement import Chance
from boundkit.statement.vocabulary import (
    distance,
    n,
    norm_J,
    radius,
    sigma_min_J,
    step_size,
    tau,
    tightness,
)
from boundkit.statement.words.shared import b, failure, loss, loss_0
from boundkit.statement.words.stochastic import (
    alpha_inner,
    anytime_factor,
    beta_inner,
    beta_outer,
    descent_share,
    exit_margin,
    growth,
    growth_sure,
    loss_before_exit,
    loss_given_stay,
    norm_J_outer,
    outer_radius,
    stopped_loss,
    stopped_path,
    target_loss,
)

ONE = Integer(1)
SPECTRUM_INNER = assume("spectrum_inner", "run", at_least(sigma_min_J, alpha_inner))
NORM_INNER = assume("norm_inner", "run", at_most(norm_J, beta_inner))
NORM_OUTER = assume("norm_outer", "run", at_most(norm_J_outer, beta_outer))
ISOMETRY_ON_BALLS = (
    SPECTRUM_INNER,
    NORM_INNER,
    NORM_OUTER,
    assume("norms_ordered", "run", at_most(beta_inner, beta_outer)),
)
RADII = assume("radii", "parameter", Lt(radius, outer_radius))
SHARE = assume("descent_share", "parameter", Lt(descent_share, 1))
STEP_CURVATURE = assume("step_curvature", "step", at_most(step_size, descent.STEP_CURVATURE))
STEP_KICK = assume("step_kick", "step", at_most(step_size, descent.STEP_KICK))
START = assume("start", "run", at_most(loss_0, descent.START))


def mean_rate(
    observable: Symbol, rate: Expr, prefactor: Expr = ONE, label: str = "rate", norm: Expr = beta_outer
) -> Claim:
    """The mean of `observable` shrinks by `1 - rate` a step; the Jacobian has norm at most `norm`."""
    return observed(
        label,
        observable,
        at_most(observable, prefactor * (1 - tightness * rate) ** tau * loss_0),
        twin=fastest(norm, sqrt(growth)) / rate,
        reason=FASTEST,
        chance="in expectation",
    )


def travelled(
    label: str, observable: Symbol, reach: Expr, *, norm: Expr = beta_inner, chance: Chance = "as stated"
) -> Claim:
    """The distance or path is at most `reach`, where the Jacobian has norm at most `norm`."""
    return observed(
        label,
        observable,
        at_most(observable, reach / tightness),
        twin=descent.farthest(reach, norm),
        reason=descent.LEAST_WAY,
        chance=chance,
    )


def conditional(rate: Expr) -> Claim:
    """The rate given that the run never leaves the ball, which has probability at least 1 - 1/zeta."""
    return mean_rate(loss_given_stay, rate, exit_margin / (exit_margin - 1), "rate_given_stay")


d_general = Statement(
    id="sgd22.d.general",
    kind="meta-theorem",
    title="SGD on a composite loss with every constant explicit, for the stopped run (D1)",
    source=source("Theorem 1", "(6)", "(7)", "(12)"),
    form="repaired",
    improves="sgd22.thm1",
    setting=general(descent.largest_step()),
    hypotheses=(
        *COMPOSITE,
        GROWTH_SURE,
        BATCH,
        *ISOMETRY_ON_BALLS,
        RADII,
        SHARE,
        MARGIN,
        STEP_CURVATURE,
        STEP_KICK,
        START,
    ),
    claims=(
        mean_rate(stopped_loss, descent.RATE),
        mean_rate(loss_before_exit, descent.RATE, label="rate_before_exit"),
        conditional(descent.RATE),
        travelled("path", stopped_path, descent.PATH, chance="in expectation"),
        travelled("stays", distance, radius),
        vanishing(descent.RATE, norm=beta_outer),
        observed(
            "rate_at_most_one",
            step_size,
            at_most(tightness * descent.RATE, 1),
            twin=2 / descent.RATE,
            reason="at the inverse of the rate it would be one",
            chance="surely",
        ),
    ),
    probability=1 - 1 / exit_margin,
    uses=("sgd22.def1", "sgd22.def2", "sgd22.def3", "sgd22.prop1"),
    summary={"rate": descent.RATE, "radius": radius, "path": descent.PATH, "exit": descent.PATH / radius},
    proof=(
        "While the iterate is in the inner ball the step is at most lambda nu_in kappa_b G <= r_out - r_in, so the "
        "segment to the next iterate is in the outer ball whatever the batch, and the second-order expansion of f "
        "along it is legitimate. Averaged over the batch it loses at most the share theta of the descent, which PL "
        "turns into the factor 1 - q. Dividing the decrease by 2 sqrt(f) and telescoping bounds the expected sum of "
        "the gradients, hence the path; leaving the ball takes a path longer than r_in, and Markov's inequality "
        "gives the exit probability. Smoothness is needed on the outer ball only, growth at points of the inner one."
    ),
)

_MEAN_OF_ALL = {growth: ONE, growth_sure: ONE}

d_full_batch = compose(
    d_general,
    {exit_margin: ONE, b: n, **_MEAN_OF_ALL},
    replaced=("growth", "growth_sure", "exit_margin", "batch"),
    hypotheses=(assume("full_batch", "parameter", Eq(b, n)),),
    id="sgd22.d.full_batch",
    title="Gradient descent as the full-batch case: no exit at all (D1 with b = n)",
    setting=general(descent.largest_step(_MEAN_OF_ALL), drawn="uniform without repetition"),
    claims=tuple(
        replace(compose(d_general, _MEAN_OF_ALL).claim(label), chance="surely")
        for label in ("rate", "path", "stays", "limit")
    ),
    probability=None,
    uses=("sgd22.d.general",),
    proof=(
        "With all samples in every batch without repetition the run is deterministic and both growth constants are "
        "1. Leaving the ball would take a path longer than r_in, but the path inside is at most that."
    ),
)

_POSITIVE_LOSS = assume("loss_positive", "run", Gt(loss_0, 0))
_RATE_BELOW_ONE = assume("rate_below_one", "step", Lt(descent.RATE, 1))

d_anytime = compose(
    d_general,
    {},
    hypotheses=(_POSITIVE_LOSS, _RATE_BELOW_ONE, assume("factor_above_one", "parameter", Gt(anytime_factor, 1))),
    id="sgd22.d.anytime",
    title="A rate for all steps of one run at once (D3)",
    claims=(
        observed(
            "anytime_rate",
            loss,
            at_most(loss, Mul(anytime_factor, (1 - tightness * descent.RATE) ** tau, loss_0)),
            twin=fastest(beta_outer, growth_sure) / descent.RATE,
            reason=FASTEST,
        ),
        d_general.claim("stays"),
    ),
    probability=d_general.probability - 1 / anytime_factor,
    uses=("sgd22.d.general",),
    proof=(
        "The loss before exit divided by (1 - q)^i is a nonnegative supermartingale; the maximal inequality bounds "
        "the probability that it ever exceeds A times its start by 1/A."
    ),
)

d_iterations = compose(
    d_general,
    {},
    hypotheses=(
        _POSITIVE_LOSS,
        _RATE_BELOW_ONE,
        assume("iterations", "parameter", at_least(tau, log(loss_0 / (target_loss * failure)) / descent.RATE)),
    ),
    id="sgd22.d.iterations",
    title="Steps after which one run has reached a target loss (D3)",
    claims=(
        observed(
            "target",
            loss,
            at_most(loss, target_loss / tightness),
            twin=2 * target_loss / (loss_0 * (1 - fastest(beta_outer, growth_sure)) ** tau),
            reason=FASTEST,
        ),
        d_general.claim("stays"),
    ),
    probability=d_general.probability - failure,
    summary={**d_general.summary, "iterations": log(loss_0 / (target_loss * failure)) / descent.RATE},
    uses=("sgd22.d.general",),
    proof="Markov's inequality for the stopped loss at that step, with (1 - q)^i <= exp(-q i).",
)

STATEMENTS = (d_general, d_full_batch, d_anytime, d_iterations)
