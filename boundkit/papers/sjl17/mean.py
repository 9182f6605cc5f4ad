"""From the centred Jacobian to the Jacobian: Proposition 7.1 and its deterministic form."""

from __future__ import annotations

from sympy import Expr, Integer, Rational, exp, sqrt

from boundkit.papers.sjl17.paper import (
    ANY_WEIGHTS,
    AT_LEAST_D,
    GAUSSIAN,
    SECOND_DERIVATIVE,
    above,
    at_least,
    at_most,
    claim,
    open_constants,
    source,
)
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import c, d, gamma_1, n, norm_J, norm_v_inf, norm_X, sigma_min_J, sup_d2phi
from boundkit.statement.words.landscape import norm_mean_slopes, norm_W
from boundkit.statement.words.landscape_lemmas import c_mean
from boundkit.statement.words.landscape_points import (
    norm_centred,
    norm_mean_part,
    sigma_min_centred,
    sigma_min_projected,
)

# What Gaussian data satisfy: |X| for n >= d, with the probability of failing.
GAUSSIAN_NORM = 3 * sqrt(n)
GAUSSIAN_NORM_FAILURE = 2 * exp(-n / 2)
SLOPE_SCALE = sup_d2phi * norm_v_inf * norm_W
NONZERO_MEAN = Hypothesis("mean_slopes_nonzero", "parameter", above(norm_mean_slopes, 0))
BELOW_EXPONENTIAL = Hypothesis("n_below_exponential", "data", at_most(n, exp(sqrt(d)) / 4))


def mean_factor(fourth_moment: int) -> Expr:
    """Factor of n in (7.4): E f^4 <= fourth_moment R^4 for centred R-Lipschitz f, times E<u, x>^4 = 3."""
    return sqrt(3 * Integer(fourth_moment))


def lower(fourth_moment: int) -> Claim:
    """The bound (7.4)."""
    lost = mean_factor(fourth_moment) * n + c_mean * d ** Rational(3, 2) + c_mean * sqrt(d * n)
    return claim("smallest", sigma_min_J, at_least(sigma_min_J**2, sigma_min_centred**2 - lost * SLOPE_SCALE**2))


def upper(norm: Expr) -> Claim:
    """The norm of the Jacobian, the data having norm `norm`."""
    return claim("largest", norm_J, at_most(norm_J, norm_centred + norm * norm_mean_slopes))


C30 = (
    Erratum(
        "C30a",
        "unstated hypothesis",
        "n >= d, n <= exp(sqrt(d))/4 and a nonzero mean slope are used; the printed condition on n is removable by "
        "scaling, and a target of order d^2 is left over.",
        "Apply Theorem B.1 to the vectors divided by L |v|_inf |W|.",
    ),
    Erratum("C30b", "misprint", "exp(-t^2 / (2 B^2)) has B for R = L |v|_inf |W|.", "Read R."),
    Erratum(
        "C30c",
        "extraction",
        "A fourth root appears as a square root and an exponent in the available text, here and in (B.2).",
        "Not an error of the paper, as far as can be told.",
    ),
)
prop7_1 = Statement(
    id="sjl17.prop7_1",
    kind="proposition",
    title="Smallest singular value of the Jacobian from the centred one",
    source=source("Proposition 7.1", "(7.4)"),
    setting=ANY_WEIGHTS,
    hypotheses=(SECOND_DERIVATIVE, GAUSSIAN, Hypothesis("n_at_most", "data", at_most(n, c * d**2 * SLOPE_SCALE**4))),
    claims=(lower(16),),
    probability=1 - 2 * exp(-gamma_1 * sqrt(d)),
    constants=open_constants(c, c_mean, gamma_1),
    uses=("sjl17.thmB_1",),
    errata=(*C30,),
)
prop7_1_upper = Statement(
    id="sjl17.prop7_1_upper",
    kind="proposition",
    title="Norm of the Jacobian from the centred one (Proposition 7.1, second part)",
    source=source("Proposition 7.1", "(7.5)"),
    setting=ANY_WEIGHTS,
    hypotheses=(SECOND_DERIVATIVE, GAUSSIAN),
    claims=(upper(GAUSSIAN_NORM),),
    probability=1 - GAUSSIAN_NORM_FAILURE,
    errata=C30[:1],
)
prop7_1_sharpened = Statement(
    id="sjl17.prop7_1.sharpened",
    kind="proposition",
    title="Smallest singular value of the Jacobian from the centred one, with 3 sqrt(3) and its true hypotheses (C31)",
    source=source("Proposition 7.1", "(7.4)"),
    form="sharpened",
    improves="sjl17.prop7_1",
    setting=ANY_WEIGHTS,
    hypotheses=(SECOND_DERIVATIVE, GAUSSIAN, AT_LEAST_D, BELOW_EXPONENTIAL, NONZERO_MEAN),
    claims=(lower(9),),
    probability=prop7_1.probability,
    constants=open_constants(c_mean, gamma_1),
    uses=("sjl17.d.centring", "sjl17.thmB_1"),
    proof="|f|_4^2 <= |f|_2^2 + 2 R^2 <= 3 R^2 (logarithmic Sobolev, then Poincare); Theorem B.1 after scaling.",
)
centring = Statement(
    id="sjl17.d.centring",
    kind="proposition",
    title="From the centred Jacobian to the Jacobian, for any data and any centring vector (D8)",
    source=source("Proposition 7.1"),
    form="sharpened",
    improves="sjl17.prop7_1",
    setting=ANY_WEIGHTS,
    hypotheses=(NONZERO_MEAN,),
    claims=(
        claim("projected", sigma_min_J, at_least(sigma_min_J**2, sigma_min_projected**2)),
        claim(
            "smallest", sigma_min_projected, at_least(sigma_min_projected**2, sigma_min_centred**2 - norm_mean_part**2)
        ),
        upper(norm_X),
    ),
    uses=("sjl17.lem5_4",),
    proof=(
        "J^T J is the Hadamard product of X^T X with (Delta + mu 1^T)^T (Delta + mu 1^T), which is at least "
        "Delta^T (I - P) Delta, P the projection on mu; Schur. The difference is (X diag d)^T (X diag d)."
    ),
)

STATEMENTS = (
    prop7_1,
    prop7_1_upper,
    prop7_1_sharpened,
    centring,
)
