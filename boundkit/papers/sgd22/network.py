"""The network theorem, deterministic in the initialisation (D2), and the width it needs (D6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr, Lt, Rational, Symbol, sqrt

from boundkit.papers.sgd22 import descent
from boundkit.papers.sgd22.general import ISOMETRY_ON_BALLS, RADII, SHARE, START, d_general
from boundkit.papers.sgd22.jacobian import (
    NORM_AT_START,
    OUTPUTS_BOUNDED,
    SPEED,
    beta_sharpened,
    direct,
    lipschitz_constant,
)
from boundkit.papers.sgd22.loss import QUADRATIC, growth_repetition, lem_growth_sharpened, lem_pl
from boundkit.papers.sgd22.paper import (
    COMPOSITE,
    GROWTH_SURE,
    SMOOTH,
    WIDE,
    assume,
    at_least,
    at_most,
    compose,
    network,
    source,
)
from boundkit.statement import Hypothesis, Statement
from boundkit.statement.vocabulary import alpha, beta, k, lipschitz, radius
from boundkit.statement.words.shared import loss, loss_0
from boundkit.statement.words.stochastic import (
    alpha_inner,
    beta_inner,
    beta_outer,
    descent_share,
    exit_margin,
    growth,
    growth_sure,
    loss_slope,
    loss_slope_0,
    outer_radius,
)
from boundkit.statement.words.stochastic_network import (
    feature_level,
    feature_min_0,
    jacobian_level,
    loss_level,
    output_weights_norm_0,
)

Values = Mapping[Symbol, Expr]

_START_LEVELS = {feature_min_0: alpha, NORM_AT_START: beta}
_SPECTRUM = direct.claim("spectrum").bound.xreplace(_START_LEVELS)
_NORM = direct.claim("norm").bound.xreplace(_START_LEVELS)
_BALLS = {
    alpha_inner: _SPECTRUM,
    beta_inner: _NORM,
    beta_outer: _NORM.xreplace({radius: outer_radius}),
}
SLOPE_AT_START = {loss_slope_0: sqrt(lem_pl.claim("gradient").relation.rhs.xreplace({loss: loss_0}))}
FEATURES_MIN = assume("features_smallest", "run", at_least(feature_min_0, alpha))
NORM_BOUND = assume("jacobian_norm", "run", at_most(NORM_AT_START, beta))
_ROOM = assume("radius_below_safe", "parameter", Lt(SPEED * radius, alpha))
_LEMMAS = tuple(item.label for item in (*COMPOSITE, GROWTH_SURE, *ISOMETRY_ON_BALLS))
_USES = ("sgd22.d.general", direct.id)


def growth_constants(lemma: Statement) -> dict[Symbol, Expr]:
    """The constants of growth, in the mean and for every batch, that a lemma on the batches gives.

    >>> growth_constants(growth_repetition)[growth_sure]
    n
    """
    moment, sure = (lemma.claim(label).relation.rhs for label in ("growth", "growth_sure"))
    return {growth: moment / loss_slope**2, growth_sure: sure / loss_slope}


def batches(lemma: Statement) -> str:
    """How the batches are drawn that a lemma on growth is about."""
    return "with repetition" if lemma is growth_repetition else "without repetition"


def smooth_network(lemma: Statement) -> tuple[Hypothesis, ...]:
    """What the network theorem asks of activation, data and width when `lemma` bounds the drift of the Jacobian."""
    known = {OUTPUTS_BOUNDED.label, *(item.label for item in SMOOTH)}
    return (*SMOOTH, *(item for item in lemma.hypotheses if item.label not in known), WIDE)


def network_theorem(*, growth_lemma: Statement, smoothness: Statement, **changes: Any) -> Statement:
    """SGD on both layers from a measured initialisation, with these lemmas on batches and on the Jacobian's drift."""
    values = {
        **_BALLS,
        lipschitz: lipschitz_constant(smoothness, output_weights_norm_0 + outer_radius),
        **SLOPE_AT_START,
        **QUADRATIC,
        **growth_constants(growth_lemma),
    }
    return compose(
        d_general,
        values,
        replaced=_LEMMAS,
        hypotheses=(*smooth_network(smoothness), FEATURES_MIN, NORM_BOUND, _ROOM),
        improves="sgd22.thm2",
        kind="theorem",
        source=source("Theorem 2", "(21)"),
        setting=network(descent.largest_step(values), batches=batches(growth_lemma)),
        uses=(*_USES, smoothness.id, lem_pl.id, growth_lemma.id),
        instance={alpha: feature_min_0, beta: NORM_AT_START},
        **changes,
    )


