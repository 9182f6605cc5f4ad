"""Gradient descent near the initialisation: Lemmas 5.4, 5.5, C.1, C.2 and the exact count of iterations (DRV-12)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Max, Rational, Symbol, ceiling, log, sqrt

from boundkit.papers.zczg18.assumptions import EXPONENT_AT_MOST_ONE, EXPONENT_POSITIVE, GD_ASSUMPTIONS, GROWTH
from boundkit.papers.zczg18.growth import as_order
from boundkit.papers.zczg18.model import (
    DESCENT,
    HALF,
    at_most,
    claim,
    entry,
    on_events,
    open_constants,
    slowness,
    tried,
)
from boundkit.papers.zczg18.perturbation import BALL
from boundkit.papers.zczg18.rates import GRADIENT, PRINTED, STRENGTH, phases
from boundkit.papers.zczg18.structure import EVENT_IDS
from boundkit.statement import Claim, Erratum, Hypothesis, Order, Setting, Statement
from boundkit.statement.vocabulary import C, distance, k, n, radius, step_size, tau, tightness
from boundkit.statement.words.deep import (
    descent_constant,
    final_risk,
    label_separation,
    last_gradient_norm,
    layer_distance,
    max_width,
    mean_slope,
    next_risk,
    risk_hitting_time,
    target_risk,
)
from boundkit.statement.words.shared import T, gradient_norm, loss, loss_0

ON_EVENTS = on_events(DESCENT)
REACHED = tried(
    claim("risk", final_risk, at_most(final_risk, target_risk)),
    "training",
    limit=target_risk / 4,
    reason="a run ends at the target, and one step does not divide the risk by eight",
)
FIRST_STEP = step_size * last_gradient_norm / (2 * sqrt(n))
FIRST_STEP_REASON = "the first step moves the last layer by its gradient, of rank at most n"


def travel(label: str, bound: Expr) -> Claim:
    """No layer is further from its initialisation, in spectral norm."""
    return tried(
        claim(label, layer_distance, at_most(layer_distance, bound)),
        "training",
        limit=FIRST_STEP,
        reason=FIRST_STEP_REASON,
    )


STAYS = travel("ball", radius)
RADIUS = Hypothesis("radius", "parameter", at_most(radius, C * PRINTED.radius))
RADIUS_LOG = Hypothesis("radius", "parameter", at_most(radius, C * PRINTED.radius * log(max_width) ** Rational(-3, 2)))
STEP = Hypothesis("step", "step", at_most(step_size, C * PRINTED.step))
TIME_ORDERS: tuple[Order, ...] = tuple(
    as_order("iterations", needed / step_size, regime=f"{regime}, {case.words}, up to logarithms")
    for regime, case, needed in phases()
)
CHECK_4 = Erratum(
    "CHECK-4",
    "misprint",
    "The radius lacks a factor (log M)^(-3/2), which the condition L^(17/3) tau^(1/3) sqrt(log M) <= c phi / n^3 "
    "needs; "
    "elsewhere the text writes it up to logarithms.",
    "Divide the radius by (log M)^(3/2).",
)
CHECK_12A = Erratum(
    "CHECK-12a",
    "unstated hypothesis",
    "The lemma does not list Assumptions 3.1 to 3.6 and the conditions on step size and radius, which its proof uses.",
    "They are those of Lemma 5.4.",
)
CHECK_12B = Erratum(
    "CHECK-12b",
    "unstated hypothesis",
    "The time is proportional to 1/L_S(W^(0)), which is absorbed as a logarithm.",
    "See lem5_5.tracked.",
)
CHECK_12C = Erratum(
    "CHECK-12c",
    "gap",
    "The induction uses the decrease of a step whose endpoint is not yet known to be in the ball.",
    "Run it with twice the radius: one step moves much less than the radius.",
)


def _lemma_5_4(name: str, title: str, condition: Hypothesis, **parts: Any) -> Statement:
    return entry(
        name,
        title,
        "Lemma 5.4",
        setting=ON_EVENTS,
        hypotheses=(*GD_ASSUMPTIONS, BALL, condition, STEP),
        claims=(REACHED,),
        constants=open_constants(C),
        orders=TIME_ORDERS,
        **parts,
    )


_5_4 = ("lemC_1", "lemC_2", "thm5_3_vii", *EVENT_IDS)
lem5_4 = _lemma_5_4("lem5_4", "Gradient descent reaches the target in the ball", RADIUS, uses=_5_4, errata=(CHECK_4,))
lem5_4_repaired = _lemma_5_4(
    "lem5_4.repaired",
    "Gradient descent reaches the target in the ball, with the logarithm in the radius",
    RADIUS_LOG,
    uses=("lem5_4", *_5_4),
    proof="As the paper; the iterations in explicit form are d.gd_iterations.",
)


def decrease(constant: Expr) -> Hypothesis:
    """Every step lowers the risk by at least this constant times step size and squared sum of the slopes, (C.6)."""
    drop = constant * step_size * k * label_separation / n**5 * (n * mean_slope) ** 2
    return Hypothesis("decrease", "run", at_most(next_risk, loss - drop))


def counted(label: str, steps: Symbol, bound: Expr) -> Claim:
    """A bound on the number of steps that a run takes; its twin is below that number by half a step."""
    return Claim(
        label=label,
        observable=steps,
        template=at_most(steps, bound / tightness),
        experiment="training",
        twin=bound / Max(steps - HALF, HALF / 2),
        twin_reason=(
            "steps are whole, and no lower bound of them is known before the run: half a step less than the run took "
            "is the largest bound that certainly fails"
        ),
    )


PACE = n**5 / (descent_constant * step_size * k * label_separation)
gd_iterations = entry(
    "d.gd_iterations",
    "Exact count of iterations from the decrease of one step (DRV-12)",
    "Lemma 5.4",
    "(C.6)",
    "(C.13)",
    improves="lem5_4",
    setting=DESCENT,
    hypotheses=(
        GROWTH,
        EXPONENT_POSITIVE,
        EXPONENT_AT_MOST_ONE,
        decrease(descent_constant),
        Hypothesis("target_below_start", "parameter", at_most(target_risk, loss_0)),
    ),
    claims=(
        counted("time", T, PACE * slowness(loss_0, final_risk)),
        counted("hitting_time", risk_hitting_time, ceiling(PACE * slowness(loss_0, target_risk), evaluate=False)),
    ),
    constants=open_constants(descent_constant),
    uses=("lem5_4", "lemC_1"),
    proof=(
        "The sum of -loss' is at least min(alpha_0, alpha_1 (n L_S)^p), since sums of p-th powers exceed the p-th "
        "power of the "
        "sum, and 1/min(a, b)^2 <= 1/a^2 + 1/b^2; divide (C.6) by the squared sum and add over the steps with Lemma "
        "C.1."
    ),
)


def _trajectory(name: str, title: str, setting: Setting = ON_EVENTS, **parts: Any) -> Statement:
    return entry(name, title, "Lemma 5.5", setting=setting, **parts)


TRAVEL = GRADIENT / sqrt(STRENGTH)  # distance over the square root of step size, iterations and initial risk
lem5_5 = _trajectory(
    "lem5_5",
    "Gradient descent stays in the ball",
    hypotheses=(Hypothesis("time", "run", at_most(T * step_size, C * PRINTED.time)),),
    claims=(STAYS,),
    constants=open_constants(C),
    uses=("lem5_4", "thm5_3_viii"),
    errata=(CHECK_12A, CHECK_12B, CHECK_12C),
)
lem5_5_tracked = _trajectory(
    "lem5_5.tracked",
    "Distance of gradient descent from the initialisation, in closed form",
    hypotheses=(*GD_ASSUMPTIONS, BALL, RADIUS_LOG, STEP),
    claims=(travel("distance", C * TRAVEL * sqrt(T * step_size * loss_0)),),
    constants=open_constants(C),
    uses=("lem5_5", "lem5_4", "thm5_3_vii", "thm5_3_viii"),
    proof="Cauchy-Schwarz on the path: gradients by (viii), the sum of squared slopes by the decrease (C.6).",
)
SUFFICIENT = Hypothesis("sufficient_decrease", "run", at_most(next_risk, loss - step_size / 2 * gradient_norm**2))
PATH = sqrt(2 * tau * step_size * (loss_0 - loss))
lem5_5_sharpened = _trajectory(
    "lem5_5.sharpened",
    "Distance of gradient descent from half of the ideal decrease (DRV-14a)",
    setting=DESCENT,
    hypotheses=(SUFFICIENT,),
    claims=(
        tried(
            claim("distance", distance, at_most(distance, PATH)),
            "training",
            limit=step_size * gradient_norm / 2,
            reason="the first step moves the weights by step size times gradient",
        ),
    ),
    uses=("lem5_5",),
    proof="Cauchy-Schwarz on the path: the sum of eta |grad|^2 is at most twice the fall of the risk.",
)
stopping_distance = _trajectory(
    "d.stopping_distance",
    "Distance when the target is reached falls with the square root of the width (DRV-16)",
    improves="lem5_5",
    hypotheses=(*GD_ASSUMPTIONS, BALL, RADIUS_LOG, STEP),
    constants=open_constants(C),
    orders=tuple(
        as_order("radius", TRAVEL * sqrt(needed), side="upper", regime=f"{regime}, {case.words}, up to logarithms")
        for regime, case, needed in phases()
    ),
    uses=("lem5_5.tracked", "lem5_4"),
    proof="The distance of lem5_5.tracked after the time of Lemma 5.4; the larger of the orders of a case counts.",
)

STATEMENTS = (
    lem5_4,
    lem5_4_repaired,
    gd_iterations,
    lem5_5,
    lem5_5_tracked,
    lem5_5_sharpened,
    stopping_distance,
)
