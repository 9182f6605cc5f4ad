"""Theorem 2.5 with the constants of its own proof, its true rate and its range (D18, D19, D20)."""

from __future__ import annotations

from sympy import Expr, Rational, factor_terms, sqrt

from boundkit.papers.sjl17.descent import DESCENT, rate
from boundkit.papers.sjl17.local import PRINTED_RADIUS, at_smoothness, hypotheses
from boundkit.papers.sjl17.neighbourhood import LOSS_HIDDEN, LOSS_OUTPUT, M_L, M_U, SMOOTHNESS
from boundkit.papers.sjl17.paper import (
    ANY_WEIGHTS,
    AT_LEAST_D,
    PLANTED_BOUNDS,
    WIDE,
    at_most,
    claim,
    open_constants,
    source,
)
from boundkit.papers.sjl17.perturbation import RADIUS
from boundkit.papers.sjl17.spectrum import CURVED, PLANTED_SAMPLES, PROBABILITY
from boundkit.statement import Constant, Hypothesis, Order, Statement
from boundkit.statement.vocabulary import C, c, c_1, c_2, c_d, d, gamma_1, k, n, step_size
from boundkit.statement.words.landscape import (
    gradient_floor,
    planted_norm_v,
    planted_row_min,
    planted_sigma_max,
    planted_sigma_min,
    planted_v_max,
    start_hidden,
    start_output,
)
from boundkit.statement.words.landscape_lemmas import c_drift
from boundkit.statement.words.shared import loss

# The sufficient start (7.57), half of it for each layer through (7.47).
START_LOSS = RADIUS**2 * M_L**2 / (16 * M_U * planted_v_max**2)


def start(coefficient: Expr) -> Expr:
    """The distance at which `coefficient` times its square is half of the sufficient loss."""
    return sqrt(START_LOSS / 2 / coefficient)


START_HIDDEN = start(LOSS_HIDDEN)
START_OUTPUT = start(LOSS_OUTPUT)


_UNIT = {planted_norm_v: planted_v_max * sqrt(k)}
C_START_HIDDEN = factor_terms(c_2 * START_HIDDEN.subs(_UNIT) / PRINTED_RADIUS)
C_START_OUTPUT = factor_terms(c_2 * START_OUTPUT / (PRINTED_RADIUS / sqrt(k)))

LOCAL_RATE = DESCENT.subs(gradient_floor, M_L)
_PROOF_USES = ("sjl17.prop7_4", "sjl17.lem7_11", "sjl17.lem7_12", "sjl17.lem7_13", "sjl17.lem7_14", "sjl17.pl_descent")


def _tracked(form: str, title: str, share: int, extra: tuple[Hypothesis, ...], proof: str) -> Statement:
    return Statement(
        id=f"sjl17.thm2_5.{form}",
        kind="theorem",
        title=title,
        source=source("Theorem 2.5", "(7.52)", "(7.53)", "(7.54)"),
        form="repaired" if form == "repaired" else "tracked",
        improves="sjl17.thm2_5",
        setting=at_smoothness(SMOOTHNESS),
        hypotheses=(
            *hypotheses(CURVED, PLANTED_SAMPLES, START_HIDDEN / share, START_OUTPUT / share, SMOOTHNESS),
            *extra,
        ),
        claims=(rate(LOCAL_RATE),),
        probability=PROBABILITY,
        constants=(
            Constant(c_2, "tracked", C_START_HIDDEN / share, "of (2.4); see the summary for (2.5)"),
            *open_constants(c, C, c_drift, c_d, gamma_1),
        ),
        uses=_PROOF_USES,
        summary={"rate": LOCAL_RATE, "start_constant_output": C_START_OUTPUT / share},
        proof=proof,
        orders=(
            Order(
                "iterations",
                {n: 1, k: 1, d: -2, planted_sigma_min: -2},
                side="upper",
                regime="bounded sigma_max(W*), up to log(1/accuracy)",
            ),
        ),
    )


