"""Output weights and loss at initialisation: (A.49) to (A.55) and explicit forms (D4)."""

from __future__ import annotations

from sympy import Eq, Expr, Integer, exp, log, sqrt

from boundkit.papers.sgd22.chernoff import FAILURE_BELOW_ONE, ROW_SCALE, SLACKS, features_upper
from boundkit.papers.sgd22.definitions import SCALE
from boundkit.papers.sgd22.gram import FEATURES, P_3
from boundkit.papers.sgd22.jacobian import SPEED
from boundkit.papers.sgd22.kernel import OPEN, P_1, event_tracked
from boundkit.papers.sgd22.paper import ACTIVATION, FIRST_BOUNDED, NETWORK, ZERO_AT_ZERO, at_most, observed, source
from boundkit.statement import Claim, Constant, Erratum, Order, Statement
from boundkit.statement.vocabulary import C, c, d, k, n, norm_X, norm_y, tightness
from boundkit.statement.words.shared import K, loss_0
from boundkit.statement.words.stochastic import norm_J_start
from boundkit.statement.words.stochastic_network import (
    feature_frobenius_0,
    feature_norm_0,
    gaussian_deviation,
    hidden_row_slack,
    hidden_std,
    initial_outputs,
    kernel_max,
    kernel_trace,
    output_column_slack,
    output_std,
    output_weights_norm_0,
    slack_outputs,
)

TAIL = exp(-(gaussian_deviation**2) / 2)
OUTPUT_WEIGHTS = output_std * (sqrt(k) + sqrt(K) + gaussian_deviation)


def _output_weights(bound: Expr) -> tuple[Claim, ...]:
    return (
        observed(
            "output_weights",
            output_weights_norm_0,
            at_most(output_weights_norm_0, bound / tightness),
            experiment="initialisation",
            twin=2 * bound / (output_std * sqrt(k)),
            reason="already one row of k normal entries is longer than half of omega_2 sqrt(k)",
        ),
    )


def jacobian(bound: Expr) -> Claim:
    """The norm of the Jacobian at the start is at most `bound`."""
    return observed(
        "jacobian_norm",
        norm_J_start,
        at_most(norm_J_start, bound / tightness),
        experiment="initialisation",
        twin=2 * bound / sqrt(k * kernel_max),
        reason="the block of the output layer has the norm of the features, about sqrt(k lambda_max(K)) at least",
    )


def outputs(bound: Expr) -> Claim:
    """The outputs at the start have norm at most `bound`."""
    return observed(
        "outputs",
        initial_outputs,
        at_most(initial_outputs, bound / tightness),
        experiment="initialisation",
        twin=20 * bound / (output_std * sqrt(k * K * kernel_trace)),
        reason="given the features the outputs are Gaussian with mean square about omega_2^2 k K tr K",
    )


def initial_loss(bound: Expr) -> Claim:
    """The loss at the start is at most `bound`."""
    return observed(
        "initial_loss",
        loss_0,
        at_most(loss_0, bound / tightness),
        experiment="initialisation",
        twin=2 * bound * n / norm_y**2,
        reason="the outputs are symmetric in law, so the loss is at least |y|^2 / n in half of the draws",
    )


CHECK_19 = Erratum(
    "CHECK-19",
    "gap",
    "(16) prints the larger of two terms and drops that of the output weights; the proof gives the sum of three.",
    "The maximum costs a factor up to 3; dropping the term needs omega_2 sup|phi'| small or a large c_0. Use "
    "sqrt((sup|phi'| |X| |V_0|)^2 + |phi(X W_0^T)|^2).",
)
P_4 = exp(-c * k)
_ROOT_K = {gaussian_deviation: sqrt(k)}

