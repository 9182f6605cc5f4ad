"""The main theorem on a random initialisation, Theorem 3.2, and its simplified bound (3.3)."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, Rational as Q, log, sqrt

from boundkit.papers.ofls19 import rademacher, random_error
from boundkit.papers.ofls19.arbitrary_repaired import GRID
from boundkit.papers.ofls19.errata import C1, C6, C7, C8, C9, C10, C11, C12, C45
from boundkit.papers.ofls19.model import (
    ALIGNED,
    ALIGNMENT_RANGE,
    ALPHA_OF_KERNEL,
    BOUNDED_AT_ZERO,
    BOUNDED_SMOOTH,
    DURATION_DECAY,
    GAMMA,
    GRAM_FAILURE,
    HALF_PRECISION,
    INDEPENDENT_START,
    INITIAL_FAILURE,
    KERNEL_CUTOFF,
    KERNEL_CUTOFF_RANGE,
    LABEL_NORM,
    LONG_ENOUGH,
    ONE_HOT,
    POSITIVE_CUTOFF,
    PRECISION_ALIGNED,
    RANDOM,
    SCALE,
    STEP,
    ZETA,
    confidence,
    iterations,
    source,
    test_error,
    widths_and,
)
from boundkit.papers.ofls19.random_start import CURVATURE, ROOT_N, SAMPLES, WIDTH_AT_CUTOFF
from boundkit.papers.ofls19.relations import at_least
from boundkit.papers.os19.chain import tidy
from boundkit.statement import Constant, Erratum, Order, Statement
from boundkit.statement.vocabulary import B, C, d, k, n
from boundkit.statement.words.generalisation import (
    alignment,
    fit_precision,
    grid_size,
    inverse_y,
    kernel_cutoff,
    learning_duration,
    normalised_cutoff,
    nuisance_y,
)
from boundkit.statement.words.shared import K, failure

FLUCTUATION = confidence(5)
REPAIRED_FLUCTUATION = confidence(rademacher.MARKOV * rademacher.SHARP_FLUCTUATION, grid_size)
DISTANCE_SPLIT = inverse_y + GAMMA / kernel_cutoff * nuisance_y
BIAS = 2


def variance(reach: Expr, fluctuation: Expr) -> Expr:
    """What the distance from the initialisation, the precision and the sample cost, with `reach` for the distance."""
    return 12 * B * sqrt(K) / ROOT_N * reach + 12 * (1 + CURVATURE) * ZETA + fluctuation + 2 * DURATION_DECAY


def error(fluctuation: Expr) -> Expr:
    """Bias plus variance of Theorem 3.2."""
    return BIAS * nuisance_y / ROOT_N + variance(DISTANCE_SPLIT, fluctuation)


SCALING = GAMMA**4 * log(n) / (ZETA**4 * normalised_cutoff**8)
_COMMON = (*BOUNDED_SMOOTH, SCALE, LABEL_NORM, HALF_PRECISION, LONG_ENOUGH, KERNEL_CUTOFF)
_RUN = (STEP, iterations(ALPHA_OF_KERNEL))
ISOTROPIC = "isotropic inputs, |X|^2 of order n/d, cutoff of order B |X|"
_ORDERS = (
    Order("width", {learning_duration: 4, fit_precision: -4, normalised_cutoff: -8}, {n: 1}),
    Order("iterations", {learning_duration: 1, normalised_cutoff: -2}, side="upper", regime="largest step"),
    Order("width", {learning_duration: 4, K: 4, d: 2, fit_precision: -4}, {n: 1}, regime=ISOTROPIC),
    Order("iterations", {learning_duration: 1, K: 1}, side="upper", regime=ISOTROPIC),
    Order("error", {learning_duration: 1, K: Q(1, 2), d: Q(1, 2), n: -Q(1, 2)}, side="upper", regime=ISOTROPIC),
)

thm3_2 = Statement(
    id="ofls19.thm3_2",
    kind="theorem",
    title="Generalisation from a random initialisation: bias on the nuisance space plus variance",
    source=source("Theorem 3.2", "(3.2)"),
    setting=RANDOM,
    hypotheses=(*_COMMON, *_RUN, *widths_and(("width", at_least(k, C * SCALING)))),
    claims=(test_error(error(FLUCTUATION)),),
    probability=1 - INITIAL_FAILURE - failure,
    constants=(Constant(C, "open"),),
    uses=("ofls19.thm6_23",),
    errata=(
        C1,
        C6,
        C7,
        C8,
        C9,
        C10,
        C11,
        C12,
        Erratum(
            "C43",
            "misprint",
            "Section 1.2 points to Figure 4 for the network (it is Figure 1), the text after the theorem to (6.86) for "
            "(3.2), and Figure 5 is said to show eigenvalues.",
            "Figure 1, (3.2), singular values.",
        ),
    ),
    orders=_ORDERS,
)

TRACKED_CONSTANT = tidy(WIDTH_AT_CUTOFF / SCALING)


def aligned_by_bias(bias: Expr) -> Expr:
    """The alignment below which `bias` times the nuisance part of the labels alone exceeds 1."""
    return sqrt(1 - 1 / bias**2)


ALIGNED_CONSTANT = TRACKED_CONSTANT.subs(alignment, aligned_by_bias(Integer(BIAS)))
SHARP_CONSTANT = TRACKED_CONSTANT.subs(alignment, aligned_by_bias(rademacher.MARKOV))
_RANGE = (POSITIVE_CUTOFF, KERNEL_CUTOFF_RANGE)
_SOUND = (*_COMMON, *_RANGE, BOUNDED_AT_ZERO, ONE_HOT, INDEPENDENT_START, *SAMPLES, *_RUN)

thm3_2_tracked = replace(
    thm3_2,
    id="ofls19.thm3_2.tracked",
    title="Generalisation from a random initialisation at the width (6.86), labels aligned; the gap C10 remains",
    form="tracked",
    improves="ofls19.thm3_2",
    hypotheses=(
        *_SOUND,
        ALIGNED,
        ALIGNMENT_RANGE,
        PRECISION_ALIGNED,
        *widths_and(("width", at_least(k, WIDTH_AT_CUTOFF))),
    ),
    constants=(Constant(C, "tracked", TRACKED_CONSTANT, "(6.86) in terms of the normalised cutoff"),),
    uses=("ofls19.thm6_23", "ofls19.thm3_2"),
    errata=(C7, C10, C12),
    orders=(),
    proof="Theorem 6.23 with |J_I^+ y| + (Gamma/alpha_0) |Pi_N y| for the distance and 5 >= 2 sqrt(5) (C32).",
)

c_removal = replace(
    thm3_2_tracked,
    id="ofls19.d.c_removal",
    title="The alignment hypothesis costs nothing (derived.c_removal); the gap C10 remains",
    improves="ofls19.thm3_2.tracked",
    hypotheses=(*_SOUND, *widths_and(("width", at_least(k, ALIGNED_CONSTANT * SCALING)))),
    constants=(Constant(C, "tracked", ALIGNED_CONSTANT, "c = sqrt(3)/2"),),
    uses=("ofls19.thm3_2.tracked",),
    proof=(
        "If |Pi_I y| < (sqrt(3)/2) sqrt(n) then 2 |Pi_N y| / sqrt(n) > 1, and if zeta > 1/12 then 12 zeta > 1; "
        "otherwise c = sqrt(3)/2 and zeta <= 1/12 <= c/2."
    ),
)

thm3_2_repaired = replace(
    thm3_2,
    id="ofls19.thm3_2.repaired",
    title="Generalisation from a random initialisation with all repairs (derived.thm32_full)",
    form="repaired",
    improves="ofls19.thm3_2",
    hypotheses=(*_SOUND, GRID, *widths_and(("width", at_least(k, ALIGNED_CONSTANT * SCALING)))),
    claims=(test_error(error(REPAIRED_FLUCTUATION)),),
    probability=1 - INITIAL_FAILURE - GRAM_FAILURE - failure,
    constants=(Constant(C, "tracked", ALIGNED_CONSTANT, "c = sqrt(3)/2"),),
    uses=("ofls19.thm6_23.repaired", "ofls19.d.c_removal", "ofls19.thm3_2"),
    errata=(C12,),
    orders=(),
    proof=(
        "Trivial cases as in the removal of the alignment hypothesis. Otherwise the repaired Theorem 6.23 with "
        "c = sqrt(3)/2: its maximum with 1/sqrt(n) is idle because 12 B sqrt(K) D >= 12 sqrt(K) |Pi_I y| / |X| >= "
        "6 sqrt(3), and its coefficients are below the printed ones. As printed when J <= (2/delta)^(16/9)."
    ),
)

thm3_2_sharpened = replace(
    random_error.thm6_23_sharpened,
    id="ofls19.thm3_2.sharpened",
    title="Generalisation from a random initialisation, smaller constants, without alignment (derived.sharp32)",
    source=source("Theorem 3.2", "(3.2)"),
    improves="ofls19.thm3_2.repaired",
    hypotheses=(*_SOUND, *widths_and(("width", at_least(k, SHARP_CONSTANT * SCALING)))),
    claims=(
        test_error(random_error.thm6_23_sharpened.claims[0].bound.subs(alignment, aligned_by_bias(rademacher.MARKOV))),
    ),
    constants=(Constant(C, "tracked", SHARP_CONSTANT, "c = 1/sqrt(2)"),),
    uses=("ofls19.thm6_23.sharpened", "ofls19.thm3_2.repaired"),
    proof=(
        "If |Pi_I y| < sqrt(n/2) then sqrt(2) |Pi_N y| / sqrt(n) > 1, and if zeta > 1/(2 sqrt(2)) the term "
        "2 sqrt(2) zeta exceeds 1; otherwise Theorem 6.23 (sharpened) with c = 1/sqrt(2), where zeta^4 <= 3/64 too."
    ),
)

# --- (3.3): the labels are at most sqrt(n), so the distance is at most a multiple of sqrt(n) / alpha_0
SPLIT_LABELS = sqrt(1 + GAMMA**2)  # |Pi_I y| + Gamma |Pi_N y| in units of sqrt(n)
EXACT_SECOND = tidy(12 * CURVATURE / GAMMA * (SPLIT_LABELS + GAMMA * ZETA))
SECOND_CONSTANT = (tidy(EXACT_SECOND / CURVATURE) * GAMMA).subs({GAMMA: 1, ZETA: Q(1, 2)})  # largest for Gamma >= 1


def simplified(second: Expr, fluctuation: Expr) -> Expr:
    """The bound (3.3)."""
    return BIAS * nuisance_y / ROOT_N + second + 12 * ZETA + fluctuation + 2 * DURATION_DECAY


eq3_3 = replace(
    thm3_2,
    id="ofls19.eq3_3",
    kind="corollary",
    title="Simplified bound of Theorem 3.2",
    source=source("Section 3", "(3.3)"),
    claims=(test_error(simplified(36 * CURVATURE, FLUCTUATION)),),
    uses=("ofls19.thm3_2",),
    errata=(C6, C7, C8, C9, C10, C11, C12, C45),
)
eq3_3_sharpened = replace(
    thm3_2_repaired,
    id="ofls19.eq3_3.sharpened",
    kind="corollary",
    title="Simplified bound of Theorem 3.2 with all repairs and 23 for 36",
    source=source("Section 3", "(3.3)"),
    form="sharpened",
    improves="ofls19.eq3_3",
    claims=(test_error(simplified(EXACT_SECOND, REPAIRED_FLUCTUATION)),),
    uses=("ofls19.thm3_2.repaired", "ofls19.eq3_3"),
    proof=(
        "|J_I^+ y| + (Gamma/alpha_0) |Pi_N y| <= (|Pi_I y| + Gamma |Pi_N y|) / alpha_0 <= sqrt(1 + Gamma^2) sqrt(n) / "
        "alpha_0 by Cauchy-Schwarz, and B sqrt(K) / alpha_0 = 1 / (abar (n |X|^2)^(1/4))."
    ),
)

STATEMENTS = (thm3_2, thm3_2_tracked, c_removal, thm3_2_repaired, thm3_2_sharpened, eq3_3, eq3_3_sharpened)
