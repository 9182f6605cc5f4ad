"""How far the true residual can leave the linearised one: Lemmas 6.7 and 6.8."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, sqrt

from boundkit.papers.ofls19.definitions import BOUNDED_JACOBIAN, REFERENCE, SMALL_DRIFT
from boundkit.papers.ofls19.linearised import ASYMMETRY, ITERATIONS, LINEAR_RATE, STEP, lem6_3_sharpened
from boundkit.papers.ofls19.model import GAMMA, GENERAL_MAP, UP_TO_T, attained, halved, source
from boundkit.papers.ofls19.relations import at_least, at_most, largest
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import beta, distance, radius, step_size
from boundkit.statement.words.generalisation import (
    cutoff,
    drift_bound,
    linearised_misfit,
    next_deviation,
    reference_error,
    residual_deviation,
)
from boundkit.statement.words.generalisation_lemmas import constant_part, decaying_part, perturbation_rate

THETA = reference_error**2 + drift_bound * beta


def _one_step(asymmetry: Expr) -> tuple[Claim, ...]:
    bound = step_size * THETA * linearised_misfit + asymmetry * residual_deviation
    return (halved("one_step", next_deviation, at_most(next_deviation, bound), "spaces"),)


lem6_7 = Statement(
    id="ofls19.lem6_7",
    kind="lemma",
    title="One step, between iterates in the ball, of the deviation from the linearised residual",
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
    title="One step, between iterates in the ball, of the deviation, with the square root of Lemma 6.3",
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
            attained(
                "growth",
                residual_deviation,
                at_most(residual_deviation, perturbation_rate * GROWTH),
                "spaces",
                "a sequence that attains its recursion sums to (1 - exp(-Gamma)) / 2 of the bound and more",
                factor=4 * largest(1, 1 / GAMMA),
            ),
        ),
        **fields,  # type: ignore[arg-type]
    )


lem6_8 = _growth(
    Hypothesis("small_asymmetry", "parameter", at_least(cutoff, sqrt(2 * GAMMA * drift_bound))),
    id="ofls19.lem6_8",
    title="Growth of a perturbation that starts at 0 and is fed by a decaying sequence",
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
    title="Growth of a perturbation that starts at 0 and is fed by a decaying sequence, under the proof's condition",
    form="repaired",
    improves="ofls19.lem6_8",
    uses=("ofls19.lem6_8",),
    proof=(
        "Unrolled, e_tau is at most the sum over s < tau of (1 + eta eps^2)^(tau-1-s) eta Theta r_s. The powers are at "
        "most exp(T eta eps^2) <= exp(1/2) <= 2, the geometric part of r_s sums to at most rho_+ / (eta alpha^2) and "
        "the constant part to T rho_- = Gamma rho_- / (eta alpha^2)."
    ),
)

STATEMENTS = (lem6_7, lem6_7_sharpened, lem6_8, lem6_8_repaired)
