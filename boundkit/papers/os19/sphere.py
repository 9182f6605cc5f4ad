"""Samples from the unit sphere: Corollaries 2.2 (softplus) and 2.4 (ReLU), with unspecified constants."""

from __future__ import annotations

from sympy import Expr, Ge, Integer, Le, Rational, Symbol, exp, sqrt

from boundkit.papers.os19.descent import rate
from boundkit.papers.os19.errata import C9
from boundkit.papers.os19.model import (
    NETWORK_NORM,
    RELU_ACTIVATION,
    RELU_NORM,
    SOFTPLUS_ACTIVATION,
    SPHERE_SAMPLE,
    setting,
    source,
)
from boundkit.statement import Claim, Constant, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import (
    B,
    C,
    c_1,
    c_2,
    c_3,
    c_d,
    d,
    distance,
    gamma_1,
    gamma_2,
    k,
    misfit,
    misfit_0,
    n,
    norm_y,
    tightness,
)


def sphere_claims(ceiling: Expr) -> tuple[Claim, ...]:
    """The two displays of Corollaries 2.2 and 2.4: prefactor 3 and unspecified constants."""
    return (
        rate(c_1 * d / n, ceiling=ceiling, start=3 * norm_y),
        Claim(
            label="radius",
            observable=distance,
            template=Le(distance + c_2 * sqrt(n) / norm_y * misfit, c_3 * sqrt(n) / tightness),
            experiment="training",
            twin=2 * c_3 / c_2 * norm_y / misfit_0,
            twin_reason="already at step 0 the left side is c_2 sqrt(n) misfit_0 / |y|",
        ),
    )


def open_constants(*symbols: Symbol) -> tuple[Constant, ...]:
    """Universal constants whose value the paper does not give."""
    return tuple(Constant(symbol, "open") for symbol in symbols)


SPHERE_SIZES = (
    Hypothesis("n_at_least_d", "data", Ge(n, d)),
    Hypothesis("n_at_most_c_d2", "data", Le(n, c_d * d**2)),
)
SPHERE_FAILURE = 2 / n + n * exp(-gamma_1 * sqrt(n)) + (2 * n + 1) * exp(-gamma_2 * d)

cor2_2 = Statement(
    id="os19.cor2_2",
    kind="corollary",
    title="Softplus network on samples from the sphere",
    source=source("Corollary 2.2", "(2.3)", "(2.4)", "(2.5)"),
    setting=setting(step_ratio=Rational(1, 2), norm_bound=NETWORK_NORM.subs(B, 1)),
    hypotheses=(
        SPHERE_SAMPLE,
        SOFTPLUS_ACTIVATION,
        *SPHERE_SIZES,
        Hypothesis("width", "width", Ge(sqrt(k * d), C * n)),
    ),
    claims=sphere_claims(Rational(1, 2)),
    probability=1 - SPHERE_FAILURE - exp(-d / Integer(4)),
    constants=open_constants(C, c_1, c_2, c_3, c_d, gamma_1, gamma_2),
    uses=("os19.thm2_1",),
    errata=(
        Erratum(
            "C8",
            "gap",
            "Factor 3 and exp(-d/4) are incompatible through Lemma 6.12 with B = 1.",
            "They are compatible with the true variance of softplus (1 + sqrt(V) + sqrt(2) = 2.94); even without it "
            "gamma_2 can absorb the difference.",
        ),
        C9,
    ),
    summary={"rate": c_1 * d / n, "misfit_0": 3 * norm_y},
)
C11 = Erratum(
    "C11",
    "gap",
    "The printed step size lacks the factor 1/3 of Theorem 2.3, so the corollary does not follow from it.",
    "The corollary is true with its printed step and other constants (D22); with 1/3 it follows from Theorem 2.3.",
)
C12 = Erratum(
    "C12",
    "gap",
    "Factor 3 and exp(-d) are incompatible through Theorem 2.3.",
    "Bookkeeping only: gamma_2 can absorb the difference; explicitly, replace exp(-d) by exp(-d/4).",
)
cor2_4 = Statement(
    id="os19.cor2_4",
    kind="corollary",
    title="ReLU network on samples from the sphere",
    source=source("Corollary 2.4", "(2.7)"),
    setting=setting(step_ratio=Integer(1), norm_bound=RELU_NORM),
    hypotheses=(
        SPHERE_SAMPLE,
        RELU_ACTIVATION,
        *SPHERE_SIZES,
        Hypothesis("width", "width", Ge(sqrt(k * d), C * n**2 / d)),
    ),
    claims=sphere_claims(Rational(9, 10)),
    probability=1 - SPHERE_FAILURE - exp(-d),
    constants=open_constants(C, c_1, c_2, c_3, c_d, gamma_1, gamma_2),
    uses=("os19.thm2_3",),
    errata=(C11, C12, C9),
    summary={"rate": c_1 * d / n, "misfit_0": 3 * norm_y},
)

STATEMENTS = (cor2_2, cor2_4)