nu = Statement(
    id="sgd22.lemA.nu",
    kind="lemma",
    title="Upper near-isometry constant at initialisation",
    source=source("Appendix E.4", "(A.49)"),
    setting=NETWORK,
    hypotheses=ACTIVATION,
    claims=(
        *_output_weights(OUTPUT_WEIGHTS.xreplace(_ROOT_K)),
        jacobian(C * (output_std * SPEED * sqrt(k) + FEATURES)),
    ),
    probability=1 - C * (P_1 + P_3 + P_4),
    constants=OPEN,
    uses=("sgd22.lemA.adjoint", "sgd22.lemA.gram", "sgd22.lemA.event"),
    errata=(CHECK_19,),
)

output_weights = Statement(
    id="sgd22.d.output_weights",
    kind="lemma",
    title="Norm of the output weights at initialisation",
    source=source("Appendix E.4", "(A.49)"),
    form="tracked",
    improves="sgd22.lemA.nu",
    setting=NETWORK,
    claims=_output_weights(OUTPUT_WEIGHTS),
    probability=1 - TAIL,
    uses=("sgd22.lemA.nu",),
    proof="The expected norm of a Gaussian matrix is at most sqrt(k) + sqrt(K); Gaussian concentration.",
)

nu_tracked = Statement(
    id="sgd22.lemA.nu.tracked",
    kind="lemma",
    title="Norm of the output weights, with the constants of the paper's choice of deviation",
    source=source("Appendix E.4", "(A.49)"),
    form="tracked",
    improves="sgd22.lemA.nu",
    setting=NETWORK,
    claims=_output_weights(OUTPUT_WEIGHTS.xreplace(_ROOT_K)),
    probability=1 - TAIL.xreplace(_ROOT_K),
    constants=(Constant(c, "tracked", -log(TAIL.xreplace(_ROOT_K)) / k, "in p_4"),),
    uses=("sgd22.d.output_weights",),
    proof="sgd22.d.output_weights with deviation sqrt(k).",
)

UNIT_OUTPUTS = (
    slack_outputs * hidden_std * output_std * SPEED * hidden_row_slack * output_column_slack * sqrt(d * k * K) * log(k)
)
START_PRINTED = (slack_outputs * hidden_row_slack * output_column_slack * norm_X) ** 2 / n
P_5 = exp(-c * slack_outputs**2)

CHECK_18 = Erratum(
    "CHECK-18",
    "gap",
    "(A.52) bounds the norm of a sum of k independent terms by the sum of the norms, which is of order k instead of "
    "sqrt(k); (A.55) loses the number of outputs, the labels and a factor 2, and (A.54) and K = o(k) are not among "
    "the hypotheses.",
    "Hoeffding's inequality in Hilbert space gives the bound on the outputs; with (A.54) and constants the rest. "
    "sgd22.lemA.h0.repaired needs none of it.",
)

h0 = Statement(
    id="sgd22.lemA.h0",
    kind="lemma",
    title="Outputs and loss at initialisation",
    source=source("Appendix E.5", "(A.50)", "(A.51)", "(A.52)", "(A.53)", "(A.54)", "(A.55)"),
    setting=NETWORK,
    hypotheses=(ZERO_AT_ZERO, FIRST_BOUNDED, SCALE),
    claims=(
        outputs(C * UNIT_OUTPUTS),
        initial_loss(START_PRINTED),
    ),
    probability=1 - P_1 - P_5,
    constants=OPEN,
    uses=("sgd22.lemA.event", "sgd22.init"),
    errata=(CHECK_18,),
)

h0_tracked = Statement(
    id="sgd22.lemA.h0.tracked",
    kind="lemma",
    title="Outputs and loss at initialisation along the paper's proof, with Pinelis' inequality",
    source=source("Appendix E.5", "(A.53)", "(A.55)"),
    form="tracked",
    improves="sgd22.lemA.h0",
    setting=NETWORK,
    hypotheses=event_tracked.hypotheses,
    claims=(
        outputs(UNIT_OUTPUTS),
        initial_loss(2 / n * (UNIT_OUTPUTS**2 + norm_y**2)),
    ),
    probability=1 - event_tracked.failure - 2 * exp(-(slack_outputs**2) / 2),
    uses=("sgd22.lemA.h0", "sgd22.lemA.event.tracked"),
    proof="Given the event the k summands are independent, symmetric and bounded; Pinelis in Hilbert space.",
)

