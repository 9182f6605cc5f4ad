"""Quadratic networks with output weights of both signs: Theorem 2.1, Lemma 6.1 and what the proofs give beyond."""

from __future__ import annotations

from sympy import Expr, Integer, Ne, Rational, sqrt

from boundkit.papers.sjl17.paper import (
    AT_LEAST_D,
    BOTH_SIGNS,
    ONE_SIGN,
    QUADRATIC,
    above,
    at_least,
    at_most,
    below,
    both_signs,
    claim,
    equal,
    landscape,
    largest,
    open_constants,
    positive,
    smallest,
    source,
)
from boundkit.statement import Claim, Constant, Erratum, Hypothesis, Order, Statement
from boundkit.statement.vocabulary import c, d, k, n, sigma_min_KR
from boundkit.statement.words.landscape import smallest_v
from boundkit.statement.words.landscape_data import label_deviation, norm_KR, rank_KR, sigma_plus_KR
from boundkit.statement.words.landscape_points import (
    curvature_tolerance,
    expected_optimal_loss,
    gradient_tolerance,
    hessian_min,
    local_minimum_excess,
    norm_G,
    optimal_loss,
    point_gradient,
    point_loss,
    saddle_curvature,
    second_order_excess,
    smallest_G,
    split,
)

FREE_ENTRIES = d * (d + 1) / 2
LOCAL_MINIMA_GLOBAL = claim("local_minima_global", local_minimum_excess, equal(local_minimum_excess, 0))
STRICT_SADDLES = claim("strict_saddles", saddle_curvature, below(saddle_curvature, 0))
SECOND_ORDER_GLOBAL = claim("second_order_points_global", second_order_excess, equal(second_order_excess, 0))
ZERO_LOSS = claim("zero_loss", optimal_loss, equal(optimal_loss, 0), chance="almost every data")
SAMPLE_RANGE = Hypothesis("n_at_most_c_d2", "data", at_most(n, c * d**2))
QUADRATIC_SAMPLES = Order("sample size", {d: 2}, side="upper")

STATIONARY = Hypothesis("almost_stationary", "run", at_most(point_gradient, gradient_tolerance))
CONVEX = Hypothesis("almost_convex", "run", at_least(hessian_min, -curvature_tolerance))
CASE_SPLIT = largest(
    gradient_tolerance / (2 * split), (curvature_tolerance + 4 * norm_KR**2 / n * split**2) / (2 * smallest_v)
)
BALANCED_SPLIT = (gradient_tolerance * smallest_v * n / (4 * norm_KR**2)) ** Rational(1, 3)
EXCESS_FROM_G = n * d * norm_G**2 / (2 * sigma_plus_KR**2)
CURVATURE_FROM_G = -2 * smallest_v * norm_G
G_FROM_CURVATURE = largest(0, -hessian_min) / (2 * smallest_v)
G_FROM_LOSS = sigma_min_KR * sqrt(2 * point_loss / (n * d))


def excess(bound: Expr, label: str) -> Claim:
    """The loss at a point exceeds the smallest loss by at most `bound`."""
    return claim(label, point_loss, at_most(point_loss - optimal_loss, bound))


thm2_1 = Statement(
    id="sjl17.thm2_1",
    kind="theorem",
    title="No spurious minima and strict saddles for quadratic networks on arbitrary data",
    source=source("Theorem 2.1"),
    setting=BOTH_SIGNS,
    hypotheses=(QUADRATIC, Hypothesis("width", "width", at_least(k, 2 * d)), *both_signs(d)),
    claims=(LOCAL_MINIMA_GLOBAL, STRICT_SADDLES),
    uses=("sjl17.deriv", "sjl17.lem6_1", "sjl17.loc_second_order"),
    errata=(
        Erratum("C5", "misprint", "(6.10) joins its two cases by 'or'.", "Case II needs both ranks below d: 'and'."),
        Erratum(
            "C6",
            "misprint",
            "Factors 1/n are dropped or added in (6.12), before Case I and in (6.18).",
            "All are statements about a sign or about zero; nothing changes.",
        ),
        Erratum(
            "C14",
            "gap",
            "The text says that gradient descent from a random start reaches a global optimum. No theorem is cited; "
            "the usual ones need a Lipschitz gradient and bounded iterates, and here the loss is quartic with "
            "unbounded level sets.",
            "The theorem is about the landscape only; use a line search or small steps.",
        ),
    ),
    orders=(Order("width", {d: 1}),),
)

