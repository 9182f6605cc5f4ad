"""The kernel under input noise: Lemma A.2 and its explicit form."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational as Q, exp, log, sqrt

from boundkit.papers.ofls19.jacobian import BOUNDED_SLOPE
from boundkit.papers.ofls19.model import ONE, observed, source
from boundkit.papers.ofls19.relations import above, at_most
from boundkit.statement import Claim, Constant, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import B, C, d, n, norm_X, second_moment_dphi, tightness
from boundkit.statement.words.generalisation import (
    cluster_noise,
    kernel_deviation,
    kernel_min_nonzero,
    projection_deviation,
)

NOISE = cluster_noise


def _perturbation(logarithm: Expr, unit: tuple[Expr, ...]) -> Expr:
    """The four terms of (A.1) with factors `unit`; `logarithm` bounds the squared largest of n Gaussians."""
    spread = n / d + 1
    return B**2 * (
        unit[0] * NOISE**2 * logarithm * norm_X**2
        + unit[1] * NOISE**2 * spread
        + unit[2] * sqrt(logarithm) * NOISE * norm_X**2
        + unit[3] * NOISE * sqrt(spread) * norm_X
    )


def davis_kahan(deviation: Expr, eigenvalue: Expr) -> Expr:
    """Distance of the top eigenspaces of two kernels at this deviation."""
    return deviation / (eigenvalue - deviation)


_NOISE_FAILURE = 2 * n * exp(-d / Q(2))
_MEASURED = davis_kahan(kernel_deviation, kernel_min_nonzero)


def _projection(bound: Expr) -> Claim:
    return observed(
        "projection",
        projection_deviation,
        at_most(projection_deviation, bound / tightness),
        experiment="kernels",
        twin=20 * bound / _MEASURED,
        reason="noise differs between the members of a cluster, so that much of the deviation mixes the two spaces",
    )


def _under_noise(bound: Expr) -> Claim:
    return observed(
        "kernel",
        kernel_deviation,
        at_most(kernel_deviation, bound / tightness),
        experiment="kernels",
        twin=10 * bound * sqrt(d) / (NOISE * second_moment_dphi),
        reason="to first order an entry of the kernel moves by sigma sqrt(2/d) E phi'^2 and more",
    )


_PRINTED_NOISE = _perturbation(log(n), (ONE, ONE, ONE, ONE))

lemA_2 = Statement(
    id="ofls19.lemA_2",
    kind="lemma",
    title="The kernel and its information space under input noise",
    source=source("Lemma A.2", "(A.1)", "(A.2)"),
    hypotheses=(BOUNDED_SLOPE, Hypothesis("spectral_gap", "run", above(kernel_min_nonzero, _PRINTED_NOISE))),
    claims=(_under_noise(C * _PRINTED_NOISE), _projection(davis_kahan(_PRINTED_NOISE, kernel_min_nonzero))),
    probability=1 - _NOISE_FAILURE,
    constants=(Constant(C, "open"),),
    errata=(
        Erratum(
            "C36",
            "gap",
            "2 sigma sqrt(2 log n) for the expected maximum of n Gaussians is right up to a constant only; it fails "
            "for very small n. The projections are bounded by (A.1) with constant 1, which is not proved; (A.2), at "
            "sigma^2 log n <= 1, is for unit rows.",
            "Use log(2 n) + 1 in place of log n, and the deviation of the kernel itself for the projections.",
        ),
    ),
    summary={"deviation_at_small_noise": C * n * B**2 * NOISE * sqrt(log(n))},
)

lemA_2_tracked = replace(
    lemA_2,
    id="ofls19.lemA_2.tracked",
    title="The kernel under input noise, with constants",
    form="tracked",
    improves="ofls19.lemA_2",
    hypotheses=(BOUNDED_SLOPE, Hypothesis("spectral_gap", "run", above(kernel_min_nonzero, kernel_deviation))),
    claims=(
        _under_noise(_perturbation(log(2 * n) + 1, (16, 16, 4 * sqrt(2), 4 * sqrt(2)))),
        _projection(_MEASURED),
    ),
    constants=(Constant(C, "tracked", 16 + 0 * C, "the largest of the four, with log(2n) + 1 for log n"),),
    uses=("ofls19.lemA_2",),
    errata=(),
    summary={},
    proof=(
        "On the event |Z| <= 2 (sqrt(n) + sqrt(d)) in the form the paper uses, split the kernel difference into the "
        "change of XX^T and the change of the slopes, each linear and quadratic in sigma, with the expected squared "
        "maximum of n Gaussians at most 2 (log(2n) + 1)."
    ),
)

STATEMENTS = (lemA_2, lemA_2_tracked)
