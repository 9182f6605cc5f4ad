"""Theorem 2: the width as printed, along the printed proof, and repaired with every constant (D6)."""

from __future__ import annotations

from typing import Any

from sympy import Abs, Eq, Expr, Rational, factor_terms, factorial, sqrt

from boundkit.papers.sgd22.definitions import CHECK_15
from boundkit.papers.sgd22.descent import FASTEST, fastest, vanishing
from boundkit.papers.sgd22.gram import CHECK_12, MU
from boundkit.papers.sgd22.initial import CHECK_18, CHECK_19, START_PRINTED
from boundkit.papers.sgd22.jacobian import DROPPED, LIPSCHITZ
from boundkit.papers.sgd22.kernel import CHECK_13, NONLINEAR
from boundkit.papers.sgd22.levels import (
    FAILURE_AS_SUM,
    NU_LINEAR,
    NU_MEAN,
    SHARED_ERRATA,
    lem2_repaired,
)
from boundkit.papers.sgd22.loss import QUADRATIC, WITHOUT_REPETITION
from boundkit.papers.sgd22.network import LEVEL_CONDITIONS, SLOPE_AT_START, d_width
from boundkit.papers.sgd22.paper import (
    ACTIVATION,
    BATCH,
    DATA,
    MARGIN,
    OPEN_RANGE,
    SAMPLES,
    assume,
    at_least,
    at_most,
    at_values,
    compose,
    network,
    observed,
    smaller,
    source,
)
from boundkit.papers.sgd22.path import TRACKED_START, TRACKED_STEPS
from boundkit.papers.sgd22.theorem import thm1_tracked
from boundkit.statement import Constant, Erratum, Order, Statement
from boundkit.statement.vocabulary import (
    C,
    alpha,
    beta,
    c,
    d,
    eta_bar,
    k,
    lipschitz,
    n,
    norm_X,
    step_size,
    sup_d2phi,
    sup_dphi,
    tau,
    tightness,
)
from boundkit.statement.words.shared import b, loss, loss_0, power, sigma_min_power
from boundkit.statement.words.stochastic import c_rate, exit_margin, growth_sure, norm_J_start
from boundkit.statement.words.stochastic_network import (
    feature_level,
    hermite_ct,
    hidden_row_slack,
    hidden_std,
    jacobian_level,
    loss_level,
    mean_phi,
    output_column_slack,
    output_weights_norm_0,
    slack_lower,
    slack_outputs,
    slack_upper,
    slack_weights,
)

LARGE_MEAN = assume(
    "mean_dominates", "activation", at_least(Abs(mean_phi) * sqrt(n), hidden_std * sqrt(NONLINEAR) * norm_X)
)
XI = (
    exit_margin
    * slack_outputs
    * slack_weights**2
    * Abs(mean_phi)
    * sqrt(1 + slack_upper)
    * (sup_dphi + sup_d2phi * output_weights_norm_0)
    * factorial(power) ** Rational(3, 2)
    / ((1 - slack_lower) ** Rational(3, 2) * Abs(hermite_ct) ** 3 * hidden_std ** (3 * power))
)
WIDTH = C * XI * n * norm_X**2 / (sqrt(b) * sigma_min_power**3)
ORDER = Order(
    "width", {n: 2, b: Rational(-1, 2), d: -1}, {n: 1}, regime="n of order d^t, t >= 2; power of the log unspecified"
)

CHECK_22 = Erratum(
    "CHECK-22",
    "gap",
    "The last term sup|phi''| mu_Phi / (2 sup|phi'|) of beta_Phi in (18) is dropped when xi is formed. At omega_1 of "
    "order 1 it dominates: it is of order sqrt(k) and the term that is kept of order sqrt(n/d). With it (6) needs "
    "k d of order n^3 / b, not n^2 / sqrt(b).",
    "The claimed scaling is true: near-isometry survives on a ball of radius mu_0 / (2 sup|phi'| |X|) without second "
    "derivatives (sgd22.lemA.direct), and (21) holds with sup|phi'| for the bracket (sgd22.thm2.repaired).",
)
CHECK_23 = Erratum(
    "CHECK-23",
    "extraction",
    "In the available text xi has omega_1 to the power 4t + 4 in the numerator, an unmatched root and no sup|phi''|.",
    "The algebra gives omega_1^(-6t) under a root that belongs to xi; encoded so.",
)
CHECK_24 = Erratum(
    "CHECK-24",
    "unstated hypothesis",
    "The footnote says that the scaling is the same if the other term of nu_Phi dominates: true as a sufficient "
    "condition, not sharp. With c_0 = 0 the printed xi is 0 and may not be used. A remark, not an error.",
    "With mean zero the width improves by sqrt(d) (sgd22.d.width_odd).",
)
CHECK_26 = Erratum(
    "CHECK-26",
    "unstated hypothesis",
    "delta_3 and zeta are constants, so the failure probability does not vanish with the size. A remark.",
    "A small failure probability is paid for through xi, which is proportional to zeta delta_3.",
)

