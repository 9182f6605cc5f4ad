"""The quadratic loss: Polyak-Lojasiewicz and growth constants, with and without repetition in a batch (App. C)."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, Integer

from boundkit.papers.sgd22.paper import (
    BATCH,
    GROWTH,
    GROWTH_SURE,
    NETWORK,
    PL,
    at_most,
    compose,
    equated,
    halved,
    network,
    rewrite,
    source,
)
from boundkit.statement import Claim, Erratum, Statement
from boundkit.statement.vocabulary import n
from boundkit.statement.words.shared import b, loss
from boundkit.statement.words.stochastic import (
    batch_count,
    batch_gradient_moment,
    batch_gradient_norm,
    growth,
    growth_sure,
    loss_slope,
    loss_slope_change,
    loss_smoothness,
    output_shift,
    pl_constant,
)

CURVATURE = 2 / n
QUADRATIC = {pl_constant: CURVATURE, loss_smoothness: CURVATURE}
WITHOUT_REPETITION = {growth: n / b, growth_sure: n / b}
WITH_REPETITION = {growth: n / b + 1 - 1 / b, growth_sure: n + Integer(0)}

CHECK_03 = Erratum(
    "CHECK-03",
    "unstated hypothesis",
    "Batches are only said to be drawn uniformly; eta_f = n/b is exact for batches without repetition.",
    "With repetition the exact constant of the quadratic loss is n/b + 1 - 1/b.",
)

lem_pl = Statement(
    id="sgd22.lem.pl",
    kind="lemma",
    title="The quadratic loss is smooth and Polyak-Lojasiewicz with the same constant",
    source=source("Appendix C"),
    setting=NETWORK,
    claims=(
        equated("gradient", loss_slope, Eq(loss_slope**2, 2 * CURVATURE * loss)),
        halved("polyak_lojasiewicz", loss, rewrite(PL.relation, QUADRATIC), limit=loss, reason="both are equal"),
        halved(
            "smooth",
            loss_slope_change,
            at_most(loss_slope_change, CURVATURE * output_shift),
            limit=loss_slope_change,
            reason="both are equal: the gradient is linear",
        ),
    ),
    uses=("sgd22.def1", "sgd22.def2"),
)


def _growth(values: dict[object, Expr]) -> tuple[Expr, Expr]:
    second_moment = rewrite(GROWTH.relation, values)
    return Eq(second_moment.lhs, second_moment.rhs), rewrite(GROWTH_SURE.relation, values)


def _sure(norm: Expr, relation: Any) -> Claim:
    """A bound on the norm of every batch gradient, or on its square."""
    power = norm.as_base_exp()[1]
    return halved(
        "growth_sure",
        batch_gradient_norm,
        relation,
        limit=batch_gradient_moment ** (power / 2),
        reason="the largest of the squares is at least their mean",
    )


_EXACT, _SURE = _growth(WITHOUT_REPETITION)
_EXACT_REPETITION, _SURE_REPETITION = _growth(WITH_REPETITION)

lem_growth = Statement(
    id="sgd22.lem.growth",
    kind="lemma",
    title="Growth constant of the quadratic loss, batches without repetition",
    source=source("Appendix C"),
    setting=NETWORK,
    hypotheses=(BATCH,),
    claims=(equated("growth", batch_gradient_moment, _EXACT),),
    uses=("sgd22.def3",),
    errata=(CHECK_03,),
)

lem_growth_sharpened = compose(
    lem_growth,
    {},
    id="sgd22.lem.growth.sharpened",
    title="Growth of the quadratic loss in the mean and for every batch",
    form="sharpened",
    improves="sgd22.lem.growth",
    claims=(*lem_growth.claims, _sure(batch_gradient_norm, _SURE)),
    uses=("sgd22.lem.growth",),
    proof="A batch gradient has norm (2/b) times the norm of the residuals in the batch, at most all of them.",
)

growth_repetition = Statement(
    id="sgd22.d.growth_repetition",
    kind="lemma",
    title="Growth of the quadratic loss, batches with repetition",
    source=source("Appendix C"),
    form="repaired",
    improves="sgd22.lem.growth",
    setting=network(batches="with repetition"),
    claims=(equated("growth", batch_gradient_moment, _EXACT_REPETITION), _sure(batch_gradient_norm, _SURE_REPETITION)),
    uses=("sgd22.def3",),
    proof=(
        "A batch of b independent samples has mean gradient nabla f and covariance that of one sample over b; one "
        "sample drawn b times gives the almost-sure constant. Reshuffled epochs are covered by neither form."
    ),
)

growth_from_mean = Statement(
    id="sgd22.d.growth_sure",
    kind="lemma",
    title="Any finite sum has an almost-sure growth constant",
    source=source("Definition 3", "(5)"),
    form="repaired",
    improves="sgd22.def3",
    hypotheses=(GROWTH,),
    claims=(_sure(batch_gradient_norm**2, at_most(batch_gradient_norm**2, batch_count * GROWTH.relation.rhs)),),
    uses=("sgd22.def3",),
    proof="Each of the equally likely batches contributes at most batch_count times the second moment.",
)

STATEMENTS = (lem_pl, lem_growth, lem_growth_sharpened, growth_repetition, growth_from_mean)
