"""Orders of the width: the printed scaling, the orders of all variants (D7), rate and step size of the network."""

from __future__ import annotations

from sympy import Expr, Integer, Rational, Symbol, factorial, sqrt

from boundkit.papers.sgd22.loss import QUADRATIC, WITHOUT_REPETITION
from boundkit.papers.sgd22.paper import BATCH, NETWORK, OPEN_RANGE, SMOOTH, WIDE, assume, at_least, at_most, source
from boundkit.papers.sgd22.path import RATE_SHAPE, START_SHAPE
from boundkit.papers.sgd22.width import LIMIT_OF_NETWORK, NETWORK_AT_STEP, OPEN_RATE, ORDER, thm2
from boundkit.statement import Constant, Erratum, Order, Statement
from boundkit.statement.order import Quantity
from boundkit.statement.vocabulary import C, alpha, beta, c, d, k, lipschitz, n, norm_X, step_size
from boundkit.statement.words.shared import b, power, sigma_min_power
from boundkit.statement.words.stochastic import exit_margin, growth, loss_smoothness

ONE = Integer(1)
_CONSTANTS = {exit_margin: ONE, **QUADRATIC, **WITHOUT_REPETITION}


def exponents(expression: Expr) -> dict[Symbol, Rational]:
    """The powers of the variables of a product; numbers are dropped."""
    powers = expression.as_powers_dict()
    return {symbol: power for symbol, power in powers.items() if symbol.is_Symbol and power != 0}


def order(quantity: Quantity, expression: Expr, regime: str, **changes: object) -> Order:
    """The order of a product of powers."""
    return Order(quantity, exponents(expression), regime=regime, **changes)  # type: ignore[arg-type]


def width_order(regime: str, *, loss: Expr, slope: Expr, norm: Expr, spectrum: Expr) -> Order:
    """The width that (6) asks for, given the orders of h(w_0), beta_Phi^2, nu_Phi^2 and mu_Phi^2.

    >>> width_order("", loss=ONE, slope=ONE, norm=k, spectrum=k).expression
    n/sqrt(b)
    """
    values = {alpha: sqrt(spectrum), beta: sqrt(norm), lipschitz: sqrt(slope), **_CONSTANTS}
    ratio = loss / START_SHAPE.xreplace(values)
    powers = exponents(ratio)
    fall = -powers.pop(k)
    return Order("width", {symbol: power / fall for symbol, power in powers.items()}, regime=regime)


FEATURES = n / d  # squared norm of X; also sigma_min of the Khatri-Rao power is of order 1
_LOSS = FEATURES / n
_MEAN = k * n
PAPER_ROW = {"loss": _LOSS, "slope": FEATURES, "norm": _MEAN, "spectrum": k}
ROWS: dict[str, Order] = {
    "a": width_order("row a: the paper's claim, true by the direct argument", **PAPER_ROW),
    "b": width_order("row b: the paper's proof with the whole of (18)", **{**PAPER_ROW, "slope": k}),
    "c": width_order("row c: smoothness only, best radius", **{**PAPER_ROW, "slope": sqrt(k * FEATURES)}),
    "e": width_order("row e: c_0 = 0, direct argument", **{**PAPER_ROW, "norm": k * FEATURES}),
    "f": width_order("row f: output weights near 0", **{**PAPER_ROW, "loss": 1 / n}),
    "g": width_order("row g: labels of size 1 per sample", **{**PAPER_ROW, "loss": ONE}),
    "h": width_order(
        "row h: omega_1 = 1/sqrt(d), unit samples, t = 2, d = sqrt(n)",
        loss=1 / sqrt(n),
        slope=sqrt(n),
        norm=k,
        spectrum=k / n,
    ),
}

