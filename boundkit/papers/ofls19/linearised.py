"""The linearised dynamics and the matrices behind it: Lemmas 6.2 to 6.5 and Corollary 6.6."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, sqrt

from boundkit.papers.ofls19.definitions import AT_CUTOFF, AT_TOP, CUTOFF_RANGE
from boundkit.papers.ofls19.errata import C12
from boundkit.papers.ofls19.model import (
    DURATION_DECAY,
    GAMMA,
    GENERAL_MAP,
    LONG_ENOUGH,
    ONE,
    UP_TO_T,
    attained,
    iterations,
    observed,
    source,
)
from boundkit.papers.ofls19.relations import at_least, at_most
from boundkit.statement import Claim, Hypothesis, Statement
from boundkit.statement.vocabulary import beta, misfit_0, step_size, tau, tightness
from boundkit.statement.words.generalisation import (
    cutoff,
    drift_bound,
    information_r0,
    inverse_r0,
    linearised_distance,
    linearised_misfit,
    nuisance_r0,
    reference_norm,
    stopping_distance,
    stopping_value,
)
from boundkit.statement.words.generalisation_lemmas import (
    asymmetric_gain,
    left_norm,
    matrix_distance,
    nuisance_gradient,
    right_norm,
    root_distance,
)

STEP = Hypothesis("step_size", "step", at_most(step_size, 1 / beta**2))
ITERATIONS = iterations(cutoff)
_PARTS = sqrt(information_r0**2 + GAMMA**2 * nuisance_r0**2)

lem6_2 = Statement(
    id="ofls19.lem6_2",
    kind="lemma",
    title="Bounds on the early stopping value",
    source=source("Lemma 6.2", "(6.2)", "(6.3)"),
    hypotheses=(LONG_ENOUGH, CUTOFF_RANGE),
    claims=(
        attained("parts", stopping_value, at_most(stopping_value, _PARTS), "spaces", AT_CUTOFF),
        attained(
            "whole",
            stopping_value,
            at_most(stopping_value, GAMMA * misfit_0),
            "spaces",
            "a residual along a singular vector just below the cutoff attains the bound",
        ),
        attained(
            "below",
            stopping_value,
            at_least(stopping_value, cutoff / reference_norm * information_r0),
            "spaces",
            AT_TOP,
        ),
    ),
    uses=("ofls19.def6_1",),
)

ASYMMETRY = 1 + step_size * drift_bound**2


def _gain(bound: Expr, factor: Expr) -> Claim:
    """The growth by an asymmetric step, of which the part above 1 is tightened."""
    return observed(
        "gain",
        asymmetric_gain,
        at_most(asymmetric_gain, bound.subs(drift_bound, drift_bound / sqrt(tightness))),
        twin=factor,
        reason="where A^T r = 0 and B^T r lies along the leading singular vector of A, the squared gain attains it",
        experiment="spaces",
        chance="surely",
    )


lem6_3 = Statement(
    id="ofls19.lem6_3",
    kind="lemma",
    title="Asymmetric gradient steps nearly contract",
    source=source("Lemma 6.3"),
    hypotheses=(
        Hypothesis("left_norm", "run", at_most(left_norm, beta)),
        Hypothesis("right_norm", "run", at_most(right_norm, beta)),
        Hypothesis("matrices_close", "run", at_most(matrix_distance, drift_bound)),
        STEP,
    ),
    claims=(_gain(ASYMMETRY, 4 * ONE),),
)

lem6_3_sharpened = replace(
    lem6_3,
    id="ofls19.lem6_3.sharpened",
    title="Asymmetric gradient steps nearly contract, with the square root that the proof gives (derived.contr)",
    form="sharpened",
    improves="ofls19.lem6_3",
    claims=(_gain(sqrt(ASYMMETRY), 2 * ONE),),
    uses=("ofls19.lem6_3",),
    proof=(
        "With v = B^T r and w = A^T r the squared norm is |r|^2 - 2 eta w.v + eta^2 |A v|^2, at most "
        "|r|^2 - 2 eta w.v + eta |v|^2 = |r|^2 + eta (|v - w|^2 - |w|^2), and |v - w| <= eps |r|."
    ),
)


def _root_claim(factor: Expr) -> Claim:
    return attained(
        "roots",
        root_distance,
        at_most(root_distance, factor * sqrt(matrix_distance)),
        "spaces",
        "roots of a matrix and of zero are as far apart as the root of the distance",
        factor=2 * factor,
    )


lem6_4 = Statement(
    id="ofls19.lem6_4",
    kind="lemma",
    title="Close positive semidefinite matrices have close square roots",
    source=source("Lemma 6.4"),
    claims=(_root_claim(2 * ONE),),
)

lem6_4_sharpened = replace(
    lem6_4,
    id="ofls19.lem6_4.sharpened",
    title="Close positive semidefinite matrices have square roots twice as close (derived.sqrtpsd)",
    form="sharpened",
    improves="ofls19.lem6_4",
    claims=(_root_claim(ONE),),
    uses=("ofls19.lem6_4",),
    proof=(
        "The square root is operator monotone: A <= B + a^2 I gives A^(1/2) <= (B + a^2 I)^(1/2) <= B^(1/2) + a I, and "
        "the same with A and B exchanged. The matched root is B^(1/2) U V^T with X = A^(1/2) U V^T."
    ),
)

lem6_5 = Statement(
    id="ofls19.lem6_5",
    kind="lemma",
    title="Linearised dynamics: each singular direction decays by 1 - eta lambda_s^2",
    source=source("Lemma 6.5", "(6.5)", "(6.6)"),
    setting=GENERAL_MAP,
    hypotheses=(Hypothesis("step_size", "step", at_most(step_size, 1 / reference_norm**2)),),
    claims=(
        attained(
            "distance",
            linearised_distance,
            at_most(linearised_distance, sqrt(inverse_r0**2 + tau**2 * step_size**2 * nuisance_gradient**2)),
            "spaces",
            "the first step of a residual in the nuisance space attains the bound",
        ),
    ),
    uses=("ofls19.def5_2",),
)

LINEAR_RATE = (1 - step_size * cutoff**2) ** tau


def split(decay: Expr) -> Expr:
    """The residual after the information part has shrunk by `decay`."""
    return decay * information_r0 + nuisance_r0


cor6_6 = Statement(
    id="ofls19.cor6_6",
    kind="corollary",
    title="Linearised residual and distance after the learning duration",
    source=source("Corollary 6.6", "(6.9)", "(6.10)"),
    setting=GENERAL_MAP,
    hypotheses=(CUTOFF_RANGE, *lem6_5.hypotheses, ITERATIONS, UP_TO_T),
    claims=(
        attained(
            "linearised_residual",
            linearised_misfit,
            at_most(linearised_misfit, split(LINEAR_RATE)),
            "spaces",
            AT_CUTOFF,
        ),
        attained(
            "linearised_distance",
            linearised_distance,
            at_most(linearised_distance, stopping_distance),
            "spaces",
            AT_TOP,
        ),
    ),
    uses=("ofls19.lem6_5", "ofls19.def6_1"),
    summary={"rate": step_size * cutoff**2, "misfit_T": split(DURATION_DECAY)},
    errata=(C12,),
)

STATEMENTS = (
    lem6_2,
    lem6_3,
    lem6_3_sharpened,
    lem6_4,
    lem6_4_sharpened,
    lem6_5,
    cor6_6,
)
