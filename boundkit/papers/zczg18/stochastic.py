"""Stochastic gradient descent near the initialisation: Lemmas 5.6, 5.7, D.1, D.2, D.3."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, Gt, Integer, log, sqrt

from boundkit.papers.zczg18.assumptions import CAP, SGD_ASSUMPTIONS
from boundkit.papers.zczg18.descent import CHECK_4, RADIUS, RADIUS_LOG, REACHED, STAYS, TIME_ORDERS
from boundkit.papers.zczg18.growth import LOGS, as_order
from boundkit.papers.zczg18.model import (
    STOCHASTIC,
    at_most,
    claim,
    entry,
    equated,
    on_events,
    open_constants,
    potential,
    tried,
)
from boundkit.papers.zczg18.one_step import one_step
from boundkit.papers.zczg18.perturbation import BALL
from boundkit.papers.zczg18.rates import (
    BATCH_SPREAD,
    CONDITIONAL_STEP,
    GROWTH,
    MARTINGALE_ITERATIONS,
    PRINTED,
    SGD_TIME,
    SGD_TIME_SHARPENED,
    TRAJECTORY_STEP,
)
from boundkit.papers.zczg18.structure import EVENT_IDS
from boundkit.statement import Claim, Erratum, Hypothesis, Order
from boundkit.statement.vocabulary import C, c, k, n, radius, step_size, tau, tightness
from boundkit.statement.words.deep import (
    C_upper,
    batch_slope,
    batch_variance,
    conditional_drift,
    layer_flips,
    loss_exponent,
    loss_potential,
    max_width,
    mean_slope,
    next_risk,
    slope_moment,
    sum_of_squares,
    supermartingale_increment,
    vector_sparsity,
)
from boundkit.statement.words.shared import L, b, failure, loss, loss_0

CHECK_13 = Erratum(
    "CHECK-13",
    "misprint",
    "The header 'Case p > 1/2' covers p != 1/2, the first of the two cases 'alpha_0 < infinity' at the end is "
    "alpha_0 = infinity, "
    "and 'alpha < infinity' stands for alpha_0. Assumption 4.4 and the hypotheses of Lemma 5.6 are used but not "
    "listed.",
    "Read it so.",
)
CHECK_14 = Erratum(
    "CHECK-14",
    "gap",
    "The number of steps after which the drift dominates the martingale term lacks a factor L^8.",
    "The iterations of Theorem 4.5 satisfy the condition with that factor.",
)
CHECK_15 = Erratum(
    "CHECK-15",
    "gap",
    "Azuma's inequality is applied to increments bounded from above only.",
    "The same bound holds from below and, where the risk at most halves, for the increments of the potential: "
    "see lemD_3.repaired.",
)


def _lemma_5_6(condition: Hypothesis) -> tuple[Hypothesis, ...]:
    step = Hypothesis("step", "step", at_most(step_size, C * CONDITIONAL_STEP))
    return (*SGD_ASSUMPTIONS, BALL, condition, step)


lem5_6 = entry(
    "lem5_6",
    "Stochastic gradient descent reaches the target in the ball",
    "Lemma 5.6",
    setting=on_events(STOCHASTIC),
    hypotheses=_lemma_5_6(RADIUS),
    claims=(REACHED,),
    probability=1 - failure,
    constants=open_constants(C),
    uses=("lemD_1", "lemD_2", "lemD_3", "lemC_1", "thm5_3_vii", *EVENT_IDS),
    orders=(*TIME_ORDERS, as_order("iterations", MARTINGALE_ITERATIONS / L**8, regime=f"martingale term, {LOGS}")),
    errata=(CHECK_4, CHECK_14),
)
lem5_6_repaired = entry(
    "lem5_6.repaired",
    "Stochastic gradient descent reaches the target in the ball, with the logarithm and the power of the depth "
    "(CHECK-14)",
    "Lemma 5.6",
    setting=on_events(STOCHASTIC),
    hypotheses=_lemma_5_6(RADIUS_LOG),
    claims=lem5_6.claims,
    probability=1 - failure,
    constants=open_constants(C),
    uses=("lem5_6", "lemD_3.repaired"),
    orders=(*TIME_ORDERS, as_order("iterations", MARTINGALE_ITERATIONS, regime=f"martingale term, {LOGS}")),
    proof="The drift exceeds the term of Azuma's inequality after the squared ratio of their rates in iterations.",
)


def _times(times: dict[str, Expr]) -> tuple[Order, ...]:
    return tuple(
        as_order("iterations", time / step_size, side="upper", regime=f"{regime}, {LOGS}")
        for regime, time in times.items()
    )


def _trajectory(name: str, title: str, **parts: Any) -> Any:
    return entry(
        name,
        title,
        "Lemma 5.7",
        setting=on_events(STOCHASTIC),
        claims=(STAYS,),
        probability=1 - failure,
        constants=open_constants(C),
        **parts,
    )


_STEP = Hypothesis("step", "step", at_most(step_size, C * TRAJECTORY_STEP))
lem5_7 = _trajectory(
    "lem5_7",
    "Stochastic gradient descent stays in the ball",
    hypotheses=(_STEP,),
    uses=("lem5_6", "lemD_3", "thm5_3_viii"),
    orders=_times(SGD_TIME),
    errata=(CHECK_13,),
)
lem5_7_sharpened = _trajectory(
    "lem5_7.sharpened",
    "Stochastic gradient descent stays in the ball for longer when alpha_0 is infinite",
    hypotheses=(*SGD_ASSUMPTIONS, RADIUS_LOG, _STEP),
    uses=("lem5_7", "lemD_3.repaired"),
    orders=_times(SGD_TIME_SHARPENED),
    proof=f"{GROWTH}: Jensen's inequality on the batch bounds its slope by rho_1 (n/B)^p L_S^p.",
)
lemD_1 = entry(
    "lemD_1",
    "Change of the outputs in one step of stochastic gradient descent",
    "Lemma D.1",
    setting=on_events(STOCHASTIC),
    hypotheses=(
        BALL,
        Hypothesis("radius_small", "parameter", at_most(radius, c / L**3)),
        Hypothesis("sparsity_small", "parameter", at_most(sqrt(vector_sparsity * log(max_width) / k), c / L**3)),
        Hypothesis("flips_sparse", "run", at_most(layer_flips, vector_sparsity)),
    ),
    claims=one_step(PRINTED, batch_slope, sparse=vector_sparsity),
    constants=open_constants(C, C_upper, c),
    uses=("thm5_3",),
)
_WITH_REPLACEMENT = sum_of_squares / (n * b)
EXACT_FACTOR = (n - b) / (b * n * (n - 1))
_BATCH = Hypothesis("batch", "parameter", at_most(b, n))
lemD_2 = entry(
    "lemD_2",
    "Second moment of a batch mean of centred numbers",
    "Lemma D.2",
    setting=STOCHASTIC,
    hypotheses=(_BATCH,),
    claims=(
        tried(
            claim("variance", batch_variance, at_most(batch_variance, _WITH_REPLACEMENT)),
            "batches",
            limit=EXACT_FACTOR * sum_of_squares,
            reason="the variance without replacement, exactly (DRV-17)",
        ),
    ),
)
lemD_2_sharpened = entry(
    "lemD_2.sharpened",
    "Second moment of a batch mean without replacement, exactly (DRV-17)",
    "Lemma D.2",
    setting=STOCHASTIC,
    hypotheses=(_BATCH, Hypothesis("two_samples", "data", Gt(n, 1))),
    claims=(
        equated(claim("variance", batch_variance, Eq(batch_variance, EXACT_FACTOR * sum_of_squares)), "batches"),
        tried(
            claim("slope", slope_moment, at_most(slope_moment, (1 / n**2 + EXACT_FACTOR) * (n * mean_slope) ** 2)),
            "batches",
            limit=mean_slope**2,
            reason="the mean of squares is at least the square of the mean",
        ),
    ),
    uses=("lemD_2",),
    proof="Covariance of two draws without replacement; the slopes are non-negative, so squares sum to at most (nS)^2.",
)
_AZUMA = C * PRINTED.margin_change.subs(k, max_width) * step_size * BATCH_SPREAD
_POTENTIAL = Hypothesis("potential", "run", Eq(loss_potential, potential(loss)))
START = potential(loss_0)


def _deviation(bound: Expr) -> tuple[Any, ...]:
    return (
        Claim(
            label="potential",
            observable=loss_potential,
            template=at_most(loss_potential, conditional_drift + START + bound / tightness),
            experiment="training",
            twin=Integer(10) ** 4,
            twin_reason="a martingale that is not constant rises above a ten-thousandth of its bound in most runs",
        ),
    )


lemD_3 = entry(
    "lemD_3",
    "Concentration of the potential along stochastic gradient descent",
    "Lemma D.3",
    setting=on_events(STOCHASTIC),
    hypotheses=(CAP, _POTENTIAL),
    claims=_deviation(_AZUMA * sqrt(tau * log(1 / failure))),
    probability=1 - failure,
    constants=open_constants(C),
    uses=("lemD_1", "lemC_1"),
    errata=(CHECK_15,),
)
lemD_3_repaired = entry(
    "lemD_3.repaired",
    "Concentration of the potential from two-sided increments, constant of Azuma's inequality (CHECK-15)",
    "Lemma D.3",
    setting=STOCHASTIC,
    hypotheses=(
        CAP,
        _POTENTIAL,
        Hypothesis("no_halving", "run", at_most(loss / 2, next_risk)),
        Hypothesis("increment", "run", at_most(2 ** (2 * loss_exponent) * _AZUMA, supermartingale_increment)),
    ),
    claims=_deviation(2 * supermartingale_increment * sqrt(2 * tau * log(1 / failure))),
    probability=1 - failure,
    constants=open_constants(C),
    uses=("lemD_3", "lemD_1"),
    proof=(
        "|L_{k+1} - L_k| is at most the printed bound on either side; where L_{k+1} >= L_k / 2 the increments of the "
        "potential are at most 2^(2p) times it. Centring doubles them at most; Azuma's inequality in its exact form."
    ),
)


STATEMENTS = (
    lem5_6,
    lem5_6_repaired,
    lem5_7,
    lem5_7_sharpened,
    lemD_1,
    lemD_2,
    lemD_2_sharpened,
    lemD_3,
    lemD_3_repaired,
)
