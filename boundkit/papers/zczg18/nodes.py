"""Units with a large gradient at the initialisation: Lemmas A.14 and A.15, and what they say about the gradient."""

from __future__ import annotations

from sympy import Eq, Expr, Integer, Rational, exp, log, sqrt

from boundkit.papers.zczg18.assumptions import UNIT_NORM
from boundkit.papers.zczg18.model import HALF, INITIALISATION, at_least, at_most, claim, entry, open_constants, tried
from boundkit.statement import Claim, Constant, Erratum, Hypothesis
from boundkit.statement.vocabulary import C, n
from boundkit.statement.words.deep import (
    C_upper,
    antipodal_separation,
    c_level,
    c_lower,
    copositive_minimum,
    effective_separation,
    expected_gradient,
    label_separation,
    large_nodes,
    last_coordinate,
    last_gradient_norm,
    last_width,
    layer_antipodal_separation,
    layer_separation,
    max_hidden_norm,
    mean_slope,
    min_hidden_norm,
    node_level,
    node_probability,
)
from boundkit.statement.words.shared import failure

phi = effective_separation
SEPARATION_RANGE = Hypothesis("separation_range", "parameter", at_most(phi**2, 2))
SEPARATIONS = (
    Hypothesis("separation_labels", "data", at_most(phi, label_separation)),
    Hypothesis("separation_antipodal", "data", at_most(phi, antipodal_separation)),
    SEPARATION_RANGE,
)
FEATURE_SEPARATIONS = (
    Hypothesis("separation_labels", "run", at_most(phi, layer_separation)),
    Hypothesis("separation_antipodal", "run", at_most(phi, layer_antipodal_separation)),
    SEPARATION_RANGE,
)


def _level(value: Expr) -> Hypothesis:
    return Hypothesis("node_level", "parameter", Eq(node_level, value))


def probability_claim(bound: Expr) -> Claim:
    """The chance of a unit with a large gradient."""
    return tried(
        claim("node_probability", node_probability, at_least(node_probability, bound)),
        "units",
        limit=1,
        reason="a probability is at most 1",
    )


def count_claim(bound: Expr) -> Claim:
    """The number of units with a large gradient, whatever the non-negative weights of the samples."""
    return tried(
        claim("large_nodes", large_nodes, at_least(large_nodes, bound)),
        "initialisation",
        limit=last_width,
        reason="the last layer has no more units",
    )


