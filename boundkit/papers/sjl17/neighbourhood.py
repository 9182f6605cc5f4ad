"""Gradient, loss and Hessian near a network that fits the labels: Lemmas 7.12 to 7.14 and what replaces them."""

from __future__ import annotations

from sympy import Expr, Integer, exp, sqrt

from boundkit.papers.sjl17.paper import (
    ANY_WEIGHTS,
    AT_LEAST_D,
    FIRST_DERIVATIVE,
    LOCAL_MODEL,
    MEAN_SLOPE,
    PLANTED,
    PLANTED_BOUNDS,
    SMOOTH,
    WIDE,
    at_least,
    at_most,
    claim,
    open_constants,
    source,
)
from boundkit.papers.sjl17.perturbation import JACOBIAN_CEILING, JACOBIAN_FLOOR, PLANTED_EVENT, REGION
from boundkit.papers.sjl17.spectrum import CURVED, PLANTED_SAMPLES
from boundkit.statement import Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import (
    C,
    c,
    c_d,
    d,
    gamma_1,
    k,
    n,
    norm_J,
    norm_v,
    norm_v_inf,
    norm_X,
    sigma_min_J,
    sup_d2phi,
    sup_dphi,
    weight_change,
)
from boundkit.statement.words.landscape import (
    output_change,
    output_change_max,
    planted_features,
    planted_norm_v,
    planted_row_max,
    planted_sigma_max,
    planted_v_max,
)
from boundkit.statement.words.landscape_data import largest_sample_norm
from boundkit.statement.words.landscape_lemmas import c_drift
from boundkit.statement.words.landscape_points import (
    features,
    hessian_norm,
    largest_feature_row,
    output_gradient,
    point_gradient,
    point_loss,
    residual,
)
from boundkit.statement.words.shared import sup_phi_0

# The hypotheses of Theorem 2.5 except its start, under which its lemmas are stated.
LOCAL_THEOREM = (
    *LOCAL_MODEL,
    MEAN_SLOPE,
    CURVED,
    *PLANTED_BOUNDS,
    WIDE,
    AT_LEAST_D,
    Hypothesis("n_at_most", "data", at_most(n, PLANTED_SAMPLES)),
)

# Lemma 7.12: its deterministic core, then the constants on the region.
CORE_FLOOR = 2 * sigma_min_J**2 / n
CORE_CEILING = 2 * norm_J**2 / n
CORE_OUTPUT = 2 * largest_feature_row**2 / n
M_L = CORE_FLOOR.subs(sigma_min_J, JACOBIAN_FLOOR / 2)
M_U = CORE_CEILING.subs(norm_J, JACOBIAN_CEILING * Integer(3) / 2)


def feature_row(norm: Expr, row: Expr) -> Expr:
    """Square of the bound on |phi(w^T X)| from |X| <= norm and |w| <= row."""
    return 2 * n * sup_phi_0**2 + 2 * sup_dphi**2 * norm**2 * row**2


_ROW_SQUARED = 2 * planted_row_max**2 + 2  # at least (w_max + 1)^2
M_U_OUTPUT = (CORE_OUTPUT.subs(largest_feature_row, sqrt(feature_row(4 * sqrt(n), sqrt(_ROW_SQUARED))))).expand()

gradient_core = Statement(
    id="sjl17.d.gradient_core",
    kind="lemma",
    title="Gradient against loss through the singular values of the Jacobian",
    source=source("Lemma 7.12"),
    form="sharpened",
    improves="sjl17.lem7_12",
    setting=ANY_WEIGHTS,
    claims=(
        claim("floor", point_gradient, at_least(point_gradient**2, CORE_FLOOR * point_loss)),
        claim("ceiling", point_gradient, at_most(point_gradient**2, CORE_CEILING * point_loss)),
        claim("output_ceiling", output_gradient, at_most(output_gradient**2, CORE_OUTPUT * point_loss)),
    ),
    uses=("sjl17.deriv",),
    proof="grad_W = J r / n, grad_v = phi(WX) r / n and the loss is |r|^2 / (2n).",
)

lem7_12 = Statement(
    id="sjl17.lem7_12",
    kind="lemma",
    title="Gradient against loss near the planted network",
    source=source("Lemma 7.12", "(7.44)", "(7.45)", "(7.46)"),
    setting=ANY_WEIGHTS,
    hypotheses=(*LOCAL_THEOREM, *REGION),
    claims=(
        claim("floor", point_gradient, at_least(point_gradient**2, M_L * point_loss)),
        claim("ceiling", point_gradient, at_most(point_gradient**2, M_U * point_loss)),
        claim("output_ceiling", output_gradient, at_most(output_gradient**2, M_U_OUTPUT * point_loss)),
    ),
    probability=PLANTED_EVENT,
    constants=open_constants(c, C, c_d, c_drift, gamma_1),
    uses=("sjl17.prop7_4", "sjl17.lem7_11", "sjl17.d.gradient_core"),
    errata=(
        Erratum(
            "C27",
            "gap",
            "|w_l| <= |w*_l| + 1 needs R <= |v*|_inf, which R < v_max gives only for v_max = |v*|_inf; (I.6) prints "
            "phi' for phi; the ball in v must shrink to R sqrt(d/k) (C26).",
            "Take v_max = |v*|_inf, which loses nothing; the constants are right then.",
        ),
    ),
    summary={"gradient_floor": M_L, "gradient_ceiling": M_U, "output_gradient_ceiling": M_U_OUTPUT},
)

# Lemma 7.13 and its deterministic form.
_ROW_BOUND = sup_phi_0**2 + 2 * sup_dphi**2 * planted_row_max**2
LOSS_HIDDEN = planted_norm_v**2
LOSS_OUTPUT = 2 * _ROW_BOUND * k**2

