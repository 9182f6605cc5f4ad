"""The full-rank kernel, (3.4)-(3.5): cutoff at the root of its smallest eigenvalue."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational as Q, log, sqrt

from boundkit.papers.ofls19 import random_start
from boundkit.papers.ofls19.arbitrary_repaired import GRID
from boundkit.papers.ofls19.errata import C7, C8, C9, C10, C12, C13
from boundkit.papers.ofls19.generalisation import FLUCTUATION, REPAIRED_FLUCTUATION, error
from boundkit.papers.ofls19.model import (
    ALPHA_0,
    ALPHA_OF_KERNEL,
    BOUNDED_AT_ZERO,
    BOUNDED_SMOOTH,
    GAMMA,
    GRAM_FAILURE,
    HALF_PRECISION,
    INDEPENDENT_START,
    INITIAL_FAILURE,
    LABEL_NORM,
    LONG_ENOUGH,
    ONE_HOT,
    RANDOM,
    SCALE,
    STEP,
    iterations,
    source,
    test_error,
    widths_and,
)
from boundkit.papers.ofls19.random_start import ROOT_N, SAMPLES
from boundkit.papers.ofls19.relations import at_least, at_most, equal
from boundkit.papers.os19.chain import tidy
from boundkit.statement import Constant, Hypothesis, Order, Statement
from boundkit.statement.vocabulary import B, C, c_1, c_2, k, lambda_, n, norm_X
from boundkit.statement.words.generalisation import (
    alignment,
    fit_precision,
    inverse_y,
    kernel_cutoff,
    learning_duration,
    normalised_cutoff,
    nuisance_y,
)
from boundkit.statement.words.shared import K, failure

FULL_RANK = {kernel_cutoff: sqrt(lambda_)}
_AT_LAMBDA = {normalised_cutoff: tidy(normalised_cutoff * sqrt(lambda_) / ALPHA_0)}
_CUTOFF_AT_LAMBDA = Hypothesis("full_rank", "data", equal(kernel_cutoff, sqrt(lambda_)))
FULL_RANK_WIDTH = tidy(random_start.WIDTH_6_86.subs(FULL_RANK).subs(alignment, 1))


def _full_rank(fluctuation: Expr) -> Expr:
    return error(fluctuation).subs(nuisance_y, 0).subs(_AT_LAMBDA)


_FULL_RANK_MODEL = (
    *BOUNDED_SMOOTH,
    SCALE,
    LABEL_NORM,
    LONG_ENOUGH,
    _CUTOFF_AT_LAMBDA,
    STEP,
    iterations(ALPHA_OF_KERNEL),
)

eq3_4 = Statement(
    id="ofls19.eq3_4",
    kind="corollary",
    title="Full-rank kernel: error of order sqrt(K y^T Sigma^-1 y / n)",
    source=source("Section 3", "(3.4)", "(3.5)"),
    setting=RANDOM,
    hypotheses=(
        *_FULL_RANK_MODEL,
        HALF_PRECISION,
        *widths_and(("width", at_least(k, C * n**2 * K**4 * norm_X**4 * log(n) / lambda_**4))),
    ),
    claims=(test_error(c_1 * sqrt(K) / ROOT_N * inverse_y + c_2 * sqrt(log(2 / failure) / n)),),
    probability=1 - INITIAL_FAILURE - failure,
    constants=(Constant(C, "open"), Constant(c_1, "open"), Constant(c_2, "open")),
    uses=("ofls19.thm3_2",),
    errata=(C7, C8, C9, C10, C12, C13),
    orders=(
        Order("width", {n: 2, K: 4, norm_X: 4, lambda_: -4}, {n: 1}),
        Order("error", {K: Q(1, 2), inverse_y: 1, n: -Q(1, 2)}, side="upper", regime="main term"),
    ),
)

eq3_4_tracked = replace(
    eq3_4,
    id="ofls19.eq3_4.tracked",
    title="Full-rank kernel with the constants and the terms that (3.4) drops; the gap C10 remains",
    form="tracked",
    improves="ofls19.eq3_4",
    hypotheses=(
        *_FULL_RANK_MODEL,
        HALF_PRECISION,
        BOUNDED_AT_ZERO,
        ONE_HOT,
        INDEPENDENT_START,
        *SAMPLES,
        *widths_and(("width", at_least(k, FULL_RANK_WIDTH))),
    ),
    claims=(test_error(_full_rank(FLUCTUATION)),),
    constants=(Constant(C, "tracked", FULL_RANK_WIDTH * lambda_**4 / (n**2 * K**4 * norm_X**4 * log(n))),),
    uses=("ofls19.thm3_2.tracked", "ofls19.eq3_4"),
    errata=(C7, C10, C12),
    orders=(),
    proof="Theorem 3.2 with Pi_N y = 0 and c = 1 at the cutoff sqrt(lambda).",
)

LONG_DURATION = log(B * norm_X / sqrt(K))
_LEAST_ENERGY = sqrt(K) / (B * norm_X)  # below the first term of (3.4), since |y| = sqrt(n) and |Sigma| <= (B |X|)^2
FINE_PRECISION = _LEAST_ENERGY / (12 * (1 + GAMMA * B * sqrt(K) / sqrt(lambda_)))
FULL_RANK_CONSTANT = 12 * B + 3  # 12 B of Theorem 3.2, 1 for the precision and 2 for the duration

fullrank = replace(
    eq3_4_tracked,
    id="ofls19.eq3_4.repaired",
    title="Full-rank kernel: (3.4) at the width that its own terms ask for (derived.fullrank)",
    form="repaired",
    hypotheses=(
        *(item for item in eq3_4_tracked.hypotheses if item.label != "precision_at_most_half"),
        GRID,
        Hypothesis("duration", "parameter", at_least(learning_duration, LONG_DURATION)),
        Hypothesis("precision", "parameter", at_most(fit_precision, FINE_PRECISION)),
    ),
    claims=(test_error(FULL_RANK_CONSTANT * sqrt(K) / ROOT_N * inverse_y + REPAIRED_FLUCTUATION),),
    constants=(Constant(c_1, "tracked", FULL_RANK_CONSTANT),),
    probability=1 - INITIAL_FAILURE - GRAM_FAILURE - failure,
    uses=("ofls19.thm3_2.repaired", "ofls19.eq3_4", "ofls19.def3_1"),
    errata=(C12,),
    orders=(
        Order(
            "width", {n: 2, K: 4, norm_X: 8, lambda_: -6}, {n: 1}, regime="largest zeta, B constant, Gamma logarithmic"
        ),
    ),
    proof=(
        "sqrt(K/n) |J_I^+ y| >= sqrt(K) / (B |X|). The precision makes its term at most that and the duration makes "
        "2 exp(-Gamma) at most twice that; both are fixed before the sample, since nu is. Where zeta exceeds 1/12 the "
        "bound exceeds 1."
    ),
)

STATEMENTS = (eq3_4, eq3_4_tracked, fullrank)
