"""The Jacobian of the network: bounds at a point, on a ball and its Lipschitz constant (Lemma 3)."""

from __future__ import annotations

from sympy import Expr, expand, sqrt

from boundkit.papers.sgd22.paper import (
    ACTIVATION,
    BOUNDED_ROWS,
    FIRST_BOUNDED,
    NETWORK,
    SMOOTH,
    WIDE,
    assume,
    at_least,
    at_most,
    compose,
    observed,
    source,
)
from boundkit.statement import Claim, Erratum, Statement
from boundkit.statement.vocabulary import (
    alpha,
    norm_J,
    norm_X,
    radius,
    sigma_min_J,
    sup_d2phi,
    sup_dphi,
    tightness,
    weight_change,
)
from boundkit.statement.words.shared import feature_sigma_min
from boundkit.statement.words.stochastic import jacobian_shift, weight_shift
from boundkit.statement.words.stochastic_network import (
    feature_min_0,
    feature_norm_0,
    features_norm,
    max_row_norm,
    output_weights_bound,
    output_weights_norm,
    output_weights_norm_0,
)

SPEED = sup_dphi * norm_X
_BLOCKS = (SPEED * output_weights_norm, features_norm)
_AT_START = {
    output_weights_norm: output_weights_norm_0,
    features_norm: feature_norm_0,
    feature_sigma_min: feature_min_0,
}


def _spectrum(spectrum: Expr, norm: Expr) -> tuple[Claim, ...]:
    """Both ends of the spectrum, between the norm of the features and that of both blocks at the same point."""
    return (
        observed(
            "spectrum",
            sigma_min_J,
            at_least(sigma_min_J, tightness * spectrum),
            experiment="weights",
            twin=2 * sqrt(feature_sigma_min**2 + _BLOCKS[0] ** 2) / spectrum,
            reason="the block of the hidden layer adds at most sup|phi'| |X| |V|, in squares",
            chance="surely",
        ),
        observed(
            "norm",
            norm_J,
            at_most(norm_J, norm / tightness),
            experiment="weights",
            twin=2 * norm / features_norm,
            reason="the block of the output layer alone has the norm of the features",
            chance="surely",
        ),
    )


def _point(norm: Expr) -> tuple[Claim, ...]:
    return _spectrum(feature_sigma_min, norm)


adjoint = Statement(
    id="sgd22.lemA.adjoint",
    kind="lemma",
    title="Spectrum of the Jacobian from the features and the output weights",
    source=source("Appendix E", "(A.17)", "(A.18)", "(A.19)", "(A.20)", "(A.21)", "(A.22)", "(A.23)"),
    setting=NETWORK,
    hypotheses=(FIRST_BOUNDED, WIDE),
    claims=_point(_BLOCKS[0] + _BLOCKS[1]),
)

adjoint_sharpened = compose(
    adjoint,
    {},
    id="sgd22.lemA.adjoint.sharpened",
    title="Spectrum of the Jacobian, the two blocks stacked",
    form="sharpened",
    improves="sgd22.lemA.adjoint",
    claims=_point(sqrt(_BLOCKS[0] ** 2 + _BLOCKS[1] ** 2)),
    uses=("sgd22.lemA.adjoint",),
    proof="The adjoint stacks the blocks of the two layers, so their norms add in squares.",
)


def at_start(expression: Expr) -> Expr:
    """A bound at a point in terms of the output weights and features, taken at the start."""
    return expression.xreplace(_AT_START)


NORM_AT_START = at_start(adjoint_sharpened.claim("norm").bound)

direct = Statement(
    id="sgd22.lemA.direct",
    kind="lemma",
    title="Spectrum of the Jacobian of the network on a ball, without second derivatives",
    source=source("Lemma 1", "(10)"),
    form="sharpened",
    improves="sgd22.lem1",
    setting=NETWORK,
    hypotheses=(FIRST_BOUNDED, WIDE, assume("ball", "parameter", at_most(weight_change, radius))),
    claims=_spectrum(feature_min_0 - SPEED * radius, NORM_AT_START + SPEED * radius),
    uses=("sgd22.lemA.adjoint.sharpened", "sgd22.lemA5"),
    proof=(
        "The features move by at most sup|phi'| |X| |W - W_0| in Frobenius norm: Weyl for the block of the output "
        "layer. The pair of block norms moves by at most sup|phi'| |X| times the pair of the two layers' changes."
    ),
)

