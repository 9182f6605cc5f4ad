"""The linearised dynamics and how far the true residual can leave it: Lemmas 6.2 to 6.8 and Corollary 6.6."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, sqrt

from boundkit.papers.ofls19.definitions import BOUNDED_JACOBIAN, CUTOFF_RANGE, REFERENCE, SMALL_DRIFT
from boundkit.papers.ofls19.errata import C12
from boundkit.papers.ofls19.model import (
    DURATION_DECAY,
    GAMMA,
    GENERAL_MAP,
    LONG_ENOUGH,
    ONE,
    UP_TO_T,
    halved,
    iterations,
    source,
)
from boundkit.papers.ofls19.relations import at_least, at_most
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import beta, distance, misfit_0, radius, step_size, tau
from boundkit.statement.words.generalisation import (
    cutoff,
    drift_bound,
    information_r0,
    inverse_r0,
    linearised_distance,
    linearised_misfit,
    next_deviation,
    nuisance_r0,
    reference_error,
    reference_norm,
    residual_deviation,
    stopping_distance,
    stopping_value,
)
from boundkit.statement.words.generalisation_lemmas import (
    asymmetric_gain,
    constant_part,
    decaying_part,
    left_norm,
    matrix_distance,
    nuisance_gradient,
    perturbation_rate,
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
        halved("parts", stopping_value, at_most(stopping_value, _PARTS), "spaces"),
        halved("whole", stopping_value, at_most(stopping_value, GAMMA * misfit_0), "spaces"),
        halved("below", stopping_value, at_least(stopping_value, cutoff / reference_norm * information_r0), "spaces"),
    ),
    uses=("ofls19.def6_1",),
)

ASYMMETRY = 1 + step_size * drift_bound**2

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
    claims=(halved("gain", asymmetric_gain, at_most(asymmetric_gain, ASYMMETRY), "spaces"),),
)

lem6_3_sharpened = replace(
    lem6_3,
    id="ofls19.lem6_3.sharpened",
    title="Asymmetric gradient steps nearly contract, with the square root that the proof gives (derived.contr)",
    form="sharpened",
    improves="ofls19.lem6_3",
    claims=(halved("gain", asymmetric_gain, at_most(asymmetric_gain, sqrt(ASYMMETRY)), "spaces"),),
    uses=("ofls19.lem6_3",),
    proof=(
        "With v = B^T r and w = A^T r the squared norm is |r|^2 - 2 eta w.v + eta^2 |A v|^2, at most "
        "|r|^2 - 2 eta w.v + eta |v|^2 = |r|^2 + eta (|v - w|^2 - |w|^2), and |v - w| <= eps |r|."
    ),
)


def _roots(factor: Expr) -> Expr:
    return factor * sqrt(matrix_distance)


lem6_4 = Statement(
    id="ofls19.lem6_4",
    kind="lemma",
    title="Close positive semidefinite matrices have close square roots",
    source=source("Lemma 6.4"),
    claims=(halved("roots", root_distance, at_most(root_distance, _roots(2 * ONE)), "spaces"),),
)

lem6_4_sharpened = replace(
    lem6_4,
    id="ofls19.lem6_4.sharpened",
    title="Close positive semidefinite matrices have square roots twice as close (derived.sqrtpsd)",
    form="sharpened",
    improves="ofls19.lem6_4",
    claims=(halved("roots", root_distance, at_most(root_distance, _roots(ONE)), "spaces"),),
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
        halved(
            "distance",
            linearised_distance,
            at_most(linearised_distance, sqrt(inverse_r0**2 + tau**2 * step_size**2 * nuisance_gradient**2)),
            "spaces",
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
        halved("linearised_residual", linearised_misfit, at_most(linearised_misfit, split(LINEAR_RATE)), "spaces"),
        halved("linearised_distance", linearised_distance, at_most(linearised_distance, stopping_distance), "spaces"),
    ),
    uses=("ofls19.lem6_5", "ofls19.def6_1"),
    summary={"rate": step_size * cutoff**2, "misfit_T": split(DURATION_DECAY)},
    errata=(C12,),
)

THETA = reference_error**2 + drift_bound * beta


def _one_step(asymmetry: Expr) -> tuple[Claim, ...]:
    bound = step_size * THETA * linearised_misfit + asymmetry * residual_deviation
    return (halved("one_step", next_deviation, at_most(next_deviation, bound), "spaces"),)


lem6_7 = Statement(
    id="ofls19.lem6_7",
    kind="lemma",
    title="One step of the deviation from the linearised residual",
    source=source("Lemma 6.7", "(6.11)"),
    setting=GENERAL_MAP,
    hypotheses=(
        *REFERENCE,
        BOUNDED_JACOBIAN,
        SMALL_DRIFT,
        Hypothesis("in_ball", "run", at_most(distance, radius)),
        STEP,
    ),
    claims=_one_step(ASYMMETRY),
    uses=("ofls19.lem6_3", "ofls19.asm1", "ofls19.asm2"),
    errata=(
        Erratum(
            "C20",
            "misprint",
            "The proof writes f(theta_next) = f(theta) + eta J' grad L.",
            "The sign is minus; the next line of the proof is right.",
        ),
    ),
)

lem6_7_sharpened = replace(
    lem6_7,
    id="ofls19.lem6_7.sharpened",
    title="One step of the deviation, with the square root of Lemma 6.3",
    form="sharpened",
    improves="ofls19.lem6_7",
    claims=_one_step(lem6_3_sharpened.claim("gain").bound),
    uses=("ofls19.lem6_3.sharpened", "ofls19.lem6_7"),
    errata=(),
    proof="The sharpened Lemma 6.3 in place of Lemma 6.3.",
)

GROWTH = 2 * (GAMMA * constant_part + decaying_part) / cutoff**2
_FED = ASYMMETRY * residual_deviation + step_size * perturbation_rate * linearised_misfit


def _growth(condition: Hypothesis, **fields: object) -> Statement:
    return Statement(
        kind="lemma",
        source=source("Lemma 6.8", "(6.15)", "(6.16)"),
        hypotheses=(
            condition,
            Hypothesis("step_below_cutoff", "step", at_most(step_size, 1 / cutoff**2)),
            ITERATIONS,
            UP_TO_T,
            Hypothesis("driver", "run", at_most(linearised_misfit, LINEAR_RATE * decaying_part + constant_part)),
            Hypothesis("recursion", "run", at_most(next_deviation, _FED)),
        ),
        claims=(
            halved("growth", residual_deviation, at_most(residual_deviation, perturbation_rate * GROWTH), "spaces"),
        ),
        **fields,  # type: ignore[arg-type]
    )


lem6_8 = _growth(
    Hypothesis("small_asymmetry", "parameter", at_least(cutoff, sqrt(2 * GAMMA * drift_bound))),
    id="ofls19.lem6_8",
    title="Growth of a perturbation that is fed by a decaying sequence",
    errata=(
        Erratum(
            "C21",
            "extraction",
            "The condition reads alpha >= sqrt(2 Gamma eps) in the available text; the two sides scale differently.",
            "alpha >= sqrt(2 Gamma) eps, which is what the proof uses.",
        ),
    ),
)

lem6_8_repaired = _growth(
    Hypothesis("small_asymmetry", "parameter", at_least(cutoff, sqrt(2 * GAMMA) * drift_bound)),
    id="ofls19.lem6_8.repaired",
    title="Growth of a perturbation that is fed by a decaying sequence, with the condition of its proof",
    form="repaired",
    improves="ofls19.lem6_8",
    uses=("ofls19.lem6_8",),
    proof=(
        "Unrolled, e_tau is at most the sum over s < tau of (1 + eta eps^2)^(tau-1-s) eta Theta r_s. The powers are at "
        "most exp(T eta eps^2) <= exp(1/2) <= 2, the geometric part of r_s sums to at most rho_+ / (eta alpha^2) and "
        "the constant part to T rho_- = Gamma rho_- / (eta alpha^2)."
    ),
)

STATEMENTS = (
    lem6_2,
    lem6_3,
    lem6_3_sharpened,
    lem6_4,
    lem6_4_sharpened,
    lem6_5,
    cor6_6,
    lem6_7,
    lem6_7_sharpened,
    lem6_8,
    lem6_8_repaired,
)
