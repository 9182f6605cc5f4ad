"""Matrix identities and inequalities: Lemmas 5.1 to 5.4 with the repaired and sharper forms."""

from __future__ import annotations

from boundkit.papers.sjl17.paper import WIDE, at_least, at_most, claim, equal, source
from boundkit.statement import Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import d, k, norm_v_inf
from boundkit.statement.words.landscape import norm_DW, norm_W, sigma_min_W, v_min, v_order_statistic
from boundkit.statement.words.landscape_lemmas import (
    identity_error,
    largest_column,
    norm_factor,
    norm_product_KR,
    sigma_min_columns,
    sigma_min_product_KR,
    smallest_column,
)

KHATRI_RAO_NORM = largest_column * norm_factor
IDENTITY = claim("identity", identity_error, equal(identity_error, 0))


def _identity(number: int, title: str, *equations: str) -> Statement:
    return Statement(
        id=f"sjl17.lem5_{number}",
        kind="lemma",
        title=title,
        source=source(f"Lemma 5.{number}", *equations),
        claims=(IDENTITY,),
    )


lem5_1 = _identity(1, "Kronecker products: u x (Az) = (I x A)(u x z)")
lem5_2 = _identity(2, "Quadratic forms as inner products: (a x b)^T vec(A) = b^T A a")
lem5_4 = _identity(4, "Gram matrix of a Khatri-Rao product: (A * C)^T (A * C) = (A^T A) o (C^T C)", "(5.11)")

lem5_3 = Statement(
    id="sjl17.lem5_3",
    kind="lemma",
    title="Norm of a matrix with scaled rows",
    source=source("Lemma 5.3", "(5.10)"),
    claims=(claim("scaled_rows", norm_DW, at_least(norm_DW, norm_v_inf * sigma_min_W)),),
    errata=(
        Erratum(
            "C10",
            "false as printed",
            "The proof needs a coordinate vector in the range, that is k <= d: for the identity of size 2 above a zero "
            "row and v = (1/10, 1/10, 1) the left side is 1/10 and the right side 1.",
            "The (k-d+1)-st largest |v| instead of the largest (D13); for k <= d the lemma is right.",
        ),
    ),
)
lem5_3_repaired = Statement(
    id="sjl17.lem5_3.repaired",
    kind="lemma",
    title="Norm of a tall matrix with scaled rows (D13)",
    source=source("Lemma 5.3", "(5.10)"),
    form="repaired",
    improves="sjl17.lem5_3",
    hypotheses=(WIDE,),
    claims=(
        claim("scaled_rows", norm_DW, at_least(norm_DW, v_order_statistic * sigma_min_W)),
        claim("smallest_weight", norm_DW, at_least(norm_DW, v_min * norm_W)),
    ),
    uses=("sjl17.lem5_3",),
    proof=(
        "Some u != 0 vanishes on the d - 1 rows with the smallest |v|, so |D_v A u| >= |v|_(k-d+1) |A u|; sharp. "
        "And |D_v A u| >= v_min |A u| for every u."
    ),
)
lem5_3_narrow = Statement(
    id="sjl17.lem5_3.refined",
    kind="lemma",
    title="Norm of a wide matrix with scaled rows",
    source=source("Lemma 5.3", "(5.10)"),
    form="refined",
    improves="sjl17.lem5_3",
    hypotheses=(Hypothesis("at_most_d_rows", "width", at_most(k, d)),),
    claims=lem5_3.claims,
    uses=("sjl17.lem5_3",),
    proof=(
        "sigma_min is then the k-th singular value: A of full row rank maps a vector of norm at most 1 / sigma_min "
        "to the coordinate of the largest |v|."
    ),
)

khatri_rao_norm = Statement(
    id="sjl17.d.khatri_rao_norm",
    kind="lemma",
    title="Extreme singular values of a Khatri-Rao product (D6)",
    source=source("Lemma 5.4", "(5.11)"),
    form="sharpened",
    improves="sjl17.lem5_4",
    claims=(
        claim("largest", norm_product_KR, at_most(norm_product_KR, KHATRI_RAO_NORM)),
        claim("smallest", sigma_min_product_KR, at_least(sigma_min_product_KR, sigma_min_columns * smallest_column)),
    ),
    uses=("sjl17.lem5_4",),
    proof="Schur's bounds on the Hadamard product of the two Gram matrices, one of which has diagonal |a_i|^2.",
)

STATEMENTS = (lem5_1, lem5_2, lem5_3, lem5_3_repaired, lem5_3_narrow, lem5_4, khatri_rao_norm)
