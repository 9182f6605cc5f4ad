"""Generalisation on Gaussian mixtures: Theorems A.3 and 3.5, with constants, a linear bias, the noiseless case."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational as Q, exp, log, sqrt

from boundkit.papers.ofls19 import generalisation, input_noise, random_start
from boundkit.papers.ofls19.arbitrary_repaired import GRID
from boundkit.papers.ofls19.definitions import NOISELESS, NORMALISED
from boundkit.papers.ofls19.errata import C4, C6, C7, C8, C9, C10, C12
from boundkit.papers.ofls19.generalisation import FLUCTUATION, REPAIRED_FLUCTUATION
from boundkit.papers.ofls19.jacobian import BOUNDED_SLOPE
from boundkit.papers.ofls19.mixture_kernel import (
    CENTRES,
    ENERGY,
    EXPECTED,
    FULL_RANK_CENTRES,
    LEAST_EIGENVALUE,
    MIXTURE,
    SMALL_CLUSTERS,
)
from boundkit.papers.ofls19.model import (
    ALPHA_OF_KERNEL,
    BOUNDED_AT_ZERO,
    DURATION_DECAY,
    GAMMA,
    GRAM_FAILURE,
    HALF_PRECISION,
    INDEPENDENT_START,
    INITIAL_FAILURE,
    KERNEL_SCALE,
    LONG_ENOUGH,
    ONE_HOT,
    SCALE,
    SMOOTH,
    STEP,
    ZETA,
    iterations,
    source,
    test_error,
    widths_and,
)
from boundkit.papers.ofls19.relations import at_least, at_most, below
from boundkit.papers.os19.chain import tidy
from boundkit.papers.os19.model import UNIT_ROWS
from boundkit.statement import Constant, Erratum, Hypothesis, Order, Statement
from boundkit.statement.vocabulary import B, C, c_1, c_2, c_3, d, k, n, norm_X
from boundkit.statement.words.generalisation import (
    alignment,
    cluster_noise,
    clusters,
    fit_precision,
    kernel_cutoff,
    kernel_deviation,
    lambda_centres,
    learning_duration,
    normalised_cutoff,
    nuisance_y,
    projection_deviation,
)
from boundkit.statement.words.shared import K, failure

# Theorem 3.2 in the form (3.3) at the cutoff that Theorem A.1 guarantees
EDGE = 2  # alpha_0^2 = n lambda_M / (2 K C), the edge of the noiseless spectrum


def cutoff_at(share: Expr) -> Expr:
    """The cutoff whose square is the `share`-th part of n lambda_M / (K C)."""
    return sqrt(EXPECTED * lambda_centres / share)


def width_at(share: Expr) -> Expr:
    """The width (6.86) at that cutoff, with |X| <= sqrt(n)."""
    abar = tidy((cutoff_at(share) / KERNEL_SCALE).subs(norm_X, sqrt(n)))
    return tidy(random_start.WIDTH_AT_CUTOFF.subs(normalised_cutoff, abar))


def second_at(share: Expr, factor: Expr) -> Expr:
    """`factor` B sqrt(K) / alpha_0 at that cutoff."""
    return tidy(factor * B * sqrt(K) / cutoff_at(share))


WIDTH_SCALING = GAMMA**4 * B**8 * K**8 * clusters**4 * log(n) / (ZETA**4 * lambda_centres**4)
NOISE_SCALE = B**2 * CENTRES * sqrt(log(n)) / lambda_centres
MAIN_SCALE = GAMMA * B * K * sqrt(clusters) / sqrt(n * lambda_centres)
_TAIL = 12 * ZETA + FLUCTUATION + 2 * DURATION_DECAY
_MIXTURE_STEPS = iterations(ALPHA_OF_KERNEL.subs(kernel_cutoff, cutoff_at(EDGE)))
_MODEL = (*SMOOTH, SCALE, HALF_PRECISION, LONG_ENOUGH, FULL_RANK_CENTRES, STEP)
_SOUND = (ONE_HOT, BOUNDED_AT_ZERO, INDEPENDENT_START, *random_start.SAMPLES)
_EDGE_WIDTH = width_at(EDGE)
_TRACKED_WIDTH = _EDGE_WIDTH.subs(alignment, generalisation.aligned_by_bias(Q(2)))
_TRACKED_SECOND = second_at(EDGE, 36 * GAMMA)
_RATE_ORDER = Order(
    "error", {learning_duration: 1, K: 1, clusters: Q(1, 2), n: -Q(1, 2), lambda_centres: -Q(1, 2)}, side="upper"
)

thmA_3 = Statement(
    id="ofls19.thmA_3",
    kind="theorem",
    title="Generalisation on Gaussian mixtures",
    source=source("Theorem A.3"),
    setting=MIXTURE,
    hypotheses=(
        *_MODEL,
        Hypothesis("small_noise", "data", at_most(cluster_noise, c_1 / NOISE_SCALE)),
        _MIXTURE_STEPS,
        *widths_and(("width", at_least(k, C * WIDTH_SCALING))),
    ),
    claims=(test_error(c_2 * sqrt(cluster_noise * NOISE_SCALE) + c_3 * MAIN_SCALE + _TAIL),),
    probability=1 - n * exp(-d / Q(2)) - SMALL_CLUSTERS - INITIAL_FAILURE - failure,
    constants=tuple(Constant(item, "open") for item in (C, c_1, c_2, c_3)),
    uses=("ofls19.thmA_1", "ofls19.lemA_2", "ofls19.eq3_3"),
    errata=(
        C4,
        C6,
        C7,
        C8,
        C9,
        C10,
        C12,
        Erratum(
            "C37",
            "misprint",
            "Loose and not wrong: the bias is of order sqrt(sigma), through |Pi_I y| >= sqrt(n) (1 - x).",
            "|Pi_N y| = |(P' - P) y| <= sqrt(n) x directly: the bias is linear in sigma.",
        ),
        Erratum(
            "C38",
            "gap",
            "The cutoff is at the edge of the noiseless spectrum, so noise may push information directions below it.",
            "alpha_0^2 = n lambda_M / (4 K C) and a deviation strictly below that; constants change by powers of 2.",
        ),
        Erratum(
            "C39",
            "misprint",
            "The probability has n exp(-d/2) for 2 n exp(-d/2) and lacks the upper tails of C35 and n^-100; M is "
            "printed as K x d; the names of P and P' are exchanged.",
            "As in the repaired form; M is KC x d.",
        ),
    ),
    orders=(
        Order("width", {learning_duration: 4, B: 8, K: 8, clusters: 4, fit_precision: -4, lambda_centres: -4}, {n: 1}),
        _RATE_ORDER,
    ),
)

thmA_3_tracked = replace(
    thmA_3,
    id="ofls19.thmA_3.tracked",
    title="Generalisation on Gaussian mixtures with constants, bias in the distance of the projections; gaps remain",
    form="tracked",
    improves="ofls19.thmA_3",
    hypotheses=(
        *_MODEL,
        NORMALISED,
        *_SOUND,
        _MIXTURE_STEPS,
        *widths_and(("width", at_least(k, _TRACKED_WIDTH))),
    ),
    claims=(test_error(2 * projection_deviation + _TRACKED_SECOND + _TAIL),),
    constants=(
        Constant(C, "tracked", tidy(_TRACKED_WIDTH / WIDTH_SCALING), "c = sqrt(3)/2"),
        Constant(c_3, "tracked", tidy(_TRACKED_SECOND / MAIN_SCALE)),
    ),
    uses=("ofls19.thmA_3", "ofls19.thmA_1.repaired", "ofls19.eq3_3"),
    errata=(C7, C10, C12, thmA_3.errata[-2]),
    orders=(),
    proof=(
        "(3.3) at alpha_0^2 = n lambda_M / (2 K C) with |X| <= sqrt(n), and Pi_N y = (P' - P) y as P' y = y. Where "
        "|Pi_I y| < sqrt(3n)/2 the term 2 |P' - P| exceeds 1, and where zeta > 1/12 the term 12 zeta does."
    ),
)

SAFE_EDGE = 4  # half the edge, so that a deviation below it keeps the rank
_SAFE_WIDTH = width_at(SAFE_EDGE).subs(alignment, generalisation.aligned_by_bias(Q(2)))
_DEVIATION = input_noise.davis_kahan(kernel_deviation, LEAST_EIGENVALUE)
_SAFE_SECOND = second_at(SAFE_EDGE, tidy(generalisation.EXACT_SECOND / random_start.CURVATURE) * GAMMA)

gmm_linear = replace(
    thmA_3,
    id="ofls19.thmA_3.repaired",
    title="Generalisation on mixtures normalised to the sphere, bias linear in the kernel's deviation (gmm_linear)",
    form="repaired",
    improves="ofls19.thmA_3",
    hypotheses=(
        *_MODEL,
        UNIT_ROWS,
        *_SOUND,
        GRID,
        Hypothesis("deviation_below_edge", "run", below(kernel_deviation, cutoff_at(SAFE_EDGE) ** 2)),
        iterations(ALPHA_OF_KERNEL.subs(kernel_cutoff, cutoff_at(SAFE_EDGE))),
        *widths_and(("width", at_least(k, _SAFE_WIDTH))),
    ),
    claims=(
        test_error(
            generalisation.simplified(_SAFE_SECOND, REPAIRED_FLUCTUATION).subs(nuisance_y, sqrt(n) * _DEVIATION)
        ),
    ),
    probability=1 - SMALL_CLUSTERS - INITIAL_FAILURE - GRAM_FAILURE - failure,
    constants=(Constant(C, "tracked", tidy(_SAFE_WIDTH / WIDTH_SCALING)),),
    uses=("ofls19.eq3_3.sharpened", "ofls19.thmA_1.repaired", "ofls19.lemA_2.tracked", "ofls19.thmA_3"),
    errata=(C12,),
    orders=(),
    proof=(
        "Noiseless labels lie in the noiseless information space, so |Pi_N y| <= sqrt(n) |P' - P|, by Davis and Kahan "
        "at most the deviation over the remaining gap. The deviation is below alpha_0^2 = n lambda_M / (4 K C) and the "
        "noiseless eigenvalues are at least twice that, so both projections have rank K^2 C. Then the sharpened (3.3)."
    ),
)

NOISELESS_MAIN = tidy(12 * B * sqrt(K) / sqrt(n) * ENERGY)

noiseless = replace(
    gmm_linear,
    id="ofls19.thmA_3.refined",
    title="Generalisation on noiseless mixtures: the duration does not enter the main term (gmm_linear at sigma = 0)",
    form="refined",
    improves="ofls19.thmA_3.repaired",
    hypotheses=(
        *(item for item in gmm_linear.hypotheses if item.label not in ("deviation_below_edge", "iterations", "width")),
        NOISELESS,
        _MIXTURE_STEPS,
        *widths_and(("width", at_least(k, _EDGE_WIDTH.subs(alignment, 1)))),
    ),
    claims=(
        test_error(
            NOISELESS_MAIN + second_at(EDGE, 12 * GAMMA * ZETA) + 12 * ZETA + REPAIRED_FLUCTUATION + 2 * DURATION_DECAY
        ),
    ),
    constants=(Constant(C, "tracked", tidy(_EDGE_WIDTH.subs(alignment, 1) / WIDTH_SCALING), "c = 1"),),
    uses=("ofls19.thm3_2.repaired", "ofls19.thmA_1.sharpened", "ofls19.thmA_3.repaired"),
    proof="The repaired Theorem 3.2 with Pi_N y = 0, c = 1 and the energy of the labels of the sharpened Theorem A.1.",
)

thm3_5 = Statement(
    id="ofls19.thm3_5",
    kind="theorem",
    title="Generalisation on Gaussian mixtures, informal",
    source=source("Theorem 3.5"),
    setting=MIXTURE,
    hypotheses=(FULL_RANK_CENTRES, BOUNDED_SLOPE),
    uses=("ofls19.thmA_3",),
    errata=(
        C4,
        Erratum(
            "C16",
            "gap",
            "12 zeta and 2 exp(-Gamma) are dropped; making them small puts zeta^-4 of order n^2 into the width.",
            "The width is independent of n at a constant target error only.",
        ),
        Erratum(
            "C17",
            "misprint",
            "Singular values of the information space are said to grow like n / (KC).",
            "Eigenvalues of the kernel do; singular values grow like sqrt(n / (KC)), as Figure 4 says.",
        ),
    ),
    orders=(
        Order("width", {learning_duration: 4, K: 8, clusters: 4, lambda_centres: -4}, regime="logarithms dropped"),
        Order("iterations", {learning_duration: 1, K: 2, clusters: 1, lambda_centres: -1}, side="upper"),
        replace(_RATE_ORDER, regime="noise at most of order K / n"),
        Order("sample size", {K: 2, clusters: 1}),
    ),
)

STATEMENTS = (thm3_5, thmA_3, thmA_3_tracked, gmm_linear, noiseless)