# The paper prints neither step nor rate: whoever puts the theorem on trial gives both.
NETWORK_AT_STEP = network(step_size)
_SPEED = Rational(3, 2) * norm_J_start  # of the outputs in the weights, on the safe ball
_SQUARES = {**QUADRATIC, **WITHOUT_REPETITION}
LIMIT_OF_NETWORK = at_values(vanishing(c_rate, norm=_SPEED), _SQUARES)
_EXPONENTIALLY = observed(
    "rate",
    loss,
    at_most(loss, (1 - tightness * c_rate) ** tau * loss_0),
    twin=fastest(_SPEED, growth_sure).xreplace(_SQUARES) / c_rate,
    reason=FASTEST,
)
OPEN_RATE = Constant(c_rate, "open", note="rate of the network, for the step size that is given; neither is printed")

thm2 = Statement(
    id="sgd22.thm2",
    kind="theorem",
    title="Linear convergence of SGD on a shallow network with both layers trained",
    source=source("Theorem 2", "(21)", "(A.11)", "(A.12)", "(A.13)"),
    setting=NETWORK_AT_STEP,
    hypotheses=(*ACTIVATION, *DATA, BATCH, MARGIN, *SAMPLES, LARGE_MEAN, assume("width", "width", at_least(k, WIDTH))),
    claims=(LIMIT_OF_NETWORK, _EXPONENTIALLY),
    probability=1 - FAILURE_AS_SUM - 1 / exit_margin,
    constants=(
        Constant(C, "open", note="in the number of samples; in the width, where it hides logarithms"),
        Constant(c, "open", note="in the probability"),
        OPEN_RANGE,
        OPEN_RATE,
    ),
    uses=("sgd22.thm1", "sgd22.lem2", "sgd22.lem3", "sgd22.lem.pl", "sgd22.lem.growth"),
    errata=(CHECK_22, CHECK_23, CHECK_24, CHECK_26, *SHARED_ERRATA),
    orders=(ORDER,),
)

# (6) on the network: loss_0 <= START with mu_Phi, nu_Phi, h(Theta_0) of Lemma 2 and beta_Phi of (18), which is a
# constant plus a multiple of sqrt(k); everything else is a power of k.
_LEMMA_2 = {alpha: MU, beta: NU_MEAN, **QUADRATIC, **WITHOUT_REPETITION}
_LOSS = START_PRINTED.xreplace({hidden_row_slack: slack_weights, output_column_slack: slack_weights})
PER_LIPSCHITZ = sqrt(_LOSS) * k / sqrt((TRACKED_START * lipschitz**2).xreplace(_LEMMA_2))
KEPT = LIPSCHITZ - DROPPED
GROWING = DROPPED.xreplace(_LEMMA_2) / sqrt(k)
WIDTH_OF_KEPT = factor_terms(PER_LIPSCHITZ * factor_terms(KEPT))
WIDTH_OF_DROPPED = factor_terms((PER_LIPSCHITZ * GROWING) ** 2)


def _on_network(expression: Expr) -> Expr:
    return expression.xreplace({lipschitz: LIPSCHITZ, **SLOPE_AT_START}).xreplace(_LEMMA_2)


_COMPOSITE = compose(compose(thm1_tracked, {lipschitz: LIPSCHITZ, **SLOPE_AT_START}), _LEMMA_2)


def positive_root(linear: Expr, constant: Expr) -> Expr:
    """The x > 0 with x^2 = linear x + constant."""
    return (linear + sqrt(linear**2 + 4 * constant)) / 2


