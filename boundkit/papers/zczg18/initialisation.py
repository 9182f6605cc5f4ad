"""Norms, outputs and small pre-activations at the initialisation: Lemmas A.1, A.6, A.7 and Corollary A.2."""

from __future__ import annotations

from sympy import Eq, Expr, Rational, log, pi, sqrt

from boundkit.papers.zczg18.assumptions import UNIT_NORM
from boundkit.papers.zczg18.model import (
    HALF,
    INITIALISATION,
    PER_EXAMPLE,
    at_least,
    at_most,
    claim,
    entry,
    open_constants,
    tried,
)
from boundkit.statement import Claim, Constant, Hypothesis, Statement
from boundkit.statement.vocabulary import C, k, n
from boundkit.statement.words.deep import (
    C_upper,
    hidden_norm_deviation,
    layer_width,
    max_hidden_norm,
    norm_ratio_deviation,
    output_max,
    preactivation_threshold,
    small_preactivations,
)
from boundkit.statement.words.shared import L, failure


def _norm_ratio(bound: Expr) -> Claim:
    return tried(
        claim("norm_ratio", norm_ratio_deviation, at_most(norm_ratio_deviation, bound)),
        "initialisation",
        limit=sqrt(5 / layer_width) / 5,
        reason="one ratio has standard deviation sqrt(5/m), a tenth of which it rarely stays within",
    )


def _hidden_norm(bound: Expr) -> Claim:
    return tried(
        claim("hidden_norm", hidden_norm_deviation, at_most(hidden_norm_deviation, bound)),
        "initialisation",
        limit=sqrt(5 / k) / 10,
        reason="the first norm has standard deviation sqrt(5/m)/2, a tenth of which it rarely stays within",
    )


def _output(bound: Expr) -> Claim:
    return tried(
        claim("output", output_max, at_most(output_max, bound)),
        "initialisation",
        limit=max_hidden_norm / 50,
        reason="given the last features an output is nearly normal, of variance (1 - 1/pi) times their squared norm",
    )


lemA_1 = entry(
    "lemA_1",
    "One layer preserves norms",
    "Lemma A.1",
    setting=INITIALISATION,
    hypotheses=(Hypothesis("width", "width", at_least(layer_width, C**2 * PER_EXAMPLE)),),
    claims=(_norm_ratio(C * sqrt(PER_EXAMPLE / layer_width)),),
    probability=1 - failure,
    constants=open_constants(C),
)
_U = log(2 * n * L / failure)
_RATIO_BOUND = sqrt(10 * _U / layer_width) + 4 * _U / layer_width
lemA_1_tracked = entry(
    "lemA_1.tracked",
    "One layer preserves norms, every constant explicit (DRV-1)",
    "Lemma A.1",
    setting=INITIALISATION,
    claims=(_norm_ratio(_RATIO_BOUND),),
    probability=1 - failure,
    uses=("lemA_1",),
    proof=(
        "Given the layer below, the ratio is 2/m times a sum of squared positive parts of standard normals. The "
        "logarithm of the moment generating function of Y = 2 (g_+)^2 - 1 is log(e^-t (1 + (1 - 4t)^(-1/2)) / 2), at "
        "most 5/2 t^2 / (1 - 4t) on [0, 1/4) and 5/2 t^2 for t <= 0; Bernstein's bound for 2nL events."
    ),
)
_DEVIATION = _RATIO_BOUND.subs(layer_width, k)
corA_2 = entry(
    "corA_2",
    "Hidden features have norm close to one",
    "Corollary A.2",
    setting=INITIALISATION,
    hypotheses=(UNIT_NORM, Hypothesis("width", "width", at_least(k, C**2 * PER_EXAMPLE))),
    claims=(_hidden_norm(C_upper * L * sqrt(PER_EXAMPLE / k)),),
    probability=1 - failure,
    constants=open_constants(C, C_upper),
    uses=("lemA_1",),
)
corA_2_tracked = entry(
    "corA_2.tracked",
    "Hidden features have norm close to one, every constant explicit (DRV-2)",
    "Corollary A.2",
    setting=INITIALISATION,
    hypotheses=(UNIT_NORM, Hypothesis("small_deviation", "width", at_most(_DEVIATION, 1 / L))),
    claims=(_hidden_norm(L * _DEVIATION),),
    probability=1 - failure,
    uses=("corA_2", "lemA_1.tracked"),
    proof=(
        "With e the deviation of one layer (Lemma A.1, tracked), norms lie in [(1 - e)^(L/2), (1 + e)^(L/2)], within "
        "eL of 1 when eL <= 1; the linear form in L needs this condition, of order L^2 log(nL/delta) for the width."
    ),
)

