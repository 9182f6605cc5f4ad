"""Training the output layer only: random features (section 3)."""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Gt, Integer, Le, Max, Rational, log, pi, sqrt

from boundkit.papers.os19 import chernoff as matrix_chernoff
from boundkit.papers.os19.model import BOUNDED_DERIVATIVE, CHERNOFF_RANGE, FIRST_DERIVATIVE, HALF, UNIT_ROWS, source
from boundkit.papers.os19.powers import feature_eigenvalue
from boundkit.statement import Claim, Constant, Erratum, Form, Hypothesis, Order, Setting, Statement
from boundkit.statement.vocabulary import (
    B,
    C,
    chernoff_loss,
    k,
    mu_phi_tilde,
    n,
    norm_X,
    sigma_min_KR,
    sigma_min_X,
    sup_dphi,
    tightness,
)
from boundkit.statement.words.features import (
    least_loss,
    mean_eigenvalue,
    second_moment_phi,
    summand_norm,
    truncation_exponent,
)
from boundkit.statement.words.shared import feature_sigma_min, gamma_phi, lambda_out, sup_phi_0
from boundkit.statement.words.stochastic_network import feature_norm_0

FEATURES = Setting(trained="output weights", output_weights="free", algorithm="least squares")
FULL_ROW_RANK = Hypothesis("full_row_rank", "run", Gt(feature_sigma_min, 0))
BOUNDED_AT_ZERO = Hypothesis("bounded_at_zero", "activation", Le(sup_phi_0, B))
TWO_SAMPLES = Hypothesis("two_samples", "data", Ge(n, 2))
_ZERO_LOSS = Claim(
    "zero_loss",
    least_loss,
    Eq(least_loss, 1 - tightness),
    "initialisation",
    twin=Integer(2),
    twin_reason="no loss is negative",
)
_BASE = (UNIT_ROWS, BOUNDED_AT_ZERO, FIRST_DERIVATIVE)

eq3_1 = Statement(
    id="os19.eq3_1",
    kind="definition",
    title="Least squares over the output weights; with full row rank v = Phi^T (Phi Phi^T)^(-1) y interpolates",
    source=source("Section 3", "(3.1)"),
    setting=FEATURES,
    hypotheses=(FULL_ROW_RANK,),
    claims=(
        _ZERO_LOSS,
        Claim(
            "as_many_units_as_samples",
            k,
            Ge(k, tightness * n),
            "initialisation",
            twin=2 * k / n,
            twin_reason="the twin says k >= 2 k",
        ),
    ),
    errata=(
        Erratum(
            "C15a",
            "misprint",
            "The text says full column rank once.",
            "Full row rank of the features is meant and needed, which takes k >= n.",
        ),
    ),
)

def3_1 = Statement(
    id="os19.def3_1",
    kind="definition",
    title="Output feature covariance E[phi(Xw) phi(Xw)^T] and its smallest eigenvalue",
    source=source("Definition 3.1"),
    hypotheses=(UNIT_ROWS,),
    claims=(
        Claim(
            "diagonal",
            lambda_out,
            Le(lambda_out, second_moment_phi / tightness),
            "data",
            twin=2 * second_moment_phi / (mu_phi_tilde**2 * sigma_min_X**2 + gamma_phi**2 * sigma_min_KR**2),
            twin_reason="the twin says half of what the linear and quadratic parts of phi alone give",
        ),
    ),
)

eq3_gamma = Statement(
    id="os19.eq3_gamma",
    kind="lemma",
    title="Output feature covariance through the Khatri-Rao square of the data",
    source=source("Section 3"),
    hypotheses=(UNIT_ROWS,),
    claims=(feature_eigenvalue(gamma_phi**2 * sigma_min_KR**2),),
    uses=("os19.def3_1", "os19.lemH_2"),
)


def _claims(loss: Expr, *, share: Expr) -> tuple[Claim, ...]:
    return (
        Claim(
            "feature_spectrum",
            feature_sigma_min,
            Ge(feature_sigma_min**2, tightness * share * k * (lambda_out - loss)),
            "initialisation",
            twin=100 * lambda_out / (share * (lambda_out - loss)),
            twin_reason="its mean is at most k lambda_out, so by Markov the twin holds with probability at most 1/100",
        ),
        Claim(
            "full_row_rank",
            feature_sigma_min,
            Gt(feature_sigma_min, (tightness - 1) * feature_norm_0),
            "initialisation",
            twin=Integer(2),
            twin_reason="the smallest singular value is not above the largest",
        ),
        _ZERO_LOSS,
    )


