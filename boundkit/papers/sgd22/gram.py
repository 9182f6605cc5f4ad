"""Concentration of the features at initialisation: Lemmas A.7 and A.8, (A.46) to (A.48) and their repair (D5)."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, exp, sqrt

from boundkit.papers.sgd22.definitions import CHECK_15
from boundkit.papers.sgd22.jacobian import SPEED
from boundkit.papers.sgd22.kernel import CHECK_13, CHECK_14, HIDDEN_ROW, LOWEST, NONLINEAR, OPEN, P_1
from boundkit.papers.sgd22.paper import (
    ACTIVATION,
    FIRST_BOUNDED,
    NETWORK,
    ZERO_AT_ZERO,
    assume,
    at_least,
    at_most,
    observed,
    source,
)
from boundkit.statement import Claim, Constant, Erratum, Statement
from boundkit.statement.vocabulary import C, k, n, norm_X, tightness
from boundkit.statement.words.stochastic import weight_shift
from boundkit.statement.words.stochastic_network import (
    feature_gram_change,
    feature_gram_deviation,
    feature_min_0,
    feature_norm_0,
    features_norm,
    features_norm_other,
    gaussian_deviation,
    gaussian_dimension,
    gaussian_distance,
    hidden_std,
    kernel_max,
    kernel_min,
    kernel_trace,
    largest_weights,
    max_hidden_row,
    mean_phi,
    slack_lower,
    slack_upper,
)

ROWS_BOUNDED = assume("hidden_rows", "run", at_most(max_hidden_row, HIDDEN_ROW))


def _gram_change(label: str, constant: Expr) -> Claim:
    return observed(
        label,
        feature_gram_change,
        at_most(feature_gram_change, constant * weight_shift / tightness),
        experiment="weights",
        twin=Integer(100),
        reason="units along the leading direction of the data attain the bound up to the nonlinearity of phi",
        chance="surely",
    )


K_LIPSCHITZ = 4 * SPEED**2 * HIDDEN_ROW

lemA7 = Statement(
    id="sgd22.lemA7",
    kind="lemma",
    title="Lipschitz constant of the Gram matrix of the features",
    source=source("Lemma A.7"),
    setting=NETWORK,
    hypotheses=(ZERO_AT_ZERO, FIRST_BOUNDED, ROWS_BOUNDED),
    claims=(_gram_change("lipschitz", K_LIPSCHITZ),),
    errata=(
        Erratum(
            "CHECK-10",
            "false as printed",
            "Each of the k summands is Lipschitz in its own row, but their sum only with sqrt(k) times the constant: "
            "with tanh, omega_1 = 0.05 and all rows along the top singular vector of X the ratio is about "
            "0.47 sqrt(k).",
            "Multiply the constant by sqrt(k) (half of it is then enough).",
        ),
    ),
)

lemA7_repaired = Statement(
    id="sgd22.lemA7.repaired",
    kind="lemma",
    title="Lipschitz constant of the Gram matrix of the features, summed over hidden units",
    source=source("Lemma A.7"),
    form="repaired",
    improves="sgd22.lemA7",
    setting=NETWORK,
    hypotheses=lemA7.hypotheses,
    claims=(
        _gram_change("features", (features_norm + features_norm_other) * SPEED),
        _gram_change("weights", 2 * SPEED**2 * largest_weights),
        _gram_change("lipschitz", sqrt(k) * K_LIPSCHITZ / 2),
    ),
    uses=("sgd22.lemA7", "sgd22.lemA5"),
    proof=(
        "The difference of two Gram matrices is a sum of two products with the change of the features. Norms of the "
        "features are bounded in Frobenius norm: for an entrywise activation the spectral norm does not do."
    ),
)


def _tail(bound: Expr) -> Claim:
    return observed(
        "tail",
        gaussian_distance,
        at_most(gaussian_distance, bound / tightness),
        experiment="matrices",
        twin=1000 * bound,
        reason="a Gaussian vector is longer than a thousandth in 999 of 1000 draws, whatever its dimension",
    )


lemA8 = Statement(
    id="sgd22.lemA8",
    kind="lemma",
    title="Distance of a Gaussian vector from its mean",
    source=source("Lemma A.8"),
    claims=(_tail(gaussian_deviation),),
    probability=1 - C * exp(-(gaussian_deviation**2)),
    constants=(Constant(C, "open"),),
    errata=(
        Erratum(
            "CHECK-11",
            "false as printed",
            "The bound has no dimension, but the norm of a standard Gaussian vector concentrates at sqrt(D): at half "
            "of that the left side tends to 1 and exp(-D/4) to 0, whatever the universal constant. The event E_2 of a "
            "bounded norm, given which it is stated, is not quantified.",
            "Scalar Lipschitz functions concentrate around their own mean: add sqrt(D) to the threshold.",
        ),
    ),
)

lemA8_repaired = Statement(
    id="sgd22.lemA8.repaired",
    kind="lemma",
    title="Distance of a Gaussian vector from its mean, with the dimension",
    source=source("Lemma A.8"),
    form="repaired",
    improves="sgd22.lemA8",
    claims=(_tail(sqrt(gaussian_dimension) + gaussian_deviation),),
    probability=1 - exp(-(gaussian_deviation**2) / 2),
    uses=("sgd22.lemA8",),
    proof="The norm is 1-Lipschitz with mean at most sqrt(D); Gaussian concentration.",
)

CHECK_12 = Erratum(
    "CHECK-12",
    "gap",
    "Concentration is drawn from Lemmas A.7 and A.8, which are false; a factor omega_1 is missing as well. The "
    "deviation grows like sqrt(k) (erf, d = 8, n = 20: 0.5, 1.5, 4.1, 11.2 times K for k = 10^2 .. 10^5).",
    "The conclusions hold for large k: matrix Chernoff bound for truncated rows (sgd22.lemA.gram.repaired).",
)

gram_deviation = Statement(
    id="sgd22.lemA.gram_deviation",
    kind="lemma",
    title="Deviation of the Gram matrix from its mean",
    source=source("Appendix E.2", "(A.46)"),
    setting=NETWORK,
    hypotheses=(*ACTIVATION, ROWS_BOUNDED),
    claims=(
        observed(
            "deviation",
            feature_gram_deviation,
            at_most(feature_gram_deviation, gaussian_deviation * K_LIPSCHITZ / tightness),
            experiment="initialisation",
            twin=1000 * gaussian_deviation * K_LIPSCHITZ / kernel_trace,
            reason="a sum over k units is not within a thousandth of one unit's mean of its own mean",
        ),
    ),
    probability=1 - C * exp(-(gaussian_deviation**2)),
    constants=(Constant(C, "open"),),
    uses=("sgd22.lemA7", "sgd22.lemA8"),
    errata=(replace(CHECK_12, grade="false as printed"),),
)

P_2 = exp(-((slack_lower * k * kernel_min / K_LIPSCHITZ) ** 2))
P_3 = exp(-((slack_upper * k * kernel_max / K_LIPSCHITZ) ** 2))
MU = sqrt((1 - slack_lower) * LOWEST * k)
FEATURES = sqrt(1 + slack_upper) * (hidden_std * sqrt(NONLINEAR * k) * norm_X + abs(mean_phi) * sqrt(k * n))


def smallest(level: Expr) -> Claim:
    """The squared smallest singular value of the features is at least `level`."""
    return observed(
        "features_smallest",
        feature_min_0,
        at_least(feature_min_0**2, tightness * level),
        experiment="initialisation",
        twin=100 * k * kernel_min / level,
        reason="its mean is at most k lambda_min(K), so by Markov the twin holds with probability at most 1/100",
    )


def largest(level: Expr) -> Claim:
    """The squared norm of the features is at most `level`."""
    return observed(
        "features_norm",
        feature_norm_0,
        at_most(feature_norm_0**2, level / tightness),
        experiment="initialisation",
        twin=4 * level / (k * kernel_max),
        reason="along the leading eigenvector of K it is a sum of k independent terms with mean k lambda_max(K)",
    )


_MU_CLAIM = smallest(MU**2)

gram = Statement(
    id="sgd22.lemA.gram",
    kind="lemma",
    title="Singular values of the features at initialisation",
    source=source("Appendix E.2", "(A.47)"),
    setting=NETWORK,
    hypotheses=ACTIVATION,
    claims=(_MU_CLAIM, largest(FEATURES**2)),
    probability=1 - C * (P_1 + P_2 + P_3),
    constants=OPEN,
    uses=("sgd22.lemA.gram_deviation", "sgd22.lemA.kernel", "sgd22.lemA.event"),
    errata=(CHECK_12, CHECK_13, CHECK_14, CHECK_15),
)

mu = Statement(
    id="sgd22.lemA.mu",
    kind="lemma",
    title="Lower near-isometry constant at initialisation",
    source=source("Appendix E.3", "(A.48)"),
    setting=NETWORK,
    hypotheses=ACTIVATION,
    claims=(_MU_CLAIM,),
    probability=1 - C * (P_1 + P_2),
    constants=OPEN,
    uses=("sgd22.lemA.gram", "sgd22.lemA.adjoint"),
    errata=(CHECK_12, CHECK_13, CHECK_14, CHECK_15),
)

STATEMENTS = (lemA7, lemA7_repaired, lemA8, lemA8_repaired, gram_deviation, gram, mu)