lem7_13 = Statement(
    id="sjl17.lem7_13",
    kind="lemma",
    title="Loss against distance to the planted network",
    source=source("Lemma 7.13", "(7.47)"),
    setting=ANY_WEIGHTS,
    hypotheses=(*LOCAL_MODEL, AT_LEAST_D),
    claims=(
        claim(
            "loss", point_loss, at_most(point_loss, LOSS_HIDDEN * weight_change**2 + LOSS_OUTPUT * output_change_max**2)
        ),
    ),
    probability=1 - 2 * exp(-gamma_1 * d),
    constants=open_constants(gamma_1),
    errata=(
        Erratum(
            "C28",
            "false as printed",
            "The first coefficient lacks B^2 (and has v* for v): false for B > sqrt(2), and, read uniformly in W as "
            "the proof of Theorem 2.5 needs, for n of the order of d, where |X|^2 <= 2n fails; it holds with high "
            "probability only for n >= 5.83 d. Powers in the second term's proof are misprinted.",
            "2 B^2 |v|^2 |X|^2 / (2n) as first coefficient (D15).",
        ),
    ),
)

RESIDUAL_HIDDEN = sup_dphi * norm_X * planted_norm_v
RESIDUAL_OUTPUT = features
LOSS_DETERMINISTIC = norm_X**2 / n * sup_dphi**2 * norm_v**2 * weight_change**2 + planted_features**2 / n * (
    output_change**2
)
PLANTED_FEATURES_BOUND = (k * feature_row(norm_X, planted_row_max)).expand()

lem7_13_repaired = Statement(
    id="sjl17.lem7_13.repaired",
    kind="lemma",
    title="Loss against distance to the planted network for any data (D15)",
    source=source("Lemma 7.13", "(7.47)"),
    form="repaired",
    improves="sjl17.lem7_13",
    setting=ANY_WEIGHTS,
    hypotheses=(FIRST_DERIVATIVE, PLANTED),
    claims=(
        claim("loss", point_loss, at_most(point_loss, LOSS_DETERMINISTIC)),
        claim("planted_features", planted_features, at_most(planted_features**2, PLANTED_FEATURES_BOUND)),
        claim(
            "residual", residual, at_most(residual, RESIDUAL_HIDDEN * weight_change + RESIDUAL_OUTPUT * output_change)
        ),
    ),
    uses=("sjl17.setup",),
    proof=(
        "r = (phi(WX) - phi(W*X))^T v + phi(W*X)^T (v - v*) with |phi(WX) - phi(W*X)|_F <= B |X| |W - W*|_F; or with "
        "v* in the first and phi(WX) in the second term. |phi(w^T X)|^2 <= 2 n phi(0)^2 + 2 B^2 |X|^2 |w|^2."
    ),
)

# Lemma 7.14 and its deterministic form.
SMOOTHNESS = k * (
    3 * C**2 * planted_sigma_max**2
    + 8 * planted_v_max**2 * sup_dphi * sup_d2phi
    + 4 * sup_dphi**2 * planted_row_max**2
    + 2 * sup_phi_0**2
)
HESSIAN = (
    sup_dphi**2 * norm_v**2 * norm_X**2
    + features**2
    + residual * norm_X * (sup_d2phi * norm_v_inf * largest_sample_norm + sup_dphi)
) / n

lem7_14 = Statement(
    id="sjl17.lem7_14",
    kind="lemma",
    title="Smoothness of the loss near the planted network",
    source=source("Lemma 7.14", "(7.48)", "(7.49)"),
    setting=ANY_WEIGHTS,
    hypotheses=(*LOCAL_THEOREM, *REGION),
    claims=(claim("hessian", hessian_norm, at_most(hessian_norm, SMOOTHNESS)),),
    probability=PLANTED_EVENT,
    constants=open_constants(c, C, c_d, c_drift, gamma_1),
    uses=("sjl17.deriv", "sjl17.prop7_4", "sjl17.lem7_12", "sjl17.lem7_13"),
    errata=(
        Erratum(
            "C29",
            "gap",
            "(K.1) bounds an indefinite Hessian by its diagonal blocks; (K.3) drops (v - v*)^T phi(W*x); |x_i|^2 <= d "
            "and |X| <= sqrt(2n) do not have the probabilities used.",
            "The statement is not refuted; the deterministic bound replaces its proof (D16).",
        ),
    ),
    summary={"smoothness": SMOOTHNESS},
)

hessian_bound = Statement(
    id="sjl17.d.hessian",
    kind="lemma",
    title="Norm of the Hessian in both layers at any point, for any data and labels (D16)",
    source=source("Lemma 7.14"),
    form="sharpened",
    improves="sjl17.lem7_14",
    setting=ANY_WEIGHTS,
    hypotheses=SMOOTH,
    claims=(claim("hessian", hessian_norm, at_most(hessian_norm, HESSIAN)),),
    uses=("sjl17.deriv",),
    proof=(
        "The Gauss-Newton part is bounded through the two blocks of the Jacobian. The residual part is at most "
        "sum |r_i| |v|_inf L |U x_i|^2 <= |r| |v|_inf L chi |X| |U|_F^2, plus the mixed term "
        "2 sum |r_i| |sum_l a_l phi'_l u_l^T x_i| <= 2 B |r| |X| |a| |U|_F."
    ),
)

STATEMENTS = (
    lem7_12,
    gradient_core,
    lem7_13,
    lem7_13_repaired,
    lem7_14,
    hessian_bound,
)