_PRINTED_LOSS = 6 * B / n**100
_PRINTED_WIDTH = C * log(n) ** 2 * n / lambda_out

thm3_2 = Statement(
    id="os19.thm3_2",
    kind="theorem",
    title="Training the output layer reaches zero loss",
    source=source("Theorem 3.2", "(3.1)"),
    setting=FEATURES,
    hypotheses=(
        *_BASE,
        Hypothesis("eigenvalue_above_loss", "data", Ge(lambda_out, _PRINTED_LOSS)),
        Hypothesis("width", "width", Ge(k, _PRINTED_WIDTH)),
    ),
    claims=_claims(_PRINTED_LOSS, share=Rational(1, 2)),
    constants=(Constant(C, "open"),),
    uses=("os19.eq3_1", "os19.def3_1", "os19.thmA_1"),
    orders=(
        Order("width", {n: 1, lambda_out: -1}, logs={n: 2}),
        Order("width", {n: 1}, logs={n: 2}, regime="generic data: the eigenvalue is of order 1"),
    ),
    errata=(
        Erratum(
            "C15b",
            "unstated hypothesis",
            "No probability is stated, and the proof replaces the eigenvalue less the truncation loss by a multiple of "
            "the eigenvalue; at equality with the loss the eigenvalue bound gives only 0.",
            "The proof gives probability 1 - n^(-100) where the eigenvalue is at least twice the loss.",
        ),
        Erratum(
            "C15c",
            "misprint",
            "The truncation loss is printed 6 B / n^100.",
            "The proof gives 6 B^2 / n^100, which scaling the activation requires too.",
        ),
        Erratum(
            "C15d",
            "false as printed",
            "The width lacks a factor B^2: for phi = s ReLU and large s one hidden unit is allowed, whatever the "
            "universal constant, and the rank of the features is 1 < n.",
            "k >= C B^2 log(n)^2 n / lambda_min, from the truncation level of the proof.",
        ),
        Erratum(
            "C15e",
            "gap",
            "E phi(g)^2 <= 2 B^2 is false in general: phi(z) = B (1 + |z|) has (2 + 2 sqrt(2/pi)) B^2.",
            "Replace sqrt(2) by sqrt(2 + 2 sqrt(2/pi)) = 1.897; only constants change.",
        ),
        Erratum(
            "C15f",
            "misprint",
            "The end of section 3 wants the number of data points moderately larger than that of parameters.",
            "The number of parameters is to be moderately larger than that of data points.",
        ),
    ),
)

MOMENT = 2 + 2 * sqrt(2 / pi)
LEAST_BOUND = Max(sup_phi_0, sup_dphi)  # the least B: Theorem 3.2 bounds phi(0) and phi', and not phi''
PAPER_EXPONENT = Integer(202)
PAPER_POWER = Integer(100)
TRUNCATION_LOSS = 6 * LEAST_BOUND**2 * n ** (1 - truncation_exponent / 2)


def truncation_level(*, moment: Expr, slope: Expr) -> Expr:
    """The norm of the features of one unit that is exceeded with probability at most n^(-truncation_exponent)."""
    return sqrt(n) * sqrt(moment) + slope * sqrt(2 * truncation_exponent * log(n))


def chernoff_width(*, power: Expr, level: Expr, loss: Expr) -> Expr:
    """The width from which the matrix Chernoff bound with summands at most level^2 fails with n^(-power) at most."""
    summands = {mean_eigenvalue: lambda_out - loss, summand_norm: level**2}
    return (1 + power) * log(n) / matrix_chernoff.EXPONENT.subs({**HALF, **summands})


