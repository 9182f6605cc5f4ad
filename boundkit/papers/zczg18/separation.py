"""Separation and cosines of features through the layers: Lemmas A.3, A.4, A.11, A.12, Corollaries A.5, A.13."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, Rational, acos, asin, cos, log, pi, sin

from boundkit.papers.zczg18.assumptions import SEPARATED, UNIT_DATA, UNIT_NORM
from boundkit.papers.zczg18.model import (
    HALF,
    INITIALISATION,
    at_least,
    at_most,
    claim,
    entry,
    equated,
    open_constants,
    tried,
)
from boundkit.statement import Claim, Constant, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import C, c, k, n, tightness
from boundkit.statement.words.deep import (
    depth_index,
    feature_chord,
    input_cosine,
    label_separation,
    last_coordinate,
    layer_angle,
    layer_cosine,
    layer_separation,
    previous_angle,
    relu_correlation,
)
from boundkit.statement.words.shared import L, failure

CORRELATION = 1 - feature_chord**2 / 2


def mean_product(angle: Expr) -> Expr:
    """E of the product of the positive parts of two standard normals with this angle, times two pi.

    >>> from sympy import pi
    >>> mean_product(0 * pi)
    pi
    """
    return sin(angle) + (pi - angle) * cos(angle)


def _expansion(constant: Expr) -> Claim:
    return Claim(
        label="expansion",
        observable=relu_correlation,
        template=at_most(relu_correlation, CORRELATION / 2 + constant * feature_chord**3 / tightness),
        experiment="scalars",
        twin=12 * pi * constant,
        twin_reason="the cubic term has a coefficient of 1/(6 pi) at least: the twin asks for half of it",
    )


_KERNEL = mean_product(2 * asin(feature_chord / 2)) / (2 * pi)
lemA_3 = entry(
    "lemA_3",
    "ReLU kernel at a small angle",
    "Lemma A.3",
    hypotheses=(Hypothesis("small_chord", "parameter", at_most(feature_chord, c)),),
    claims=(_expansion(C),),
    constants=open_constants(c, C),
)
lemA_3_tracked = entry(
    "lemA_3.tracked",
    "ReLU kernel at any angle, every constant explicit (DRV-3)",
    "Lemma A.3",
    hypotheses=(Hypothesis("chord", "parameter", at_most(feature_chord, 2)),),
    claims=(
        _expansion(Rational(1, 16)),
        equated(claim("kernel", relu_correlation, Eq(relu_correlation, _KERNEL)), "scalars"),
    ),
    constants=(
        Constant(C, "tracked", Rational(1, 16), "attained at opposite vectors; 1/(6 pi) as the chord tends to 0"),
    ),
    uses=("lemA_3",),
    proof=(
        "The mean is alpha/2 + (sin psi - psi cos psi) / (2 pi) with cos psi = alpha; the second term over theta^3 "
        "increases with theta from 1/(6 pi) to 1/16 at theta = 2."
    ),
)

_SHRINKAGE = 1 - log(2) / (2 * L)
_PAIRS = log(4 * n**2 * L / failure)
_SMALL_SEPARATION = Hypothesis("separation_small", "data", at_most(label_separation, c / L))
CHECK_9 = Erratum(
    "CHECK-9",
    "misprint",
    "The statement says for all pairs of samples; samples with one label may coincide.",
    "It concerns pairs with opposite labels.",
)
CHECK_8 = Erratum(
    "CHECK-8",
    "unstated hypothesis",
    "Unit samples with a common last coordinate mu only have x_i^T x_j >= 2 mu^2 - 1, so the base case x_i^T x_j >= "
    "mu^2 "
    "of the induction fails for x = (+-sqrt(1 - mu^2), 0, ..., mu), and the claim with it for mu <= 1/2. (The display "
    "is lost; the statement is reconstructed from the induction hypothesis.)",
    "Ask for x_i^T x_j >= mu^2. What the lemma is used for needs less: features are non-negative for L >= 2, and "
    "phi <= 2 mu suffices for L = 1.",
)


def _separation(bound: Expr) -> Claim:
    return tried(
        claim("separation", layer_separation, at_least(layer_separation, bound)),
        "initialisation",
        limit=label_separation,
        reason="a ReLU layer contracts angles in the mean, so no separation doubles",
    )


lemA_4 = entry(
    "lemA_4",
    "Features of opposite labels stay separated, layer by layer",
    "Lemma A.4",
    setting=INITIALISATION,
    hypotheses=(
        UNIT_NORM,
        SEPARATED,
        _SMALL_SEPARATION,
        Hypothesis("width", "width", at_least(k, C * L**4 / label_separation**4 * _PAIRS)),
        Hypothesis("layer", "parameter", at_most(depth_index, L)),
    ),
    claims=(_separation(_SHRINKAGE**depth_index * label_separation),),
    probability=1 - failure,
    constants=open_constants(c, C),
    uses=("corA_2", "lemA_3"),
    errata=(CHECK_9,),
)
lemA_4_sharpened = entry(
    "lemA_4.sharpened",
    "Separation of features at a width that does not depend on the separation (DRV-5)",
    "Lemma A.4",
    setting=INITIALISATION,
    hypotheses=(
        UNIT_NORM,
        SEPARATED,
        _SMALL_SEPARATION,
        Hypothesis("width", "width", at_least(k, C * L**2 * _PAIRS)),
        Hypothesis("layer", "parameter", at_most(depth_index, L)),
    ),
    claims=lemA_4.claims,
    probability=1 - failure,
    constants=open_constants(c, C),
    uses=("lemA_4",),
    proof=(
        "Normalised features depend on the normalised features below only, and the squared distance of two features is "
        "a mean of terms at most (g - g')^2, which concentrates relatively to the squared distance below."
    ),
)
corA_5 = entry(
    "corA_5",
    "Features of opposite labels keep half of their separation",
    "Corollary A.5",
    setting=INITIALISATION,
    hypotheses=lemA_4.hypotheses[:-1],
    claims=(_separation(label_separation / 2),),
    probability=1 - failure,
    constants=open_constants(c, C),
    uses=("lemA_4",),
    errata=(CHECK_9,),
)
angle_recursion = entry(
    "d.angle_recursion",
    "Angles of features at infinite width; separations halve when phi L exceeds about 3 pi (DRV-4)",
    "Lemma A.4",
    improves="lemA_4",
    setting=INITIALISATION,
    hypotheses=(Hypothesis("angle", "run", at_most(previous_angle, pi)),),
    claims=(equated(claim("angle", layer_angle, Eq(layer_angle, acos(mean_product(previous_angle) / pi))), "scalars"),),
    constants=(Constant(c, "tracked", 3 * pi, "limit of phi L at infinite depth for half of the separation"),),
    uses=("lemA_3.tracked",),
    proof="The law of large numbers: the cosine after a layer is twice the mean product of Lemma A.3.",
)

lemA_11 = entry(
    "lemA_11",
    "ReLU does not decrease non-negative correlations",
    "Lemma A.11",
    hypotheses=(Hypothesis("correlation", "parameter", at_least(CORRELATION, 0)),),
    claims=(
        tried(
            claim("correlation", relu_correlation, at_least(relu_correlation, CORRELATION / 2)),
            "scalars",
            limit=HALF,
            reason="no correlation of positive parts is above that of equal variables, one half",
        ),
    ),
)
lemA_11_sharpened = entry(
    "lemA_11.sharpened",
    "ReLU does not decrease correlations of either sign",
    "Lemma A.11",
    hypotheses=(Hypothesis("chord", "parameter", at_most(feature_chord, 2)),),
    claims=lemA_11.claims,
    uses=("lemA_11", "lemA_3.tracked"),
    proof="The difference is (sin psi - psi cos psi) / (2 pi), which is not negative for any angle.",
)
_COSINE_WIDTH = Hypothesis("width", "width", at_least(k, C * L**4 / last_coordinate**4 * log(n**2 * L / failure)))


def _cosine(bound: Expr) -> Claim:
    return tried(
        claim("cosine", layer_cosine, at_least(layer_cosine, bound)),
        "initialisation",
        limit=last_coordinate**0,
        reason="a cosine is at most 1",
    )


_COSINE = _cosine(last_coordinate**2 * _SHRINKAGE**depth_index)
_HALF_COSINE = _cosine(HALF * last_coordinate**2)
_INPUTS = Hypothesis("input_cosine", "data", at_least(input_cosine, last_coordinate**2))
_LAYER = Hypothesis("layer", "parameter", at_most(depth_index, L))


def _cosines(name: str, title: str, label: str, **parts: Any) -> Statement:
    repaired = name.endswith("repaired")
    base = (*UNIT_DATA, _COSINE_WIDTH, *((_INPUTS,) if repaired else ()))
    errata = () if repaired else (CHECK_8,)
    extra = (_LAYER,) if name.startswith("lem") else ()
    return entry(
        name,
        title,
        label,
        setting=INITIALISATION,
        hypotheses=(*base, *extra),
        probability=1 - failure,
        constants=open_constants(C),
        errata=errata,
        **parts,
    )


_A12 = "Cosines of features stay bounded below, layer by layer"
_A13 = "Cosines of features stay above half of the squared last coordinate"
lemA_12 = _cosines("lemA_12", _A12, "Lemma A.12", claims=(_COSINE,), uses=("lemA_11",))
lemA_12_repaired = _cosines(
    "lemA_12.repaired",
    f"{_A12}, for samples with inner products at least mu^2",
    "Lemma A.12",
    claims=(_COSINE,),
    uses=("lemA_12", "lemA_11"),
    proof="The induction of the paper, whose base case is the added hypothesis.",
)
corA_13 = _cosines("corA_13", _A13, "Corollary A.13", claims=(_HALF_COSINE,), uses=("lemA_12",))
corA_13_repaired = _cosines(
    "corA_13.repaired",
    f"{_A13}, for samples with inner products at least mu^2",
    "Corollary A.13",
    claims=(_HALF_COSINE,),
    uses=("corA_13", "lemA_12.repaired"),
    proof="(1 - log(2) / (2L))^L is at least 1/2.",
)

STATEMENTS = (
    lemA_3,
    lemA_3_tracked,
    lemA_4,
    lemA_4_sharpened,
    corA_5,
    angle_recursion,
    lemA_11,
    lemA_11_sharpened,
    lemA_12,
    lemA_12_repaired,
    corA_13,
    corA_13_repaired,
)
