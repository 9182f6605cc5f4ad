"""One hidden layer with every constant explicit (DRV-15), composed from the lemmas; DRV-11c on the way."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Gt, Integer, Lt, Max, factor_terms, sqrt

from boundkit.papers.zczg18.assumptions import LOSS, SEPARATED, UNIT_NORM
from boundkit.papers.zczg18.changes import flip_count, lemB_3_sharpened, threshold_of
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
from boundkit.statement import Claim, Hypothesis, Statement
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

NODES = (NODE_SHARE * last_width).subs(ON_INPUT)
KEPT = kept_strength(share=NODE_SHARE * n / effective_separation, level=NODE_LEVEL)
STRENGTH = KEPT * k * effective_separation / n**3  # squared gradient over squared mean slope
STEP = solve_for(margin_loss_smoothness / 2 * k * step_size / QUARTER, step_size)
DESCENT_CONSTANT = KEPT / 2
ONE_LAYER = setting("gradient descent", STEP)

_PACE = PACE.subs({descent_constant: DESCENT_CONSTANT, step_size: STEP, label_separation: effective_separation})
DURATION = _PACE * slowness(initial_loss_bound, target_risk)
_TRAVEL = PATH.subs({loss_0: initial_loss_bound, loss: 0, step_size: STEP})
_LAST_TRAVEL = (_TRAVEL**2).subs(tau, DURATION + 1)


def width_bound(hypothesis: Hypothesis) -> Expr:
    """The smallest width that a condition allows; its sides differ by a power of the width.

    >>> width_bound(Hypothesis("width", "width", at_least(k / n, 2)))
    2*n
    """
    return solve_for(hypothesis.relation.lhs / hypothesis.relation.rhs, k)


@dataclass(frozen=True)
class Ball:
    """The ball around the initialisation in which the gradient is bounded below, as two lemmas make it.

    `flips` is the form of Lemma B.3 whose threshold separates small pre-activations from those that have to move:
    any threshold will do, since a radius tau moves a pre-activation of the first layer by at most tau. `small` is the
    form of Lemma A.7 that counts the small ones; the samples, the features of the first layer, have norm one.
    """

    flips: Statement
    small: Statement

    @property
    def threshold(self) -> Expr:
        """Where pre-activations stop being small."""
        return threshold_of(self.flips, radius).subs(layer_width, k)

    @property
    def count(self) -> Expr:
        """Activations of one sample that change in the ball."""
        return flip_count(radius, self.threshold).subs(layer_width, k)

    @property
    def flip_radius(self) -> Expr:
        """The radius at which flips over all samples spare half of the units with a large gradient."""
        return solve_for(2 * n * self.count / NODES, radius)

    @property
    def radius(self) -> Expr:
        """The radius at which flips take a quarter of the squared gradient from the decrease of a step."""
        error = sqrt(2 * self.count)  # change of an output between two points of the ball, over step and gradient
        return solve_for(error / (QUARTER * sqrt(STRENGTH)), radius)

    @property
    def widths(self) -> tuple[Hypothesis, ...]:
        """The width that the two events at the initialisation need."""
        events = (lemA_15_tracked.hypothesis("width_nodes"), self.small.hypothesis("width_threshold"))
        return tuple(Hypothesis(item.label, "width", at_least(k, width_bound(self._event(item)))) for item in events)

    @property
    def all_widths(self) -> tuple[Hypothesis, ...]:
        """Those widths at the radius of the theorem, and the width at which descent stays in the ball."""
        travel = factor_terms(k * _LAST_TRAVEL / (self.radius / 2) ** 2)
        return (
            *(Hypothesis(i.label, "width", i.relation.xreplace({radius: self.radius})) for i in self.widths),
            Hypothesis("width_travel", "width", at_least(k, travel)),
        )

    def _event(self, hypothesis: Hypothesis) -> Hypothesis:
        relation = hypothesis.relation.xreplace({**ON_INPUT, preactivation_threshold: self.threshold})
        return Hypothesis(hypothesis.label, "width", at_failure(relation, EVENTS))


OWN = Ball(flips=lemB_3_sharpened, small=lemA_7_refined)
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
        Hypothesis("radius", "parameter", at_most(radius, OWN.flip_radius)),
        *OWN.widths,
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


DECREASE = Claim(
    label="decrease",
    observable=next_risk,
    template=at_most(next_risk, loss - tightness * STEP / 2 * gradient_norm**2),
    experiment="training",
    twin=Integer(4),
    twin_reason="to first order a step lowers the risk by step size times squared gradient, half of the twin's",
)
_PROOF = (
    "In the ball the gradient is bounded below (d.gradient_ball_L1). Between two points of it at most 6 m tau^(2/3) "
    "activations change per sample, so with the radius and step size given the errors of changed activations and of "
    "curvature take at most a quarter of the squared gradient each: the risk falls by at least half of step times "
    "squared gradient. The path of K steps stays within half of the radius and one more step within the radius, as "
    "S <= sqrt(2 lambda L_0). The outputs at the start are at most initial_output, so the first risk is at most the "
    "loss at minus that margin; then d.gd_iterations with half of the gradient's constant."
)


def descent(ball: Ball) -> Statement:
    """Gradient descent on one hidden layer in this ball, every constant explicit."""
    widths = ball.all_widths
    return entry(
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
            *widths,
            Hypothesis("iterations", "run", at_least(T, DURATION)),
            Hypothesis("iterations_at_most", "run", at_most(T, DURATION + 1)),
        ),
        claims=(
            REACHED,
            tried(
                claim("radius", distance, at_most(distance, ball.radius)),
                "training",
                limit=FIRST_STEP,
                reason=FIRST_STEP_REASON,
            ),
            DECREASE,
        ),
        probability=1 - failure,
        uses=(
            "lemA_15.tracked",
            ball.small.id.removeprefix("zczg18."),
            "lemA_6.tracked",
            "d.gradient_ball_L1",
            "d.gd_iterations",
            "lem5_5.sharpened",
            "d.self_bounding",
        ),
        summary={
            "width": Max(*(item.relation.rhs for item in widths), evaluate=False),
            "iterations": DURATION,
            "radius": ball.radius,
            "step_size": STEP,
            "initial_output": INITIAL_OUTPUT,
        },
        proof=_PROOF,
    )


one_hidden_layer = descent(OWN)

STATEMENTS = (gradient_ball, one_hidden_layer)