d_network = network_theorem(
    growth_lemma=lem_growth_sharpened,
    smoothness=beta_sharpened,
    id="sgd22.d.network",
    title="SGD on both layers, decided by measured quantities of the initialisation (D2)",
    proof=(
        "sgd22.d.general with the direct bounds on the spectrum, which need no second derivative, and the sharp "
        "Lipschitz constant on the outer ball. phi(0) = 0, bounded samples and labels, and normal weights are not used."
    ),
)

d_network_repetition = network_theorem(
    growth_lemma=growth_repetition,
    smoothness=beta_sharpened,
    id="sgd22.d.network_repetition",
    title="SGD on both layers with repetition in a batch (D2)",
    proof="As sgd22.d.network, with the growth constants of batches with repetition.",
)

SAFE = alpha / (4 * SPEED)
_INNER = {radius: SAFE, outer_radius: 2 * SAFE, descent_share: Rational(1, 2)}
_DEFAULT_BALLS = {
    alpha_inner: _BALLS[alpha_inner].xreplace(_INNER),
    beta_inner: _BALLS[beta_inner].xreplace(_INNER).xreplace({alpha: beta}),
    beta_outer: _BALLS[beta_outer].xreplace(_INNER).xreplace({alpha: beta}),
    lipschitz: lipschitz_constant(beta_sharpened, output_weights_norm_0 + _INNER[outer_radius]),
}


def at_default_radius(growth_lemma: Statement) -> dict[Symbol, Expr]:
    """The quantities of the general theorem on the network, on balls a quarter and half as large as can be."""
    return {**_DEFAULT_BALLS, **_INNER, **SLOPE_AT_START, **QUADRATIC, **growth_constants(growth_lemma)}


def exit_bound(values: Values) -> Expr:
    """The expected path over the radius, which bounds the probability of leaving the ball."""
    return (descent.PATH / radius).xreplace(values)


DEFAULT = at_default_radius(lem_growth_sharpened)
EXIT = exit_bound(DEFAULT)
_DEFAULT_GONE = (*_LEMMAS, RADII.label, SHARE.label, START.label)

d_exit = compose(
    d_general,
    {**DEFAULT, exit_margin: 1 / EXIT},
    replaced=_DEFAULT_GONE,
    hypotheses=(*SMOOTH, WIDE, FEATURES_MIN, NORM_BOUND),
    id="sgd22.d.exit",
    title="Exit probability of SGD on both layers at the default radius (D2)",
    improves="sgd22.thm2",
    kind="theorem",
    source=source("Theorem 2", "(21)"),
    setting=network(descent.largest_step(DEFAULT)),
    uses=("sgd22.d.network",),
    summary={
        "exit": EXIT,
        "rate": descent.RATE.xreplace(DEFAULT),
        "radius": SAFE,
        "path": descent.PATH.xreplace(DEFAULT),
    },
    instance=d_network.instance,
    proof="sgd22.d.network at a quarter of mu_0 / (sup|phi'| |X|), with 1/zeta the expected path over the radius.",
)

LEVELS = {alpha: sqrt(feature_level * k), beta: sqrt(jacobian_level * k), loss_0: loss_level}
LEVEL_CONDITIONS = (
    assume("features_smallest", "run", at_least(feature_min_0**2, feature_level * k)),
    assume("jacobian_norm", "run", at_most(NORM_AT_START**2, jacobian_level * k)),
    assume("initial_loss", "run", at_most(loss_0, loss_level)),
)
_AT_LEVELS = {symbol: value for symbol, value in LEVELS.items() if symbol != loss_0}


def width_theorem(*, growth_lemma: Statement, **changes: Any) -> Statement:
    """SGD on both layers at a width that levels of the initialisation make sufficient, with this lemma on batches."""
    values = at_default_radius(growth_lemma)
    required = exit_margin * exit_bound(values).xreplace(LEVELS) * k
    return compose(
        compose(d_general, values, replaced=_DEFAULT_GONE),
        _AT_LEVELS,
        hypotheses=(*SMOOTH, WIDE, *LEVEL_CONDITIONS, assume("width", "width", at_least(k, required))),
        improves="sgd22.thm2",
        kind="theorem",
        source=source("Theorem 2", "(21)"),
        setting=network(descent.largest_step(values, _AT_LEVELS), batches=batches(growth_lemma)),
        **changes,
    )


d_width = width_theorem(
    growth_lemma=lem_growth_sharpened,
    id="sgd22.d.width",
    title="Width from levels of the features, the Jacobian and the loss at initialisation (D6)",
    uses=("sgd22.d.exit",),
    proof="The exit probability of sgd22.d.exit is inversely proportional to the width at fixed levels.",
)

STATEMENTS = (d_network, d_network_repetition, d_exit, d_width)