scaling = Statement(
    id="sgd22.scaling",
    kind="corollary",
    title="Subquadratic number of first-layer parameters",
    source=source("Section 3.1", "(22)"),
    setting=NETWORK_AT_STEP,
    hypotheses=(
        *(item for item in thm2.hypotheses if item.label not in ("width", "mean_dominates")),
        assume("power", "parameter", at_least(power, 2)),
        assume("norm", "data", at_most(norm_X, C * sqrt(n / d))),
        assume("khatri_rao", "data", at_least(sigma_min_power, c)),
        assume("width", "width", at_least(k, C * ROWS["a"].expression)),
    ),
    claims=(LIMIT_OF_NETWORK,),
    probability=thm2.probability,
    constants=(Constant(C, "open", note="hides logarithms"), Constant(c, "open"), OPEN_RANGE, OPEN_RATE),
    uses=("sgd22.thm2",),
    errata=(
        Erratum(
            "CHECK-17",
            "unstated hypothesis",
            "The Khatri-Rao power has rank at most binomial(d + t - 1, t), about d^t / t!, so n = d^t gives smallest "
            "singular value 0. The available text of E.1 prints the requirement as d >= n.",
            "Ask for n <= binomial(d + t - 1, t), and a small multiple of d^t for a value of order 1.",
        ),
        Erratum(
            "CHECK-29",
            "misprint",
            "The abstract calls the subquadratic quantity a width.",
            "It is the number k d of first-layer parameters.",
        ),
    ),
    orders=(
        ORDER,
        Order("width", {n: Rational(3, 2), d: -1}, {n: 1}, regime="b of order n; power of the log unspecified"),
        Order("width", {n: 2, d: -1}, {n: 1}, regime="b of order 1; power of the log unspecified"),
        Order("width", {n: 1}, {n: 1}, "upper", "b of order n, d at least of order sqrt(n): suffices"),
    ),
)

scaling_repaired = Statement(
    id="sgd22.scaling.repaired",
    kind="corollary",
    title="Subquadratic number of first-layer parameters, with the rank condition",
    source=source("Section 3.1", "(22)"),
    form="repaired",
    improves="sgd22.scaling",
    setting=NETWORK,
    hypotheses=(
        assume("power", "parameter", at_least(power, 2)),
        assume("rank", "data", at_most(n, factorial(d + power - 1) / (factorial(power) * factorial(d - 1)))),
        *SMOOTH,
        WIDE,
        BATCH,
    ),
    uses=("sgd22.thm2.repaired",),
    orders=tuple(
        Order(
            "width",
            {n: ROWS["a"].exponents[n] + ROWS["a"].exponents[d] / Integer(degree), b: ROWS["a"].exponents[b]},
            regime=f"d of order n^(1/{degree}), logarithms dropped; at least n as well",
        )
        for degree in (2, 3)
    ),
    proof="The symmetric tensors have dimension binomial(d + t - 1, t); the orders are row a at d = n^(1/t).",
)

d_orders = Statement(
    id="sgd22.d.orders",
    kind="corollary",
    title="Width of every variant of the theorem, in orders (D7)",
    source=source("Section 3.1", "(22)"),
    form="refined",
    improves="sgd22.scaling",
    setting=NETWORK,
    hypotheses=(*SMOOTH, WIDE, BATCH),
    uses=("sgd22.thm1", "sgd22.thm2.tracked", "sgd22.d.width", "sgd22.d.width_odd"),
    orders=(
        *ROWS.values(),
        order("width", n**2 / d, "side condition: Lemma A.7 with sqrt(k), Lipschitz argument kept; undoes row a"),
        Order("width", {n: 1}, {n: 1}, regime="side condition: matrix Chernoff bound (sgd22.lemA.gram.repaired)"),
    ),
    proof=(
        "h(w_0) beta_eff^2 (n/b) nu^2 <= mu^6 / n up to constants, solved for the width, with |X|^2 = n/d and "
        "sigma_min of the Khatri-Rao power of order 1, unit samples, omega_1 of order 1 unless said."
    ),
)

STEP_DOMINANT = alpha**2 / (growth * loss_smoothness * beta**4)


def _rates(regime: str, norm: Expr) -> tuple[Order, Order]:
    values = {alpha: sqrt(k), beta: sqrt(norm), **_CONSTANTS}
    step = STEP_DOMINANT.xreplace(values)
    iterations = 1 / RATE_SHAPE.xreplace({**values, step_size: step})
    return (
        order("step size", step, regime, side="upper"),
        order("iterations", iterations, f"{regime}, times log(1 / relative target loss)", side="upper"),
    )


d_rate = Statement(
    id="sgd22.d.network_rate",
    kind="corollary",
    title="Step size and number of iterations on the network, in orders",
    source=source("Theorem 2", "(7)", "(21)"),
    form="refined",
    improves="sgd22.thm2",
    setting=NETWORK,
    uses=("sgd22.thm1", "sgd22.thm2"),
    orders=(*_rates("c_0 not 0, omega_1 = 1", _MEAN), *_rates("c_0 = 0, omega_1 = 1", k * FEATURES)),
    proof="The bound (7) where its term beta_f nu^4 dominates, with mu^2 = k and nu^2 = k n or k n / d.",
)

STATEMENTS = (scaling, scaling_repaired, d_orders, d_rate)