thm2_tracked = Statement(
    id="sgd22.thm2.tracked",
    kind="theorem",
    title="Theorem 2 along the paper's own proof, with the whole of beta_Phi",
    source=source("Theorem 2", "(6)", "(18)", "(21)"),
    form="tracked",
    improves="sgd22.thm2",
    setting=network(eta_bar * smaller(*map(_on_network, TRACKED_STEPS))),
    hypotheses=(
        *ACTIVATION,
        *DATA,
        BATCH,
        MARGIN,
        LARGE_MEAN,
        assume("width", "width", at_least(sqrt(k), positive_root(sqrt(WIDTH_OF_DROPPED), WIDTH_OF_KEPT))),
        *(
            assume(label, "step", at_most(step_size, _on_network(step)))
            for label, step in zip(("step_curvature", "step_last"), TRACKED_STEPS, strict=True)
        ),
    ),
    claims=tuple(_COMPOSITE.claim(label) for label in ("limit", "rate", "stays")),
    probability=thm2.probability,
    constants=(Constant(c, "open", note="in the failure probability of Lemma 2"),),
    uses=("sgd22.thm2", "sgd22.thm1.tracked", "sgd22.lem2", "sgd22.lem3", "sgd22.lem.pl", "sgd22.lem.growth"),
    summary={"dropped_width": WIDTH_OF_DROPPED, "kept_width": WIDTH_OF_KEPT},
    errata=(CHECK_12, CHECK_13, CHECK_15, CHECK_18, CHECK_19),
    orders=(Order("width", {n: 3, b: -1, d: -1}, regime="n of order d^t, t >= 2, logarithms dropped"),),
    proof=(
        "(6) with the quantities of Lemma 2 and beta_Phi of (18) is quadratic in sqrt(width); its solution replaces "
        "(21). The term that the paper drops dominates for large samples. Lemma 2 is taken as printed."
    ),
)


def from_start(*, start: Statement, base: Statement, **changes: Any) -> Statement:
    """Theorem `base` on the width at levels of the initialisation, at the levels that lemma `start` gives."""
    levels = {
        feature_level: start.claim("features_smallest").relation.rhs / k,
        jacobian_level: start.claim("jacobian_norm").bound ** 2 / k,
        loss_level: start.claim("initial_loss").bound,
    }
    known = {item.label for item in base.hypotheses}
    return compose(
        base,
        {},
        replaced=tuple(item.label for item in LEVEL_CONDITIONS),
        hypotheses=(
            *(item for item in start.hypotheses if item.label not in known),
            assume("feature_level", "parameter", at_most(feature_level, levels[feature_level])),
            assume("jacobian_level", "parameter", at_least(jacobian_level, levels[jacobian_level])),
            assume("loss_level", "parameter", at_least(loss_level, levels[loss_level])),
        ),
        probability=1 - 1 / exit_margin - start.failure,
        instance=levels,
        **changes,
    )


thm2_repaired = from_start(
    start=lem2_repaired,
    base=d_width,
    id="sgd22.thm2.repaired",
    title="Theorem 2 with every constant, in terms of the kernel of the features (D6)",
    uses=("sgd22.d.width", "sgd22.lem2.repaired"),
    orders=(ORDER,),
    proof=(
        "sgd22.d.width at the levels of sgd22.lem2.repaired. The levels depend mildly on the width, which is on both "
        "sides: solve by bisection. The probability is over the initialisation and the batches together."
    ),
)


def _hermite(squared_norm: Expr, **changes: object) -> Statement:
    """sgd22.d.width at the levels of (16): they remain as conditions on the initialisation."""
    levels = {feature_level: MU**2 / k, jacobian_level: squared_norm / k, loss_level: _LOSS}
    width = d_width.hypothesis("width").relation
    return compose(
        d_width,
        {},
        replaced=("width",),
        hypotheses=(
            *(assume(symbol.name, "parameter", Eq(symbol, value)) for symbol, value in levels.items()),
            assume("width", "width", at_least(k, factor_terms(width.rhs.xreplace(levels)))),
        ),
        uses=("sgd22.d.width", "sgd22.lem2"),
        **changes,
    )


d_width_hermite = _hermite(
    NU_MEAN**2,
    id="sgd22.d.width_hermite",
    title="The explicit version of (21), conditional on the levels of Lemma 2 (D6)",
    orders=(ORDER,),
    proof=(
        "sgd22.d.width at the levels of (16) with the c_0 term of nu_Phi. The levels are not automatic (CHECK-13, 15, "
        "18, 19) and remain as conditions: this form compares orders and constants with (21)."
    ),
)

d_width_odd = _hermite(
    NU_LINEAR**2,
    id="sgd22.d.width_odd",
    title="Width for activations of mean zero, conditional on the levels of Lemma 2",
    form="sharpened",
    orders=(Order("width", {n: 2, b: Rational(-1, 2), d: Rational(-3, 2)}, regime="c_0 = 0, n of order d^t"),),
    proof="As sgd22.d.width_hermite with the other term of nu_Phi, smaller by sqrt(d) for random samples.",
)

STATEMENTS = (thm2, thm2_tracked, thm2_repaired, d_width_hermite, d_width_odd)
