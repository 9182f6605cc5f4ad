"""Local linear convergence of gradient descent on both layers: Theorem 2.5 and Remark 2.6."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Rational, Symbol, sqrt

from boundkit.papers.sjl17.centred import C34, UNCURVED
from boundkit.papers.sjl17.descent import ONE, rate, step
from boundkit.papers.sjl17.paper import (
    AT_LEAST_D,
    LOCAL_MODEL,
    MEAN_SLOPE,
    PLANTED_BOUNDS,
    WIDE,
    at_most,
    local,
    open_constants,
    source,
)
from boundkit.papers.sjl17.spectrum import C22, CURVED, PLANTED_SAMPLES, PROBABILITY
from boundkit.statement import Erratum, Hypothesis, Order, Setting, Statement
from boundkit.statement.vocabulary import C, c_1, c_2, c_d, d, eta_bar, gamma_1, k, n, step_size
from boundkit.statement.words.landscape import planted_sigma_max, planted_sigma_min, start_hidden, start_output


def printed_radius(smallest: Expr) -> Expr:
    """The radius (2.4); that of the output weights is smaller by sqrt(k)."""
    return c_2 * smallest**3 / planted_sigma_max * d ** Rational(5, 2) / (n ** Rational(3, 2) * k)


PRINTED_RADIUS = printed_radius(planted_sigma_min)
STEP_BOUND = C * (planted_sigma_max**2 + 1) * k


def hypotheses(
    case: Hypothesis, sample_bound: Expr, hidden: Expr, output: Expr, step_bound: Expr
) -> tuple[Hypothesis, ...]:
    """Activation, data, (2.2), (2.3), the start and the step."""
    return (
        *LOCAL_MODEL,
        case,
        *PLANTED_BOUNDS,
        WIDE,
        AT_LEAST_D,
        Hypothesis("n_at_most", "data", at_most(n, sample_bound)),
        Hypothesis("start_hidden", "run", at_most(start_hidden, hidden)),
        Hypothesis("start_output", "run", at_most(start_output, output)),
        step(step_bound),
    )


def at_smoothness(step_bound: Expr) -> Setting:
    """Gradient descent with a fraction of the step 1 / step_bound."""
    return local(step_size=eta_bar / step_bound)


def _orders(smallest: Mapping[Symbol, int]) -> tuple[Order, ...]:
    cubed = {symbol: 3 * power for symbol, power in smallest.items()}
    fourth = {symbol: 4 * power for symbol, power in smallest.items()}
    radius = {d: Rational(5, 2), n: Rational(-3, 2), k: -1, planted_sigma_max: -1, **cubed}
    return (
        Order("width", {d: 1}),
        Order("sample size", {d: 2, planted_sigma_max: -8, **fourth}, side="upper"),
        Order("radius", radius, side="upper", regime="hidden weights, Frobenius norm"),
        Order("radius", {**radius, k: Rational(-3, 2)}, side="upper", regime="output weights, largest entry"),
        Order("step size", {k: -1}, side="upper", regime="bounded sigma_max(W*)"),
        Order("iterations", {n: 1, k: 1, d: -1}, side="upper", regime="bounded sigma_max(W*), up to log(1/accuracy)"),
    )


C24 = Erratum(
    "C24",
    "gap",
    "(7.57) keeps the iterates within R / v_max of the start, but the region is centred at the planted network.",
    "64 for 16 in (7.57): halve the radii and require |W_0 - W*| <= R / (2 |v*|_inf), |v_0 - v*| <= R / 2.",
)
thm2_5 = Statement(
    id="sjl17.thm2_5",
    kind="theorem",
    title="Local linear convergence of gradient descent on both layers to a planted smooth network",
    source=source("Theorem 2.5", "(2.2)", "(2.3)", "(2.4)", "(2.5)", "(2.6)", "(2.7)"),
    setting=at_smoothness(STEP_BOUND),
    hypotheses=(
        MEAN_SLOPE,
        *hypotheses(CURVED, PLANTED_SAMPLES, PRINTED_RADIUS, PRINTED_RADIUS / sqrt(k), STEP_BOUND),
    ),
    claims=(rate(c_1 * step_size * d / n),),
    probability=PROBABILITY,
    constants=open_constants(c_d, c_2, C, c_1, gamma_1),
    uses=(
        "sjl17.prop7_4",
        "sjl17.lem7_11",
        "sjl17.lem7_12",
        "sjl17.lem7_13",
        "sjl17.lem7_14",
        "sjl17.pl_descent",
    ),
    errata=(
        Erratum(
            "C19",
            "gap",
            "(7.59) has d/n where the proof gives sigma_min^2 d^2 / n, and replaces sigma_min by w_max in the wrong "
            "direction.",
            "The stated rate holds nevertheless, because (2.3) bounds sigma_min from below (D18).",
        ),
        Erratum(
            "C20",
            "unstated hypothesis",
            "(2.3) forces k <= sqrt(c_0) d^(3/2) / w_min^2 and n <= c_0 d^4 / (k^2 w_min^4): the sample size falls "
            "with the width, and the text's n of the order kd matches only for k of the order d.",
            "Read the theorem with that range (D19); for normal W* with entries N(0, 1/d) it needs d >= 4096 / c_0.",
        ),
        Erratum(
            "C21",
            "unstated hypothesis",
            "The constants are called numerical; they depend on the bounds (2.2), on B, L, phi(0), phi'(0) and on the "
            "smallest E phi''(sigma g).",
            "Constants of the problem, not universal; explicit in the tracked form.",
        ),
        C22,
        Erratum(
            "C23",
            "gap",
            "R <= v_max is not without loss of generality, and the printed normalisation of c does not give it.",
            "Replace R by min(R, v_max).",
        ),
        C24,
        Erratum(
            "C41",
            "unstated hypothesis",
            "The text says that the iterates converge to the planted network.",
            "The loss converges to zero and the iterates stay near; for n < kd the zero-loss set is a manifold there.",
        ),
        Erratum("C42", "misprint", "The text sends to Section 6 for the proof.", "It is Section 7."),
    ),
    summary={"rate": c_1 * step_size * d / n},
    orders=_orders({planted_sigma_min: 1}),
)

rem2_6 = Statement(
    id="sjl17.rem2_6",
    kind="corollary",
    title="Theorem 2.5 for activations whose mean second derivative vanishes",
    source=source("Remark 2.6"),
    setting=at_smoothness(STEP_BOUND),
    hypotheses=(
        MEAN_SLOPE,
        *hypotheses(
            UNCURVED,
            PLANTED_SAMPLES.subs(planted_sigma_min, ONE),
            printed_radius(ONE),
            printed_radius(ONE) / sqrt(k),
            STEP_BOUND,
        ),
    ),
    claims=thm2_5.claims,
    probability=PROBABILITY,
    constants=open_constants(c_d, c_2, C, c_1, gamma_1),
    uses=("sjl17.thm2_5", "sjl17.prop7_4_uncurved"),
    errata=(
        Erratum(
            C34.label,
            "gap",
            "The proof rests on Remark 7.3, which is false as stated; phi' must not be constant, and the constants "
            "depend on v_min and on the smallest Var phi'(sigma g).",
            "The conclusion is not refuted; the local certificate (D17) covers these activations.",
        ),
    ),
    summary=thm2_5.summary,
    orders=_orders({}),
)

STATEMENTS = (thm2_5, rem2_6)
