"""The spectrum of the centred Jacobian: Proposition 7.2, Remark 7.3, and what holds in their place."""

from __future__ import annotations

from sympy import exp, log, sqrt

from boundkit.papers.sjl17.mean import BELOW_EXPONENTIAL, SLOPE_SCALE, prop7_1
from boundkit.papers.sjl17.paper import (
    ANY_WEIGHTS,
    AT_LEAST_D,
    GAUSSIAN,
    SECOND_DERIVATIVE,
    WIDE,
    at_least,
    at_most,
    claim,
    equal,
    open_constants,
    source,
)
from boundkit.statement import Erratum, Hypothesis, Order, Statement
from boundkit.statement.vocabulary import C, c, c_1, d, gamma_1, gamma_2, n, norm_v_inf, norm_X, sigma_min_J, sup_d2phi
from boundkit.statement.words.landscape import (
    curvature_ratio,
    frobenius_W,
    norm_DGW,
    norm_W,
    sigma_min_DGW,
    sigma_min_GW,
    slope_variance,
    v_min,
)
from boundkit.statement.words.landscape_data import mean_d2phi_vanishes
from boundkit.statement.words.landscape_points import norm_centred, sigma_min_centred
from boundkit.statement.words.shared import failure

UNCURVED = Hypothesis("uncurved_activation", "activation", equal(mean_d2phi_vanishes, 1))
_COLUMN_FAILURE = 2 * n * exp(-gamma_2 * d)
PROBABILITY = 1 - n * exp(-gamma_1 * sqrt(n)) - 1 / n - _COLUMN_FAILURE
# 1/n counted twice, and the column norms for each of d coordinates (C32).
CORRECTED_PROBABILITY = PROBABILITY - 1 / n - (d - 1) * _COLUMN_FAILURE

_LOG = Erratum(
    "C32",
    "gap",
    "The proof reaches at best d/3; (7.32) has a logarithm that (7.6) does not control; for k > d it needs two left "
    "inverses of D_v Gamma W at once; the index range is (i, j) in [d]^2; 1/n should be 2/n and (7.25) holds for one "
    "i.",
    "c' d v_min sigma_min(Gamma W) in place of (7.7), which is what Proposition 7.4 uses; a fixed truncation removes "
    "the logarithm (D9).",
)
CENTRED_FLOOR = d * sigma_min_DGW / 2
prop7_2 = Statement(
    id="sjl17.prop7_2",
    kind="proposition",
    title="Spectrum of the centred Jacobian",
    source=source("Proposition 7.2", "(7.6)", "(7.7)", "(7.8)"),
    setting=ANY_WEIGHTS,
    hypotheses=(
        SECOND_DERIVATIVE,
        GAUSSIAN,
        AT_LEAST_D,
        WIDE,
        Hypothesis("n_at_most", "data", at_most(sqrt(n), c * sigma_min_GW**2 / (sup_d2phi**4 * norm_W**4 + 1) * d)),
    ),
    claims=(
        claim("smallest", sigma_min_centred, at_least(sigma_min_centred, CENTRED_FLOOR)),
        claim("largest", norm_centred, at_most(norm_centred, C * (d + sqrt(n * d) * norm_DGW))),
    ),
    probability=PROBABILITY,
    constants=open_constants(c, C, gamma_1, gamma_2),
    uses=(
        "sjl17.lem7_6",
        "sjl17.lem7_7",
        "sjl17.prop7_8",
        "sjl17.prop7_9",
        "sjl17.lem7_10",
        "sjl17.lem5_1",
        "sjl17.lem5_2",
        "sjl17.lem5_3",
        "sjl17.lem5_5",
    ),
    errata=(
        _LOG,
        Erratum(
            "C33",
            "false as printed",
            "(7.37) uses whitened column norms for columns that are not, and (7.38) drops a factor, so (7.8) is not "
            "homogeneous in v: for n = k = d, W = I, v = lambda 1 and phi'' = gamma + b (cos 2z - e^-2) inside (7.6), "
            "lambda -> infinity, every pair of constants fails once d is large.",
            "An explicit bound for any n (D11); Theorem 2.5 uses (7.13) only and is not affected.",
        ),
    ),
)
centred_norm = Statement(
    id="sjl17.d.centred_norm",
    kind="proposition",
    title="Norm of the centred Jacobian, explicit and homogeneous (D11)",
    source=source("Proposition 7.2", "(7.8)"),
    form="repaired",
    improves="sjl17.prop7_2",
    setting=ANY_WEIGHTS,
    hypotheses=(SECOND_DERIVATIVE, GAUSSIAN),
    claims=(
        claim(
            "largest",
            norm_centred,
            at_most(
                norm_centred, norm_X * sup_d2phi * norm_v_inf * (frobenius_W + norm_W * sqrt(2 * log(n / failure)))
            ),
        ),
    ),
    probability=1 - failure,
    uses=("sjl17.d.khatri_rao_norm",),
    proof=(
        "Schur's bound with columns D_v(phi'(Wx) - mu), whose norm is L |v|_inf |W|-Lipschitz in x with root mean "
        "square at most L |v|_inf |W|_F; Gaussian concentration and a union over samples."
    ),
)
_RATIO = Hypothesis("curvature_ratio", "parameter", equal(curvature_ratio, sup_d2phi * norm_W / sigma_min_GW))
_SCALE_FREE = (
    SECOND_DERIVATIVE,
    GAUSSIAN,
    AT_LEAST_D,
    Hypothesis("d_at_least_two", "data", at_least(d, 2)),
    WIDE,
    _RATIO,
    Hypothesis("n_at_most", "data", at_most(sqrt(n), c * d / curvature_ratio)),
    Hypothesis("ratio_at_most", "parameter", at_most(curvature_ratio**2 * log(n), d / 64)),
)
FLOOR = c_1 * d * v_min * sigma_min_GW
_CONDITIONAL = " Conditional on Lemma F.2 as quoted."
centred_spectrum = Statement(
    id="sjl17.d.centred_spectrum",
    kind="proposition",
    title="Smallest singular value of the centred Jacobian under a scale-free condition (D9)",
    source=source("Proposition 7.2", "(7.7)"),
    form="repaired",
    improves="sjl17.prop7_2",
    setting=ANY_WEIGHTS,
    hypotheses=_SCALE_FREE,
    claims=(claim("smallest", sigma_min_centred, at_least(sigma_min_centred, FLOOR)),),
    probability=CORRECTED_PROBABILITY,
    constants=open_constants(c, c_1, gamma_1, gamma_2),
    uses=("sjl17.lem7_7", "sjl17.prop7_8.sharpened", "sjl17.lem5_5", "sjl17.lemF_2", "sjl17.lem7_10"),
    proof=(
        "Scaling z by 1 / (L sigma_max(W)) in Proposition 7.8, Lemma F.2 at a fixed truncation, and E|z|^2 as centre "
        "in Lemma 7.10, so that column norms spread by at most 3; with the failures that C32 corrects." + _CONDITIONAL
    ),
)
_WEIGHTS = (v_min / norm_v_inf) ** 2
jacobian_spectrum = Statement(
    id="sjl17.d.jacobian_spectrum",
    kind="proposition",
    title="Smallest singular value of the Jacobian under a scale-free condition (D9)",
    source=source("Proposition 7.4", "(7.12)"),
    form="sharpened",
    improves="sjl17.prop7_4",
    setting=ANY_WEIGHTS,
    hypotheses=(
        *_SCALE_FREE,
        BELOW_EXPONENTIAL,
        Hypothesis("n_at_most_weighted", "data", at_most(n, c * d**2 / curvature_ratio**2 * _WEIGHTS)),
        Hypothesis("ratio_at_most_weighted", "parameter", at_most(curvature_ratio**2, c * sqrt(d) * _WEIGHTS)),
    ),
    claims=(claim("smallest", sigma_min_J, at_least(sigma_min_J, FLOOR)),),
    probability=centred_spectrum.probability - prop7_1.failure,
    constants=open_constants(c, c_1, gamma_1, gamma_2),
    uses=("sjl17.d.centred_spectrum", "sjl17.prop7_1.sharpened"),
    proof="What Proposition 7.1 loses is at most half of the square of the floor." + _CONDITIONAL,
    orders=(Order("sample size", {d: 2, curvature_ratio: -2}, side="upper", regime="output weights of one size"),),
)

