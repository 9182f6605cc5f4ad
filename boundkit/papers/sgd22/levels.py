"""Lemma 2: near-isometry constants, smoothness and loss at initialisation together, printed and repaired."""

from __future__ import annotations

from dataclasses import replace

from sympy import Abs, Expr, Ge, Integer, Le, Max, exp, log, sqrt

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
    P_4,
    P_5,
    START_PRINTED,
    frobenius,
    h0_repaired,
    initial_loss,
    jacobian,
    loss_given_features,
    output_weights,
)
from boundkit.papers.sgd22.jacobian import OUTPUTS_BOUNDED, SPEED, adjoint_sharpened, at_start, beta_printed
from boundkit.papers.sgd22.kernel import CHECK_13, CHECK_14, CHECK_28, NONLINEAR, OPEN, row_failures
from boundkit.papers.sgd22.paper import (
    ACTIVATION,
    DATA,
    FIRST_BOUNDED,
    NETWORK,
    OPEN_RANGE,
    SAMPLES,
    WIDE,
    assume,
    at_least,
    compose,
    observed,
    source,
)
from boundkit.statement import Erratum, Statement
from boundkit.statement.vocabulary import d, k, n, norm_X, sigma_min_J0, tightness
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
_WEIGHTS = {gaussian_deviation: output_weights_deviation}


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
    observed(
        "jacobian_smallest",
        sigma_min_J0,
        at_least(sigma_min_J0**2, tightness * MU**2),
        experiment="initialisation",
        twin=100 * (k * kernel_min + (SPEED * output_weights_norm_0) ** 2) / MU**2,
        reason="that of the features is at most 100 k lambda_min(K) in 99 of 100 draws, by Markov, and the block of "
        "the hidden layer adds at most (sup|phi'| |X| |V_0|)^2",
    ),
    jacobian(Max(NU_MEAN, NU_LINEAR, evaluate=False)),
)

lem2 = Statement(
    id="sgd22.lem2",
    kind="lemma",
    title="Loss, near-isometry and smoothness at initialisation",
    source=source("Lemma 2 = Lemma A.4", "(16)", "(17)", "(A.11)", "(A.16)"),
    setting=NETWORK,
    hypotheses=(*ACTIVATION, *DATA, *SAMPLES, OUTPUTS_BOUNDED),
    claims=(
        initial_loss(START_PRINTED),
        *_SPECTRUM,
        *beta_printed.claims,
    ),
    probability=1 - FAILURE_AS_PRINTED,
    constants=(*OPEN, OPEN_RANGE),
    uses=("sgd22.lemA.mu", "sgd22.lemA.nu", "sgd22.lemA.h0", "sgd22.lemA.beta"),
    errata=(
        CHECK_08,
        CHECK_09,
        CHECK_12,
        CHECK_13,
        CHECK_14,
        CHECK_15,
        CHECK_18,
        replace(
            CHECK_19,
            grade="false as printed",
            text=f"{CHECK_19.text} With GELU, omega_1 = 1, delta_2 = 1/2 and five orthonormal samples the norm of wide "
            "networks is 1.12 times that maximum.",
        ),
        CHECK_25,
        CHECK_27,
        CHECK_28,
    ),
)

CHERNOFF_WIDTH = assume(
    "chernoff_width",
    "width",
    at_least(k, 2 * ROW_SQUARED / (slack_lower**2 * kernel_min) * log(n / chernoff_failure) + TRUNCATION / kernel_min),
)
_KNOWN = (FIRST_BOUNDED, WIDE, FAILURE_BELOW_ONE, *SLACKS, CHERNOFF_WIDTH)


def at_initialisation(*, adjoint: Statement, loss: Statement) -> Statement:
    """Lemma 2 in terms of the kernel, with these lemmas on the norm of the Jacobian and on the first loss.

    A lemma on the loss that rests on the norm of the features shares that event with the bound on the Jacobian.
    """
    norm = at_start(adjoint.claim("norm").bound).xreplace(
        {
            output_weights_norm_0: output_weights.claim("output_weights").bound.xreplace(_WEIGHTS),
            feature_norm_0: sqrt(features_upper.claim("features_norm").relation.rhs),
        }
    )
    shared = Integer(0) if features_upper.id in loss.uses else features_upper.failure
    known = {item.label for item in _KNOWN}
    return replace(
        lem2,
        form="repaired",
        improves=lem2.id,
        hypotheses=(*_KNOWN, *(item for item in loss.hypotheses if item.label not in known)),
        claims=(
            smallest((1 - slack_lower) * (kernel_min - TRUNCATION / k) * k),
            jacobian(norm),
            initial_loss(loss.claim("initial_loss").bound),
        ),
        probability=1 - chernoff_failure - loss.failure - shared - output_weights.failure.xreplace(_WEIGHTS),
        constants=(),
        errata=(),
        source=source("Lemma 2 = Lemma A.4", "(16)", "(A.11)", "(A.16)"),
        uses=(mu_repaired.id, features_upper.id, adjoint.id, loss.id, output_weights.id),
        proof=(
            "The width makes the failure of the lower Chernoff tail at most p'; the other tails are those of the "
            "lemmas, with the event of the features' norm counted once."
        ),
    )


def on_kernel(statement: Statement, eigenvalues: Statement) -> Statement:
    """`statement` with the eigenvalues of the kernel replaced by what a lemma claims of them.

    Sound because a Chernoff bound holds with any number below the smallest mean eigenvalue, or above the largest, in
    its place, in the threshold and in the probability alike.
    """
    usable = ((kernel_min, Ge), (kernel_max, Le))
    found = {i.observable: i.bound for i in eigenvalues.claims if (i.observable, i.relation.func) in usable}
    known = {item.label for item in statement.hypotheses}
    more = tuple(item for item in eigenvalues.hypotheses if item.label not in known)
    return compose(statement, found, hypotheses=more, uses=(*statement.uses, eigenvalues.id))


lem2_repaired = replace(
    at_initialisation(adjoint=adjoint_sharpened, loss=h0_repaired),
    id="sgd22.lem2.repaired",
    title="Loss and near-isometry at initialisation in terms of the kernel, explicit",
    uses=(mu_repaired.id, features_upper.id, frobenius.id, loss_given_features.id, output_weights.id),
)

STATEMENTS = (lem2, lem2_repaired)
