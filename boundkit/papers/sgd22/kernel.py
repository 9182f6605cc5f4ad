"""The kernel of the features and the event that bounds all weights (App. E.1 and E.2)."""

from __future__ import annotations

from sympy import Expr, factorial, log, sqrt

from boundkit.papers.sgd22.definitions import CHECK_15
from boundkit.papers.sgd22.paper import (
    FIRST_BOUNDED,
    NETWORK,
    UNIT_ROWS,
    ZERO_AT_ZERO,
    assume,
    at_least,
    at_most,
    halved,
    observed,
    source,
)
from boundkit.statement import Claim, Constant, Erratum, Statement
from boundkit.statement.vocabulary import C, c, d, k, mu_phi_tilde, n, norm_X, sup_dphi, tightness
from boundkit.statement.words.shared import K, power, sigma_min_power
from boundkit.statement.words.stochastic_network import (
    feature_frobenius_0,
    hermite_ct,
    hermite_ct_scaled,
    hermite_tail,
    hermite_tail_scaled,
    hidden_row_slack,
    hidden_std,
    kernel_max,
    kernel_min,
    kernel_trace,
    max_feature_row,
    max_hidden_row,
    max_output_column,
    mean_phi,
    mean_phi_scaled,
    output_column_slack,
    output_std,
    var_phi_scaled,
)

OPEN = (Constant(c, "open"), Constant(C, "open"))
NONLINEAR = mu_phi_tilde**2 + hermite_tail
LOWEST = hidden_std ** (2 * power) * hermite_ct**2 / factorial(power) * sigma_min_power**2


_MEAN = kernel_trace / n
_MEANS = "the mean of the eigenvalues is between them"


def _kernel(lower: Expr, upper: Expr) -> tuple[Claim, ...]:
    return (
        halved("smallest", kernel_min, at_least(kernel_min, lower), limit=_MEAN, reason=_MEANS, experiment="data"),
        halved("largest", kernel_max, at_most(kernel_max, upper), limit=_MEAN, reason=_MEANS, experiment="data"),
    )


CHECK_13 = Erratum(
    "CHECK-13",
    "gap",
    "For omega_1 other than 1 the samples are rescaled and the coefficients c_i kept, but the expansion needs unit "
    "samples. For tanh and omega_1 = 0.3, E phi^2 is 0.0770 and the rescaled series 0.0330; at 2 the series diverges.",
    "Use the coefficients c_i(omega_1) of phi(omega_1 z): the power omega_1^i is right, E phi^(i)(g) is not.",
)
CHECK_14 = Erratum(
    "CHECK-14",
    "false as printed",
    "For omega_1 > 1 the lower bound of (A.38) fails by any factor: for tanh it grows like omega_1^(2t) while the "
    "kernel is at most 1. For omega_1 < 1 the upper bound fails beyond constants if c_0 = 0 but c_0(omega_1) is not; "
    "tanh with omega_1 < 1 is within the universal constant.",
    "Use c_i(omega_1); the printed form is right at omega_1 = 1 with unit samples.",
)
CHECK_31 = Erratum(
    "CHECK-31",
    "misprint",
    "The zeroth Khatri-Rao power is said to be a square matrix of ones; in the available text of (A.36) the factor k "
    "and the left side are missing.",
    "It is a row of ones, so that its Gram matrix is the matrix of ones; (A.35) shows the factor k.",
)
CHECK_28 = Erratum(
    "CHECK-28",
    "unstated hypothesis",
    "c_t must not vanish: no even t for odd activations such as tanh, no odd t >= 3 for GELU, SiLU or softplus. "
    "Antipodal samples make sigma_min(X^{*t}) zero for every t.",
    "Use any larger degree with a coefficient that does not vanish, or the smallest eigenvalue of the kernel.",
)

feature_kernel = Statement(
    id="sgd22.def.kernel",
    kind="definition",
    title="Mean Gram matrix of the features, per hidden unit",
    source=source("Appendix E.1", "(A.27)"),
    setting=NETWORK,
    hypotheses=(FIRST_BOUNDED,),
    claims=(
        observed(
            "mean",
            kernel_min,
            at_most(kernel_min, kernel_trace / n / tightness),
            experiment="data",
            twin=2 * kernel_trace / (n * kernel_min),
            reason="the twin says that the smallest eigenvalue is at most half of itself",
            chance="surely",
        ),
    ),
)

kernel = Statement(
    id="sgd22.lemA.kernel",
    kind="lemma",
    title="Eigenvalues of the mean Gram matrix of the features, per hidden unit",
    source=source("Appendix E.1", "(A.27)", "(A.34)", "(A.36)", "(A.37)", "(A.38)"),
    setting=NETWORK,
    hypotheses=(ZERO_AT_ZERO, FIRST_BOUNDED),
    claims=_kernel(c * LOWEST, C * (n * mean_phi**2 + hidden_std**2 * NONLINEAR * norm_X**2)),
    constants=OPEN,
    uses=("sgd22.assump3", "sgd22.assump4"),
    errata=(CHECK_13, CHECK_14, CHECK_15, CHECK_31, CHECK_28),
)

_UPPER = n * mean_phi_scaled**2 + var_phi_scaled * norm_X**2

