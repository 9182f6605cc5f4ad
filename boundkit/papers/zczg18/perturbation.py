"""Theorem 5.3: networks near the initialisation, one statement an item and all together."""

from __future__ import annotations

from sympy import Expr, Rational, log, sqrt

from boundkit.papers.zczg18.assumptions import COMPARABLE_WIDTHS, SEPARATED
from boundkit.papers.zczg18.model import (
    INITIALISATION,
    at_least,
    at_most,
    claim,
    entry,
    on_events,
    open_constants,
    tried,
)
from boundkit.papers.zczg18.nodes import GRADIENT_REASON, LARGEST_GRADIENT
from boundkit.papers.zczg18.structure import EVENT_IDS
from boundkit.statement import Claim, Constant, Erratum, Hypothesis, Statement
from boundkit.statement.statement import EMPTY
from boundkit.statement.vocabulary import C, c, n, radius
from boundkit.statement.words.deep import (
    batch_slope,
    c_level,
    c_lower,
    feature_change,
    label_separation,
    last_gradient_norm,
    last_width,
    layer_batch_gradient,
    layer_distance,
    layer_flips,
    layer_gradient_norm,
    layer_width,
    max_width,
    mean_slope,
    perturbed_output,
    perturbed_product,
    perturbed_weight_norm,
    preactivation_threshold,
    union_flips,
    vector_sparsity,
    weight_change_sum,
)
from boundkit.statement.words.shared import L

NEAR_START = on_events(INITIALISATION)
BALL = Hypothesis("ball", "run", at_most(layer_distance, radius))
RADIUS_GRADIENT = Hypothesis(
    "radius_gradient", "parameter", at_most(radius, c * label_separation ** Rational(3, 2) / (n**3 * L**2))
)
RADIUS_PRODUCT = Hypothesis(
    "radius_product", "parameter", at_most(radius, c / (L**11 * log(max_width) ** Rational(3, 2)))
)
HYPOTHESES = (SEPARATED, COMPARABLE_WIDTHS, BALL, RADIUS_PRODUCT, RADIUS_GRADIENT)
CHECK_7 = Erratum(
    "CHECK-7",
    "gap",
    "In the expansion of Lemma B.1 the terms with a single changed mask have no small factor: event (v) bounds each of "
    "up to L of them by (CL)^2, so the listed properties give order L^3 (L^2 with the true size of (v)), not L. (The "
    "last display is lost.)",
    "One more event is needed, products applied to sparse vectors from one side having norm at most C; see "
    "lemB_1.repaired.",
)
FLIP_SHARE = L ** Rational(4, 3) * radius ** Rational(2, 3)


def gradient_claims(depth: Expr) -> tuple[Claim, ...]:
    """Upper bounds of a layer's gradient and batch gradient with this factor of depth."""
    factor = C * depth * sqrt(max_width)
    return (
        tried(
            claim("layer_gradient", layer_gradient_norm, at_most(layer_gradient_norm, factor * mean_slope)),
            "weights",
            limit=last_gradient_norm / sqrt(n),
            reason="the last layer's gradient has rank at most n",
        ),
        tried(
            claim("batch_gradient", layer_batch_gradient, at_most(layer_batch_gradient, factor * batch_slope)),
            "weights",
            limit=sqrt(max_width) * batch_slope / 50,
            reason="half of the last units are active on a sample, and their gradients do not cancel but for a few",
        ),
    )


def strength(constant: Expr) -> Claim:
    """Lower bound of the last layer's squared gradient."""
    return tried(
        claim(
            "gradient_lower",
            last_gradient_norm,
            at_least(last_gradient_norm**2, constant * last_width * label_separation / n**5 * (n * mean_slope) ** 2),
        ),
        "weights",
        limit=LARGEST_GRADIENT,
        reason=GRADIENT_REASON,
    )


def features_claim(constant: Expr) -> Claim:
    """Features depend on the weights in a Lipschitz way."""
    return tried(
        claim("features", feature_change, at_most(feature_change, constant * L * weight_change_sum)),
        "weights",
        limit=weight_change_sum,
        reason="weights that grow along the features of a sample move its first features by their change",
    )


_CHEAPEST = radius ** Rational(2, 3) / 2  # half of the share of units that can be flipped
_FLIPPED = "turning the smallest pre-activations of a sample flips about 0.98 m tau^(2/3) units"


def flips_claim(constant: Expr) -> Claim:
    """Few activations change."""
    return tried(
        claim("flips", layer_flips, at_most(layer_flips, constant * FLIP_SHARE * layer_width)),
        "weights",
        limit=_CHEAPEST * layer_width,
        reason=_FLIPPED,
    )


WEIGHTS = tried(
    claim("weight_norm", perturbed_weight_norm, at_most(perturbed_weight_norm, C)),
    "weights",
    limit=1,
    reason="a row of a layer's weights has norm about sqrt(2)",
)
FEATURES = features_claim(C)
FLIPS = flips_claim(C)
UNION = tried(
    claim("union_flips", union_flips, at_most(union_flips, C * n * FLIP_SHARE * last_width)),
    "weights",
    limit=_CHEAPEST * last_width,
    reason=_FLIPPED,
)
PRODUCT = tried(
    claim("product", perturbed_product, at_most(perturbed_product, C * L)),
    "weights",
    limit=1,
    reason="a product of masked layers nearly keeps the norm of the features that it passes on",
)


def output_claim(bound: Expr) -> Claim:
    """Outputs of sparse vectors through changed layers."""
    return tried(
        claim("sparse_output", perturbed_output, at_most(perturbed_output, bound)),
        "weights",
        limit=1,
        reason="the signs sent back have entries of size about 1, the largest of which a single entry reaches",
    )


