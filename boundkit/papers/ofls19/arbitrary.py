"""Arbitrary initialisation: Theorems 6.21 and 3.3, and the widths that their proof needs."""

from __future__ import annotations

from dataclasses import replace

from sympy import Dummy, Expr, Integer, Rational as Q, sqrt

from boundkit.papers.ofls19 import network
from boundkit.papers.ofls19.definitions import CUTOFF_RANGE, DISTANCE_SPLIT
from boundkit.papers.ofls19.errata import C9, C10, C12, C14, C15
from boundkit.papers.ofls19.model import (
    ALPHA,
    ARBITRARY,
    ARBITRARY_AS_PRINTED,
    BOUNDED_SMOOTH,
    DURATION_DECAY,
    GAMMA,
    HALF_PRECISION,
    INDEPENDENT_START,
    JACOBIAN_CUTOFF,
    LABEL_NORM,
    LONG_ENOUGH,
    NETWORK_NORM,
    NU,
    ONE_HOT,
    OUTPUT_BOUNDED,
    POSITIVE_CUTOFF,
    STEP,
    ZETA,
    confidence,
    iterations,
    source,
    test_error,
    widths_and,
)
from boundkit.papers.ofls19.relations import at_least, at_most, largest
from boundkit.papers.os19.chain import solve_for_width, tidy
from boundkit.statement import Chain, Constant, Erratum, Hypothesis, Order, Statement
from boundkit.statement.vocabulary import B, C, beta, k, misfit_0, n, norm_X
from boundkit.statement.words.generalisation import (
    cutoff,
    misfit_ratio,
    normalised_cutoff,
    nuisance_r0,
    stopping_distance,
    stopping_value,
)
from boundkit.statement.words.shared import failure

C_R = misfit_ratio
START = C_R * sqrt(n)
INITIAL_MISFIT = Hypothesis("initial_misfit", "run", at_most(misfit_0, START))
UNIT = C_R**2 * GAMMA**4 / (normalised_cutoff**8 * NU**2 * ZETA**2)
WIDTH_3_6 = C * UNIT
WIDTH_6_57 = 25600 * UNIT / B**2
LARGEST_PRECISION = Integer(2)
PRECISION = Hypothesis("precision_at_most_two", "parameter", at_most(ZETA, LARGEST_PRECISION))


def _error(reach: Expr) -> Expr:
    """The printed bound, with `reach` bounding the early stopping distance."""
    return 2 * nuisance_r0 / sqrt(n) + 12 * NU * B / sqrt(n) * reach + confidence(5) + 2 * C_R * (DURATION_DECAY + ZETA)


MODEL = (*BOUNDED_SMOOTH, OUTPUT_BOUNDED, LONG_ENOUGH, POSITIVE_CUTOFF, JACOBIAN_CUTOFF, CUTOFF_RANGE)
RUN = (INITIAL_MISFIT, STEP, iterations(cutoff))
SOUND = (ONE_HOT, INDEPENDENT_START)
_ERRATA = (C9, C10, C12, C14)

thm6_21 = Statement(
    id="ofls19.thm6_21",
    kind="theorem",
    title="Generalisation from any initialisation in terms of the early stopping distance",
    source=source("Theorem 6.21", "(6.57)", "(6.58)"),
    setting=ARBITRARY_AS_PRINTED,
    hypotheses=(
        *MODEL,
        LABEL_NORM,
        PRECISION,
        *RUN,
        *widths_and(("width", at_least(k, WIDTH_6_57))),
    ),
    claims=(test_error(_error(stopping_distance)),),
    probability=1 - failure,
    uses=("ofls19.lem6_20", "ofls19.lem6_18"),
    errata=(
        *_ERRATA,
        Erratum(
            "C29",
            "misprint",
            "Lines 3 to 5 of the chain after (6.59) drop the factor Gamma^2 of (6.51).",
            "Restore it: every line and the end points are then right.",
        ),
    ),
)

thm3_3 = Statement(
    id="ofls19.thm3_3",
    kind="theorem",
    title="Generalisation from any initialisation",
    source=source("Theorem 3.3", "(3.6)"),
    setting=ARBITRARY_AS_PRINTED,
    hypotheses=(*MODEL, LABEL_NORM, HALF_PRECISION, *RUN, *widths_and(("width", at_least(k, WIDTH_3_6)))),
    claims=(test_error(_error(DISTANCE_SPLIT)),),
    probability=1 - failure,
    constants=(Constant(C, "open"),),
    uses=("ofls19.thm6_21",),
    errata=(*_ERRATA, C15),
    orders=(Order("width", {C_R: 2, GAMMA: 4, normalised_cutoff: -8, NU: -2, ZETA: -2}),),
)

