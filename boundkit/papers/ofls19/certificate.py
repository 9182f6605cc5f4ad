"""A posteriori bounds on the test error of all weights at once: they repair the sample-dependent radius."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, ceiling, sqrt

from boundkit.papers.ofls19.model import (
    BOUNDED_SMOOTH,
    INDEPENDENT_PATTERN,
    INDEPENDENT_START,
    ONE,
    ONE_HOT,
    OUTPUT_BOUNDED,
    attained,
    confidence,
    source,
    test_error,
)
from boundkit.papers.ofls19.rademacher import (
    ANY_ALGORITHM,
    CONTRACTION,
    M_V,
    M_W,
    MARKOV,
    SHARP_FLUCTUATION,
    R,
    lem6_17_repaired,
)
from boundkit.papers.ofls19.relations import above, at_most, equal, largest
from boundkit.papers.os19.chain import tidy
from boundkit.statement import Hypothesis, Statement
from boundkit.statement.vocabulary import distance, k, misfit, n
from boundkit.statement.words.generalisation import (
    clipped_misfit,
    curvature_allowance,
    grid_ratio,
    grid_size,
    initial_prediction,
    row_distance,
)
from boundkit.statement.words.shared import failure

RHO = curvature_allowance


def complexity_of_ball(reach: Expr, rows: Expr) -> Expr:
    """Twice sqrt(2) times the complexity, times sqrt(2): what the ball adds to the test error when V is fixed."""
    fixed = lem6_17_repaired.claim("complexity").bound.subs({M_V: 0, M_W: reach, R: rows})
    return tidy((MARKOV * 2 * CONTRACTION * fixed).expand())


def curvature(rows: Expr) -> Expr:
    """What units that move by at most `rows` add to the test error through curvature."""
    return complexity_of_ball(Integer(0), sqrt(k) * rows)


ROWS_ALLOWED = sqrt(RHO / curvature(ONE))


def certificate_bound(reach: Expr, rounding: Expr, count: Expr, clipped: Expr = clipped_misfit) -> Expr:
    """Training part, ball of radius `reach` with what the grid adds, curvature, fluctuation of `count` classes."""
    ball = complexity_of_ball(reach, Integer(0))
    return MARKOV * clipped + rounding + ball + RHO + confidence(MARKOV * SHARP_FLUCTUATION, count)


ARITHMETIC_COUNT = ceiling(sqrt(n))
LINEAR_PART = complexity_of_ball(distance, Integer(0))  # 4 nu B |W - W_0| / sqrt(n)


def _certificate(*, id: str, title: str, error: Expr, extra: tuple[Hypothesis, ...], proof: str) -> Statement:
    return Statement(
        id=id,
        kind="theorem",
        title=title,
        source=source("Lemma 6.18"),
        form="repaired",
        improves="ofls19.lem6_18",
        setting=ANY_ALGORITHM,
        hypotheses=(
            *BOUNDED_SMOOTH,
            ONE_HOT,
            OUTPUT_BOUNDED,
            *extra,
            Hypothesis("rows_in_class", "run", at_most(row_distance, ROWS_ALLOWED)),
        ),
        claims=(
            test_error(error),
            attained(
                "clipped",
                clipped_misfit,
                at_most(clipped_misfit, misfit / sqrt(n)),
                "sample",
                "a network that starts at 0 misses every one-hot label by 1",
            ),
        ),
        probability=1 - failure,
        uses=("ofls19.lem6_16", "ofls19.lem6_17.repaired", "ofls19.lem6_18.repaired"),
        proof=proof,
    )


_ARITHMETIC = certificate_bound(distance, 1 / sqrt(n), ARITHMETIC_COUNT)


def geometric(linear: Expr, clipped: Expr = clipped_misfit) -> Expr:
    """The certificate on a geometric grid, where `linear` is the part of the ball in the arithmetic one."""
    return (
        MARKOV * clipped
        + largest(1 / sqrt(n), grid_ratio * linear)
        + RHO
        + confidence(MARKOV * SHARP_FLUCTUATION, grid_size)
    )


_GEOMETRIC = geometric(LINEAR_PART)
_PROOF = (
    "Lemma 6.17 with M_V = 0 and half the curvature, Lemma 6.16 with 3 sqrt(log(2/delta')/(2n)) for each of the radii, "
    "Markov's inequality at 1/sqrt(2); the curvature part is at most rho on the rows allowed. "
)

certificate = _certificate(
    id="ofls19.d.certificate",
    title="A posteriori bound on the test error of any weights near an independent initialisation",
    error=_ARITHMETIC,
    extra=(INDEPENDENT_START,),
    proof=_PROOF
    + "Radii j / (4 nu B) for j up to ceil(sqrt(n)): rounding up costs 1/sqrt(n); beyond the last the bound exceeds 1.",
)

NO_OUTPUT_AT_START = Hypothesis("predictions_vanish_at_start", "run", equal(initial_prediction, 0))

certificate_scales = replace(
    certificate,
    id="ofls19.d.certificate_scales",
    title="The a posteriori bound for all output scales at once, when the network starts at zero (part b)",
    improves="ofls19.d.certificate",
    hypotheses=(
        *(INDEPENDENT_PATTERN if item == INDEPENDENT_START else item for item in certificate.hypotheses),
        NO_OUTPUT_AT_START,
    ),
    uses=("ofls19.d.certificate",),
    proof=(
        "The zeroth-order term vanishes, the linear term depends on nu (W - W_0) only and the quadratic bound on "
        "nu R^2 only, so the class is the same for every nu: nu may be chosen from the sample."
    ),
)

certificate_geo = _certificate(
    id="ofls19.d.certificate_geo",
    title="The a posteriori bound on a geometric grid of radii",
    error=_GEOMETRIC,
    extra=(INDEPENDENT_START, Hypothesis("grid_ratio_above_one", "parameter", above(grid_ratio, 1))),
    proof=_PROOF + "Radii q^j / (4 nu B) for j < J: rounding up costs a factor q, and the first gives the 1/sqrt(n).",
)

STATEMENTS = (certificate, certificate_scales, certificate_geo)
