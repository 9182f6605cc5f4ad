"""Matrices with independent sub-exponential columns: Proposition 7.9 and Appendices B and F."""

from __future__ import annotations

from sympy import Rational, exp, log, sqrt

from boundkit.papers.sjl17.paper import (
    AT_LEAST_D,
    above,
    at_least,
    at_most,
    below,
    claim,
    equal,
    largest,
    open_constants,
    source,
)
from boundkit.statement import Constant, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import C, c, d, n
from boundkit.statement.words.landscape_lemmas import (
    column_excess,
    column_max,
    column_min,
    deviation,
    norm_columns,
    off_diagonal,
    psi1_norm,
    sample_deviation,
    sigma_min_columns,
    spread,
    spread_norms,
    tail,
    truncation,
)

XI = psi1_norm * spread + spread_norms
_LOG = log(2 * column_min / sqrt(n))
GRAM_LOSS = C * XI**2 * column_min * sqrt(n) * _LOG
_SPREAD = Hypothesis("spread_at_least_one", "parameter", at_least(spread, 1))
_SPREADS = (_SPREAD, Hypothesis("norm_spread_at_least_one", "parameter", at_least(spread_norms, 1)))
prop7_9 = Statement(
    id="sjl17.prop7_9",
    kind="proposition",
    title="Extreme singular values of independent sub-exponential columns",
    source=source("Proposition 7.9"),
    hypotheses=_SPREADS,
    claims=(
        claim("smallest", sigma_min_columns, at_least(sigma_min_columns**2, column_min**2 - GRAM_LOSS)),
        claim("largest", norm_columns, at_most(norm_columns**2, column_max**2 + GRAM_LOSS)),
    ),
    probability=1 - C * exp(-c * spread * sqrt(n) * _LOG) - column_excess,
    constants=open_constants(c, C),
    uses=("sjl17.lemF_1",),
    errata=(
        Erratum(
            "C36",
            "unstated hypothesis",
            "The columns must be centred (with psi taken after subtracting a large common mean the upper bound fails); "
            "theta < 1/4 needs eta >= 4 log(8) sqrt(n); eta_min is random.",
            "Centred columns, eta_min read as a deterministic lower bound of that size.",
        ),
    ),
)
prop7_9_repaired = Statement(
    id="sjl17.prop7_9.repaired",
    kind="proposition",
    title="Extreme singular values of centred sub-exponential columns with norms above 4 log(8) sqrt(n)",
    source=source("Proposition 7.9"),
    form="repaired",
    improves="sjl17.prop7_9",
    hypotheses=(
        *_SPREADS,
        Hypothesis("long_columns", "parameter", above(column_min, 4 * log(8) * sqrt(n))),
    ),
    claims=prop7_9.claims,
    probability=prop7_9.probability,
    constants=prop7_9.constants,
    uses=("sjl17.lemF_1",),
    proof=(
        "Lemma F.1 at the theta with theta eta = sqrt(n) log(2 / theta), below 1/4 exactly for such columns; then "
        "log(2 / theta) > 1, so theta <= (sqrt(n) / eta) log(2 eta / sqrt(n)), and that logarithm is at most 1 + 1/e "
        "times log(2 / theta), which the constant of the probability absorbs. Centred columns."
    ),
)

_TRUNCATED = Hypothesis("truncation_below_quarter", "parameter", below(truncation, Rational(1, 4)))
CHAINING = C * psi1_norm * spread * sqrt(n) * log(2 / truncation)
lemF_1 = Statement(
    id="sjl17.lemF_1",
    kind="lemma",
    title="Off-diagonal Gram matrix of independent sub-exponential columns",
    source=source("Lemma F.1"),
    hypotheses=(
        *_SPREADS,
        _TRUNCATED,
        Hypothesis("long_columns", "parameter", at_most(n * log(2 / truncation) ** 2, truncation**2 * column_min**2)),
    ),
    claims=(claim("off_diagonal", off_diagonal, at_most(off_diagonal, C * XI**2 * truncation * column_min**2)),),
    probability=1 - exp(-c * spread * sqrt(n) * log(2 / truncation)) - column_excess,
    constants=open_constants(c, C),
    uses=("sjl17.lemF_2",),
)
lemF_2 = Statement(
    id="sjl17.lemF_2",
    kind="lemma",
    title="Chaining bound for the off-diagonal Gram matrix (after Adamczak and others 2011, Theorem 3.2; quoted)",
    source=source("Lemma F.2"),
    hypotheses=(_SPREAD, _TRUNCATED),
    claims=(
        claim(
            "off_diagonal",
            off_diagonal,
            below(off_diagonal, largest(CHAINING**2, column_max * CHAINING, 24 * truncation * column_max**2)),
        ),
    ),
    probability=1 - (1 + 3 * log(n)) * exp(-2 * spread * sqrt(n) * log(2 / truncation)),
    constants=(Constant(C, "open", note="C_0 in the paper"),),
)
thmB_1 = Statement(
    id="sjl17.thmB_1",
    kind="theorem",
    title="Sample covariance of sub-exponential columns (Adamczak, Litvak, Pajor and Tomczak-Jaegermann 2011; quoted)",
    source=source("Theorem B.1", "(B.1)", "(B.2)"),
    hypotheses=(
        AT_LEAST_D,
        _SPREAD,
        Hypothesis("threshold", "parameter", equal(deviation, spread * (n * d) ** Rational(1, 4))),
        Hypothesis("norm_tail", "parameter", at_most(tail, exp(-sqrt(d)))),
    ),
    claims=(
        claim("deviation", sample_deviation, at_most(sample_deviation, C * (psi1_norm + spread) ** 2 * sqrt(d * n))),
    ),
    probability=1 - 2 * exp(-c * sqrt(d)),
    constants=open_constants(c, C),
    errata=(
        Erratum(
            "C30d",
            "extraction",
            "The available text has sqrt(nd) in the norm condition, which the application contradicts.",
            "(nd)^(1/4), as in the cited source.",
        ),
    ),
)

STATEMENTS = (
    prop7_9,
    prop7_9_repaired,
    thmB_1,
    lemF_1,
    lemF_2,
)
