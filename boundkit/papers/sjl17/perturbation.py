"""How the Jacobian moves with the weights: Lemma 7.11, its deterministic form, and the region of the local theorem."""

from __future__ import annotations

from sympy import Integer, sqrt

from boundkit.papers.sjl17.mean import GAUSSIAN_NORM, GAUSSIAN_NORM_FAILURE
from boundkit.papers.sjl17.paper import (
    ANY_WEIGHTS,
    AT_LEAST_D,
    GAUSSIAN,
    SMOOTH,
    at_most,
    claim,
    open_constants,
    source,
)
from boundkit.papers.sjl17.spectrum import (
    GAUSSIAN_SAMPLES,
    GAUSSIAN_SAMPLES_FAILURE,
    SAMPLES_QUADRATIC,
    at_planted,
    cor7_5,
    prop7_4,
)
from boundkit.statement import Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import (
    c_d,
    d,
    gamma_1,
    gamma_2,
    jacobian_drift,
    k,
    n,
    norm_v_inf,
    norm_X,
    sup_d2phi,
    sup_dphi,
    weight_change,
)
from boundkit.statement.words.landscape import (
    output_change,
    output_change_max,
    planted_v_max,
    scaled_weight_change,
    weight_change_spectral,
)
from boundkit.statement.words.landscape_data import largest_sample_norm
from boundkit.statement.words.landscape_lemmas import c_drift

PLANTED_EVENT = prop7_4.probability
JACOBIAN_FLOOR = at_planted(prop7_4.claim("smallest").bound)
JACOBIAN_CEILING = at_planted(prop7_4.claim("largest").bound)

# Lemma 7.11 and its deterministic form.
PRINTED_DRIFT = c_drift * sqrt(n * d) * (norm_v_inf * weight_change_spectral + output_change_max)
DRIFT = norm_X * (sup_d2phi * largest_sample_norm * scaled_weight_change + sup_dphi * output_change)
DRIFT_IN_MAXIMA = DRIFT.subs(
    {scaled_weight_change: norm_v_inf * weight_change_spectral, output_change: sqrt(k) * output_change_max}
)

lem7_11 = Statement(
    id="sjl17.lem7_11",
    kind="lemma",
    title="Perturbation of the Jacobian",
    source=source("Lemma 7.11", "(7.41)"),
    setting=ANY_WEIGHTS,
    hypotheses=(*SMOOTH, GAUSSIAN, SAMPLES_QUADRATIC),
    claims=(claim("jacobian_drift", jacobian_drift, at_most(jacobian_drift, PRINTED_DRIFT)),),
    probability=cor7_5.probability,
    constants=open_constants(c_drift, c_d, gamma_1, gamma_2),
    uses=("sjl17.cor7_5",),
    errata=(
        Erratum(
            "C26",
            "false as printed",
            "The second term cannot be sqrt(nd) |v~ - v|_inf with a constant that depends on B and L only: for "
            "v~ - v = eps 1 the drift grows like sqrt(nk) eps at fixed n and d. (H.5) bounds a matrix whose columns "
            "are multiplied by different blocks as if there were one; columns carry a stray 1/n; and the lemma for "
            "fixed pairs is used uniformly.",
            "sqrt(nk) instead of sqrt(nd) in the second term, or sqrt(n) and the Euclidean norm; deterministic (D7).",
        ),
    ),
)

jacobian_perturbation = Statement(
    id="sjl17.d.jacobian_drift",
    kind="lemma",
    title="Perturbation of the Jacobian for any data, deterministic (D7)",
    source=source("Lemma 7.11"),
    form="sharpened",
    improves="sjl17.lem7_11",
    setting=ANY_WEIGHTS,
    hypotheses=SMOOTH,
    claims=(
        claim("jacobian_drift", jacobian_drift, at_most(jacobian_drift, DRIFT)),
        claim("jacobian_drift_in_maxima", jacobian_drift, at_most(jacobian_drift, DRIFT_IN_MAXIMA)),
    ),
    uses=("sjl17.d.khatri_rao_norm",),
    proof=(
        "The difference is the Khatri-Rao product of X with D_v(phi'(W~X) - phi'(WX)) + D_(v~-v) phi'(W~X): the first "
        "has columns of norm at most L |D_v(W~ - W)| |x_i|, the second of norm at most B |v~ - v|; Schur's bound."
    ),
)

lem7_11_repaired = Statement(
    id="sjl17.lem7_11.repaired",
    kind="lemma",
    title="Perturbation of the Jacobian with sqrt(nk) in its second term and explicit constants (D7)",
    source=source("Lemma 7.11", "(7.41)"),
    form="repaired",
    improves="sjl17.lem7_11",
    setting=ANY_WEIGHTS,
    hypotheses=(*SMOOTH, GAUSSIAN, AT_LEAST_D),
    claims=(
        claim(
            "jacobian_drift",
            jacobian_drift,
            at_most(
                jacobian_drift, DRIFT_IN_MAXIMA.subs({norm_X: GAUSSIAN_NORM, largest_sample_norm: GAUSSIAN_SAMPLES})
            ),
        ),
    ),
    probability=1 - GAUSSIAN_NORM_FAILURE - GAUSSIAN_SAMPLES_FAILURE,
    uses=("sjl17.d.jacobian_drift",),
    proof="The deterministic bound with |X| <= 3 sqrt(n) and max |x_i| <= sqrt(2d).",
)

# The region on which the local theorem works: half of the Jacobian's floor is left there.
_DRIFT_PER_RADIUS = PRINTED_DRIFT.subs(
    {norm_v_inf: planted_v_max, weight_change_spectral: 1 / planted_v_max, output_change_max: Integer(1)}
)
RADIUS = JACOBIAN_FLOOR / 2 / _DRIFT_PER_RADIUS
REGION = (
    Hypothesis("output_region", "run", at_most(output_change_max, RADIUS)),
    Hypothesis("hidden_region", "run", at_most(weight_change, RADIUS / planted_v_max)),
)

STATEMENTS = (
    lem7_11,
    lem7_11_repaired,
    jacobian_perturbation,
)
