"""Planted quadratic networks with output weights of one sign: Theorem 2.2 and its deterministic form."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational, exp, log, sqrt

from boundkit.papers.sjl17.derivatives import GRADIENT_FROM_FORM, LOSS_FROM_FORMS
from boundkit.papers.sjl17.paper import (
    AT_LEAST_D,
    GAUSSIAN,
    ONE_SIGN,
    PLANTED,
    QUADRATIC,
    WIDE,
    above,
    at_least,
    at_most,
    claim,
    equal,
    largest,
    one_sign,
    open_constants,
    positive,
    source,
)
from boundkit.papers.sjl17.quadratic import (
    CASE_SPLIT,
    CONVEX,
    LOCAL_MINIMA_GLOBAL,
    SAMPLE_RANGE,
    SECOND_ORDER_GLOBAL,
    STATIONARY,
    STRICT_SADDLES,
    ZERO_LOSS,
    loc_second_order_sharpened,
)
from boundkit.statement import Claim, Erratum, Hypothesis, Order, Statement
from boundkit.statement.vocabulary import c, c_d, d, k, n, norm_v_inf
from boundkit.statement.words.landscape import (
    frobenius_W,
    negative_units,
    planted_negative_units,
    planted_nuclear_norm,
    planted_positive_units,
    planted_sigma_min,
    positive_units,
    smallest_v,
)
from boundkit.statement.words.landscape_data import covariance_min, label_covariance_max
from boundkit.statement.words.landscape_lemmas import gamma_0
from boundkit.statement.words.landscape_points import (
    curvature_tolerance,
    form_product,
    gradient_product,
    gradient_tolerance,
    planted_product,
    point_loss,
)

tau = planted_nuclear_norm
DELTA = Rational(1, 2)
PLANTED_ONE_SIGN = Hypothesis("planted_one_sign", "data", equal(planted_positive_units * planted_negative_units, 0))
SAME_SIGN = Hypothesis(
    "same_sign",
    "parameter",
    equal(positive_units * planted_negative_units + negative_units * planted_positive_units, 0),
)
FULL_RANK = Hypothesis("planted_full_rank", "data", above(planted_sigma_min, 0))
EQUAL_WEIGHTS = Hypothesis("equal_output_weights", "parameter", equal(norm_v_inf, smallest_v))
WIDER = Hypothesis("width", "width", at_least(k, d + 1))
PLANTED_PSD = Hypothesis("planted_nonnegative", "data", equal(planted_negative_units, 0))

# The event E_delta of the proof, and what holds on it.
COVARIANCE_FLOOR = 1 - DELTA
LABEL_CEILING = (3 + DELTA) * tau
EVENT = (
    Hypothesis("covariance_event", "data", at_least(covariance_min, COVARIANCE_FLOOR)),
    Hypothesis("label_covariance_event", "data", at_most(label_covariance_max, LABEL_CEILING)),
)
PROBABILITY = 1 - 12 * d * exp(-gamma_0 * d) - 8 / d
UNITS = Erratum(
    "homogeneity",
    "unstated hypothesis",
    "1 + 14 tau* adds a pure number to a quantity with a unit, so the bound depends on the units of the labels.",
    "True in all units: the proof holds with s + 14 tau* and 4 eps_g / s for any s > 0; the sharpened form needs no s.",
)

# L = <M, G>/2 - <M*, G>/2 with <M, G> = <W, grad>/2 and <M*, -G> at most the nuclear norm times the floor of G.
_GRADIENT_PART = (LOSS_FROM_FORMS.subs(planted_product, 0) / GRADIENT_FROM_FORM * gradient_product).subs(
    gradient_product, gradient_tolerance * frobenius_W
)
_CURVATURE_FLOOR = -loc_second_order_sharpened.claim("residual_covariance").relation.rhs


def loss_bound(curvature_floor: Expr = _CURVATURE_FLOOR) -> Expr:
    """The loss where `-G` is at most `curvature_floor`, in the norms of the gradient and of the weights."""
    return _GRADIENT_PART - LOSS_FROM_FORMS.subs({form_product: 0, planted_product: tau * curvature_floor})


def norm_bound(floor: Expr = covariance_min, ceiling: Expr = label_covariance_max) -> Expr:
    """|W|_F from the cubic inequality of the proof, scale-invariant."""
    cube = gradient_tolerance / (2 * smallest_v**2 * floor**2)
    return sqrt(ceiling / (smallest_v * floor**2)) + cube ** Rational(1, 3)


LOSS_BOUND = loss_bound()
# The paper splits its cubic inequality at |W|_F = eps_g / (nu (1 - delta)^2), which is not scale-invariant.
PAPER_NORM_BOUND = largest(
    sqrt((1 + LABEL_CEILING / COVARIANCE_FLOOR**2) / smallest_v),
    gradient_tolerance / (smallest_v * COVARIANCE_FLOOR**2),
)
PRINTED_LOSS_BOUND = (
    gradient_tolerance / sqrt(smallest_v) * largest(sqrt(1 + 14 * tau), 4 * gradient_tolerance / sqrt(smallest_v))
    + curvature_tolerance / (2 * smallest_v) * tau
)


def _loss(bound: Expr, label: str = "loss") -> Claim:
    return claim(label, point_loss, at_most(point_loss, bound))


PART_A = (QUADRATIC, WIDE, PLANTED, FULL_RANK, PLANTED_ONE_SIGN, SAME_SIGN, *one_sign(d), AT_LEAST_D, SAMPLE_RANGE)
PART_B = (
    QUADRATIC,
    WIDER,
    PLANTED,
    FULL_RANK,
    PLANTED_ONE_SIGN,
    SAME_SIGN,
    *one_sign(k),
    EQUAL_WEIGHTS,
    GAUSSIAN,
    Hypothesis("n_at_least_d_log_d", "data", at_least(n, c * d * log(d))),
    Hypothesis("n_at_most_c_d2", "data", at_most(n, c_d * d**2)),
    STATIONARY,
    CONVEX,
)

thm2_2 = Statement(
    id="sjl17.thm2_2",
    kind="theorem",
    title="Landscape of planted quadratic networks with output weights of one sign (Theorem 2.2, first part)",
    source=source("Theorem 2.2"),
    setting=ONE_SIGN,
    hypotheses=PART_A,
    claims=(
        replace(LOCAL_MINIMA_GLOBAL, chance="almost every data"),
        replace(STRICT_SADDLES, chance="almost every data"),
        ZERO_LOSS,
    ),
    constants=open_constants(c),
    uses=("sjl17.deriv", "sjl17.lem5_6", "sjl17.lem6_1", "sjl17.loc_second_order"),
    errata=(
        Erratum(
            "C15",
            "unstated hypothesis",
            "n <= c d^2, almost every X, n >= d and the full rank of W* are superfluous (and n <= C d^2 in the second "
            "part).",
            "The sharpened form holds for all data and any planted rank (D4).",
        ),
    ),
    orders=(Order("width", {d: 1}), Order("sample size", {d: 2}, side="upper")),
)

thm2_2_sharpened = Statement(
    id="sjl17.thm2_2.sharpened",
    kind="theorem",
    title="Landscape of planted quadratic networks on arbitrary data (D4)",
    source=source("Theorem 2.2"),
    form="sharpened",
    improves="sjl17.thm2_2",
    setting=ONE_SIGN,
    hypotheses=(QUADRATIC, PLANTED, PLANTED_PSD, *positive(d)),
    claims=(SECOND_ORDER_GLOBAL, claim("zero_loss", ZERO_LOSS.observable, ZERO_LOSS.relation)),
    uses=("sjl17.deriv.repaired", "sjl17.d.planted_identity"),
    proof=(
        "If D_v W has rank d then D_v W G = 0 gives G = 0 and the loss <M - M*, G> / 2 vanishes. Otherwise G is "
        "positive semidefinite and <M, G> = <W, grad> / 2 = 0, so the loss is -<M*, G> / 2 <= 0."
    ),
)

thm2_2_approximate = Statement(
    id="sjl17.thm2_2_approximate",
    kind="theorem",
    title="Loss at approximate second-order points of planted quadratic networks (Theorem 2.2, second part)",
    source=source("Theorem 2.2", "(2.1)"),
    setting=ONE_SIGN,
    hypotheses=PART_B,
    claims=(_loss(PRINTED_LOSS_BOUND),),
    probability=PROBABILITY,
    constants=open_constants(c, c_d, gamma_0),
    uses=("sjl17.thm2_2", "sjl17.loc_second_order", "sjl17.lem5_7"),
    errata=(
        UNITS,
        Erratum("C9", "misprint", "(6.29) has an undefined Delta.", "Read eps_g."),
        Erratum(
            "C16",
            "unstated hypothesis",
            "The probability is vacuous for d <= 8, and beyond unless gamma is sizeable.",
            "Measure the event of the proof: smallest covariance eigenvalue 1/2, label covariance 7/2 tau*.",
        ),
    ),
    orders=(
        Order("width", {d: 1}),
        Order("sample size", {d: 1}, {d: 1}),
        Order("sample size", {d: 2}, side="upper"),
    ),
)

thm2_2_approximate_tracked = Statement(
    id="sjl17.thm2_2_approximate.tracked",
    kind="theorem",
    title="Theorem 2.2, second part, with the factors of its own proof",
    source=source("Theorem 2.2", "(6.22)", "(6.31)"),
    form="tracked",
    improves="sjl17.thm2_2_approximate",
    setting=ONE_SIGN,
    hypotheses=PART_B,
    claims=(_loss(LOSS_BOUND.subs(frobenius_W, PAPER_NORM_BOUND)),),
    probability=PROBABILITY,
    constants=open_constants(c, c_d, gamma_0),
    uses=("sjl17.thm2_2_approximate", "sjl17.d.planted_identity", "sjl17.loc_second_order.sharpened"),
    errata=(UNITS,),
    proof=(
        "L = <W, grad>/4 - <M*, G>/2. On the event with delta = 1/2 the bound on |W|_F is the paper's: the factor that "
        "(6.30) lacks would make 1/2 + 14 tau* of 1 + 14 tau*. The other slips of C7 are not made."
    ),
)

# Units without output weight would escape the bound on |W|_F.
ALL_POSITIVE = (WIDER, Hypothesis("all_output_weights_positive", "parameter", equal(positive_units, k)))
_DETERMINISTIC = (QUADRATIC, PLANTED, PLANTED_PSD)
stationary_loss = Statement(
    id="sjl17.d.stationary_loss",
    kind="theorem",
    title="Loss of planted quadratic networks at any point, for any data (D5)",
    source=source("Theorem 2.2"),
    form="sharpened",
    improves="sjl17.thm2_2_approximate.tracked",
    setting=ONE_SIGN,
    hypotheses=(
        *_DETERMINISTIC,
        *ALL_POSITIVE,
        STATIONARY,
        CONVEX,
        Hypothesis("covariance_full_rank", "data", above(covariance_min, 0)),
    ),
    claims=(
        _loss(LOSS_BOUND),
        claim("norm", frobenius_W, at_most(frobenius_W, norm_bound())),
        _loss(LOSS_BOUND.subs(frobenius_W, norm_bound()), "closed_form"),
    ),
    uses=("sjl17.d.planted_identity", "sjl17.loc_second_order.sharpened"),
    proof=(
        "The first bound as in the tracked form. With t = |W|_F and tr M >= nu t^2 the inequality <W, grad> = 2 <M, G> "
        "gives s_X^2 nu^2 t^3 - kappa nu t <= eps_g / 2, and t (t^2 - s^2) >= (t - s)^3 for t >= s = "
        "sqrt(kappa / (nu s_X^2))."
    ),
)

stationary_loss_on_event = Statement(
    id="sjl17.thm2_2_approximate.sharpened",
    kind="theorem",
    title="Theorem 2.2, second part, scale-correct, on the event of its proof (D5)",
    source=source("Theorem 2.2"),
    form="sharpened",
    improves="sjl17.thm2_2_approximate",
    setting=ONE_SIGN,
    hypotheses=(*_DETERMINISTIC, *ALL_POSITIVE, STATIONARY, CONVEX, *EVENT),
    claims=(_loss(LOSS_BOUND.subs(frobenius_W, norm_bound(COVARIANCE_FLOOR, LABEL_CEILING))),),
    uses=("sjl17.d.stationary_loss",),
    proof="The deterministic bound with the two values that the event guarantees; it has the probability printed.",
)

narrow_stationary_loss = Statement(
    id="sjl17.d.stationary_loss.narrow",
    kind="theorem",
    title="Loss of planted quadratic networks at approximate second-order points with only d units (D5)",
    source=source("Theorem 2.2"),
    form="refined",
    improves="sjl17.d.stationary_loss",
    setting=ONE_SIGN,
    hypotheses=(*_DETERMINISTIC, *positive(d), STATIONARY, CONVEX),
    claims=(_loss(loss_bound(CASE_SPLIT)),),
    uses=("sjl17.d.planted_identity", "sjl17.d.approximate_stationarity"),
    proof="-G is at most the bound of D2 on |G|, for whichever case holds; the rest is unchanged.",
)

STATEMENTS = (
    thm2_2,
    thm2_2_sharpened,
    thm2_2_approximate,
    thm2_2_approximate_tracked,
    stationary_loss_on_event,
    stationary_loss,
    narrow_stationary_loss,
)
