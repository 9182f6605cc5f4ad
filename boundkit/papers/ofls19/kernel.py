"""The network at its initialisation: Lemmas 6.13 and 6.14 with explicit forms."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational as Q, Symbol, log, sqrt

from boundkit.papers.ofls19.jacobian import BOUNDED_SLOPE
from boundkit.papers.ofls19.model import (
    AT_START,
    BOUNDED_AT_ZERO,
    GRAM_FAILURE,
    INITIAL_FAILURE,
    MORE_SAMPLES_THAN_OUTPUTS,
    NU,
    RANDOM_SIGNS,
    ZETA,
    observed,
    source,
    widths_and,
)
from boundkit.papers.ofls19.relations import at_most, equal
from boundkit.papers.os19.model import UNIT_ROWS
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import B, k, n, norm_v_inf, norm_X, norm_y, tightness
from boundkit.statement.words.features import second_moment_phi
from boundkit.statement.words.generalisation import (
    gram_deviation,
    initial_prediction,
    kernel_deviation,
    kernel_norm,
    linearisation_tolerance,
    output_variance,
)
from boundkit.statement.words.shared import K, failure

SIGNS = Hypothesis("output_signs", "parameter", equal(output_variance, norm_v_inf**2))  # entries are +- norm_v_inf
LEVEL = B**2 * norm_X**2  # largest eigenvalue of one unit's contribution, and of the kernel
_KERNEL = linearisation_tolerance


def _sampled(label: str, observable: Symbol, bound: Expr, *, scale: Expr) -> Claim:
    """A bound on a deviation whose fluctuations are of size `scale`."""
    return observed(
        label,
        observable,
        at_most(observable, bound / tightness),
        experiment="kernels",
        twin=20 * bound / scale,
        reason="for two outputs the products of their signs add up at random, to sqrt(k) times the kernel",
    )


def _gram(deviation: Expr, width: Expr) -> dict[str, object]:
    """The deviation of the Gram matrix at any width, and that of the kernel at the width for it."""
    return {
        "claims": (
            _sampled("gram", gram_deviation, deviation, scale=sqrt(k) * norm_v_inf**2 * kernel_norm),
            _sampled("kernel", kernel_deviation, _KERNEL, scale=kernel_norm / sqrt(k)),
        ),
        "hypotheses": (UNIT_ROWS, BOUNDED_SLOPE, SIGNS, *widths_and(("kernel_width", k >= width))),
    }


_PRINTED_WIDTH = 1000 * K**2 * LEVEL**2 * log(n) / _KERNEL**2
_SIZE = norm_v_inf**2 * K * LEVEL
_PRINTED = _gram(30 * sqrt(k) * _SIZE * log(n), _PRINTED_WIDTH)

lem6_13 = Statement(
    id="ofls19.lem6_13",
    kind="lemma",
    title="Concentration of the Gram matrix of the Jacobian at initialisation",
    source=source("Lemma 6.13"),
    setting=AT_START,
    hypotheses=(BOUNDED_AT_ZERO, MORE_SAMPLES_THAN_OUTPUTS, *_PRINTED["hypotheses"]),  # type: ignore[misc]
    claims=_PRINTED["claims"],  # type: ignore[arg-type]
    probability=1 - GRAM_FAILURE,
    uses=("ofls19.lem6_11", "ofls19.lem6_12"),
    errata=(
        Erratum(
            "C23",
            "misprint",
            "The first display has log n; the proof uses sqrt(log n) and the second display needs it.",
            "sqrt(log n); the printed bound is a weaker true statement for n >= 3.",
        ),
        Erratum(
            "C46",
            "gap",
            "Matrix Hoeffding is used with exponent t^2 / (2 D^2); with the more common t^2 / (8 D^2) the constant 30 "
            "would give n^-28.1 only.",
            "The summands are bounded by B^2 |X|^2 around their mean, not twice that, so 30 suffices with either form.",
        ),
    ),
)

_REPAIRED = _gram(30 * sqrt(k) * _SIZE * sqrt(log(n)), _PRINTED_WIDTH)
lem6_13_repaired = replace(
    lem6_13,
    id="ofls19.lem6_13.repaired",
    title="Concentration of the Gram matrix of the Jacobian at initialisation, with sqrt(log n)",
    form="repaired",
    improves="ofls19.lem6_13",
    hypotheses=(MORE_SAMPLES_THAN_OUTPUTS, *_REPAIRED["hypotheses"]),  # type: ignore[misc]
    claims=_REPAIRED["claims"],  # type: ignore[arg-type]
    uses=("ofls19.lem6_13", "ofls19.lem6_11", "ofls19.lem6_12"),
    errata=(),
    proof=(
        "Matrix Hoeffding for each of the K^2 blocks: the failure 2 n exp(-112.5 log n) of a block is at most n^-102, "
        "and assembling the blocks costs a factor K."
    ),
)

_UNION = log(2 * n * K / failure)
_BERNSTEIN = (2 * K * LEVEL**2 / _KERNEL**2 + Q(2, 3) * K * LEVEL / _KERNEL) * _UNION
_SHARPENED = _gram(_SIZE * sqrt(2 * k * _UNION), _BERNSTEIN)
lem6_13_sharpened = replace(
    lem6_13,
    id="ofls19.lem6_13.sharpened",
    title="Concentration of the whole Gram matrix at once, with any failure probability (derived.gram)",
    form="sharpened",
    improves="ofls19.lem6_13",
    hypotheses=_SHARPENED["hypotheses"],  # type: ignore[arg-type]
    claims=_SHARPENED["claims"],  # type: ignore[arg-type]
    probability=1 - failure,
    uses=("ofls19.lem6_13", "ofls19.lem6_11", "ofls19.lem6_12"),
    errata=(),
    proof=(
        "The Gram matrix is the sum over units of V_s V_s^T tensor A_s with 0 <= A_s <= B^2 |X|^2, of dimension n K. "
        "Each summand lies between 0 and K nu^2 B^2 |X|^2 (Hoeffding); its square has mean at most "
        "K nu^4 B^4 |X|^4 because V_s V_s^T squared is K nu^2 V_s V_s^T, whose mean is nu^2 I (Bernstein)."
    ),
)


def _prediction(bound: Expr, *, scale: Expr) -> Claim:
    """The first predictions have norm at most `bound`; `scale` is nu, of which the output weights are signs."""
    return observed(
        "initial_prediction",
        initial_prediction,
        at_most(initial_prediction, bound / tightness),
        experiment="initialisation",
        twin=20 * bound / (scale * sqrt(n * second_moment_phi)),
        reason="their mean square is nu^2 n E phi^2, and no linear functional of the signs concentrates at 0",
    )


lem6_14 = Statement(
    id="ofls19.lem6_14",
    kind="lemma",
    title="Size of the first predictions",
    source=source("Lemma 6.14"),
    setting=AT_START,
    hypotheses=(
        UNIT_ROWS,
        BOUNDED_AT_ZERO,
        BOUNDED_SLOPE,
        Hypothesis(
            "output_scale",
            "parameter",
            equal(norm_v_inf, ZETA * norm_y / (50 * B * sqrt(K * log(2 * K) * k * n))),
        ),
    ),
    claims=(_prediction(ZETA * norm_y, scale=ZETA * norm_y / (50 * B * sqrt(log(2 * K) * n))),),
    probability=1 - INITIAL_FAILURE,
    errata=(
        Erratum(
            "C24",
            "misprint",
            "The event |1^T v|^2 <= 250 log(K) |v|^2 would be 1^T v = 0 for one output.",
            "250 log(2 K), as the next display has it.",
        ),
    ),
)

lem6_14_sharpened = replace(
    lem6_14,
    id="ofls19.lem6_14.sharpened",
    title="Size of the first predictions for any output scale and failure probability (derived.init)",
    form="sharpened",
    improves="ofls19.lem6_14",
    setting=replace(AT_START, output_weights=RANDOM_SIGNS),
    hypotheses=(
        UNIT_ROWS,
        BOUNDED_AT_ZERO,
        BOUNDED_SLOPE,
        Hypothesis("output_scale", "parameter", equal(norm_v_inf, NU / sqrt(k * K))),
    ),
    claims=(
        _prediction(
            NU * B * sqrt(n) * (sqrt(1 + 8 * log(4 * K / failure)) + sqrt(2 * log(2 * K / failure))),
            scale=NU,
        ),
    ),
    probability=1 - failure,
    uses=("ofls19.lem6_14",),
    errata=(),
    proof=(
        "For each output, given its signs, the norm of the predictions is Lipschitz in W with constant "
        "nu B |X| / sqrt(K), so it exceeds its root mean square by more than sqrt(2 log(2K/q)) times that with "
        "probability at most q/(2K). The mean square is at most n nu^2 B^2 / K times 1 + 4 |sum of signs|^2 / k, from "
        "the variance of phi(g) (at most B^2) and its mean (at most 2 B), and |sum of signs|^2 is at most "
        "2 k log(4K/q) with probability 1 - q/(2K). The squares of the K outputs add up."
    ),
)

STATEMENTS = (
    lem6_13,
    lem6_13_repaired,
    lem6_13_sharpened,
    lem6_14,
    lem6_14_sharpened,
)
