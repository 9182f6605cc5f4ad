"""One hidden layer with every constant explicit (DRV-15), composed from the lemmas; DRV-11c on the way."""

from __future__ import annotations

from sympy import Expr, Gt, Integer, Lt, Max, factor_terms, sqrt

from boundkit.papers.zczg18.assumptions import LOSS, SEPARATED, UNIT_NORM
from boundkit.papers.zczg18.changes import best_threshold, flip_count
from boundkit.papers.zczg18.descent import FIRST_STEP, FIRST_STEP_REASON, PACE, PATH, REACHED
from boundkit.papers.zczg18.growth import solve_for
from boundkit.papers.zczg18.initialisation import OUTPUT_BOUND, lemA_7_refined
from boundkit.papers.zczg18.model import (
    EVEN_WIDTH,
    ONE_HIDDEN_LAYER,
    at_failure,
    at_least,
    at_most,
    claim,
    entry,
    setting,
    slowness,
    tried,
)
from boundkit.papers.zczg18.nodes import (
    FEATURE_SEPARATIONS,
    GRADIENT_REASON,
    LARGEST_GRADIENT,
    NODE_LEVEL,
    NODE_SHARE,
    lemA_15_tracked,
)
from boundkit.papers.zczg18.perturbation import BALL, kept_strength
from boundkit.statement import Claim, Hypothesis
from boundkit.statement.vocabulary import distance, k, n, radius, step_size, tau, tightness
from boundkit.statement.words.deep import (
    antipodal_separation,
    descent_constant,
    effective_separation,
    hidden_norm_deviation,
    initial_loss_bound,
    label_separation,
    last_gradient_norm,
    last_width,
    layer_antipodal_separation,
    layer_separation,
    layer_width,
    margin_loss_smoothness,
    max_hidden_norm,
    mean_slope,
    min_hidden_norm,
    next_risk,
    preactivation_threshold,
    target_risk,
)
from boundkit.statement.words.shared import L, T, failure, gradient_norm, loss, loss_0

EVENTS = 3  # units with a large gradient, small pre-activations, outputs: a third of the failure each
QUARTER = Integer(1) / 4  # share of the squared gradient that each of the two error terms may take
ON_INPUT = {
    L: Integer(1),
    last_width: k,
    layer_width: k,
    layer_separation: label_separation,
    layer_antipodal_separation: antipodal_separation,
    min_hidden_norm: Integer(1),
    max_hidden_norm: Integer(1),
    hidden_norm_deviation: Integer(0),
}

# A radius tau moves a pre-activation by at most tau: the best threshold balances small ones against moved ones.
THRESHOLD = best_threshold(radius).subs(layer_width, k)
FLIPS = flip_count(radius, THRESHOLD).subs(layer_width, k)
NODES = (NODE_SHARE * last_width).subs(ON_INPUT)
FLIP_RADIUS = solve_for(2 * n * FLIPS / NODES, radius)  # flips over all samples spare half of the units
KEPT = kept_strength(share=NODE_SHARE * n / effective_separation, level=NODE_LEVEL)
STRENGTH = KEPT * k * effective_separation / n**3  # squared gradient over squared mean slope
_FLIP_ERROR = sqrt(2 * FLIPS)  # change of an output by flips between two points of the ball, over step and gradient
RADIUS = solve_for(_FLIP_ERROR / (QUARTER * sqrt(STRENGTH)), radius)
STEP = solve_for(margin_loss_smoothness / 2 * k * step_size / QUARTER, step_size)
DESCENT_CONSTANT = KEPT / 2
ONE_LAYER = setting("gradient descent", STEP)

_PACE = PACE.subs({descent_constant: DESCENT_CONSTANT, step_size: STEP, label_separation: effective_separation})
DURATION = _PACE * slowness(initial_loss_bound, target_risk)
_TRAVEL = PATH.subs({loss_0: initial_loss_bound, loss: 0, step_size: STEP})
_LAST_TRAVEL = (_TRAVEL**2).subs(tau, DURATION + 1)
TRAVEL_WIDTH = factor_terms(k * _LAST_TRAVEL / (RADIUS / 2) ** 2)


def _event(hypothesis: Hypothesis) -> Hypothesis:
    relation = at_failure(hypothesis.relation.xreplace({**ON_INPUT, preactivation_threshold: THRESHOLD}), EVENTS)
    return Hypothesis(hypothesis.label, "width", relation)


def width_bound(hypothesis: Hypothesis) -> Expr:
    """The smallest width that a condition allows; its sides differ by a power of the width.

    >>> width_bound(Hypothesis("width", "width", at_least(k / n, 2)))
    2*n
    """
    return solve_for(hypothesis.relation.lhs / hypothesis.relation.rhs, k)


