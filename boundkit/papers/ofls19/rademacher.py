"""From the distance to the test error: Rademacher lemmas 6.15 to 6.18 and the certificates that repair them."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, Rational as Q, sqrt

from boundkit.papers.ofls19.errata import C45
from boundkit.papers.ofls19.model import (
    BOUNDED_SMOOTH,
    FIXED_CLASS,
    FIXED_OUTPUT,
    INDEPENDENT_START,
    NU,
    ONE,
    ONE_HOT,
    OUTPUT_BOUNDED,
    attained,
    below_one,
    confidence,
    source,
    test_error,
)
from boundkit.papers.ofls19.relations import at_most, largest
from boundkit.papers.os19.chain import tidy
from boundkit.statement import Claim, Erratum, Hypothesis, Setting, Statement
from boundkit.statement.statement import Chance
from boundkit.statement.vocabulary import B, distance, k, misfit, n
from boundkit.statement.words.generalisation import (
    bounded_test_loss,
    hidden_radius,
    output_radius,
    row_distance,
    row_radius,
)
from boundkit.statement.words.generalisation_lemmas import (
    bounded_train_loss,
    feature_energy,
    rademacher_complexity,
    rademacher_loss_complexity,
)
from boundkit.statement.words.shared import failure

ANY_ALGORITHM = Setting(
    network="two layers, K outputs",
    output_weights=FIXED_OUTPUT,
    initialisation="arbitrary, independent of the sample",
    algorithm="any",
)
DATA: Chance = "almost every data"
CONTRACTION = sqrt(2)
HOEFFDING = sqrt(5)

lem6_15 = Statement(
    id="ofls19.lem6_15",
    kind="lemma",
    title="Contraction of vector-valued classes by 1-Lipschitz losses (Maurer)",
    source=source("Lemma 6.15"),
    claims=(
        attained(
            "contraction",
            rademacher_loss_complexity,
            at_most(rademacher_loss_complexity, CONTRACTION * rademacher_complexity),
            "classes",
            "for two outputs that agree and losses on one side of their labels both sides are alike up to sqrt(2)",
            factor=Integer(4),
        ),
    ),
    errata=(
        Erratum(
            "C25", "misprint", "The complexity of the losses is printed without the factor 1/n.", "Both sides have it."
        ),
    ),
)


def _generalisation(train: Expr, complexity: Expr, fluctuation: Expr) -> Expr:
    """Twice the complexity of the losses above the training loss."""
    return train + 2 * complexity + fluctuation


_FLUCTUATION = confidence(HOEFFDING)  # the standard one is 3 / sqrt(2), that is sqrt(4.5)
SHARP_FLUCTUATION = Integer(3) / sqrt(2)
_CONTRACTED = lem6_15.claim("contraction").bound

lem6_16 = Statement(
    id="ofls19.lem6_16",
    kind="lemma",
    title="Expected 1-Lipschitz loss in [0, 1] over a class, from its Rademacher complexity",
    source=source("Lemma 6.16"),
    hypotheses=(FIXED_CLASS,),
    claims=(
        below_one(
            "generalisation",
            bounded_test_loss,
            _generalisation(bounded_train_loss, _CONTRACTED, _FLUCTUATION),
            "classes",
        ),
    ),
    probability=1 - failure,
    uses=("ofls19.lem6_15",),
)

M_W, M_V, R = hidden_radius, output_radius, row_radius
IN_CLASS = (
    Hypothesis("hidden_in_class", "run", at_most(distance, M_W)),
    Hypothesis("rows_in_class", "run", at_most(row_distance, R / sqrt(k))),
)


def _complexity(*, scale: Expr, features: Expr, curvature: Expr) -> Expr:
    """Linear part, output part with factor `features`, curvature with factor `curvature`, product."""
    linear = M_W / sqrt(n) + (curvature * R**2 + M_W * M_V) / sqrt(k)
    return NU * (scale * linear + features * feature_energy * M_V / sqrt(n))


_PRINTED = _complexity(scale=B, features=B, curvature=ONE)
_SHARP = _complexity(scale=B, features=ONE, curvature=Q(1, 2))


def _bounded_by(bound: Expr) -> Claim:
    return attained(
        "complexity",
        rademacher_complexity,
        at_most(rademacher_complexity, bound),
        "classes",
        "output weights that move alone, where all samples and units agree, attain the bound up to B and sqrt(2)",
        factor=4 * largest(1, B),
    )


lem6_17 = Statement(
    id="ofls19.lem6_17",
    kind="lemma",
    title="Rademacher complexity of networks near the initialisation",
    source=source("Lemma 6.17", "(6.39)", "(6.40)"),
    setting=ANY_ALGORITHM,
    hypotheses=(*BOUNDED_SMOOTH, OUTPUT_BOUNDED),
    claims=(_bounded_by(_PRINTED),),
    errata=(
        Erratum(
            "C26",
            "false as printed",
            "The last line gives the part of the output weights a factor B, valid only for B >= 1: for phi = sin / 5, "
            "k = d = K = 1, two samples x = 1, w_0 = pi / 2 and M_W = R = 0 the complexity is 0.1 nu M_V, above 0.028.",
            "nu E M_V / sqrt(n) without B; irrelevant to the theorems, where M_V = 0.",
        ),
    ),
)

lem6_17_repaired = replace(
    lem6_17,
    id="ofls19.lem6_17.repaired",
    title="Rademacher complexity of networks near the initialisation, for any B and with half the curvature",
    form="repaired",
    improves="ofls19.lem6_17",
    claims=(_bounded_by(_SHARP),),
    uses=("ofls19.lem6_17",),
    errata=(),
    proof=(
        "Expand f around the start: the part linear in W costs nu B M_W / sqrt(n), the Taylor remainder at most "
        "nu B R^2 / (2 sqrt(k)), the product of the two changes nu B M_V M_W / sqrt(k), and the change of V on the "
        "initial features nu E M_V / sqrt(n), where the derivative of phi does not enter."
    ),
)


def _test_loss(complexity: Expr) -> Expr:
    """Lemma 6.16 on the class of Lemma 6.17; the mean loss is at most the root mean square |r| / sqrt(n)."""
    bound = lem6_16.claim("generalisation").bound
    return bound.subs({bounded_train_loss: misfit / sqrt(n), rademacher_complexity: complexity})


_MISPRINTED = NU * B * (M_W / sqrt(n) + (R**2 + NU * B * M_V * M_W) / sqrt(k) + feature_energy * M_V / sqrt(n))


def _error_lemma(*, id: str, title: str, complexity: Expr, error: Expr, **fields: object) -> Statement:
    bound = _test_loss(complexity)
    return Statement(
        id=id,
        kind="lemma",
        title=title,
        source=source("Lemma 6.18", "(6.41)", "(6.42)"),
        setting=ANY_ALGORITHM,
        hypotheses=(*BOUNDED_SMOOTH, OUTPUT_BOUNDED, ONE_HOT, FIXED_CLASS, INDEPENDENT_START, *IN_CLASS),
        claims=(
            below_one("test_loss", bounded_test_loss, bound),
            test_error(tidy(error * bound)),
        ),
        probability=1 - failure,
        **fields,  # type: ignore[arg-type]
    )


lem6_18 = _error_lemma(
    id="ofls19.lem6_18",
    title="Test error from the training loss and the distance to the initialisation",
    complexity=_MISPRINTED,
    error=Integer(2),
    uses=("ofls19.lem6_16", "ofls19.lem6_17"),
    errata=(
        Erratum(
            "C27",
            "misprint",
            "(6.41)-(6.42) have a second factor nu B on M_V M_W / sqrt(k), and V is printed as K x K.",
            "M_V M_W / sqrt(k) by (6.40); V is K x k.",
        ),
        C45,
    ),
)

MARKOV = sqrt(2)  # a misclassified one-hot sample has misfit at least 1/sqrt(2)
lem6_18_repaired = _error_lemma(
    id="ofls19.lem6_18.repaired",
    title="Test error from the training loss and the distance, with the complexity of the repaired Lemma 6.17",
    complexity=_SHARP,
    error=MARKOV,
    form="repaired",
    improves="ofls19.lem6_18",
    uses=("ofls19.lem6_16", "ofls19.lem6_17.repaired", "ofls19.lem6_18"),
    proof=(
        "Lemmas 6.16 and 6.17 for the loss min(1, |y - f|). Where the largest output is not at the label, (1 - f_a)^2 "
        "+ f_b^2 with f_b >= f_a is at least 1/2, so Markov's inequality at level 1/sqrt(2) costs sqrt(2)."
    ),
)

STATEMENTS = (lem6_15, lem6_16, lem6_17, lem6_17_repaired, lem6_18, lem6_18_repaired)