kernel_repaired = Statement(
    id="sgd22.lemA.kernel.repaired",
    kind="lemma",
    title="Eigenvalues of the kernel through the coefficients at the scale of the initialisation",
    source=source("Appendix E.1", "(A.38)"),
    form="repaired",
    improves="sgd22.lemA.kernel",
    setting=NETWORK,
    hypotheses=(UNIT_ROWS, FIRST_BOUNDED),
    claims=_kernel(hermite_ct_scaled**2 / factorial(power) * sigma_min_power**2, _UPPER),
    uses=("sgd22.lemA.kernel",),
    proof=(
        "For unit samples K is the sum over i of c_i(omega_1)^2 / i! times the i-th Hadamard power of XX^T, all "
        "positive semidefinite; Schur bounds the norms of the powers by that of XX^T."
    ),
)

kernel_sharpened = Statement(
    id="sgd22.lemA.kernel.sharpened",
    kind="lemma",
    title="Smallest eigenvalue of the kernel through all Hermite degrees from t on",
    source=source("Appendix E.1", "(A.38)"),
    form="sharpened",
    improves="sgd22.lemA.kernel",
    setting=NETWORK,
    hypotheses=(UNIT_ROWS, FIRST_BOUNDED),
    claims=_kernel(hermite_tail_scaled * sigma_min_power**2, _UPPER),
    uses=("sgd22.lemA.kernel.repaired",),
    proof="For unit samples the smallest eigenvalue of the i-th Hadamard power does not decrease with i (Schur).",
)

HIDDEN_ROW = hidden_row_slack * hidden_std * sqrt(d * log(k))
OUTPUT_COLUMN = output_column_slack * output_std * sqrt(K * log(k))
FEATURE_ROW = sup_dphi * norm_X * HIDDEN_ROW


def _event(factor: Expr) -> tuple[Claim, ...]:
    rows = (("hidden_rows", max_hidden_row, HIDDEN_ROW, hidden_row_slack),)
    columns = (("output_columns", max_output_column, OUTPUT_COLUMN, output_column_slack),)
    weights = (
        observed(
            label,
            symbol,
            at_most(symbol, factor * bound / tightness),
            experiment="initialisation",
            twin=2 * factor * slack * sqrt(log(k)),
            reason="the longest of many Gaussian vectors is longer than half the root of its mean square",
        )
        for label, symbol, bound, slack in (*rows, *columns)
    )
    features = (
        observed(
            label,
            max_feature_row,
            at_most(max_feature_row**exponent, factor * FEATURE_ROW**exponent / tightness),
            experiment="initialisation",
            twin=factor * (2 * FEATURE_ROW * sqrt(k) / feature_frobenius_0) ** exponent,
            reason="the largest features of k units are not below half of their root mean square",
        )
        for label, exponent in (("feature_rows", 1), ("summands", 2))
    )
    return (*weights, *features)


def row_failures(hidden: Expr, output: Expr) -> tuple[Expr, Expr]:
    """The two terms of p_1 in (A.41), with exponents `hidden` d and `output` K."""
    return k ** (-c * hidden * d), k ** (-c * output * K)


P_1 = sum(row_failures(hidden_row_slack, output_column_slack))

event = Statement(
    id="sgd22.lemA.event",
    kind="lemma",
    title="Norms of the weights and of the features of all hidden units at initialisation",
    source=source("Appendix E.2", "(A.40)", "(A.41)", "(A.42)", "(A.43)"),
    setting=NETWORK,
    hypotheses=(
        ZERO_AT_ZERO,
        FIRST_BOUNDED,
        assume("hidden_slack", "parameter", at_least(hidden_row_slack, C)),
        assume("output_slack", "parameter", at_least(output_column_slack, C)),
    ),
    claims=_event(C),
    probability=1 - P_1,
    constants=OPEN,
    uses=("sgd22.init",),
)

event_tracked = Statement(
    id="sgd22.lemA.event.tracked",
    kind="lemma",
    title="Norms of the weights and of the features of all hidden units, with constants",
    source=source("Appendix E.2", "(A.40)", "(A.41)", "(A.42)", "(A.43)"),
    form="tracked",
    improves="sgd22.lemA.event",
    setting=NETWORK,
    hypotheses=(
        ZERO_AT_ZERO,
        FIRST_BOUNDED,
        assume("hidden_slack", "width", at_least(hidden_row_slack**2 * log(k), 5)),
        assume("output_slack", "width", at_least(output_column_slack**2 * log(k), 5)),
    ),
    claims=_event(c / c),
    probability=1 - k ** (1 - hidden_row_slack**2 * d / 5) - k ** (1 - output_column_slack**2 * K / 5),
    uses=("sgd22.lemA.event",),
    proof=(
        "Laurent and Massart's tail P(chi^2_D > T D) <= exp(-T D / 5) for T >= 5, and a union bound. As phi(0) = 0, "
        "|phi(X w)| <= sup|phi'| |X| |w| for the weights w of a unit; the norm of phi(X w) phi(X w)^T is its square."
    ),
)

STATEMENTS = (feature_kernel, kernel, kernel_repaired, kernel_sharpened, event, event_tracked)
