"""Training from a random initialisation with explicit constants: Theorem 6.22, composed from the lemmas."""

from __future__ import annotations

from dataclasses import replace

from sympy import Abs, Dummy, Expr, Rational as Q, log, sqrt

from boundkit.papers.ofls19 import kernel, linearised, network
from boundkit.papers.ofls19.errata import C7, C8, C11, C12, C30, C31
from boundkit.papers.ofls19.model import (
    ALIGNED,
    ALPHA_0,
    ALPHA_OF_KERNEL,
    BOUNDED_AT_ZERO,
    BOUNDED_SMOOTH,
    DURATION_DECAY,
    GAMMA,
    GRAM_FAILURE,
    INITIAL_FAILURE,
    KERNEL_CUTOFF_RANGE,
    LABEL_NORM,
    LONG_ENOUGH,
    MORE_SAMPLES_THAN_OUTPUTS,
    NETWORK_NORM,
    NU,
    PRECISION_ALIGNED,
    RANDOM,
    RANDOM_SCALE,
    SCALE,
    STEP,
    THREE_SAMPLES,
    UP_TO_T,
    ZETA,
    iterations,
    observed,
    source,
    widths_and,
)
from boundkit.papers.ofls19.relations import at_least, at_most, largest
from boundkit.papers.os19.chain import solve_for_width, tidy
from boundkit.statement import Claim, Form, Hypothesis, Statement
from boundkit.statement.vocabulary import B, beta, distance, k, misfit, misfit_0, n, norm_X, step_size, tightness
from boundkit.statement.words.generalisation import (
    alignment,
    cutoff,
    final_misfit,
    information_r0,
    information_y,
    kernel_cutoff,
    kernel_deviation,
    linearisation_tolerance,
    normalised_cutoff,
    nuisance_r0,
    nuisance_y,
    reference_norm,
    row_distance,
    stopping_value,
    stopping_value_y,
)
from boundkit.statement.words.generalisation_lemmas import matrix_distance
from boundkit.statement.words.shared import K, T

ROOT_N = sqrt(n)
_EXPLICIT = 12 * 10**7 * GAMMA**4 * K**4 * B**8 / (alignment**4 * ZETA**4 * kernel_cutoff**8)
WIDTH_6_66 = _EXPLICIT * norm_X**6 * n * log(n)
WIDTH_6_86 = _EXPLICIT * norm_X**4 * n**2 * log(n)
WIDTH_AT_CUTOFF = tidy(WIDTH_6_86.subs(kernel_cutoff, ALPHA_0))  # (3.2) with its constant
CURVATURE = GAMMA / (normalised_cutoff * (n * norm_X**2) ** Q(1, 4))  # Gamma B sqrt(K) / alpha_0
SAMPLES = (MORE_SAMPLES_THAN_OUTPUTS, THREE_SAMPLES)

MODEL = (*BOUNDED_SMOOTH, SCALE, LABEL_NORM, ALIGNED, PRECISION_ALIGNED, LONG_ENOUGH)
RUN = (STEP, iterations(ALPHA_OF_KERNEL))
MOVED = 2 * sqrt(K) * (stopping_value_y + GAMMA * ZETA * ROOT_N) / (NU * kernel_cutoff)


def _optimisation(extra: Expr, reach: Expr, rows: Expr) -> tuple[Claim, ...]:
    left = nuisance_y + DURATION_DECAY * information_y + extra
    least = Abs(misfit_0 - misfit) / (NU * B * norm_X)  # distance needed for what the misfit has changed
    return (
        observed(
            "residual",
            final_misfit,
            at_most(final_misfit, left / tightness),
            experiment="training",
            twin=10 * left / final_misfit,
            reason="a finite run leaves a misfit; the twin asks for a tenth of it",
        ),
        observed(
            "distance",
            distance,
            at_most(distance, reach / tightness),
            experiment="training",
            twin=10 * reach / least,
            reason="the misfit changes by at most beta times the distance",
        ),
        observed(
            "rows",
            row_distance,
            at_most(row_distance, rows / tightness),
            experiment="training",
            twin=10 * rows * sqrt(k) / least,
            reason="the distance is at most sqrt(k) times that of a unit, and the misfit changes by beta times it",
        ),
    )


thm6_22 = Statement(
    id="ofls19.thm6_22",
    kind="theorem",
    title="Convergence along the information space from a random initialisation",
    source=source("Theorem 6.22", "(6.66)", "(6.67)", "(6.68)", "(6.69)"),
    setting=RANDOM,
    hypotheses=(
        *MODEL,
        Hypothesis("kernel_cutoff_range", "parameter", at_most(kernel_cutoff, B * sqrt(K) * norm_X)),
        *RUN,
        UP_TO_T,
        *widths_and(("width", at_least(k, WIDTH_6_66))),
    ),
    claims=_optimisation(4 * ZETA * ROOT_N, MOVED, 4 * GAMMA * B * K * norm_X / (NU * kernel_cutoff**2) * sqrt(n / k)),
    probability=1 - INITIAL_FAILURE,
    uses=("ofls19.lem6_4", "ofls19.lem6_13.repaired", "ofls19.lem6_14", "ofls19.lem6_20"),
    instance={NU: RANDOM_SCALE, T: GAMMA / (step_size * ALPHA_OF_KERNEL**2)},
    errata=(
        C7,
        C8,
        C11,
        C12,
        C30,
        C31,
    ),
)