LARGEST_GRADIENT = last_width * (max_hidden_norm * mean_slope) ** 2  # squared norm of the last layer's gradient
GRADIENT_REASON = "the gradient of one of the last units is at most the mean slope times the largest feature norm"
lemA_14 = entry(
    "lemA_14",
    "Anti-concentration of the gradient of one Gaussian unit",
    "Lemma A.14",
    hypotheses=(
        UNIT_NORM,
        SEPARATIONS[0],
        SEPARATION_RANGE,
        Hypothesis("separation_small", "data", at_most(phi, last_coordinate / 2)),
        _level(c_level),
    ),
    claims=(probability_claim(c_lower * phi / n),),
    constants=open_constants(c_lower, c_level),
)
_CHANCE = phi / (12 * n)
lemA_14_tracked = entry(
    "lemA_14.tracked",
    "Anti-concentration of the gradient of one Gaussian unit, every constant explicit (DRV-9)",
    "Lemma A.14",
    hypotheses=(UNIT_NORM, *SEPARATIONS, _level(HALF)),
    claims=(probability_claim(_CHANCE),),
    constants=(
        Constant(c_level, "tracked", HALF, "level"),
        Constant(c_lower, "tracked", Rational(1, 12), "probability"),
    ),
    uses=("lemA_14",),
    proof=(
        "Let a_1 be the largest weight and w = u z_1 + w'. With probability of order phi/n, |u| is at most gamma and "
        "every "
        "|<w', z_i>| with |z_i - z_1| >= phi at least gamma; then only samples of label y_1 with z_i near z_1 change "
        "activation when u changes sign, which moves h by at least a_1, so one of the two signs has |h| >= a_1 / 2. "
        "gamma = sqrt(pi) phi / (4n). Pairs with one label must not be antipodal either: for the regular hexagon with "
        "alternating labels and equal weights h = 0 almost surely."
    ),
)
CHECK_10 = Erratum(
    "CHECK-10",
    "misprint",
    "The probability is printed twice as 1 - exp(C m_L phi / n), which is negative.",
    "The exponent is negative, as in lemA_15.repaired.",
)
_COUNT_WIDTH = Hypothesis("width_nodes", "width", at_least(last_width, C * n**2 / label_separation * log(n)))
_EXPONENT = C_upper * last_width * label_separation / n
_PRINTED_COUNT = count_claim(c_lower * last_width * label_separation / n)
lemA_15 = entry(
    "lemA_15",
    "Many units have a large gradient, whatever the weights of the samples",
    "Lemma A.15",
    setting=INITIALISATION,
    hypotheses=(_COUNT_WIDTH, _level(c_level)),
    claims=(_PRINTED_COUNT,),
    probability=1 - exp(_EXPONENT),
    constants=open_constants(C, C_upper, c_lower, c_level),
    uses=("lemA_14", "corA_2", "corA_5", "corA_13"),
    errata=(CHECK_10,),
)
lemA_15_repaired = entry(
    "lemA_15.repaired",
    "Many units have a large gradient, with the probability of the proof",
    "Lemma A.15",
    setting=INITIALISATION,
    hypotheses=(
        Hypothesis("separation_labels", "run", at_least(layer_separation, label_separation / 2)),
        Hypothesis("separation_antipodal", "run", at_least(layer_antipodal_separation, label_separation / 2)),
        Hypothesis("hidden_norm", "run", at_least(min_hidden_norm, HALF)),
        *lemA_15.hypotheses,
    ),
    claims=lemA_15.claims,
    probability=1 - exp(-_EXPONENT),
    constants=lemA_15.constants,
    uses=("lemA_15", "lemA_14"),
    proof=(
        "Given the features that enter the last layer, a Chernoff bound for the number of units, and a union over a "
        "net of weights. The norm and the separation of labels are events (i) and (ii) of Theorem 5.1; the antipodal "
        "separation is at least sqrt 2 for L >= 2, where features are non-negative, and 2 mu for L = 1."
    ),
)
NODE_SHARE = _CHANCE / 2
NODE_LEVEL = lemA_14_tracked.hypothesis("node_level").relation.rhs / 2
lemA_15_tracked = entry(
    "lemA_15.tracked",
    "Many units have a large gradient, every constant explicit (DRV-10)",
    "Lemma A.15",
    setting=INITIALISATION,
    hypotheses=(
        *FEATURE_SEPARATIONS,
        Hypothesis("width_nodes", "width", at_least(last_width, 8 / _CHANCE * (n * log(4 * n + 1) + log(1 / failure)))),
        _level(NODE_LEVEL * min_hidden_norm),
    ),
    claims=(count_claim(last_width * NODE_SHARE),),
    probability=1 - failure,
    constants=(
        Constant(c_lower, "tracked", NODE_SHARE * n / phi, "share of the units"),
        Constant(c_level, "tracked", NODE_LEVEL, "level for features of norm at least one"),
    ),
    uses=("lemA_15", "lemA_14.tracked"),
    proof=(
        "For one vector of weights a binomial count with mean mp, p from Lemma A.14, is below mp/2 with probability at "
        "most exp(-mp/8). A net of spacing 1/(4n) in the largest norm has at most (4n+1)^n points and moves the sum by "
        "at most 1/4. Separations are those of the normalised features of the last layer but one; for L >= 2 "
        "these are non-negative, so the antipodal one is at least sqrt 2. Conditional on the layers below."
    ),
)
gradient_expected = entry(
    "d.gradient_expected",
    "Expected last-layer gradient at the initialisation, weights independent of the layer (DRV-11a)",
    "Lemma B.5",
    improves="lemB_5",
    setting=INITIALISATION,
    hypotheses=FEATURE_SEPARATIONS,
    claims=(
        tried(
            claim(
                "expected_gradient",
                expected_gradient,
                at_least(
                    expected_gradient,
                    last_width * _CHANCE * (HALF * min_hidden_norm * mean_slope / n) ** 2,
                ),
            ),
            "initialisation",
            limit=LARGEST_GRADIENT,
            reason=GRADIENT_REASON,
        ),
    ),
    uses=("lemA_14.tracked",),
    proof="Each unit has probability phi/(12n) of a squared norm at least (r max|loss'| / (2n))^2, and max >= mean.",
)
gradient_uniform = entry(
    "d.gradient_uniform",
    "Last-layer gradient at the initialisation, for all losses at once (DRV-11b)",
    "Lemma B.5",
    improves="lemB_5",
    setting=INITIALISATION,
    hypotheses=lemA_15_tracked.hypotheses[:-1],
    claims=(
        tried(
            claim(
                "gradient",
                last_gradient_norm,
                at_least(
                    last_gradient_norm,
                    sqrt(last_width * NODE_SHARE) * NODE_LEVEL * min_hidden_norm * mean_slope / n,
                ),
            ),
            "initialisation",
            limit=sqrt(LARGEST_GRADIENT),
            reason=GRADIENT_REASON,
        ),
    ),
    probability=1 - failure,
    uses=("lemA_15.tracked",),
    proof="The units of Lemma A.15 with weights -loss', whose largest is at least their mean.",
)
gradient_limit = entry(
    "d.gradient_limit",
    "The infinite-width constant of the last-layer gradient as a copositive program (DRV-11d)",
    "Lemma B.5",
    improves="lemB_5",
    hypotheses=(UNIT_NORM, *SEPARATIONS),
    claims=(
        tried(
            claim(
                "copositive_minimum",
                copositive_minimum,
                at_least(copositive_minimum, _CHANCE * HALF**2 / n ** Integer(2)),
            ),
            "units",
            limit=HALF,
            reason="the minimum is at most a diagonal entry, 1/2",
        ),
    ),
    uses=("d.gradient_expected",),
    proof=(
        "At infinite width the squared norm is m a^T H a / n^2 with a = -loss', so the minimum over the simplex is the "
        "constant; the bound is that of the expectation. On alternating arcs it behaves like phi/n, not phi/n^3."
    ),
)

STATEMENTS = (
    lemA_14,
    lemA_14_tracked,
    lemA_15,
    lemA_15_repaired,
    lemA_15_tracked,
    gradient_expected,
    gradient_uniform,
    gradient_limit,
)
