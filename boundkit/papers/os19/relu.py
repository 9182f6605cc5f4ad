"""ReLU: Theorems 6.3 and 2.3 with their tracked and sharper forms."""

from __future__ import annotations

from sympy import Expr, Ge, Integer, Le, exp, factor_terms, floor, pi, sqrt

from boundkit.papers.os19 import covariance, flips, initialisation, meta_nonsmooth
from boundkit.papers.os19.chain import Conclusion, relu_chain, substitute
from boundkit.papers.os19.descent import potential, rate, squared_rate, unsquared
from boundkit.papers.os19.errata import C1
from boundkit.papers.os19.meta_nonsmooth import DRIFT_RANGE, GAIN_POSITIVE, STEP_RANGE, gain
from boundkit.papers.os19.model import (
    CHERNOFF_RANGE,
    EVEN_WIDTH,
    FULL_RANK_KR,
    GENERIC,
    POSITIVE_LAMBDA,
    RELU,
    RELU_ACTIVATION,
    RELU_NORM,
    STEP_FRACTION,
    UNIT_ROWS,
    source,
)
from boundkit.statement import Claim, Constant, Erratum, Hypothesis, Order, Setting, Statement
from boundkit.statement.vocabulary import (
    C,
    chernoff,
    chernoff_loss,
    d,
    delta,
    drift,
    eta_bar,
    k,
    kappa,
    lambda_,
    n,
    norm_X,
    norm_y,
    path_length,
    sigma_min_KR,
    step_ratio,
    sup_dphi,
    var_phi,
)

CEILING = eta_bar / 3
BASE = (UNIT_ROWS, RELU_ACTIVATION)
QUADRATIC = {lambda_: (covariance.RELU_MEAN * sigma_min_KR) ** 2}
MISFIT = 2 * (1 + delta) * norm_y
WIDTH_SHAPE = (1 + delta) ** 2 * n * norm_X**6

TRACKED = relu_chain(
    optimisation=meta_nonsmooth.thm6_13,
    spectrum=initialisation.lem6_7,
    initial_misfit=initialisation.lem6_12,
    drift_lemma=flips.lem6_9_repaired,
    norm_lemma=initialisation.lem6_6,
    step_ratio=CEILING,
    bounds={sup_dphi: Integer(1)},
    deviation={delta: 2 * delta},
)


def width_constant(conclusion: Conclusion, shape: Expr) -> Expr:
    """C in `k >= C * shape`, read off the solved width `sqrt(k) >= ...`."""
    return factor_terms(conclusion.width[0].relation.rhs ** 2 / shape)


def _claims(eigenvalue: Expr) -> tuple[Claim, ...]:
    return (
        rate(eta_bar / 24 * eigenvalue / norm_X**2, ceiling=CEILING),
        potential(norm_y * sqrt(eigenvalue) / (6 * sqrt(2) * sqrt(n)), norm_bound=RELU_NORM),
    )


def _summary(eigenvalue: Expr) -> dict[str, Expr]:
    return {
        "rate": eta_bar / 24 * eigenvalue / norm_X**2,
        "radius": 6 * sqrt(2) * sqrt(n) / (norm_y * sqrt(eigenvalue)) * MISFIT,
        "misfit_0": MISFIT,
    }


def _tracked(
    *,
    parent: str,
    title: str,
    label: str,
    conclusion: Conclusion,
    data: tuple[Hypothesis, ...],
    constant: Expr,
) -> Statement:
    return Statement(
        id=f"{parent}.tracked",
        kind="meta-theorem" if parent.endswith("6_3") else "theorem",
        title=title,
        source=source(label),
        form="tracked",
        improves=parent,
        setting=RELU,
        hypotheses=(*BASE, *data, STEP_FRACTION, EVEN_WIDTH, *conclusion.width),
        claims=conclusion.claims,
        probability=conclusion.probability,
        constants=(Constant(C, "tracked", constant, "in the printed width"),),
        uses=conclusion.uses,
        summary=conclusion.summary,
        certificate=meta_nonsmooth.cert_relu.id,
        proof="The ball of Theorem 6.13 must fit into the ball of Lemma 6.9; Lemma 6.12 with twice the deviation.",
    )


thm6_3 = Statement(
    id="os19.thm6_3",
    kind="meta-theorem",
    title="Global convergence for ReLU in terms of lambda(X)",
    source=source("Theorem 6.3", "(6.3)"),
    setting=RELU,
    hypotheses=(
        *BASE,
        POSITIVE_LAMBDA,
        STEP_FRACTION,
        Hypothesis("width", "width", Ge(k, C * WIDTH_SHAPE / lambda_**4)),
    ),
    claims=_claims(lambda_),
    probability=1 - 2 / n - exp(-(delta**2) * n / norm_X**2),
    constants=(Constant(C, "open"),),
    orders=(
        Order("width", {n: 4, d: -3, lambda_: -4}, regime="|X|^2 of order n/d"),
        Order("iterations", {n: 1, d: -1, lambda_: -1}, regime="|X|^2 of order n/d; times log(1/epsilon)"),
    ),
    uses=("os19.thm6_13", "os19.lem6_7", "os19.lem6_9", "os19.lem6_12", "os19.lem6_6"),
    errata=(C1,),
    summary=_summary(lambda_),
    certificate=meta_nonsmooth.cert_relu.id,
)
thm6_3_tracked = _tracked(
    parent=thm6_3.id,
    title="Theorem 6.3 along the paper's own proof (D10)",
    label="Theorem 6.3",
    conclusion=TRACKED,
    data=(POSITIVE_LAMBDA,),
    constant=width_constant(TRACKED, WIDTH_SHAPE / lambda_**4),
)