thm2_1_interpolation = Statement(
    id="sjl17.thm2_1_interpolation",
    kind="theorem",
    title="Quadratic networks reach zero loss for any labels (Theorem 2.1, third conclusion)",
    source=source("Theorem 2.1"),
    setting=BOTH_SIGNS,
    hypotheses=(*thm2_1.hypotheses, AT_LEAST_D, SAMPLE_RANGE),
    claims=(ZERO_LOSS,),
    constants=open_constants(c),
    uses=("sjl17.thm2_1", "sjl17.lem5_6"),
    errata=(
        Erratum(
            "C13",
            "unstated hypothesis",
            "c is not given although Lemma 5.6 gives n <= d(d+1)/2; n >= d is superfluous; the text's conditions "
            "kd > n and Gaussian inputs are not those of the theorem, and more width does not raise the range of n.",
            "c = 1/2 works, and n <= d(d+1)/2 is exact (D3).",
        ),
    ),
    orders=(QUADRATIC_SAMPLES,),
)

interpolation = Statement(
    id="sjl17.d.interpolation",
    kind="theorem",
    title="Exact interpolation threshold of quadratic networks (D3)",
    source=source("Theorem 2.1"),
    form="sharpened",
    improves="sjl17.thm2_1_interpolation",
    setting=BOTH_SIGNS,
    hypotheses=(QUADRATIC, *both_signs(d), Hypothesis("n_at_most_free_entries", "data", at_most(n, FREE_ENTRIES))),
    claims=(ZERO_LOSS, claim("rank", rank_KR, equal(rank_KR, smallest(n, FREE_ENTRIES)), chance="almost every data")),
    constants=(Constant(c, "tracked", Rational(1, 2), "in the printed range n <= c d^2"),),
    uses=("sjl17.lem5_6",),
    proof=(
        "W^T D_v W runs through all symmetric matrices, so the smallest loss is that of linear least squares on "
        "(X * X)^T, and for almost every X the rank of X * X is min(n, d(d+1)/2)."
    ),
)

expected_minimum = Statement(
    id="sjl17.d.expected_minimum",
    kind="theorem",
    title="Smallest loss of quadratic networks above the interpolation threshold (D3)",
    source=source("Theorem 2.1"),
    form="refined",
    improves="sjl17.d.interpolation",
    setting=BOTH_SIGNS,
    hypotheses=(QUADRATIC, *both_signs(d), Hypothesis("n_above_free_entries", "data", above(n, FREE_ENTRIES))),
    claims=(
        claim(
            "expected_minimum",
            expected_optimal_loss,
            equal(expected_optimal_loss, label_deviation**2 * (n - FREE_ENTRIES) / (2 * n)),
            chance="almost every data",
        ),
    ),
    uses=("sjl17.d.interpolation",),
    proof="The residual of least squares is the projection of normal labels on a space of dimension n - d(d+1)/2.",
)

strict_saddle = Statement(
    id="sjl17.d.strict_saddle",
    kind="theorem",
    title="Negative curvature at every point that is not optimal, without a gradient condition (D1)",
    source=source("Theorem 2.1"),
    form="sharpened",
    improves="sjl17.thm2_1",
    setting=BOTH_SIGNS,
    hypotheses=(QUADRATIC, *both_signs(d + 1)),
    claims=(
        claim("curvature", hessian_min, at_most(hessian_min, CURVATURE_FROM_G)),
        claim("curvature_from_loss", hessian_min, at_most(hessian_min, CURVATURE_FROM_G.subs(norm_G, G_FROM_LOSS))),
        excess(EXCESS_FROM_G, "excess"),
        excess(EXCESS_FROM_G.subs(norm_G, G_FROM_CURVATURE), "excess_from_curvature"),
    ),
    uses=("sjl17.deriv.repaired", "sjl17.lem6_1"),
    proof=(
        "With d + 1 units of a sign there is a unit vector a on them with W^T D_v a = 0, and the Hessian along a b^T "
        "is 2 (a^T D_v a) b^T G b with |a^T D_v a| >= nu; either sign of b^T G b is available. The loss is a convex "
        "quadratic of W^T D_v W with Hessian (X*X)(X*X)^T / n and gradient vec(G) in its range, so its excess is at "
        "most n |G|_F^2 / (2 sigma^2) and |G|_F^2 <= d |G|^2. Conversely |G|_F >= sigma_min(X*X) |r| / n."
    ),
)


