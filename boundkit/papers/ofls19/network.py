"""The deterministic theorem on the network: Lemmas 6.19 and 6.20, and how they are composed from Theorem 5.3."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, sqrt
from sympy.core.relational import Relational

from boundkit.papers.ofls19 import jacobian, linearised, meta
from boundkit.papers.ofls19.definitions import CUTOFF_RANGE, REFERENCE
from boundkit.papers.ofls19.errata import C12
from boundkit.papers.ofls19.model import (
    BOUNDED_AT_ZERO,
    BOUNDED_SMOOTH,
    DETERMINISTIC,
    DURATION_DECAY,
    GAMMA,
    LONG_ENOUGH,
    NETWORK_BETA,
    NU,
    OUTPUT_BOUNDED,
    UP_TO_T,
    ZETA,
    halved,
    reached,
    source,
)
from boundkit.papers.ofls19.relations import at_least, at_most, smallest
from boundkit.papers.os19.chain import solve_for_width, tidy
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import B, beta, distance, k, misfit_0, norm_v_inf, norm_X, weight_change
from boundkit.statement.words.generalisation import (
    alignment,
    cutoff,
    final_misfit,
    information_r0,
    reference_error,
    row_distance,
    stopping_distance,
    stopping_value,
)
from boundkit.statement.words.shared import K

DELTA = meta.TOLERANCE
VALUE = stopping_value


def conclusions(*, reach: Expr, rows: Expr, final: Expr) -> tuple[Claim, ...]:
    """Distance and rows up to T, the residual at T with an extra `final`."""
    return (
        reached("distance", distance, reach),
        reached("rows", row_distance, rows, share=1 / sqrt(k)),
        halved("residual", final_misfit, at_most(final_misfit, linearised.split(DURATION_DECAY) + final), "sample"),
    )


_NETWORK = (*BOUNDED_SMOOTH, OUTPUT_BOUNDED, NETWORK_BETA, LONG_ENOUGH, CUTOFF_RANGE, *REFERENCE)
_RUN = (linearised.STEP, linearised.ITERATIONS, UP_TO_T)
ERROR_RELATIVE = Hypothesis(
    "reference_error",
    "run",
    at_most(reference_error, cutoff / 5 * smallest(DELTA, sqrt(DELTA * cutoff / (GAMMA * beta)))),
)
ROWS = 2 * beta * GAMMA / (sqrt(k) * cutoff**2) * misfit_0
_PRINTED_WIDTH = 400 * beta**6 * GAMMA**2 / (DELTA**2 * cutoff**8) * (VALUE + DELTA * GAMMA * misfit_0) ** 2

lem6_19 = Statement(
    id="ofls19.lem6_19",
    kind="lemma",
    title="Deterministic convergence of the network along its information space",
    source=source("Lemma 6.19", "(6.43)", "(6.44)", "(6.45)", "(6.46)", "(6.47)"),
    setting=DETERMINISTIC,
    hypotheses=(
        *_NETWORK,
        BOUNDED_AT_ZERO,
        meta.TOLERANCE_RANGE,
        *_RUN,
        ERROR_RELATIVE,
        Hypothesis("width", "width", at_least(k, _PRINTED_WIDTH)),
    ),
    claims=conclusions(reach=stopping_distance + meta.SLACK, rows=ROWS, final=meta.RELATIVE * misfit_0),
    uses=("ofls19.thm5_3", "ofls19.lem6_10.repaired"),
    errata=(C12,),
)

MOVE = {norm_v_inf: NU / sqrt(k * K)}


def _on_network(expression: Expr) -> Expr:
    """With the largest output weights allowed and beta for nu B |X|."""
    return tidy(expression.subs(MOVE).subs(NU, beta / (B * norm_X)))


def width_from_drift() -> Relational:
    """The width at which the Jacobian moves by at most half the allowed drift on the ball of Theorem 5.3."""
    lipschitz = _on_network(jacobian.lem6_10_repaired.claim("lipschitz").bound / weight_change)
    drift = lipschitz * (meta.STOPPING_RADIUS.subs(stopping_distance, VALUE / cutoff))
    return solve_for_width(at_least(meta.ALLOWED_DRIFT / 2, tidy(drift)), "width").relation


ROOT_WIDTH = width_from_drift()
WIDTH = at_least(k, tidy(ROOT_WIDTH.rhs**2))


def rows_from_steps() -> Expr:
    """A unit moves by eta |row of the gradient| a step, and |r| <= |linearised r| + deviation over the T steps."""
    row = _on_network(jacobian.lem6_10_repaired.claim("gradient_rows").bound)
    deviation = meta.RESIDUAL_CONSTANT  # of |r_0|, as delta alpha <= beta
    return row * (1 + deviation) * misfit_0 * GAMMA / cutoff**2


lem6_19_sharpened = replace(
    lem6_19,
    id="ofls19.lem6_19.sharpened",
    title="Deterministic convergence of the network, composed from Theorem 5.3 (sharpened) and Lemma 6.10",
    form="sharpened",
    improves="ofls19.lem6_19",
    hypotheses=(
        *_NETWORK,
        meta.TOLERANCE_RANGE,
        *_RUN,
        meta.REFERENCE_ERROR,
        Hypothesis("width", "width", WIDTH),
    ),
    claims=conclusions(
        reach=meta.thm5_3_sharpened.claim("distance").bound,
        rows=rows_from_steps(),
        final=meta.RESIDUAL_CONSTANT * meta.RELATIVE * misfit_0,
    ),
    uses=("ofls19.thm5_3.sharpened", "ofls19.lem6_10.repaired", "ofls19.lem6_19"),
    summary={"radius": stopping_distance + meta.SLACK},
    proof=(
        "The Lipschitz constant of Lemma 6.10 is beta / sqrt(k); on the ball of Theorem 5.3 (sharpened) the Jacobian "
        "then moves by at most half the allowed drift exactly when the width condition holds. A unit moves by at most "
        "T eta (beta / sqrt(k)) (1 + 12/25) |r_0|. |phi(0)| is not used."
    ),
)

PRECISE = smallest(ZETA * beta / cutoff, VALUE / (GAMMA * misfit_0))
_PRINTED_PRECISE = (
    1600 * (cutoff / (ZETA * beta) + GAMMA * misfit_0 / VALUE) ** 2 * beta**6 * GAMMA**2 * VALUE**2 / cutoff**8
)
ERROR_ALLOWED = (
    alignment * VALUE * cutoff / (beta * GAMMA**2 * misfit_0),
    ZETA**2 * beta**2 / cutoff**2,
    ZETA / GAMMA,
)
ERROR_PRECISE = Hypothesis(
    "reference_error", "run", at_most(reference_error**2, cutoff**2 / 25 * smallest(*ERROR_ALLOWED))
)
ALIGNED_RESIDUAL = Hypothesis("residual_aligned", "run", at_least(information_r0, alignment * misfit_0))

lem6_20 = Statement(
    id="ofls19.lem6_20",
    kind="lemma",
    title="Deterministic convergence of the network to a given precision",
    source=source("Lemma 6.20", "(6.50)", "(6.51)", "(6.52)", "(6.53)", "(6.54)"),
    setting=DETERMINISTIC,
    hypotheses=(
        *_NETWORK,
        BOUNDED_AT_ZERO,
        *_RUN,
        ALIGNED_RESIDUAL,
        ERROR_PRECISE,
        Hypothesis("width", "width", at_least(k, _PRINTED_PRECISE)),
    ),
    claims=conclusions(reach=2 * stopping_distance, rows=ROWS, final=ZETA * misfit_0),
    uses=("ofls19.lem6_19",),
    errata=(
        C12,
        Erratum(
            "C28",
            "misprint",
            "One equality in the proof is an inequality, and c <= 1 (and a positive stopping value) is implicit.",
            "At most; assume c <= 1.",
        ),
    ),
)


def at_precision(expression: Expr) -> Expr:
    """Lemma 6.19 at the tolerance that makes both parts of its bounds equal to those of Lemma 6.20."""
    return expression.subs(DELTA, PRECISE)


def _at_precision(item: Claim) -> Claim:
    left, right = item.template.args
    return replace(
        item, template=item.template.func(left, at_precision(right), evaluate=False), twin=at_precision(item.twin)
    )


lem6_20_tracked = replace(
    lem6_20,
    id="ofls19.lem6_20.tracked",
    title="Deterministic convergence of the network to a given precision, composed from Lemma 6.19",
    form="tracked",
    improves="ofls19.lem6_20",
    hypotheses=(
        *_NETWORK,
        *_RUN,
        Hypothesis("reference_error", "run", at_precision(meta.REFERENCE_ERROR.relation)),
        Hypothesis("width", "width", at_precision(WIDTH)),
    ),
    claims=tuple(_at_precision(item) for item in lem6_19_sharpened.claims),
    uses=("ofls19.lem6_19.sharpened", "ofls19.lem6_20"),
    errata=(C12,),
    proof=(
        "Lemma 6.19 (sharpened) with the tolerance min(zeta beta / alpha, B / (Gamma |r_0|)), which is at most 1. The "
        "alignment c serves (6.50) only, to bound B from below."
    ),
)

STATEMENTS = (lem6_19, lem6_19_sharpened, lem6_20, lem6_20_tracked)