_LIPSCHITZ = sqrt(2) * norm_X * (sup_dphi + sup_d2phi * output_weights_bound)
OUTPUTS_BOUNDED = assume("output_weights_bounded", "run", at_most(output_weights_norm, output_weights_bound))


def _lipschitz(bound: Expr) -> tuple[Claim, ...]:
    return (
        observed(
            "lipschitz",
            jacobian_shift,
            at_most(jacobian_shift, bound * weight_shift / tightness),
            experiment="weights",
            twin=4 * bound / (sup_dphi * max_row_norm),
            reason="moving a unit along a sample that it sees steeply changes its feature by sup|phi'| |x| times that",
            chance="surely",
        ),
    )


beta_printed = Statement(
    id="sgd22.lemA.beta",
    kind="lemma",
    title="Lipschitz constant of the Jacobian where the output weights are bounded",
    source=source("Lemma 2", "(17)", "(A.24)", "(A.25)", "(A.26)"),
    setting=NETWORK,
    hypotheses=(*SMOOTH, BOUNDED_ROWS, OUTPUTS_BOUNDED),
    claims=_lipschitz(_LIPSCHITZ),
)

_CURVED = sup_d2phi * max_row_norm * output_weights_bound

beta_sharpened = compose(
    beta_printed,
    {},
    replaced=(BOUNDED_ROWS.label,),
    id="sgd22.lemA.beta.sharpened",
    title="Lipschitz constant of the Jacobian as a two by two spectral norm, for samples of any size",
    form="sharpened",
    improves="sgd22.lemA.beta",
    claims=_lipschitz(norm_X * (_CURVED + sqrt(_CURVED**2 + 4 * sup_dphi**2)) / 2),
    uses=("sgd22.lemA.beta",),
    proof=(
        "The change of the Jacobian is bounded by a bilinear form in the layers' changes and directions with matrix "
        "|X| ((a, sup|phi'|), (sup|phi'|, 0)), a = sup|phi''| chi max|x|; its spectral norm is the bound. Tight."
    ),
)


def lipschitz_constant(lemma: Statement, bound: Expr) -> Expr:
    """The Lipschitz constant that `lemma` gives where the output weights have norm at most `bound`."""
    return (lemma.claim("lipschitz").bound / weight_shift).xreplace({output_weights_bound: bound})


REACH = alpha / (2 * sqrt(2) * SPEED)
LIPSCHITZ = expand(lipschitz_constant(beta_printed, output_weights_norm_0 + REACH))
DROPPED = LIPSCHITZ - expand(lipschitz_constant(beta_printed, output_weights_norm_0 * 1))

lem3 = Statement(
    id="sgd22.lem3",
    kind="lemma",
    title="The network is smooth on a ball around its initialisation",
    source=source("Lemma 3", "(18)", "(19)", "(20)"),
    setting=NETWORK,
    hypotheses=(
        *ACTIVATION,
        BOUNDED_ROWS,
        assume("ball", "parameter", at_most(weight_change, alpha / (2 * LIPSCHITZ))),
    ),
    claims=_lipschitz(LIPSCHITZ),
    uses=("sgd22.lemA.beta",),
    errata=(
        Erratum(
            "CHECK-35",
            "unstated hypothesis",
            "The lemma asks for Assumption 3 only, but takes (17) from Lemma 2, whose samples have norm at most 1. "
            "For tanh and one sample of norm 5 the Jacobian changes twice as fast as (18) allows.",
            "Ask for Assumption 4 too, or multiply sup|phi''| by the largest norm of a sample.",
        ),
    ),
    summary={"lipschitz": LIPSCHITZ, "radius": alpha / (2 * LIPSCHITZ)},
)

STATEMENTS = (adjoint, adjoint_sharpened, direct, beta_printed, beta_sharpened, lem3)