C34 = Erratum(
    "C34",
    "false as printed",
    "The case E phi'' = 0 does not involve v: the centred Jacobian is linear in v and vanishes for small W or linear "
    "phi, and the bounds do not.",
    "Bounds in terms of sum v_l^2 Var phi'(|w_l| g) (D10), with phi' not constant.",
)
rem7_3 = Statement(
    id="sjl17.rem7_3",
    kind="proposition",
    title="Spectrum of the centred Jacobian where E phi'' vanishes",
    source=source("Remark 7.3", "(7.9)", "(7.35)", "(7.40)"),
    setting=ANY_WEIGHTS,
    hypotheses=(
        SECOND_DERIVATIVE,
        UNCURVED,
        GAUSSIAN,
        AT_LEAST_D,
        WIDE,
        Hypothesis("n_at_most", "data", at_most(sqrt(n), c * d / (sup_d2phi**4 * norm_W**4 + 1))),
    ),
    claims=(
        claim("smallest", sigma_min_centred, at_least(sigma_min_centred, d / 2)),
        claim("largest", norm_centred, at_most(norm_centred, C * d)),
    ),
    probability=PROBABILITY,
    constants=open_constants(c, C, gamma_1, gamma_2),
    uses=("sjl17.prop7_2",),
    errata=(C34,),
)
_VARIANCE_SCALE = sqrt(d * slope_variance)
rem7_3_repaired = Statement(
    id="sjl17.rem7_3.repaired",
    kind="proposition",
    title="Spectrum of the centred Jacobian in terms of the variance of the slopes (D10)",
    source=source("Remark 7.3", "(7.35)", "(7.40)"),
    form="repaired",
    improves="sjl17.rem7_3",
    setting=ANY_WEIGHTS,
    hypotheses=(
        SECOND_DERIVATIVE,
        UNCURVED,
        GAUSSIAN,
        AT_LEAST_D,
        Hypothesis("n_at_most", "data", at_most(sqrt(n) * SLOPE_SCALE, c * _VARIANCE_SCALE)),
        Hypothesis("scale_at_most", "parameter", at_most(SLOPE_SCALE**2 * log(n), c * slope_variance)),
    ),
    claims=(
        claim("smallest", sigma_min_centred, at_least(sigma_min_centred, c_1 * _VARIANCE_SCALE)),
        claim("largest", norm_centred, at_most(norm_centred, C * _VARIANCE_SCALE)),
    ),
    probability=centred_spectrum.probability,
    constants=open_constants(c, c_1, C, gamma_1, gamma_2),
    uses=("sjl17.rem7_3", "sjl17.lemF_2", "sjl17.d.centred_norm"),
    proof="As D9 without whitening: squared column norms concentrate at d sum v^2 Var phi'." + _CONDITIONAL,
)

STATEMENTS = (
    prop7_2,
    centred_norm,
    centred_spectrum,
    jacobian_spectrum,
    rem7_3,
    rem7_3_repaired,
)