OUTPUT = output_claim(C * L * sqrt(FLIP_SHARE) * sqrt(max_width * log(max_width)))
GRADIENTS = gradient_claims(L**2)

_ITEMS: tuple[tuple[str, str, tuple[Claim, ...], tuple[str, ...]], ...] = (
    ("i", "norms of weights", (WEIGHTS,), ()),
    ("ii", "features depend on the weights in a Lipschitz way", (FEATURES,), ("lemB_3",)),
    ("iii", "few activations change", (FLIPS,), ("lemB_3",)),
    ("iv", "few activations change on any sample", (UNION,), ("lemB_4",)),
    ("v", "products of layers", (PRODUCT,), ("lemB_1",)),
    ("vi", "outputs of vectors with at most C L^(4/3) tau^(2/3) m_l non-zero entries", (OUTPUT,), ("lemB_2",)),
    ("vii", "lower bound of the gradient", (strength(c_lower),), ("lemB_5",)),
    ("viii", "upper bounds of the gradients", GRADIENTS, ("lemB_6",)),
)
CONSTANTS = open_constants(C, c, c_lower)


def _constants(claims: tuple[Claim, ...]) -> tuple[Constant, ...]:
    """Those that the hypotheses or these claims mention."""
    mentioned = {
        symbol
        for relation in (*(h.relation for h in HYPOTHESES), *(c.relation for c in claims))
        for symbol in relation.free_symbols
    }
    return tuple(item for item in CONSTANTS if item.symbol in mentioned)


SPARSITY = {vector_sparsity: C * FLIP_SHARE * layer_width}
ITEMS = tuple(
    entry(
        f"thm5_3_{number}",
        f"Near the initialisation, ({number}): {words}",
        f"Theorem 5.3 ({number})",
        setting=NEAR_START,
        hypotheses=HYPOTHESES,
        claims=claims,
        constants=_constants(claims),
        instance=SPARSITY if number == "vi" else EMPTY,
        uses=(*EVENT_IDS, *uses),
        errata=(CHECK_7,) if number == "v" else (),
    )
    for number, words, claims, uses in _ITEMS
)
thm5_3 = entry(
    "thm5_3",
    "Structure of networks near a Gaussian initialisation with the eight events of Theorem 5.1",
    "Theorem 5.3",
    setting=NEAR_START,
    hypotheses=HYPOTHESES,
    claims=tuple(item for statement in ITEMS for item in statement.claims),
    constants=CONSTANTS,
    instance={
        preactivation_threshold: C * FLIP_SHARE / sqrt(layer_width),
        **SPARSITY,
    },
    uses=("thm5_1", *(f"thm5_3_{item[0]}" for item in _ITEMS)),
    errata=(CHECK_7,),
)
GRADIENTS_SHARPENED = gradient_claims(L)
thm5_3_viii_sharpened = entry(
    "thm5_3_viii.sharpened",
    "Upper bounds of the gradients, linear in the depth (CHECK-20)",
    "Theorem 5.3 (viii)",
    setting=NEAR_START,
    hypotheses=HYPOTHESES,
    claims=GRADIENTS_SHARPENED,
    constants=_constants(GRADIENTS_SHARPENED),
    uses=("thm5_3_viii", "thm5_3_v", "thm5_3_i", "thm5_3_ii"),
    proof=(
        "The gradient of one output is the outer product of features of norm at most 2, by (i) and (ii), and the "
        "signs of "
        "norm at most sqrt(M) sent back through a product of norm at most CL, by (v)."
    ),
)

_NODES = Hypothesis("radius_flips", "parameter", RADIUS_GRADIENT.relation)
lemB_5 = entry(
    "lemB_5",
    "Lower bound of the gradient near the initialisation",
    "Lemma B.5",
    setting=NEAR_START,
    hypotheses=(SEPARATED, BALL, _NODES),
    claims=(strength(c_lower),),
    constants=open_constants(c, c_lower),
    uses=("thm5_1_viii", "thm5_3_iv", "thm5_3_ii"),
)


def kept_strength(*, share: Expr, level: Expr) -> Expr:
    """Constant of the squared gradient when half of a share of the units keeps this level.

    `share` is the number of units over last_width phi / n, `level` a unit's gradient over the largest slope / n.

    >>> from sympy import Integer
    >>> kept_strength(share=Integer(1), level=Integer(1))
    1/2
    """
    return share / 2 * level**2


lemB_5_tracked = entry(
    "lemB_5.tracked",
    "Lower bound of the gradient with the constant of its proof",
    "Lemma B.5",
    setting=NEAR_START,
    hypotheses=(*lemB_5.hypotheses, RADIUS_PRODUCT),
    claims=(strength(kept_strength(share=c_lower, level=c_level / 2)),),
    constants=open_constants(c, c_lower, c_level),
    uses=("lemB_5", "thm5_1_viii", "thm5_3_iv", "thm5_3_ii"),
    proof=(
        "With the constants c_lower and c_level of event (viii): half of the units keep their activations on all "
        "samples "
        "and at least half of their gradient; the largest slope is at least the mean."
    ),
)
lemB_6 = entry(
    "lemB_6",
    "Upper bounds of the gradients near the initialisation",
    "Lemma B.6",
    setting=NEAR_START,
    hypotheses=HYPOTHESES,
    claims=GRADIENTS,
    constants=open_constants(C, c),
    uses=("thm5_3_v", "thm5_3_ii"),
)

STATEMENTS: tuple[Statement, ...] = (
    thm5_3,
    *ITEMS,
    thm5_3_viii_sharpened,
    lemB_5,
    lemB_5_tracked,
    lemB_6,
)