thm2_5_tracked = _tracked(
    "tracked",
    "Theorem 2.5 with the constants of its printed proof in those of Proposition 7.4 and Lemma 7.11 (D20)",
    1,
    (),
    "The descent argument with m_L, m_U and the smoothness of Lemmas 7.12 and 7.14; the sufficient loss (7.57) is "
    "split evenly between the layers through Lemma 7.13. Conditional on those lemmas as printed.",
)
thm2_5_repaired = _tracked(
    "repaired",
    "Theorem 2.5 with a start that keeps the iterates in the region (C24, D20)",
    2,
    (
        Hypothesis("start_hidden_in_region", "run", at_most(start_hidden, RADIUS / (2 * planted_v_max))),
        Hypothesis("start_output_in_region", "run", at_most(start_output, RADIUS / 2)),
    ),
    "Half of each radius is spent on the start and half on the path. Conditional on Lemmas 7.11 to 7.14, whose repairs "
    "change the constants once more; the local certificate (D17) needs none of them.",
)

# n <= c_0 sigma_min^4 d^2 / sigma_max^8 read as a lower bound of sigma_min^2, and with sigma_min <= sigma_max.
_SIGMA_MIN_SQUARED = planted_sigma_min**2 * sqrt(n / PLANTED_SAMPLES)
_TRUE_CONTRACTION = LOCAL_RATE.subs(planted_sigma_min, sqrt(_SIGMA_MIN_SQUARED))
true_rate = Statement(
    id="sjl17.d.true_rate",
    kind="theorem",
    title="The rate of Theorem 2.5 from its own proof (D18)",
    source=source("Theorem 2.5", "(7.54)"),
    form="sharpened",
    improves="sjl17.thm2_5",
    setting=at_smoothness(SMOOTHNESS),
    hypotheses=thm2_5_tracked.hypotheses,
    claims=(
        rate(_TRUE_CONTRACTION),
        claim(
            "rate_in_rows",
            loss,
            rate(_TRUE_CONTRACTION.subs(planted_sigma_max, planted_row_min)).relation,
        ),
    ),
    probability=PROBABILITY,
    constants=(
        Constant(
            c_1,
            "tracked",
            factor_terms(_TRUE_CONTRACTION.subs(planted_sigma_max, planted_row_min) / (step_size * d / sqrt(n))),
            "of the printed rate, since sqrt(n) <= n",
        ),
        *open_constants(c, C, c_drift, c_d, gamma_1),
    ),
    uses=("sjl17.thm2_5.tracked",),
    summary={"rate": _TRUE_CONTRACTION},
    proof=(
        "(2.3) says sigma_min(W*)^2 >= sigma_max(W*)^4 sqrt(n) / (sqrt(c_0) d), and sigma_max(W*) >= w_min. "
        "Conditional on (7.54)."
    ),
)

_WELL_CONDITIONED = PLANTED_SAMPLES.subs(planted_sigma_min, planted_sigma_max)
_ROWS = planted_row_min * sqrt(k / d)  # sigma_max^2 >= |W*|_F^2 / d
width_range = Statement(
    id="sjl17.d.width_range",
    kind="corollary",
    title="Widths and sample sizes to which Theorem 2.5 applies (D19)",
    source=source("Theorem 2.5", "(2.3)"),
    form="tracked",
    improves="sjl17.thm2_5",
    setting=ANY_WEIGHTS,
    hypotheses=(*PLANTED_BOUNDS, WIDE, AT_LEAST_D, Hypothesis("n_at_most", "data", at_most(n, PLANTED_SAMPLES))),
    claims=(
        claim("samples", n, at_most(n, _WELL_CONDITIONED)),
        claim("samples_in_width", n, at_most(n, _WELL_CONDITIONED.subs(planted_sigma_max, _ROWS))),
        claim("width", k, at_most(k, k * sqrt(_WELL_CONDITIONED.subs(planted_sigma_max, _ROWS) / d))),
    ),
    constants=open_constants(c_d),
    uses=("sjl17.thm2_5",),
    proof="sigma_min <= sigma_max, sigma_max^2 >= |W*|_F^2 / d >= k w_min^2 / d, and n >= d.",
    orders=(
        Order("width", {d: Rational(3, 2)}, side="upper"),
        Order("sample size", {d: 4, k: -2}, side="upper"),
    ),
)

STATEMENTS = (thm2_5_tracked, thm2_5_repaired, true_rate, width_range)
