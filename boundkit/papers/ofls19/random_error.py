"""Test error after a random initialisation, with explicit constants: Theorem 6.23, composed from the lemmas."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, sqrt

from boundkit.papers.ofls19 import certificate
from boundkit.papers.ofls19.arbitrary_repaired import GRID
from boundkit.papers.ofls19.errata import C7, C8, C9, C10, C12, C32, C33
from boundkit.papers.ofls19.model import (
    DURATION_DECAY,
    GAMMA,
    GRAM_FAILURE,
    INDEPENDENT_START,
    INITIAL_FAILURE,
    KERNEL_CUTOFF,
    KERNEL_CUTOFF_RANGE,
    NU,
    ONE_HOT,
    RANDOM,
    RANDOM_SCALE,
    ZETA,
    confidence,
    source,
    test_error,
    widths_and,
)
from boundkit.papers.ofls19.random_start import CURVATURE, FINAL, MODEL, REPAIRED, ROOT_N, ROWS, RUN, WIDTH_6_86
from boundkit.papers.ofls19.relations import at_least, at_most
from boundkit.papers.os19.chain import tidy
from boundkit.statement import Hypothesis, Statement
from boundkit.statement.vocabulary import B, distance, k
from boundkit.statement.words.generalisation import (
    information_y,
    kernel_cutoff,
    nuisance_y,
    stopping_distance_y,
)
from boundkit.statement.words.shared import K, failure

thm6_23 = Statement(
    id="ofls19.thm6_23",
    kind="theorem",
    title="Generalisation from a random initialisation in terms of the early stopping distance",
    source=source("Theorem 6.23", "(6.86)"),
    setting=RANDOM,
    hypotheses=(
        *MODEL,
        KERNEL_CUTOFF,
        KERNEL_CUTOFF_RANGE,
        *RUN,
        *widths_and(("width", at_least(k, WIDTH_6_86))),
    ),
    claims=(
        test_error(
            2 * (nuisance_y + DURATION_DECAY * information_y) / ROOT_N
            + 12 * B * sqrt(K) / ROOT_N * stopping_distance_y
            + 12 * (1 + CURVATURE) * ZETA
            + confidence(10)
        ),
    ),
    probability=1 - INITIAL_FAILURE - failure,
    uses=("ofls19.thm6_22", "ofls19.lem6_18"),
    errata=(C7, C8, C9, C10, C12, C32, C33),
)

ALLOWANCE = tidy(certificate.curvature(ROWS).subs(k, WIDTH_6_86).subs(NU, RANDOM_SCALE))  # rho
CLIPPED = ((nuisance_y + DURATION_DECAY * information_y + FINAL) / ROOT_N).expand()
REACH = 2 * (stopping_distance_y + GAMMA * ZETA * ROOT_N / kernel_cutoff) * sqrt(K) / NU
BALL = certificate.complexity_of_ball(REACH, Integer(0)).expand()
SMALL_PRECISION = Hypothesis("precision_for_one_output", "parameter", at_most(ZETA**4, 3 * K / Integer(64)))
_FULL = (
    *REPAIRED,
    KERNEL_CUTOFF,
    ONE_HOT,
    INDEPENDENT_START,
    SMALL_PRECISION,
    *widths_and(("width", at_least(k, WIDTH_6_86))),
)
_ENDS = (
    "The repaired Theorem 6.22 at the width (6.86), which exceeds the widths that it needs (C30, C31). The allowance "
    "rho is what the rows need at that width; it does not depend on the sample. "
)


def _allowed(bound: Expr) -> Expr:
    return bound.subs(certificate.RHO, ALLOWANCE)


thm6_23_repaired = replace(
    thm6_23,
    id="ofls19.thm6_23.repaired",
    title="Generalisation from a random initialisation, through the certificate on a geometric grid",
    form="repaired",
    improves="ofls19.thm6_23",
    hypotheses=(*_FULL, GRID),
    claims=(test_error(_allowed(certificate.geometric(BALL, CLIPPED))),),
    probability=1 - INITIAL_FAILURE - GRAM_FAILURE - failure,
    uses=("ofls19.thm6_22.repaired", "ofls19.d.certificate_geo", "ofls19.thm6_23"),
    errata=(C12,),
    proof=_ENDS + "Then the certificate on the geometric grid of ratio 3/2.",
)

SHARP_ERROR = _allowed(certificate.certificate_bound(distance, 1 / ROOT_N, certificate.ARITHMETIC_COUNT, CLIPPED)).subs(
    certificate.LINEAR_PART, BALL
)
thm6_23_sharpened = replace(
    thm6_23_repaired,
    id="ofls19.thm6_23.sharpened",
    title="Generalisation from a random initialisation, smaller constants (derived.sharp32)",
    form="sharpened",
    improves="ofls19.thm6_23.repaired",
    hypotheses=_FULL,
    claims=(test_error(SHARP_ERROR),),
    uses=("ofls19.thm6_22.repaired", "ofls19.d.certificate", "ofls19.thm6_23.repaired"),
    proof=_ENDS + "Then the certificate on the arithmetic grid.",
)

STATEMENTS = (thm6_23, thm6_23_repaired, thm6_23_sharpened)
