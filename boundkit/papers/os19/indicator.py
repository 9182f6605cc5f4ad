"""The covariance of the indicators 1{<w, x_i> >= 0} (Appendix I)."""

from __future__ import annotations

from sympy import Expr, Ge, Rational, log, pi, sqrt

from boundkit.papers.os19.covariance import (
    NOT_ORTHOGONAL,
    NOT_PARALLEL,
    PAIRS,
    STEP_TAIL,
    corI_2,
    eigenvalue_bound,
)
from boundkit.papers.os19.model import RELU_ACTIVATION, SEPARATED, UNIT_ROWS, source
from boundkit.statement import Claim, Erratum, Statement
from boundkit.statement.vocabulary import n, rho_max, separation, tightness
from boundkit.statement.words.features import lambda_indicator


def _indicator_bound(bound: Expr) -> Claim:
    return Claim(
        "indicator_eigenvalue",
        lambda_indicator,
        Ge(lambda_indicator, tightness * bound),
        "data",
        twin=1 / bound,
        twin_reason="the smallest eigenvalue is at most a diagonal entry, the probability 1/2 of a half-space",
    )


thmI_1 = Statement(
    id="os19.thmI_1",
    kind="theorem",
    title="Covariance of the indicators of separated data",
    source=source("Theorem I.1", "(I.1)", "(I.2)", "(I.3)"),
    hypotheses=(UNIT_ROWS, SEPARATED),
    claims=(_indicator_bound(corI_2.claims[0].bound),),
    uses=("os19.asm1",),
    errata=(
        Erratum(
            "C22a",
            "gap",
            "In the proof the second moment is bounded through the square of the first absolute moment, which is too "
            "small (n = 2 samples at angle 0.01 contradict the displayed step).",
            "Markov's inequality for the second moment gives the conclusion directly.",
        ),
        Erratum(
            "C22b",
            "misprint",
            "The probability of the event uses 2 gamma / 5 although 7 gamma / 10 was just stated; a reference to "
            "(I.4) should be to (I.1).",
            "Either number suffices for the stated constant.",
        ),
    ),
)


def covariance_constant(*, window: Expr, small_ball: Expr, moment: Expr) -> Expr:
    """The factor of separation / n^2 that the proof of Theorem I.1 gives.

    The first coordinate of w is within `window` separation / n with probability at least `small_ball` times that,
    all others are outside with the remaining factor; there f^2 is at least `moment` a_1^2 in the mean.
    """
    return moment * small_ball * window * (1 - 2 * window / sqrt(pi))


PRINTED_WINDOW = 1 / (2 * sqrt(2))
BEST_WINDOW = sqrt(pi) / 4
SHARP_SMALL_BALL = Rational(785, 1000)

thmI_1_sharpened = Statement(
    id="os19.thmI_1.sharpened",
    kind="theorem",
    title="Theorem I.1 with a constant better than 1/23 (D13)",
    source=source("Theorem I.1", "(I.1)"),
    form="sharpened",
    improves=thmI_1.id,
    hypotheses=(UNIT_ROWS, PAIRS, SEPARATED),
    claims=(
        _indicator_bound(
            covariance_constant(window=BEST_WINDOW, small_ball=SHARP_SMALL_BALL, moment=Rational(1, 4))
            * separation
            / n**2
        ),
    ),
    uses=(thmI_1.id,),
    proof=(
        "The window sqrt(pi) separation / (4 n) is the best one and at most 0.3134, where a standard normal variable "
        "is within g of 0 with probability at least 0.785 g. Changing the sign of the first coordinate changes only "
        "the first indicator, so the mean of f^2 is at least ((a_1 + s)^2 + s^2)/2 >= a_1^2/4 on the event, twice what "
        "the larger of the two values alone gives (with it the constant is 1/46)."
    ),
)

thmI_1_refined = Statement(
    id="os19.thmI_1.refined",
    kind="theorem",
    title="Theorem I.1 without polynomial loss in n (D14)",
    source=source("Theorem I.1"),
    form="refined",
    improves=thmI_1.id,
    hypotheses=(UNIT_ROWS, PAIRS, NOT_PARALLEL, NOT_ORTHOGONAL),
    claims=(_indicator_bound(STEP_TAIL / sqrt(2 + log(2 * (n - 1)) / log(1 / rho_max))),),
    uses=("os19.lemH_2", "os19.d.lambda_sep"),
    proof=(
        "As for the Jacobian covariance, with the Hadamard powers r instead of r + 1: the smallest odd R with "
        "(n - 1) rho^R <= 1/2 is at most 2 + log(2(n-1)) / log(1/rho)."
    ),
)

corI_2_sharpened = Statement(
    id="os19.corI_2.sharpened",
    kind="corollary",
    title="ReLU covariance of separated data with a constant better than 1/23 (D13)",
    source=source("Corollary I.2", "(I.4)"),
    form="sharpened",
    improves=corI_2.id,
    hypotheses=(UNIT_ROWS, RELU_ACTIVATION, PAIRS, SEPARATED),
    claims=(eigenvalue_bound(thmI_1_sharpened.claims[0].bound),),
    uses=("os19.lem6_5", thmI_1_sharpened.id),
    proof="The Gram matrix of the data has a unit diagonal, so its Hadamard product keeps the bound (Lemma 6.5).",
)

STATEMENTS = (thmI_1, thmI_1_sharpened, thmI_1_refined, corI_2_sharpened)
