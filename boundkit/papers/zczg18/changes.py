"""Products of changed layers and changed activations: Lemmas B.1 to B.4."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Max, Rational, Symbol, log, sqrt

from boundkit.papers.zczg18.growth import solve_for
from boundkit.papers.zczg18.initialisation import SMALL_COUNT
from boundkit.papers.zczg18.model import at_most, entry, open_constants
from boundkit.papers.zczg18.perturbation import (
    BALL,
    CHECK_7,
    FLIP_SHARE,
    NEAR_START,
    PRODUCT,
    RADIUS_PRODUCT,
    UNION,
    features_claim,
    flips_claim,
    output_claim,
)
from boundkit.papers.zczg18.structure import EVENT_IDS
from boundkit.statement import Claim, Constant, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import C, c, k, radius
from boundkit.statement.words.deep import (
    C_product,
    C_weight,
    feature_bound,
    layer_flips,
    layer_width,
    max_width,
    one_sided_norm,
    preactivation_threshold,
    vector_sparsity,
)
from boundkit.statement.words.shared import L

_SPARSE = sqrt(vector_sparsity * log(max_width) / k)
_BASE = (
    BALL,
    Hypothesis("flips_sparse", "run", at_most(layer_flips, vector_sparsity)),
    Hypothesis("radius_small", "parameter", at_most(radius, c / L**3)),
    Hypothesis("sparsity_small", "parameter", at_most(_SPARSE, c / L**3)),
)
_NEAR = (BALL, RADIUS_PRODUCT)
CHECK_19 = Erratum(
    "CHECK-19",
    "misprint",
    "The unperturbed term is bounded by property (v).",
    "It is property (vi).",
)
CHECK_11 = Erratum(
    "CHECK-11",
    "gap",
    "With the printed threshold the units with small pre-activations alone use up the constant 8 (C C_0')^(2/3); the "
    "other flips add a quarter of that.",
    "The constant is 10, or 6 4^(1/3) = 9.53 with the best threshold; rates are not affected.",
)
lemB_1 = entry(
    "lemB_1",
    "Products of changed layers",
    "Lemma B.1",
    setting=NEAR_START,
    hypotheses=_BASE,
    claims=(PRODUCT,),
    constants=open_constants(C, c),
    uses=EVENT_IDS,
    errata=(CHECK_7,),
)
lemB_1_repaired = entry(
    "lemB_1.repaired",
    "Products of changed layers, given one-sided norms on sparse vectors",
    "Lemma B.1",
    setting=NEAR_START,
    hypotheses=(
        *_BASE,
        Hypothesis("one_sided", "run", at_most(one_sided_norm, C)),
        Hypothesis("sparsity_one_sided", "parameter", at_most(vector_sparsity * log(max_width), c * k / L**2)),
    ),
    claims=(PRODUCT,),
    constants=open_constants(C, c),
    uses=("lemB_1", *EVENT_IDS),
    proof=(
        "Each of the L terms with one changed mask is a product of two one-sided norms, of order 1; the others carry "
        "the "
        "small factors of the paper. The one-sided bound is taken as a hypothesis, its proof is like that of (vi) "
        "and (vii)."
    ),
)
lemB_2 = entry(
    "lemB_2",
    "Outputs of sparse vectors through changed layers",
    "Lemma B.2",
    setting=NEAR_START,
    hypotheses=_BASE,
    claims=(output_claim(C * L * sqrt(max_width) * Max(radius, _SPARSE)),),
    constants=open_constants(C, c),
    uses=("lemB_1", *EVENT_IDS),
    errata=(CHECK_19,),
)

FLIP_LEVEL = radius ** Rational(2, 3)
_PREACTIVATION_CHANGE = 2 * C * C_weight * L**2 * radius
_THRESHOLD_UNIT = (C * C_weight) ** Rational(2, 3) * FLIP_SHARE / sqrt(layer_width)


def flip_count(change: Expr, threshold: Expr) -> Expr:
    """Units that flip when pre-activations change by at most `change`: small ones, and those that move beyond.

    At most SMALL_COUNT have a pre-activation below `threshold`; each other flip uses threshold^2 of change^2.
    """
    return SMALL_COUNT.subs(preactivation_threshold, threshold) + change**2 / threshold**2


def best_threshold(change: Symbol) -> Expr:
    """The threshold at which `flip_count` is smallest: its derivative vanishes.

    >>> best_threshold(radius)
    radius**(2/3)/sqrt(layer_width)
    """
    slope = SMALL_COUNT / preactivation_threshold
    return solve_for(slope * preactivation_threshold**3 / (2 * change**2), preactivation_threshold)


def flip_constant(threshold: Expr) -> Expr:
    """Constant of (iii) over (C C_0')^(2/3): two changed networks are compared through the initialisation."""
    count = flip_count(_PREACTIVATION_CHANGE, threshold * _THRESHOLD_UNIT)
    return 2 * count / ((C * C_weight) ** Rational(2, 3) * FLIP_SHARE * layer_width)


PRINTED_THRESHOLD = Integer(2)
BEST_THRESHOLD = best_threshold(feature_bound).subs(feature_bound, _PREACTIVATION_CHANGE) / _THRESHOLD_UNIT
FEATURE_CONSTANT = 2 * Max(C_product, 1)


def _flips(constant: Expr) -> Claim:
    return flips_claim(constant * FEATURE_CONSTANT ** Rational(2, 3) * C_weight ** Rational(2, 3))


_FEATURES = features_claim(FEATURE_CONSTANT)


def _lipschitz(name: str, title: str, flips: Expr, **parts: Any) -> Statement:
    return entry(
        name,
        title,
        "Lemma B.3",
        setting=NEAR_START,
        hypotheses=_NEAR,
        claims=(_FEATURES, _flips(flips)),
        **parts,
    )


PRINTED_FLIPS = Integer(8)
lemB_3 = _lipschitz(
    "lemB_3",
    "Lipschitz features and few changed activations",
    PRINTED_FLIPS,
    constants=(Constant(C, "printed", FEATURE_CONSTANT, "of (ii)"), *open_constants(C_product, C_weight, c)),
    uses=("lemB_1", *EVENT_IDS),
    errata=(CHECK_11,),
)
lemB_3_repaired = _lipschitz(
    "lemB_3.repaired",
    "Lipschitz features and few changed activations, constant of the printed threshold",
    flip_constant(PRINTED_THRESHOLD),
    constants=open_constants(C_product, C_weight, c),
    uses=("lemB_3", "lemB_1", "thm5_1_iv"),
    proof="Flips at most 2 m^(3/2) beta + D^2 / beta^2 for each of two networks, D = 2 C C_0' L^2 tau.",
)
lemB_3_sharpened = _lipschitz(
    "lemB_3.sharpened",
    "Lipschitz features and few changed activations, best threshold",
    flip_constant(BEST_THRESHOLD),
    constants=open_constants(C_product, C_weight, c),
    uses=("lemB_3", "lemB_1", "thm5_1_iv"),
    proof="As the repaired form, with the threshold that minimises the count.",
)
lemB_4 = entry(
    "lemB_4",
    "Few activations of the last layer change on any sample",
    "Lemma B.4",
    setting=NEAR_START,
    hypotheses=_NEAR,
    claims=(UNION,),
    constants=open_constants(C, c),
    uses=("lemB_3",),
)

_THRESHOLDS = {lemB_3_repaired.id: PRINTED_THRESHOLD, lemB_3_sharpened.id: BEST_THRESHOLD}


def threshold_of(lemma: Statement, change: Expr) -> Expr:
    """The threshold between small and large pre-activations of a form of Lemma B.3, when they change by `change`.

    >>> threshold_of(lemB_3_sharpened, radius) == best_threshold(radius)
    True
    """
    at = solve_for(_PREACTIVATION_CHANGE / feature_bound, radius).subs(feature_bound, change)
    return (_THRESHOLDS[lemma.id] * _THRESHOLD_UNIT).subs(radius, at)


STATEMENTS = (
    lemB_1,
    lemB_1_repaired,
    lemB_2,
    lemB_3,
    lemB_3_repaired,
    lemB_3_sharpened,
    lemB_4,
)