thm3_3_tracked = replace(
    thm3_3,
    id="ofls19.thm3_3.tracked",
    title="Generalisation from any initialisation, with the width (6.57); the gap C10 remains",
    form="tracked",
    improves="ofls19.thm3_3",
    setting=ARBITRARY,
    hypotheses=(*MODEL, *SOUND, HALF_PRECISION, *RUN, *widths_and(("width", at_least(k, WIDTH_6_57)))),
    constants=(Constant(C, "tracked", tidy(WIDTH_6_57 / UNIT), "the paper's own proof, with the factor B^-2"),),
    uses=("ofls19.thm6_21", "ofls19.thm3_3"),
    errata=(C10, C12),
    orders=(),
    proof="Theorem 6.21 with the two-term bound on the early stopping distance; its proof has the gap C10.",
)


def precise(expression: Expr) -> Expr:
    """Lemma 6.20 at half the precision and at the largest initial misfit and stopping value."""
    return expression.subs(ZETA, ZETA / 2).subs(stopping_value, GAMMA * misfit_0).subs(misfit_0, START)


_NETWORK = {beta: NETWORK_NORM, cutoff: ALPHA}
_RATIO = Dummy("ratio", positive=True)


def optimisation_constant(lemma: Statement, largest_precision: Expr) -> Expr:
    """The lemma's width in units of UNIT |X|^2 / (B^2 n); it grows with alpha / beta <= 1 and with the precision."""
    width = precise(lemma.hypothesis("width").relation.rhs).subs(_NETWORK)
    relative = tidy(width / (UNIT * norm_X**2 / (B**2 * n)))
    at_ratio = relative.subs(normalised_cutoff, _RATIO * sqrt(norm_X) / n ** Q(1, 4))
    return at_ratio.subs({_RATIO: 1, ZETA: largest_precision})


ROWS = tidy(network.ROWS.subs(misfit_0, START).subs(_NETWORK))
LOSS_CURVATURE = 3 * NU * B * sqrt(k) * ROWS**2  # (6.64), where 3 rounds up twice the contraction constant
CURVATURE_WIDTH = solve_for_width(at_least(C_R * ZETA / 2, LOSS_CURVATURE), "width_for_curvature").relation.rhs ** 2


def optimisation_width(lemma: Statement) -> Expr:
    """The width at which the lemma gives the precision that Theorem 6.21 needs."""
    return optimisation_constant(lemma, LARGEST_PRECISION) * UNIT * norm_X**2 / (B**2 * n)


def _smaller_width(*, id: str, title: str, lemma: Statement, proof: str) -> Statement:
    return replace(
        thm6_21,
        id=id,
        title=title,
        form="sharpened",
        improves="ofls19.thm6_21",
        setting=ARBITRARY,
        hypotheses=(
            *(item for item in thm6_21.hypotheses if item.label != "width"),
            *SOUND,
            *widths_and(("width", at_least(k, largest(optimisation_width(lemma), tidy(CURVATURE_WIDTH))))),
        ),
        uses=(lemma.id, "ofls19.lem6_18", "ofls19.thm6_21"),
        errata=(C10, C12),
        proof=proof,
    )


k33 = _smaller_width(
    id="ofls19.d.k33",
    title="Theorem 6.21 at the width from the two places where its proof uses it; the gap C10 remains",
    lemma=network.lem6_20,
    proof=(
        "(6.51) at precision zeta/2 with |r_0| <= C_r sqrt(n), B <= Gamma |r_0|, alpha <= beta and zeta <= 2, and "
        "3 nu B R^2 / sqrt(k) <= C_r zeta / 2 with R from (6.53)."
    ),
)
k33_refined = _smaller_width(
    id="ofls19.d.k33_refined",
    title="Theorem 6.21 at the width of Lemma 6.19, without the rounding of (6.51); the gap C10 remains",
    lemma=network.lem6_20_tracked,
    proof="As for k33 with the width of Lemma 6.19 at the tolerance of Lemma 6.20, a quarter of (6.51) at its worst.",
)

_BY_LEMMA = {item.uses[0]: item for item in (k33, k33_refined)}
CHAINS = (
    Chain(
        thm6_21.id,
        {"optimisation": (network.lem6_20, network.lem6_20_tracked)},
        lambda *, optimisation: _BY_LEMMA[optimisation.id],
    ),
)

STATEMENTS = (thm3_3, thm3_3_tracked, thm6_21, k33, k33_refined)