_ROOM = norm_X**2 / lambda_
_FLIPS = floor(drift**2 * (1 - chernoff_loss) * k / (2 * _ROOM))
_GAIN = gain(step_ratio)
_SIGMA = norm_y / sqrt(n) * sqrt((1 - chernoff_loss) * lambda_)
_START = norm_y * (1 + sqrt(var_phi) + delta)
_TRAVEL = _START / (_GAIN * _SIGMA)
_CONTRACTION = 2 * (1 - drift) * _GAIN * step_ratio * _SIGMA**2 / RELU_NORM**2

thm6_3_refined = Statement(
    id="os19.thm6_3.refined",
    kind="meta-theorem",
    title="Theorem 6.3 with parametrised drift, true variance and integer flip counts",
    source=source("Theorem 6.3"),
    form="refined",
    improves=thm6_3.id,
    setting=Setting(step_size=step_ratio / RELU_NORM**2, substitutions=RELU.substitutions),
    hypotheses=(
        *BASE,
        POSITIVE_LAMBDA,
        DRIFT_RANGE,
        STEP_RANGE,
        GAIN_POSITIVE,
        CHERNOFF_RANGE,
        EVEN_WIDTH,
        Hypothesis("one_flip", "width", Ge(_FLIPS, 1)),
        Hypothesis("flips_within_width", "width", Le(_FLIPS, k)),
        Hypothesis("width", "width", Ge(sqrt(_FLIPS) * sqrt(pi / 2) * _FLIPS / (2 * k), _TRAVEL)),
    ),
    claims=(
        unsquared(squared_rate(_CONTRACTION, ceiling=step_ratio), ceiling=step_ratio),
        potential(_GAIN * _SIGMA, norm_bound=RELU_NORM, travelled=path_length),
    ),
    probability=(1 - n * exp(-chernoff * k / _ROOM) - n * exp(-_FLIPS / 6) - exp(-(delta**2) * n / (2 * norm_X**2))),
    uses=(
        "os19.d.gd_nonsmooth",
        "os19.lem6_7.sharpened",
        "os19.lem6_12.sharpened",
        "os19.lem6_6.sharpened",
        "os19.lemC_1",
        "os19.lemC_2",
        "os19.lemC_3.sharpened",
    ),
    summary={"rate": _CONTRACTION / 2, "radius": _TRAVEL, "misfit_0": _START},
    certificate=meta_nonsmooth.cert_relu.id,
    proof=(
        "Take the largest m with 2m <= drift^2 (1 - chernoff_loss) k lambda / |X|^2: where at most 2m signs flip "
        "the drift is within drift * sigma_min; the m-th smallest of k half-normals exceeds sqrt(pi/2) m / (2k) except "
        "with probability exp(-m/6)."
    ),
)

thm2_3 = Statement(
    id="os19.thm2_3",
    kind="theorem",
    title="Global convergence for ReLU",
    source=source("Theorem 2.3", "(2.6)"),
    setting=RELU,
    hypotheses=(
        *BASE,
        FULL_RANK_KR,
        STEP_FRACTION,
        Hypothesis("width", "width", Ge(sqrt(k * d), C * (1 + delta) * n**2 / d * kappa**3 * sigma_min_KR**2)),
    ),
    claims=(
        rate(eta_bar / (48 * pi) * sigma_min_KR**2 / norm_X**2, ceiling=CEILING),
        potential(norm_y * sigma_min_KR / (12 * sqrt(pi) * sqrt(n)), norm_bound=RELU_NORM),
    ),
    probability=1 - 1 / n - exp(-(delta**2) * n / norm_X**2) - n * exp(-n),
    constants=(Constant(C, "open"),),
    orders=(
        Order("width", {n: 4, d: -3}, regime=GENERIC),
        Order("iterations", {n: 1, d: -1}, regime=f"{GENERIC}; times log(1/epsilon)"),
    ),
    uses=("os19.thm6_3", "os19.lem6_4"),
    errata=(
        C1,
        Erratum(
            "C10",
            "misprint",
            "The statement mentions fixed constants gamma and c that do not appear.",
            "Only C appears.",
        ),
        Erratum(
            "special case",
            "gap",
            "Theorem 6.3, of which it is the special case, has 2/n where this probability has 1/n and n exp(-n).",
            "True: the proof of Theorem 6.3 gives n exp(-n), which its statement rounds up to 1/n.",
        ),
    ),
    summary={
        "rate": eta_bar / (48 * pi) * sigma_min_KR**2 / norm_X**2,
        "radius": 12 * sqrt(pi) * sqrt(n) / (norm_y * sigma_min_KR) * MISFIT,
        "misfit_0": MISFIT,
    },
    certificate=meta_nonsmooth.cert_relu.id,
)
_ON_QUADRATIC = substitute(TRACKED, QUADRATIC, uses=(covariance.lem6_4.id,))
thm2_3_tracked = _tracked(
    parent=thm2_3.id,
    title="Theorem 2.3 along the paper's own proof (D10)",
    label="Theorem 2.3",
    conclusion=_ON_QUADRATIC,
    data=(FULL_RANK_KR,),
    constant=sqrt(width_constant(_ON_QUADRATIC, WIDTH_SHAPE / sigma_min_KR**8)),
)

STATEMENTS = (thm2_3, thm2_3_tracked, thm6_3, thm6_3_tracked, thm6_3_refined)