# --- the initial residual: r_0 = f(W_0) - y with |f(W_0)| <= zeta sqrt(n), zeta <= c/2 <= 1/2
PREDICTION = ZETA * ROOT_N
ROUGH_MISFIT = 2 * ROOT_N
ROUGH_ALIGNMENT = alignment / 4  # (c - zeta) sqrt(n) over 2 sqrt(n)
_START = {
    information_r0: information_y + PREDICTION,
    nuisance_r0: nuisance_y + PREDICTION,
    stopping_value: stopping_value_y + GAMMA * PREDICTION,
}
_ON_KERNEL = {cutoff: ALPHA_OF_KERNEL, beta: NETWORK_NORM}


def kernel_width(roots: Statement) -> Expr:
    """The width at which the Gram matrix is as close to its mean as Lemma 6.20 asks; `roots` matches square roots."""
    smallest = linearised.lem6_2.claim("below").bound.subs(
        {reference_norm: NETWORK_NORM / sqrt(K), information_r0: ROUGH_ALIGNMENT * misfit_0}
    )
    allowed = [
        (cutoff**2 / 25 * entry).subs(alignment, ROUGH_ALIGNMENT).subs(stopping_value, smallest).subs(_ON_KERNEL)
        for entry in network.ERROR_ALLOWED
    ]
    squared = roots.claim("roots").bound.subs(matrix_distance, NU**2 / K * kernel_deviation) ** 2
    deviations = [tidy(item / (squared / kernel_deviation)) for item in allowed]
    width = kernel.lem6_13_repaired.hypothesis("kernel_width").relation.rhs
    return largest(*(tidy(width.subs(linearisation_tolerance, item)) for item in deviations))


_RATIO = Dummy("ratio", positive=True)


def optimisation_width() -> Expr:
    """(6.51) at |r_0| <= 2 sqrt(n), B <= Gamma |r_0|, alpha <= beta and zeta <= 1."""
    width = network.lem6_20.hypothesis("width").relation.rhs
    width = width.subs(stopping_value, GAMMA * misfit_0).subs(misfit_0, ROUGH_MISFIT).subs(_ON_KERNEL)
    unit = K**4 * B**6 * norm_X**6 * GAMMA**4 * n / (ZETA**2 * NU**2 * kernel_cutoff**8)
    relative = tidy(width / unit).subs(kernel_cutoff, _RATIO * sqrt(K) * B * norm_X)
    return tidy(relative).subs({_RATIO: 1, ZETA: 1}) * unit


ROWS = tidy(network.ROWS.subs(misfit_0, ROUGH_MISFIT).subs(_ON_KERNEL))
K_A = kernel_width(linearised.lem6_4)
K_A_SHARPENED = kernel_width(linearised.lem6_4_sharpened)
K_B = optimisation_width()
K_C = solve_for_width(at_least(ZETA, 3 * NU * B * sqrt(k) * ROWS**2), "width_for_curvature").relation.rhs ** 2
FINAL = (
    network.lem6_20.claim("residual").bound.subs(_START).subs(misfit_0, (1 + ZETA) * ROOT_N).expand()
    - nuisance_y
    - DURATION_DECAY * information_y
)

REPAIRED = (*MODEL, BOUNDED_AT_ZERO, KERNEL_CUTOFF_RANGE, *SAMPLES, *RUN)
_USES = ("ofls19.lem6_2", "ofls19.lem6_13.repaired", "ofls19.lem6_14", "ofls19.lem6_20", "ofls19.thm6_22")
_CHAIN = (
    "On the event of Lemma 6.14 the initial misfit is at most (1 + zeta) sqrt(n) and a quarter c of it is in the "
    "information space; on that of Lemma 6.13 matched roots make (nu^2/K) Sigma a reference for Lemma 6.20, whose "
    "condition on eps_0 is solved for the width with B >= (alpha / lambda_1) |Pi_I r_0| and "
    "lambda_1 <= nu B |X| / sqrt(K)."
)


def _width_form(*, id: str, form: Form, title: str, gram: Expr, roots: str, proof: str) -> Statement:
    return replace(
        thm6_22,
        id=id,
        title=title,
        form=form,
        improves="ofls19.thm6_22",
        hypotheses=(*REPAIRED, UP_TO_T, *widths_and(("kernel_width", at_least(k, gram)), ("width", at_least(k, K_B)))),
        claims=_optimisation(FINAL, tidy((2 * stopping_value / cutoff).subs(_START).subs(_ON_KERNEL)), ROWS),
        probability=1 - INITIAL_FAILURE - GRAM_FAILURE,
        uses=(roots, *_USES),
        errata=(C12,),
        proof=proof,
    )


thm6_22_repaired = _width_form(
    id="ofls19.thm6_22.repaired",
    form="repaired",
    title="Convergence from a random initialisation at the width that the lemmas need (derived.k32)",
    gram=K_A,
    roots="ofls19.lem6_4",
    proof=_CHAIN,
)
thm6_22_sharpened = _width_form(
    id="ofls19.thm6_22.sharpened",
    form="sharpened",
    title="Convergence from a random initialisation with the sharpened Lemma 6.4, 16 times less kernel width",
    gram=K_A_SHARPENED,
    roots="ofls19.lem6_4.sharpened",
    proof=_CHAIN + " Roots are twice as close by the sharpened Lemma 6.4.",
)

STATEMENTS = (thm6_22, thm6_22_repaired, thm6_22_sharpened)
