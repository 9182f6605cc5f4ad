"""Lemma 2: near-isometry constants, smoothness and loss at initialisation together, printed and repaired."""

from __future__ import annotations

from sympy import Abs, Expr, Integer, Max, exp, log, sqrt

from boundkit.papers.sgd22.chernoff import (
    FAILURE_BELOW_ONE,
    ROW_SQUARED,
    SLACKS,
    TRUNCATION,
    features_upper,
    mu_repaired,
)
from boundkit.papers.sgd22.definitions import CHECK_15, CHECK_27
from boundkit.papers.sgd22.gram import CHECK_12, MU, smallest
from boundkit.papers.sgd22.initial import (
    CHECK_18,
    CHECK_19,
    LOSS_BOUND,
    OUTPUT_WEIGHTS,
    P_4,
    P_5,
    START_PRINTED,
    frobenius,
    initial_loss,
    jacobian,
    loss_given_features,
    output_weights,
)
from boundkit.papers.sgd22.jacobian import NORM_AT_START, OUTPUTS_BOUNDED, SPEED, beta_printed
from boundkit.papers.sgd22.kernel import CHECK_13, CHECK_14, CHECK_28, NONLINEAR, OPEN, row_failures
from boundkit.papers.sgd22.paper import (
    ACTIVATION,
    DATA,
    FIRST_BOUNDED,
    NETWORK,
    WIDE,
    assume,
    at_least,
    source,
)
from boundkit.statement import Erratum, Statement
from boundkit.statement.vocabulary import d, k, n, norm_X
from boundkit.statement.words.stochastic_network import (
    chernoff_failure,
    feature_norm_0,
    gaussian_deviation,
    hidden_std,
    kernel_max,
    kernel_min,
    mean_phi,
    output_weights_deviation,
    output_weights_norm_0,
    slack_lower,
    slack_upper,
    slack_weights,
)

NU_MEAN = Abs(mean_phi) * sqrt((1 + slack_upper) * k * n)
NU_LINEAR = hidden_std * sqrt((1 + slack_upper) * NONLINEAR * k) * norm_X


def _margin(slack: Expr, eigenvalue: Expr, row_slack: Expr, scale: Expr) -> Expr:
    """E_min and E_max: the deviation that the smallest or largest mean eigenvalue can absorb, over K."""
    return slack * k * eigenvalue / (4 * SPEED**2 * row_slack * scale * sqrt(d * log(k)))


def _tails(row_slack: Expr, scale: Expr) -> tuple[Expr, ...]:
    return (
        exp(-(_margin(slack_lower, kernel_min, row_slack, scale) ** 2)),
        exp(-(_margin(slack_upper, kernel_max, row_slack, scale) ** 2)),
        P_4,
        P_5,
    )


_FIRST, *_OTHERS = (*row_failures(slack_weights, slack_weights), *_tails(slack_weights, Integer(1)))
FAILURE_AS_PRINTED = _FIRST - sum(_OTHERS)
FAILURE_AS_SUM = _FIRST + sum(_OTHERS)

CHECK_08 = Erratum(
    "CHECK-08",
    "misprint",
    "In both places where the failure probability of this lemma is printed the terms after the first have minus signs.",
    "A union bound: all are plus, as (A.13) prints for Theorem 2.",
)
CHECK_09 = Erratum(
    "CHECK-09",
    "gap",
    "The exponents of the first two terms have delta_4 = max(k_1, k_2), but (A.41) gives k_1 and k_2: the maximum goes "
    "the wrong way. The factor omega_1 of K is missing in the exponentials.",
    "Use the smaller of the two in the exponents, k_1 and omega_1 in the exponentials; or the repaired form.",
)
CHECK_25 = Erratum(
    "CHECK-25",
    "unstated hypothesis",
    "The smallest singular value of the features is 0 unless the width is at least n; concentration needs n log n.",
    "Add width >= n. For t = 1 the width of (22) would be below n and the result void.",
)

SHARED_ERRATA = (CHECK_12, CHECK_13, CHECK_14, CHECK_15, CHECK_18, CHECK_19, CHECK_25, CHECK_27, CHECK_28)

_SPECTRUM = (
    smallest(MU**2),
    jacobian(Max(NU_MEAN, NU_LINEAR, evaluate=False)),
)

lem2 = Statement(
    id="sgd22.lem2",
    kind="lemma",
    title="Loss, near-isometry and smoothness at initialisation",
    source=source("Lemma 2 = Lemma A.4", "(16)", "(17)", "(A.11)", "(A.16)"),
    setting=NETWORK,
    hypotheses=(*ACTIVATION, *DATA, OUTPUTS_BOUNDED),
    claims=(
        initial_loss(START_PRINTED),
        *_SPECTRUM,
        *beta_printed.claims,
    ),
    probability=1 - FAILURE_AS_PRINTED,
    constants=OPEN[:1],
    uses=("sgd22.lemA.mu", "sgd22.lemA.nu", "sgd22.lemA.h0", "sgd22.lemA.beta"),
    errata=(
        CHECK_08,
        CHECK_09,
        CHECK_12,
        CHECK_13,
        CHECK_14,
        CHECK_15,
        CHECK_18,
        CHECK_19,
        CHECK_25,
        CHECK_27,
        CHECK_28,
    ),
)

FEATURE_LEVEL = (1 - slack_lower) * (kernel_min - TRUNCATION / k)
JACOBIAN_SQUARED = (NORM_AT_START**2).xreplace(
    {
        output_weights_norm_0: OUTPUT_WEIGHTS.xreplace({gaussian_deviation: output_weights_deviation}),
        feature_norm_0: sqrt(features_upper.claim("features_norm").relation.rhs),
    }
)
CHERNOFF_WIDTH = assume(
    "chernoff_width",
    "width",
    at_least(k, 2 * ROW_SQUARED / (slack_lower**2 * kernel_min) * log(n / chernoff_failure) + TRUNCATION / kernel_min),
)
_OTHER_FAILURES = (
    features_upper.failure
    + frobenius.failure
    + loss_given_features.failure
    + output_weights.failure.xreplace({gaussian_deviation: output_weights_deviation})
)

lem2_repaired = Statement(
    id="sgd22.lem2.repaired",
    kind="lemma",
    title="Loss and near-isometry at initialisation in terms of the kernel, explicit",
    source=source("Lemma 2 = Lemma A.4", "(16)", "(A.11)", "(A.16)"),
    form="repaired",
    improves="sgd22.lem2",
    setting=NETWORK,
    hypotheses=(FIRST_BOUNDED, WIDE, FAILURE_BELOW_ONE, *SLACKS, CHERNOFF_WIDTH),
    claims=(
        smallest(FEATURE_LEVEL * k),
        jacobian(sqrt(JACOBIAN_SQUARED)),
        initial_loss(LOSS_BOUND),
    ),
    probability=1 - chernoff_failure - _OTHER_FAILURES,
    uses=(mu_repaired.id, features_upper.id, frobenius.id, loss_given_features.id, output_weights.id),
    proof=(
        "The width makes the failure of the lower Chernoff tail at most p'; the other tails are those of the lemmas, "
        "with the event of the features' norm counted once."
    ),
)

STATEMENTS = (lem2, lem2_repaired)
