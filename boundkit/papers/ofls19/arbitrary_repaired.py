"""Theorems 3.3 and 6.21 repaired through the certificate, and the paired initialisation."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Mod, Rational as Q, sqrt

from boundkit.papers.ofls19 import certificate, network
from boundkit.papers.ofls19.arbitrary import (
    C_R,
    MODEL,
    PRECISION,
    ROWS,
    RUN,
    SOUND,
    START,
    UNIT,
    WIDTH_6_57,
    precise,
    thm3_3,
    thm6_21,
)
from boundkit.papers.ofls19.definitions import CUTOFF_RANGE
from boundkit.papers.ofls19.errata import C12
from boundkit.papers.ofls19.model import (
    ARBITRARY,
    BOUNDED_SMOOTH,
    INDEPENDENT_PATTERN,
    LABEL_NORM,
    LONG_ENOUGH,
    NETWORK_NORM,
    NU,
    ONE,
    ONE_HOT,
    PAIRED,
    STEP,
    iterations,
    test_error,
    widths_and,
)
from boundkit.papers.ofls19.relations import at_least, at_most, equal
from boundkit.papers.os19.chain import tidy
from boundkit.statement import Constant, Hypothesis
from boundkit.statement.vocabulary import C, distance, k, misfit_0, n, norm_X, norm_y
from boundkit.statement.words.generalisation import (
    cutoff,
    grid_ratio,
    grid_size,
    information_r0,
    initial_prediction,
    normalised_cutoff,
    output_scale,
    relative_cutoff,
)
from boundkit.statement.words.shared import failure

GRID = Hypothesis("grid_ratio", "parameter", equal(grid_ratio, Q(3, 2)))
FINAL = precise(network.lem6_20.claim("residual").bound).subs(information_r0, START)  # (6.62)
REACH = network.lem6_20.claim("distance").bound  # (6.60)
BALL = certificate.LINEAR_PART.subs(distance, REACH)
ALLOWANCE = tidy(certificate.curvature(ROWS).subs(k, WIDTH_6_57))  # rho, fixed in advance
CLIPPED = (FINAL / sqrt(n)).expand()


def _allowed(bound: Expr) -> Expr:
    return bound.subs(certificate.RHO, ALLOWANCE)


REPAIRED_ERROR = _allowed(certificate.geometric(BALL, CLIPPED))
SHARP_ERROR = _allowed(certificate.certificate_bound(REACH, 1 / sqrt(n), certificate.ARITHMETIC_COUNT, CLIPPED))
_FULL = (
    *MODEL,
    *SOUND,
    PRECISION,
    *RUN,
    *widths_and(("width", at_least(k, WIDTH_6_57))),
)
_COMMON = (
    "By (6.60), (6.62) and (6.53) the run ends in the ball of radius 2 D with residual |Pi_N r_0| + C_r (exp(-Gamma) + "
    "zeta/2) sqrt(n) and rows that the allowance rho = C_r zeta / 20 covers at the width (6.57); rho is fixed in "
    "advance, as nu, k, zeta, Gamma and C_r are. "
)

thm3_3_repaired = replace(
    thm3_3,
    id="ofls19.thm3_3.repaired",
    title="Generalisation from any initialisation independent of the sample (derived.thm33_full)",
    form="repaired",
    improves="ofls19.thm3_3",
    setting=ARBITRARY,
    hypotheses=(*_FULL, GRID),
    claims=(test_error(REPAIRED_ERROR),),
    constants=(Constant(C, "tracked", tidy(WIDTH_6_57 / UNIT), "(6.57)"),),
    uses=("ofls19.lem6_20", "ofls19.d.certificate_geo", "ofls19.thm3_3"),
    errata=(C12,),
    orders=(),
    proof=_COMMON + "Then the certificate on the geometric grid of ratio 3/2.",
)

thm3_3_sharpened = replace(
    thm3_3_repaired,
    id="ofls19.thm3_3.sharpened",
    title="Generalisation from any initialisation independent of the sample, smaller constants (derived.sharp33)",
    form="sharpened",
    improves="ofls19.thm3_3.repaired",
    hypotheses=_FULL,
    claims=(test_error(SHARP_ERROR),),
    uses=("ofls19.lem6_20", "ofls19.d.certificate", "ofls19.thm3_3.repaired"),
    proof=_COMMON + "Then the certificate on the arithmetic grid.",
)

FEW_RADII = Hypothesis("few_radii", "parameter", at_most(grid_size, (2 / failure) ** Q(16, 9)))
LARGE_INFORMATION = Hypothesis("large_information", "run", at_least(information_r0, norm_X / 12))

thm6_21_repaired = replace(
    thm6_21,
    id="ofls19.thm6_21.repaired",
    title="Theorem 6.21 as printed, under two conditions that its repaired proof needs",
    form="repaired",
    improves="ofls19.thm6_21",
    setting=ARBITRARY,
    hypotheses=(*_FULL, GRID, FEW_RADII, LARGE_INFORMATION),
    uses=("ofls19.thm3_3.repaired", "ofls19.thm6_21"),
    errata=(C12,),
    proof=(
        "9 log(2J/delta) <= 25 log(2/delta) is the first condition, and by the second 12 nu B D >= 12 |Pi_I r_0| / |X| "
        ">= 1; the other constants of the repaired Theorem 3.3 are smaller than the printed ones."
    ),
)

_FREE_SCALE = normalised_cutoff, relative_cutoff * sqrt(norm_X) / n ** Q(1, 4)
SCALE_NEEDED = tidy(sqrt(WIDTH_6_57 * NU**2 / k).subs(C_R, 1).subs(*_FREE_SCALE))

paired = replace(
    thm3_3_sharpened,
    id="ofls19.d.paired",
    title="Paired initialisation: all hypotheses of Theorem 3.3 met at any even width (derived.paired)",
    improves="ofls19.thm3_3.sharpened",
    setting=PAIRED,
    hypotheses=(
        *BOUNDED_SMOOTH,
        ONE_HOT,
        INDEPENDENT_PATTERN,
        LABEL_NORM,
        LONG_ENOUGH,
        PRECISION,
        Hypothesis("even_width", "width", equal(Mod(k, 2), 0)),
        Hypothesis("predictions_vanish_at_start", "run", equal(initial_prediction, 0)),
        Hypothesis("initial_misfit", "run", equal(misfit_0, norm_y)),
        Hypothesis("relative_cutoff", "parameter", equal(relative_cutoff, cutoff / NETWORK_NORM)),
        CUTOFF_RANGE,
        STEP,
        iterations(cutoff),
        Hypothesis("output_scale", "parameter", at_least(output_scale, SCALE_NEEDED)),
    ),
    claims=(test_error(SHARP_ERROR.subs(C_R, ONE)),),
    constants=(),
    uses=("ofls19.thm3_3.sharpened", "ofls19.d.certificate_scales"),
    proof=(
        "f vanishes at the start, so r_0 = -y and C_r = 1. The condition on nu is the width (6.57) solved for nu in "
        "terms of the relative cutoff, which does not depend on nu. It depends on the sample; the certificate holds "
        "for all nu at once."
    ),
)

STATEMENTS = (thm3_3_repaired, thm3_3_sharpened, thm6_21_repaired, paired)