def _stationarity(name: str, title: str, bound: Expr, proof: str, conditions: tuple[Hypothesis, ...] = ()) -> Statement:
    return Statement(
        id=f"sjl17.d.{name}",
        kind="theorem",
        title=title,
        source=source("Theorem 2.1"),
        form="refined" if conditions else "sharpened",
        improves="sjl17.d.approximate_stationarity" if conditions else "sjl17.thm2_1",
        setting=BOTH_SIGNS,
        hypotheses=(QUADRATIC, *both_signs(d), STATIONARY, CONVEX, *conditions),
        claims=(
            claim("residual_covariance", norm_G, at_most(norm_G, bound)),
            excess(EXCESS_FROM_G.subs(norm_G, bound), "excess"),
        ),
        uses=("sjl17.deriv.repaired", "sjl17.d.strict_saddle"),
        proof=proof,
    )


approximate_stationarity = _stationarity(
    "approximate_stationarity",
    "Approximate second-order points are nearly optimal on arbitrary data (D2)",
    CASE_SPLIT,
    "If the d-th singular value of D_v W on the units of one sign is at least s, |grad| >= 2 s |G|_F. Otherwise both "
    "signs have a unit a with |W^T D_v a| <= s, for which the squared term of the Hessian form is at most "
    "4 s^2 sigma_max(X*X)^2 / n.",
)
balanced_stationarity = _stationarity(
    "balanced_stationarity",
    "Approximate second-order points with the threshold that balances the gradient terms (D2)",
    curvature_tolerance / (2 * smallest_v) + gradient_tolerance / (2 * BALANCED_SPLIT),
    "At this threshold 4 s^2 sigma_max^2 / (2 nu n) = eps_g / (2 s), and a maximum is at most the sum.",
    (
        Hypothesis("gradient_tolerance_positive", "parameter", Ne(gradient_tolerance, 0)),
        Hypothesis("khatri_rao_nonzero", "data", Ne(norm_KR, 0)),
    ),
)

lem6_1 = Statement(
    id="sjl17.lem6_1",
    kind="lemma",
    title="Points with vanishing residual covariance are global minima",
    source=source("Lemma 6.1", "(6.5)", "(6.6)", "(6.7)"),
    setting=landscape("fixed"),
    hypotheses=(QUADRATIC, Hypothesis("no_residual_covariance", "run", equal(norm_G, 0))),
    claims=(claim("global", point_loss, equal(point_loss, optimal_loss)),),
)

loc_second_order = Statement(
    id="sjl17.loc_second_order",
    kind="lemma",
    title="Curvature of the residual covariance at approximate second-order points",
    source=source("Section 6", "(6.12)", "(6.15)", "(6.20)", "(6.26)"),
    setting=ONE_SIGN,
    hypotheses=(QUADRATIC, *positive(d + 1), CONVEX),
    claims=(claim("residual_covariance", smallest_G, at_least(smallest_G, -curvature_tolerance / smallest_v)),),
    uses=("sjl17.deriv",),
    errata=(
        Erratum(
            "C7",
            "gap",
            "(6.24) and (6.26) have eps_H / nu where eps_H / (2 nu) is available; (6.27) lacks 2/n and (6.28a) and "
            "(6.30) a factor.",
            "All slips are on the safe side: the bound of Theorem 2.2 is true and loose by 4 and by 2.",
        ),
    ),
)

loc_second_order_sharpened = Statement(
    id="sjl17.loc_second_order.sharpened",
    kind="lemma",
    title="Curvature of the residual covariance with its true constant",
    source=source("Section 6", "(6.26)"),
    form="sharpened",
    improves="sjl17.loc_second_order",
    setting=ONE_SIGN,
    hypotheses=(QUADRATIC, *positive(d + 1), CONVEX),
    claims=(
        claim(
            "residual_covariance", smallest_G, at_least(smallest_G, -curvature_tolerance / (Integer(2) * smallest_v))
        ),
    ),
    uses=("sjl17.deriv.repaired",),
    proof="A unit vector a with W^T D_v a = 0 gives curvature 2 (a^T D_v a) b^T G b >= -eps_H with a^T D_v a >= nu.",
)

STATEMENTS = (
    thm2_1,
    thm2_1_interpolation,
    interpolation,
    expected_minimum,
    strict_saddle,
    approximate_stationarity,
    balanced_stationarity,
    lem6_1,
    loc_second_order,
    loc_second_order_sharpened,
)
