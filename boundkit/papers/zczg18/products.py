"""Products of masked layers at the initialisation: Lemmas A.8, A.9, A.10 and the limit of infinite width."""

from __future__ import annotations

from sympy import Eq, Expr, Integer, log, sqrt

from boundkit.papers.zczg18.assumptions import COMPARABLE_WIDTHS
from boundkit.papers.zczg18.model import (
    INITIALISATION,
    PER_EXAMPLE,
    at_least,
    at_most,
    claim,
    entry,
    equated,
    open_constants,
    tried,
)
from boundkit.statement import Claim, Erratum, Hypothesis
from boundkit.statement.vocabulary import C, d, k, n
from boundkit.statement.words.deep import (
    C_upper,
    masks,
    max_width,
    product_norm,
    product_norm_limit,
    sparse_bilinear,
    sparse_output,
    vector_sparsity,
)
from boundkit.statement.words.shared import L, failure

PER_PAIR = log(n * L**2 / failure)
INPUT_WIDTH = Hypothesis("input_dimension", "width", at_most(d, C * k))
CHECK_6 = Erratum(
    "CHECK-6",
    "gap",
    "The legible argument takes a net of about 9^m points, over which one layer's deviation is of order 1, so that "
    "layer "
    "by layer the product is bounded by exp(Theta(L)), not by CL. (The displays are lost.)",
    "The statement is true: cut the input coordinates into about L fixed blocks, on each of which a net of exp(cm/L) "
    "points "
    "suffices; this gives C sqrt(L). See lemA_8.repaired.",
)


def product_square(point: Expr, *, layers: Expr, aspect: Expr) -> Expr:
    """Squared norm of a product of Gaussian layers with `layers` masks at the stationary `point` of this expression.

    `aspect` is the input dimension of the first layer over the width.

    >>> from sympy import Integer
    >>> product_square(Integer(2), layers=Integer(0), aspect=Integer(1))
    8
    """
    return (1 + point) ** layers * (2 + point) * (2 * aspect + point) / point


_Q = 2 * masks - 1
POINT = (sqrt(_Q**2 + 8 * (masks + 1)) - _Q) / (2 * (masks + 1))


def _norm(factor: Expr) -> Claim:
    return tried(
        claim("product", product_norm, at_most(product_norm, C_upper * factor)),
        "initialisation",
        limit=1,
        reason="a product keeps the norm of a fixed vector on average and multiplies it by sqrt(2) in its last weights",
    )


def _output(factor: Expr) -> Claim:
    return tried(
        claim(
            "sparse_output",
            sparse_output,
            at_most(sparse_output, C_upper * factor * sqrt(vector_sparsity * log(max_width))),
        ),
        "initialisation",
        limit=1,
        reason="the signs sent back have entries of size about 1, the largest of which a single entry reaches",
    )


lemA_8 = entry(
    "lemA_8",
    "Products of masked layers have a norm linear in the depth",
    "Lemma A.8",
    setting=INITIALISATION,
    hypotheses=(COMPARABLE_WIDTHS, Hypothesis("width", "width", at_least(k, C * PER_PAIR))),
    claims=(_norm(L),),
    probability=1 - failure,
    constants=open_constants(C, C_upper),
    uses=("lemA_1", "corA_2"),
    errata=(CHECK_6,),
)
lemA_8_repaired = entry(
    "lemA_8.repaired",
    "Products of masked layers have a norm of order the square root of the depth (CHECK-6)",
    "Lemma A.8",
    setting=INITIALISATION,
    hypotheses=(COMPARABLE_WIDTHS, INPUT_WIDTH, Hypothesis("width", "width", at_least(k, C * L * PER_EXAMPLE))),
    claims=(_norm(sqrt(L)),),
    probability=1 - failure,
    constants=open_constants(C, C_upper),
    uses=("lemA_8",),
    proof=(
        "For one fixed unit vector the ratios of squared norms over a layer have conditional mean 1 and moment "
        "generating "
        "function at most exp(C t^2 / m) for t <= cm; with t of order m/L their product exceeds 4 with probability "
        "at most exp(-cm/L). Cut the input coordinates into about L fixed blocks of size cm/L: a net of a "
        "block's sphere is paid for, and the norm is at most C times the sum of the norms of the blocks."
    ),
)
product_limit = entry(
    "d.product_norm_limit",
    "Norm of a product of layers of equal width at infinite width (DRV-8)",
    "Lemma A.8",
    improves="lemA_8",
    setting=INITIALISATION,
    hypotheses=(Hypothesis("first_layer", "parameter", at_least(L, masks + 2)),),
    claims=(
        equated(
            claim(
                "limit",
                product_norm_limit,
                Eq(product_norm_limit, product_square(POINT, layers=masks, aspect=Integer(1)), evaluate=False),
            ),
            "scalars",
        ),
    ),
    uses=("lemA_8",),
    proof=(
        "Free multiplicative convolution of Marchenko-Pastur laws (variance 2) and Bernoulli(1/2) masks; the edge is "
        "the "
        "minimum over z > 0 of (1+z)^q (2+z)^2 / z. A product from the first layer replaces one factor 2 + z by "
        "2d/m + z. A limit, not a bound at finite width."
    ),
)
lemA_9 = entry(
    "lemA_9",
    "Outputs of sparse vectors that enter at a layer",
    "Lemma A.9",
    setting=INITIALISATION,
    hypotheses=(COMPARABLE_WIDTHS, Hypothesis("sparsity", "parameter", at_least(vector_sparsity, C * PER_EXAMPLE))),
    claims=(_output(L),),
    probability=1 - failure,
    constants=open_constants(C, C_upper),
    uses=("lemA_1",),
)
lemA_9_sharpened = entry(
    "lemA_9.sharpened",
    "Outputs of sparse vectors, without the factor of depth",
    "Lemma A.9",
    setting=INITIALISATION,
    hypotheses=(*lemA_9.hypotheses, INPUT_WIDTH, Hypothesis("width", "width", at_least(k, C * L * PER_EXAMPLE))),
    claims=(_output(L**0),),
    probability=1 - failure,
    constants=open_constants(C, C_upper),
    uses=("lemA_9", "lemA_8.repaired"),
    proof=(
        "For s log M at most cm/L norms are preserved on sparse vectors by the tail of lemA_8.repaired; then one "
        "sub-Gaussian step, the balanced signs making the mean 0. Larger s: split into blocks of that size."
    ),
)
lemA_10 = entry(
    "lemA_10",
    "Bilinear forms of products of layers on sparse vectors",
    "Lemma A.10",
    setting=INITIALISATION,
    hypotheses=(COMPARABLE_WIDTHS, Hypothesis("sparsity", "parameter", at_least(vector_sparsity, C * PER_PAIR))),
    claims=(
        tried(
            claim(
                "sparse_bilinear",
                sparse_bilinear,
                at_most(sparse_bilinear, C_upper * L * sqrt(vector_sparsity * log(max_width) / k)),
            ),
            "initialisation",
            limit=sqrt(2 / k),
            reason="the largest entry of a product exceeds the standard deviation sqrt(2/m) of an entry of the weights",
        ),
    ),
    probability=1 - failure,
    constants=open_constants(C, C_upper),
    uses=("lemA_1",),
)

STATEMENTS = (lemA_8, lemA_8_repaired, product_limit, lemA_9, lemA_9_sharpened, lemA_10)
