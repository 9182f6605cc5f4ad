"""What the corollaries of the paper, and its theorems on mixtures and paired networks, are special cases of."""

from __future__ import annotations

from sympy import Expr, Integer, Symbol, sqrt

from boundkit.statement import SpecialCase
from boundkit.statement.vocabulary import (
    B,
    c,
    k,
    n,
    norm_v_inf,
    norm_X,
    norm_y,
    row_norm_deviation,
    step_size,
    tau,
)
from boundkit.statement.words.generalisation import (
    alignment,
    clusters,
    cutoff,
    fit_precision,
    information_y,
    inverse_r0,
    inverse_y,
    kernel_cutoff,
    kernel_deviation,
    lambda_centres,
    learning_duration,
    misfit_ratio,
    normalised_cutoff,
    nuisance_r0,
    nuisance_y,
    output_scale,
    projection_deviation,
    relative_cutoff,
    stopping_value,
    stopping_value_y,
)
from boundkit.statement.words.generalisation_lemmas import nuisance_gradient
from boundkit.statement.words.shared import K

ZERO, ONE = Integer(0), Integer(1)
# by Lemma 6.2, for residuals and for labels
STOPPING = {stopping_value: cutoff * inverse_r0 + learning_duration * nuisance_r0}
STOPPING_Y = {stopping_value_y: kernel_cutoff * inverse_y + learning_duration * nuisance_y}
NORMALISED = kernel_cutoff / (B * sqrt(K) * n ** (ONE / 4) * sqrt(norm_X))
FULL_RANK = {
    nuisance_y: ZERO,
    information_y: norm_y,
    stopping_value_y: kernel_cutoff * inverse_y,
    normalised_cutoff: NORMALISED,
    alignment: ONE,
}
SAMPLE = {row_norm_deviation: ZERO, norm_y: sqrt(n)}
LARGEST_NORM = {norm_X: sqrt(n)}
CLUSTERS = "the clusters must be balanced, which fails with the probability added"


def _mixture(edge: Expr) -> dict[Symbol, Expr]:
    """The cutoff at this share of the smallest positive kernel eigenvalue of balanced clusters."""
    root = sqrt(edge * lambda_centres * n / (K * clusters))
    return {**SAMPLE, kernel_cutoff: root, normalised_cutoff: NORMALISED.xreplace({kernel_cutoff: root})}


EDGE = lambda_centres * n / (2 * K * clusters)
CASES = {
    "ofls19.lem6_9": SpecialCase("ofls19.lem6_10.repaired", {K: ONE}),
    "ofls19.thm3_2": SpecialCase(
        "ofls19.thm6_23",
        {**STOPPING_Y, alignment: c},
        {information_y: norm_y},
        {"labels_aligned": "a constant share, which the theorem does not mention"},
    ),
    "ofls19.eq3_3": SpecialCase(
        "ofls19.thm3_2",
        {inverse_y: sqrt(n) / kernel_cutoff},
        {nuisance_y: norm_y},
        {"test_error": "rounded up to 36, for a precision of at most 1/2 and a duration of at least 1"},
    ),
    "ofls19.eq3_3.sharpened": SpecialCase(
        "ofls19.thm3_2.repaired",
        {inverse_y: sqrt(n) / sqrt(1 + learning_duration**2) / kernel_cutoff},
        {nuisance_y: learning_duration * sqrt(n) / sqrt(1 + learning_duration**2)},
    ),
    "ofls19.eq3_4": SpecialCase(
        "ofls19.thm3_2",
        FULL_RANK,
        {B: c, learning_duration: 1 + c, fit_precision: 1 / (2 + c)},
        {"test_error": "drops terms of the theorem (C13)"},
    ),
    "ofls19.eq3_4.tracked": SpecialCase("ofls19.thm3_2.tracked", FULL_RANK),
    "ofls19.eq3_4.repaired": SpecialCase(
        "ofls19.thm6_23.repaired",
        FULL_RANK,
        {inverse_y: norm_y / (B * norm_X)},
        {"test_error": "the smaller terms, rounded up to 3 sqrt(K) |Sigma^(-1/2) y| / sqrt(n)"},
    ),
    "ofls19.rem_biasvar": SpecialCase("ofls19.thm3_2"),
    "ofls19.cor6_6": SpecialCase(
        "ofls19.lem6_5",
        {nuisance_gradient: cutoff * nuisance_r0},
        {
            stopping_value: sqrt((cutoff * inverse_r0) ** 2 + (learning_duration * nuisance_r0) ** 2),
            tau: learning_duration / (cutoff**2 * step_size),
        },
        {"linearised_residual": "the decay of every direction, summed over both spaces"},
    ),
    "ofls19.thm3_3": SpecialCase("ofls19.thm6_21", STOPPING, {B: c}),
    "ofls19.thm3_3.tracked": SpecialCase("ofls19.thm6_21", {**STOPPING, norm_y: sqrt(n)}),
    "ofls19.d.paired": SpecialCase(
        "ofls19.thm3_3.sharpened",
        {
            misfit_ratio: ONE,
            norm_v_inf: output_scale / sqrt(k * K),
            normalised_cutoff: relative_cutoff * sqrt(norm_X) / n ** (ONE / 4),
        },
        differs={
            "start_independent_of_sample": "all but the scale of the output weights must be, by certificate_scales"
        },
    ),
    "ofls19.thmA_3": SpecialCase(
        "ofls19.eq3_3",
        {**_mixture(ONE / 2), nuisance_y: ZERO},
        LARGEST_NORM,
        {"test_error": "the bias by Lemma A.2, in open constants", "probability": CLUSTERS},
    ),
    "ofls19.thmA_3.tracked": SpecialCase(
        "ofls19.eq3_3",
        {**_mixture(ONE / 2), nuisance_y: projection_deviation * sqrt(n)},
        LARGEST_NORM,
        {"probability": CLUSTERS},
    ),
    "ofls19.thmA_3.repaired": SpecialCase(
        "ofls19.eq3_3.sharpened",
        {**_mixture(ONE / 4), nuisance_y: sqrt(n) * kernel_deviation / (EDGE - kernel_deviation)},
        LARGEST_NORM,
        {"probability": CLUSTERS},
    ),
    "ofls19.thmA_3.refined": SpecialCase(
        "ofls19.thm6_23.repaired",
        {**_mixture(ONE / 2), nuisance_y: ZERO, information_y: sqrt(n), stopping_value_y: sqrt(n / 2), alignment: ONE},
        LARGEST_NORM,
        {"probability": CLUSTERS, "test_error": "rounded up to twelve times the precision"},
    ),
}
