"""The activation assumption, the examples of the paper and their Gaussian moments in closed form (section 2)."""

from __future__ import annotations

from sympy import Expr, Integer, Rational, Symbol, exp, log, pi, sqrt

from boundkit.papers.sjl17.paper import (
    MEAN_SLOPE,
    QUADRATIC,
    at_least,
    below,
    claim,
    equal,
    never_or_always,
    smallest,
    source,
)
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import sup_d2phi, sup_dphi
from boundkit.statement.words.landscape_data import (
    is_erf,
    is_linear,
    is_normal_integral,
    is_scaled_sigmoid,
    is_scaled_softplus,
    is_tanh,
    mean_d2phi,
    mean_d2phi_vanishes,
    mean_dphi,
    scale,
    sharpness,
    slope_at_zero,
    var_dphi,
)
from boundkit.statement.words.shared import sup_phi_0

_MEAN_CURVATURE = never_or_always("mean_curvature", mean_d2phi_vanishes)
asm2_3 = Statement(
    id="sjl17.asm2_3",
    kind="assumption",
    title="E phi'(sigma g) and E phi''(sigma g) vanish at every scale or at none",
    source=source("Assumption 2.3"),
    hypotheses=(MEAN_SLOPE, _MEAN_CURVATURE),
    errata=(
        Erratum(
            "C17a",
            "unstated hypothesis",
            "The condition on E phi' is superfluous: it enters (C.2) only, which no later step needs.",
            "Drop it.",
        ),
        Erratum(
            "C17b",
            "unstated hypothesis",
            "phi(z) = z satisfies case (b), but its Jacobian has rank at most d, so the results for case (b) fail for "
            "n > d.",
            "Require in case (b) that phi' is not constant almost everywhere.",
        ),
    ),
)
asm2_3_repaired = Statement(
    id="sjl17.asm2_3.repaired",
    kind="assumption",
    title="E phi''(sigma g) vanishes at every scale or at none, and phi' is not constant",
    source=source("Assumption 2.3"),
    form="repaired",
    improves="sjl17.asm2_3",
    hypotheses=(
        _MEAN_CURVATURE,
        Hypothesis("slope_not_constant", "activation", equal(is_linear, 0)),
    ),
    proof="The centred Jacobian vanishes exactly for constant phi'; the mean slope enters no lower bound.",
)

ex2_4 = Statement(
    id="sjl17.ex2_4",
    kind="definition",
    title="Softplus satisfies case (a), sigmoid, 'erf' and tanh case (b)",
    source=source("Example 2.4"),
    uses=("sjl17.asm2_3",),
    errata=(
        Erratum(
            "C18",
            "misprint",
            "The printed 'erf' has exp(-t^2/2) in its integral: it is sqrt(2) erf(z / sqrt(2)).",
            "Both are encoded; both satisfy case (b).",
        ),
    ),
)

_VALUES = {
    "mean_slope": mean_dphi,
    "mean_curvature": mean_d2phi,
    "variance": var_dphi,
    "slope": sup_dphi,
    "curvature": sup_d2phi,
    "at_zero": sup_phi_0,
    "slope_at_zero": slope_at_zero,
}


def _moments(name: str, title: str, case: Hypothesis, proof: str, *others: Claim, **values: Expr | int) -> Statement:
    """The closed forms of one family, as equations for the words that `values` names."""
    return Statement(
        id=f"sjl17.d.moments_{name}",
        kind="lemma",
        title=f"Gaussian moments and bounds of {title}",
        source=source("Example 2.4"),
        form="refined",
        improves="sjl17.ex2_4",
        hypotheses=(case,),
        claims=(
            *(claim(label, _VALUES[label], equal(_VALUES[label], value)) for label, value in values.items()),
            *others,
        ),
        uses=("sjl17.asm2_3",),
        proof=proof,
    )


def _is(indicator: Symbol) -> Hypothesis:
    return Hypothesis("activation", "activation", equal(indicator, 1))


HALF = Rational(1, 2)
ROOT_PI = sqrt(pi)
_ODD = "The second derivative is odd."


def _normal_density(inner: int) -> dict[str, Expr]:
    """Moments for phi' = (2/sqrt(pi)) exp(-z^2 inner / 2)."""
    spread = 1 + inner * scale**2
    return {
        "mean_slope": 2 / (ROOT_PI * sqrt(spread)),
        "mean_curvature": Integer(0),
        "variance": 4 / pi * (1 / sqrt(1 + 2 * inner * scale**2) - 1 / spread),
        "slope": 2 / ROOT_PI,
        "curvature": 2 / ROOT_PI * sqrt(inner) * exp(-HALF),
        "at_zero": Integer(0),
        "slope_at_zero": 2 / ROOT_PI,
    }


_INTEGRAL = "Gaussian integrals of exp(-a z^2); |phi''| is largest one inflection length from 0."

softplus = _moments(
    "softplus",
    "the softplus of sharpness b",
    _is(is_scaled_softplus),
    "phi' is the sigmoid s(bz) with s(z) + s(-z) = 1 and s' = s - s^2, so E s = 1/2 and E s^2 = 1/2 - E phi'' / b; "
    "E phi'' is at most its supremum and at most the integral of phi'' times the largest normal density.",
    claim("mean_curvature_bound", mean_d2phi, below(mean_d2phi, smallest(sharpness / 4, 1 / (scale * sqrt(2 * pi))))),
    mean_slope=HALF,
    variance=Rational(1, 4) - mean_d2phi / sharpness,
    slope=1,
    curvature=sharpness / 4,
    at_zero=log(2) / sharpness,
    slope_at_zero=HALF,
)
sigmoid = _moments(
    "sigmoid",
    "the sigmoid of sharpness b",
    _is(is_scaled_sigmoid),
    _ODD,
    mean_curvature=0,
    slope=sharpness / 4,
    curvature=sharpness**2 / (6 * sqrt(3)),
    at_zero=HALF,
    slope_at_zero=sharpness / 4,
)
tanh = _moments(
    "tanh",
    "tanh",
    _is(is_tanh),
    _ODD,
    mean_curvature=0,
    slope=1,
    curvature=4 / (3 * sqrt(3)),
    at_zero=0,
    slope_at_zero=1,
)
normal_integral = _moments(
    "normal_integral", "the 'erf' of the paper", _is(is_normal_integral), _INTEGRAL, **_normal_density(1)
)
erf_standard = _moments("erf", "the error function", _is(is_erf), _INTEGRAL, **_normal_density(2))
quadratic = _moments(
    "quadratic",
    "z^2, which has no bound on its slope",
    QUADRATIC,
    "phi' = 2z and phi'' = 2.",
    mean_slope=0,
    mean_curvature=2,
    variance=4 * scale**2,
    curvature=2,
    at_zero=0,
    slope_at_zero=0,
)
variance_bound = Statement(
    id="sjl17.d.slope_variance",
    kind="lemma",
    title="Variance of the slope against its mean derivative",
    source=source("Section 7.2"),
    form="refined",
    improves="sjl17.asm2_3",
    claims=(claim("variance", var_dphi, at_least(var_dphi, scale**2 * mean_d2phi**2)),),
    uses=("sjl17.asm2_3",),
    proof="The first Hermite coefficient of phi'(sigma g) is sigma E phi''(sigma g), by Stein's identity.",
)

STATEMENTS = (
    asm2_3,
    asm2_3_repaired,
    ex2_4,
    softplus,
    sigmoid,
    tanh,
    normal_integral,
    erf_standard,
    quadratic,
    variance_bound,
)