MEAN_LOSS = (norm_y**2 + k * K * output_std**2 * kernel_trace) / n

mean_loss = Statement(
    id="sgd22.d.mean_initial_loss",
    kind="lemma",
    title="Mean loss at initialisation (D4)",
    source=source("Appendix E.5", "(A.55)"),
    form="sharpened",
    improves="sgd22.lemA.h0",
    setting=NETWORK,
    claims=(
        observed(
            "initial_loss",
            loss_0,
            Eq(loss_0, tightness * MEAN_LOSS),
            experiment="initialisation",
            twin=Integer(2),
            reason="twice the mean is not the mean",
            chance="in expectation",
        ),
    ),
    uses=("sgd22.lemA.h0",),
    orders=(Order("error", {d: -1}, {k: -2}, "upper", "unit samples, omega_1 = 1, (A.54), labels and K constant"),),
    proof="The output weights are centred and independent of the features, whose mean squared norm is k tr K.",
)

_FROBENIUS = sqrt(k * kernel_trace) + gaussian_deviation * ROW_SCALE
_LOSS_GIVEN_FEATURES = (
    norm_y + output_std * (sqrt(K) * feature_frobenius_0 + gaussian_deviation * feature_norm_0)
) ** 2 / n

frobenius = Statement(
    id="sgd22.d.features_frobenius",
    kind="lemma",
    title="Frobenius norm of the features at initialisation (D4)",
    source=source("Appendix E.5"),
    form="sharpened",
    improves="sgd22.lemA.h0",
    setting=NETWORK,
    hypotheses=(FIRST_BOUNDED,),
    claims=(
        observed(
            "frobenius",
            feature_frobenius_0,
            at_most(feature_frobenius_0, _FROBENIUS / tightness),
            experiment="initialisation",
            twin=2 * _FROBENIUS / sqrt(k * kernel_trace),
            reason="its square is a sum of k independent terms with mean tr K",
        ),
    ),
    probability=1 - TAIL,
    uses=("sgd22.lemA.h0",),
    proof="A Lipschitz function of the hidden weights with mean square k tr K; Gaussian concentration.",
)

loss_given_features = Statement(
    id="sgd22.d.initial_loss",
    kind="lemma",
    title="Loss at initialisation given the features (D4)",
    source=source("Appendix E.5", "(A.55)"),
    form="sharpened",
    improves="sgd22.lemA.h0",
    setting=NETWORK,
    claims=(initial_loss(_LOSS_GIVEN_FEATURES),),
    probability=1 - TAIL,
    uses=("sgd22.lemA.h0",),
    proof="Given the features the norm of the outputs is a Lipschitz function of the output weights.",
)

LOSS_BOUND = _LOSS_GIVEN_FEATURES.xreplace(
    {
        feature_frobenius_0: frobenius.claim("frobenius").bound,
        feature_norm_0: sqrt(features_upper.claim("features_norm").relation.rhs),
    }
)

h0_repaired = Statement(
    id="sgd22.lemA.h0.repaired",
    kind="lemma",
    title="Loss at initialisation, explicit (D4 with the norms of the features)",
    source=source("Appendix E.5", "(A.55)"),
    form="repaired",
    improves="sgd22.lemA.h0",
    setting=NETWORK,
    hypotheses=(FIRST_BOUNDED, FAILURE_BELOW_ONE, SLACKS[1]),
    claims=(initial_loss(LOSS_BOUND),),
    probability=1 - loss_given_features.failure - frobenius.failure - features_upper.failure,
    uses=(loss_given_features.id, frobenius.id, features_upper.id),
    proof="The three lemmas together, by a union bound.",
)

STATEMENTS = (
    nu,
    nu_tracked,
    output_weights,
    h0,
    h0_tracked,
    mean_loss,
    frobenius,
    loss_given_features,
    h0_repaired,
)