def _derived(
    *,
    form: Form,
    title: str,
    hypotheses: tuple[Hypothesis, ...],
    claims: tuple[Claim, ...],
    probability: Expr,
    proof: str,
    constants: tuple[Constant, ...] = (),
) -> Statement:
    return Statement(
        id=f"{thm3_2.id}.{form}",
        kind="theorem",
        title=title,
        source=source("Theorem 3.2"),
        form=form,
        improves=thm3_2.id,
        setting=FEATURES,
        hypotheses=(UNIT_ROWS, BOUNDED_DERIVATIVE, TWO_SAMPLES, *hypotheses),
        claims=claims,
        probability=probability,
        constants=constants,
        uses=("os19.thm3_2", "os19.thmA_1", "os19.eq3_1"),
        proof=proof,
    )


_AT_PAPER = {truncation_exponent: PAPER_EXPONENT}
_PAPER_LOSS = TRUNCATION_LOSS.subs(_AT_PAPER)
_PAPER_LEVEL = truncation_level(moment=MOMENT * LEAST_BOUND**2, slope=LEAST_BOUND * sqrt(n)).subs(_AT_PAPER)

thm3_2_tracked = _derived(
    form="tracked",
    title="Theorem 3.2 along the paper's own proof (D16)",
    hypotheses=(
        Hypothesis("eigenvalue_above_loss", "data", Gt(lambda_out, _PAPER_LOSS)),
        Hypothesis("width", "width", Ge(k, chernoff_width(power=PAPER_POWER, level=_PAPER_LEVEL, loss=_PAPER_LOSS))),
    ),
    claims=_claims(_PAPER_LOSS, share=Rational(1, 2)),
    probability=1 - n**-PAPER_POWER,
    proof=(
        "Keep the units whose features have norm at most T, the matrix Chernoff bound with summands at most T^2. By "
        "Gaussian concentration a unit is dropped with probability P <= n^(-202), which costs at most 6 n B^2 sqrt(P), "
        "B = max(|phi(0)|, sup|phi'|) being the least bound that the theorem allows."
    ),
)

_LEVEL_SHAPE = (_PAPER_LEVEL / (LEAST_BOUND * sqrt(n * log(n)))).subs({n: 2, LEAST_BOUND: 1})
C_REPAIRED = 2 * chernoff_width(power=PAPER_POWER, level=_LEVEL_SHAPE, loss=Integer(0)) * lambda_out / log(n)
thm3_2_repaired = _derived(
    form="repaired",
    title="Theorem 3.2 with the factor B^2, its probability and its constant",
    hypotheses=(
        Hypothesis("eigenvalue_above_loss", "data", Ge(lambda_out, 2 * _PAPER_LOSS)),
        Hypothesis("width", "width", Ge(k, LEAST_BOUND**2 * _PRINTED_WIDTH.subs(C, C_REPAIRED))),
    ),
    claims=_claims(_PAPER_LOSS, share=Rational(1, 2)),
    probability=1 - n**-PAPER_POWER,
    constants=(Constant(C, "tracked", C_REPAIRED, "in the printed width times B^2"),),
    proof=(
        "Implied by the tracked form: the eigenvalue less the loss is at least half of it, and T^2 / (B^2 n log n) is "
        "largest at n = 2, B = max(|phi(0)|, sup|phi'|)."
    ),
)

_LEVEL = truncation_level(moment=second_moment_phi, slope=sup_dphi * norm_X)
_SUMMANDS = {mean_eigenvalue: k * (lambda_out - TRUNCATION_LOSS), summand_norm: _LEVEL**2}

thm3_2_refined = _derived(
    form="refined",
    title="Theorem 3.2 with the true moment, the norm of the data and free parameters (D16)",
    hypotheses=(
        CHERNOFF_RANGE,
        Hypothesis("truncation_exponent", "parameter", Gt(truncation_exponent, 2)),
        Hypothesis("eigenvalue_above_loss", "data", Gt(lambda_out, TRUNCATION_LOSS)),
    ),
    claims=_claims(TRUNCATION_LOSS, share=1 - chernoff_loss),
    probability=(1 - matrix_chernoff.thm6_14.failure).subs(_SUMMANDS),
    proof=(
        "As the tracked form with T = sqrt(n E phi^2) + sup|phi'| |X| sqrt(2 q log n), which |phi(Xw)| exceeds with "
        "probability at most n^(-q) because it is sup|phi'| |X|-Lipschitz in w."
    ),
)

STATEMENTS = (eq3_1, def3_1, eq3_gamma, thm3_2, thm3_2_repaired, thm3_2_tracked, thm3_2_refined)