BALL_WIDTHS = tuple(
    Hypothesis(item.label, "width", at_least(k, width_bound(item)))
    for item in (
        _event(lemA_15_tracked.hypothesis("width_nodes")),
        _event(lemA_7_refined.hypothesis("width_threshold")),
    )
)
WIDTHS = (
    *(Hypothesis(item.label, "width", item.relation.xreplace({radius: RADIUS})) for item in BALL_WIDTHS),
    Hypothesis("width_travel", "width", at_least(k, TRAVEL_WIDTH)),
)
INITIAL_OUTPUT = at_failure(OUTPUT_BOUND.subs(ON_INPUT), EVENTS)

_DATA = (
    UNIT_NORM,
    SEPARATED,
    *(Hypothesis(item.label, "data", item.relation.xreplace(ON_INPUT)) for item in FEATURE_SEPARATIONS),
)
gradient_ball = entry(
    "d.gradient_ball_L1",
    "Lower bound of the gradient of one hidden layer in a ball, every constant explicit (DRV-11c)",
    "Lemma B.5",
    improves="lemB_5",
    setting=ONE_LAYER,
    hypotheses=(
        *_DATA,
        ONE_HIDDEN_LAYER,
        BALL,
        Hypothesis("radius", "parameter", at_most(radius, FLIP_RADIUS)),
        *BALL_WIDTHS,
    ),
    claims=(
        tried(
            claim("gradient", last_gradient_norm, at_least(last_gradient_norm**2, STRENGTH * mean_slope**2)),
            "weights",
            limit=LARGEST_GRADIENT.subs(ON_INPUT),
            reason=GRADIENT_REASON,
        ),
    ),
    probability=1 - failure,
    uses=("lemB_5", "lemA_15.tracked", "lemA_7.refined"),
    proof=(
        "At most 3 m tau^(2/3) activations change per sample, over all samples at most half of the units of Lemma "
        "A.15; the "
        "others keep their gradient exactly, since the input is not perturbed."
    ),
)
one_hidden_layer = entry(
    "d.one_hidden_layer",
    "Gradient descent on one hidden layer with every constant explicit (DRV-15)",
    "Theorem 4.1",
    kind="theorem",
    improves="thm4_1",
    setting=ONE_LAYER,
    hypotheses=(
        *LOSS,
        *_DATA,
        ONE_HIDDEN_LAYER,
        Hypothesis("two_samples", "data", Gt(n, 1)),
        Hypothesis("failure_below_one", "parameter", Lt(failure, 1)),
        Hypothesis("target_below_start", "parameter", Lt(target_risk, initial_loss_bound)),
        EVEN_WIDTH,
        *WIDTHS,
        Hypothesis("iterations", "run", at_least(T, DURATION)),
        Hypothesis("iterations_at_most", "run", at_most(T, DURATION + 1)),
    ),
    claims=(
        REACHED,
        tried(
            claim("radius", distance, at_most(distance, RADIUS)),
            "training",
            limit=FIRST_STEP,
            reason=FIRST_STEP_REASON,
        ),
        Claim(
            label="decrease",
            observable=next_risk,
            template=at_most(next_risk, loss - tightness * STEP / 2 * gradient_norm**2),
            experiment="training",
            twin=Integer(4),
            twin_reason="to first order a step lowers the risk by step size times squared gradient, half of the twin's",
        ),
    ),
    probability=1 - failure,
    uses=(
        "lemA_15.tracked",
        "lemA_7.refined",
        "lemA_6.tracked",
        "d.gradient_ball_L1",
        "d.gd_iterations",
        "lem5_5.sharpened",
        "d.self_bounding",
    ),
    summary={
        "width": Max(*(item.relation.rhs for item in WIDTHS), evaluate=False),
        "iterations": DURATION,
        "radius": RADIUS,
        "step_size": STEP,
        "initial_output": INITIAL_OUTPUT,
    },
    proof=(
        "In the ball the gradient is bounded below (d.gradient_ball_L1). Between two points of it at most 6 m "
        "tau^(2/3) "
        "activations change per sample, so with the radius and step size given the errors of changed activations and "
        "of curvature "
        "take at most a quarter of the squared gradient each: the risk falls by at least half of step times squared "
        "gradient. "
        "The path of K steps stays within half of the radius and one more step within the radius, as S <= sqrt(2 "
        "lambda L_0). "
        "The outputs at the start are at most initial_output, so the first risk is at most the loss at minus that "
        "margin; then "
        "d.gd_iterations with half of the gradient's constant."
    ),
)

STATEMENTS = (gradient_ball, one_hidden_layer)