lemA_6 = entry(
    "lemA_6",
    "Outputs at the initialisation are bounded",
    "Lemma A.6",
    setting=INITIALISATION,
    claims=(_output(C_upper * sqrt(log(n / failure))),),
    probability=1 - failure,
    constants=open_constants(C_upper),
)
OUTPUT_BOUND = 2 * max_hidden_norm * sqrt(log(2 * n / failure))
lemA_6_tracked = entry(
    "lemA_6.tracked",
    "Outputs at the initialisation, every constant explicit (DRV-6)",
    "Lemma A.6",
    setting=INITIALISATION,
    claims=(_output(OUTPUT_BOUND),),
    probability=1 - failure,
    uses=("lemA_6",),
    proof=(
        "Given the last features the output has mean zero, since the signs balance, and is sqrt(2) |x_{L-1}|-Lipschitz "
        "in standard normals: Gaussian concentration and a union bound over 2n events."
    ),
)

_THREE_HALVES = layer_width ** Rational(3, 2)
SMALL_COUNT = 2 * _THREE_HALVES * preactivation_threshold
_EXPECTED_SCALE = SMALL_COUNT / 2
THRESHOLD_WIDTH = (PER_EXAMPLE / preactivation_threshold) ** Rational(2, 3)


def upper_tail(mean: Expr) -> Expr:
    """Chernoff: a sum of indicators of mean `mean` x exceeds 2x with probability at most exp(-upper_tail x).

    >>> from sympy import Integer
    >>> upper_tail(Integer(2))
    0
    """
    return 2 * log(2 / mean) - 2 + mean


lemA_7 = entry(
    "lemA_7",
    "Few pre-activations are small",
    "Lemma A.7",
    setting=INITIALISATION,
    hypotheses=(
        UNIT_NORM,
        Hypothesis("width_threshold", "width", at_least(layer_width, C * THRESHOLD_WIDTH)),
        Hypothesis("width_norm", "width", at_least(layer_width, C * L**2 * PER_EXAMPLE)),
    ),
    claims=(
        tried(
            claim("small_preactivations", small_preactivations, at_most(small_preactivations, SMALL_COUNT)),
            "initialisation",
            limit=SMALL_COUNT / 8,
            reason="the expected number is m^(3/2) beta / sqrt(pi) over the norm of the features",
        ),
    ),
    probability=1 - failure,
    constants=open_constants(C),
    uses=("corA_2",),
)


def _explicit(form: str, title: str, mean: Expr, norm: Hypothesis, proof: str) -> Statement:
    return entry(
        f"lemA_7.{form}",
        title,
        "Lemma A.7",
        setting=INITIALISATION,
        hypotheses=(
            norm,
            Hypothesis("width_threshold", "width", at_least(_EXPECTED_SCALE, PER_EXAMPLE / upper_tail(mean))),
        ),
        claims=lemA_7.claims,
        probability=1 - failure,
        constants=(Constant(C, "tracked", upper_tail(mean) ** Rational(-2, 3), "in the condition on the threshold"),),
        uses=("lemA_7",),
        proof=f"{proof} Chernoff's bound for the indicators of one layer and sample, and a union bound.",
    )


lemA_7_tracked = _explicit(
    "tracked",
    "Few pre-activations are small, every constant explicit (DRV-7)",
    2 / sqrt(pi),
    Hypothesis("hidden_norm", "run", at_most(hidden_norm_deviation, HALF)),
    "A normal of variance 2 |x|^2 / m with |x| >= 1/2 is within beta of 0 with probability at most 2 beta sqrt(m / "
    "pi).",
)
lemA_7_refined = _explicit(
    "refined",
    "Few pre-activations are small where the features have norm one, as in the first layer (DRV-7)",
    1 / sqrt(pi),
    Hypothesis("hidden_norm", "run", Eq(hidden_norm_deviation, 0)),
    "A normal of variance 2 / m is within beta of 0 with probability at most beta sqrt(m / pi).",
)

STATEMENTS = (
    lemA_1,
    lemA_1_tracked,
    corA_2,
    corA_2_tracked,
    lemA_6,
    lemA_6_tracked,
    lemA_7,
    lemA_7_tracked,
    lemA_7_refined,
)
