"""Tools for the centred Jacobian: Lemmas 7.6, 7.7, 7.10, Proposition 7.8 and Appendix D."""

from __future__ import annotations

from sympy import Expr, Integer, exp, sqrt

from boundkit.papers.sjl17.paper import (
    ANY_WEIGHTS,
    GAUSSIAN,
    SECOND_DERIVATIVE,
    at_least,
    at_most,
    claim,
    equal,
    open_constants,
    smallest,
    source,
)
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import C, d, sup_d2phi
from boundkit.statement.words.landscape import curvature_ratio, norm_W, sigma_min_DGW
from boundkit.statement.words.landscape_lemmas import (
    concentration_constant,
    deviation,
    feature_norm,
    frobenius_factor,
    identity_error,
    spectral_factor,
    tail,
)
from boundkit.statement.words.landscape_points import sigma_min_centred, sigma_min_whitened

MODEL = (SECOND_DERIVATIVE, GAUSSIAN)

lem7_6 = Statement(
    id="sjl17.lem7_6",
    kind="lemma",
    title="Mean of the centred Jacobian: every column is vec(D_v Gamma W)",
    source=source("Lemma 7.6", "(7.16)"),
    setting=ANY_WEIGHTS,
    hypotheses=MODEL,
    claims=(claim("identity", identity_error, equal(identity_error, 0), chance="in expectation"),),
    uses=("sjl17.lem5_1",),
)
lem7_7 = Statement(
    id="sjl17.lem7_7",
    kind="lemma",
    title="Whitening the centred Jacobian by the Moore-Penrose inverse of D_v Gamma W",
    source=source("Lemma 7.7"),
    setting=ANY_WEIGHTS,
    claims=(claim("whitening", sigma_min_centred, at_least(sigma_min_centred, sigma_min_whitened * sigma_min_DGW)),),
)


def hanson_wright(t: Expr, constant: Expr, frobenius: Expr, spectral: Expr) -> Expr:
    """The exponent of Lemma D.2 for the quadratic form of a matrix with these norms."""
    return smallest(t**2 / (2 * constant**4 * frobenius**2), t / (constant**2 * spectral))


def _tail(exponent: Expr, label: str = "tail") -> Claim:
    return claim(label, tail, at_most(tail, 2 * exp(-exponent)))


FEATURE_CONSTANT = sqrt(sup_d2phi**2 * norm_W**2 + 1)
LIPSCHITZ = sup_d2phi * norm_W
prop7_8 = Statement(
    id="sjl17.prop7_8",
    kind="proposition",
    title="Tail of the bilinear form x^T U z in a sample and its centred slopes",
    source=source("Proposition 7.8", "(7.20)"),
    setting=ANY_WEIGHTS,
    hypotheses=MODEL,
    claims=(
        _tail(
            smallest(
                deviation**2 / (FEATURE_CONSTANT**4 * frobenius_factor**2),
                deviation / (FEATURE_CONSTANT**2 * spectral_factor),
            )
            / C
        ),
    ),
    constants=open_constants(C),
    uses=("sjl17.lemD_2", "sjl17.lemD_3"),
    errata=(
        Erratum(
            "C38",
            "misprint",
            "The penultimate display of the proof has a factor 2 for 4 in its first denominator.",
            "With 4 the substitution t -> 2t gives exactly (7.20); the proposition is right.",
        ),
    ),
)
prop7_8_sharpened = Statement(
    id="sjl17.prop7_8.sharpened",
    kind="proposition",
    title="Tail of the bilinear form, homogeneous in the activation and the weights (used in D9)",
    source=source("Proposition 7.8", "(7.20)"),
    form="sharpened",
    improves="sjl17.prop7_8",
    setting=ANY_WEIGHTS,
    hypotheses=MODEL,
    claims=(
        _tail(
            hanson_wright(
                2 * deviation, sqrt(Integer(2)), sqrt(2) * LIPSCHITZ * frobenius_factor, LIPSCHITZ * spectral_factor
            )
            / C
        ),
    ),
    constants=open_constants(C),
    uses=("sjl17.lemD_2", "sjl17.lemD_3"),
    proof=(
        "Lemma D.2 for (x, z / lambda), lambda = L sigma_max(W), which has the concentration property with K^2 = 2, "
        "and the symmetric matrix with blocks lambda U: it represents twice the form, with |A|_F^2 = 2 lambda^2 "
        "|U|_F^2."
    ),
)

lem7_10 = Statement(
    id="sjl17.lem7_10",
    kind="lemma",
    title="Norm of the whitened centred slopes",
    source=source("Lemma 7.10", "(7.24)"),
    setting=ANY_WEIGHTS,
    hypotheses=MODEL,
    claims=(
        claim("smallest", feature_norm, at_least(feature_norm, sqrt(d) - deviation * curvature_ratio)),
        claim("largest", feature_norm, at_most(feature_norm, (sqrt(d) + deviation) * curvature_ratio)),
    ),
    probability=1 - 2 * exp(-(deviation**2) / 2),
    uses=("sjl17.lem7_6",),
    errata=(
        Erratum(
            "C37",
            "gap",
            "Concentration is about the mean, the proof centres at the root mean square, which costs an additive "
            "multiple of rho; (G.3) has '=' for '<='; it needs the left inverse with |M D_v| = 1 / sigma_min(Gamma W).",
            "Add that multiple of rho; the variance of |z| is at most rho^2.",
        ),
    ),
)

_CONVEX = Hypothesis(
    "convex_concentration",
    "parameter",
    at_most(tail, 2 * exp(-(deviation**2) / (2 * concentration_constant**2))),
)
defD_1 = Statement(
    id="sjl17.defD_1",
    kind="definition",
    title="Convex concentration property: the tail of every convex 1-Lipschitz function",
    source=source("Definition D.1"),
    hypotheses=(_CONVEX,),
)
lemD_2 = Statement(
    id="sjl17.lemD_2",
    kind="lemma",
    title="Quadratic forms of mean-zero vectors with the convex concentration property (Adamczak 2015; quoted)",
    source=source("Lemma D.2"),
    claims=(_tail(hanson_wright(deviation, concentration_constant, frobenius_factor, spectral_factor) / C),),
    constants=open_constants(C),
    uses=("sjl17.defD_1",),
)
lemD_3 = Statement(
    id="sjl17.lemD_3",
    kind="lemma",
    title="A sample and its centred slopes together have the convex concentration property",
    source=source("Lemma D.3"),
    setting=ANY_WEIGHTS,
    hypotheses=MODEL,
    claims=(claim("constant", concentration_constant, at_most(concentration_constant, FEATURE_CONSTANT)),),
    uses=("sjl17.defD_1",),
    errata=(
        Erratum(
            "C43",
            "misprint",
            "The first line of the proof and the dimensions of the functions' domains (also in D.1 and D.2) are "
            "misprinted.",
            "|x_1 - x_2|^2 + |z_1 - z_2|^2 on R^(d+k).",
        ),
    ),
)

STATEMENTS = (
    lem7_6,
    lem7_7,
    prop7_8,
    prop7_8_sharpened,
    lem7_10,
    defD_1,
    lemD_2,
    lemD_3,
)
