"""Signs that can flip near the initialisation: Lemmas C.1 to C.3 with their sharper forms."""

from __future__ import annotations

from sympy import Expr, Ge, Integer, Le, Lt, exp, log, pi, sqrt

from boundkit.papers.os19.initialisation import lem6_8
from boundkit.papers.os19.model import INITIALISATION, RELU_ACTIVATION, SMOOTH_ACTIVATION, UNIT_ROWS, source
from boundkit.statement import Claim, Erratum, Form, Hypothesis, Statement
from boundkit.statement.vocabulary import (
    flips,
    jacobian_drift,
    k,
    n,
    norm_v_inf,
    norm_X,
    radius,
    sup_d2phi,
    tightness,
)
from boundkit.statement.words.features import derivative_drift, flip_level, small_preactivation, spectral_change

lemC_1 = Statement(
    id="os19.lemC_1",
    kind="lemma",
    title="Drift of the Jacobian through the drift of the units' derivatives",
    source=source("Lemma C.1", "(C.1)"),
    setting=INITIALISATION,
    hypotheses=(UNIT_ROWS, RELU_ACTIVATION),
    claims=(
        Claim(
            "jacobian_drift",
            jacobian_drift,
            Le(jacobian_drift, norm_v_inf * norm_X * derivative_drift / tightness),
            "moves",
            twin=2 * norm_X,
            twin_reason="a row of the Jacobian moves by |v|_inf times the drift of its units' derivatives",
        ),
    ),
    uses=("os19.lem6_5", "os19.sec6_1"),
)

_DRIFT = lemC_1.claims[0].bound

lem6_8_sharpened = Statement(
    id="os19.lem6_8.sharpened",
    kind="lemma",
    title="Lipschitz constant of the Jacobian in the spectral norm (D18)",
    source=source("Lemma 6.8"),
    form="sharpened",
    improves=lem6_8.id,
    setting=INITIALISATION,
    hypotheses=(UNIT_ROWS, SMOOTH_ACTIVATION),
    claims=(
        Claim(
            "lipschitz",
            jacobian_drift,
            Le(jacobian_drift, _DRIFT.subs(derivative_drift, sup_d2phi * spectral_change) / tightness),
            "moves",
            twin=2 * norm_X,
            twin_reason="moving one unit along a sample where |phi''| is near its supremum attains it up to |X|",
        ),
    ),
    uses=(lemC_1.id,),
    proof=(
        "Lemma C.1 holds for every activation, and |phi'(Wx) - phi'(W_0 x)| <= sup|phi''| |(W - W_0) x| unit by unit."
    ),
)

_FLIPPED = "os19.lemC_2"


def _counting(
    *,
    form: Form,
    title: str,
    condition: Hypothesis,
    count: Expr,
    least: Expr,
    errata: tuple[Erratum, ...] = (),
    proof: str = "",
) -> Statement:
    """At most `count` signs flip on the ball, and some weights in it flip `least`."""
    return Statement(
        id=_FLIPPED if form == "printed" else f"{_FLIPPED}.{form}",
        kind="lemma",
        title=title,
        source=source("Lemma C.2"),
        form=form,
        improves=None if form == "printed" else _FLIPPED,
        setting=INITIALISATION,
        hypotheses=(UNIT_ROWS, RELU_ACTIVATION, condition),
        claims=(
            Claim(
                "derivative_drift",
                derivative_drift,
                Le(derivative_drift, sqrt(count) / tightness),
                "moves",
                twin=2 * sqrt(count / least),
                twin_reason="the units that are cheapest to flip can be flipped together within the ball",
            ),
        ),
        errata=errata,
        uses=() if form == "printed" else (_FLIPPED,),
        proof=proof,
    )


lemC_2 = _counting(
    form="printed",
    title="Few signs flip where the m-th smallest pre-activation is out of reach",
    condition=Hypothesis("ball", "run", Le(spectral_change, sqrt(flip_level) * small_preactivation)),
    count=2 * flip_level,
    least=flip_level,
    errata=(
        Erratum(
            "C19",
            "misprint",
            "In the proof the pairs (a_r, b_r) are introduced as entries of (Wx, W_0 x) and used as (W_0 x, Wx).",
            "Read (W_0 x, Wx); the counting gives slightly more than is stated.",
        ),
    ),
)
lemC_2_sharpened = _counting(
    form="sharpened",
    title="Lemma C.2 on a larger ball and with one flip less (C19)",
    condition=Hypothesis("ball", "run", Lt(spectral_change, sqrt(flip_level + 1) * small_preactivation)),
    count=2 * flip_level - 1,
    least=flip_level,
    proof=(
        "Of 2m flipped entries at most m - 1 are below the m-th smallest, so m + 1 move by at least that much each, "
        "and |(W - W_0) x| >= sqrt(m + 1) |W_0 x|_{m-}."
    ),
)
lemC_2_refined = _counting(
    form="refined",
    title="Exact count of the signs that can flip (D19)",
    condition=Hypothesis("ball", "run", Le(spectral_change, radius)),
    count=flips,
    least=flips,
    proof=(
        "A flip at unit l costs at least <w_l, x>^2 of |(W - W_0) x|^2 <= R^2, so at most N(R) of them fit, N(R) the "
        "number of smallest squares whose sum is at most R^2."
    ),
)


def _level_lemma(*, form: Form, title: str, level: Expr, failure: Expr, proof: str) -> Statement:
    return Statement(
        id="os19.lemC_3" if form == "printed" else f"os19.lemC_3.{form}",
        kind="lemma",
        title=title,
        source=source("Lemma C.3"),
        form=form,
        improves=None if form == "printed" else "os19.lemC_3",
        setting=INITIALISATION,
        hypotheses=(UNIT_ROWS, Hypothesis("level_within_width", "parameter", Le(flip_level, k))),
        claims=(
            Claim(
                "small_preactivation",
                small_preactivation,
                Ge(small_preactivation, tightness * level),
                "moves",
                twin=Integer(100),
                twin_reason="the m-th smallest of k normal variables is below 50 m/k: 40 m are expected there",
            ),
        ),
        probability=1 - failure,
        uses=() if form == "printed" else ("os19.lemC_3",),
        proof=proof,
    )


_QUANTILE = flip_level / (2 * k)
lemC_3 = _level_lemma(
    form="printed",
    title="The m-th smallest pre-activation at initialisation",
    level=_QUANTILE,
    failure=n * exp(-flip_level / Integer(6)),
    proof="",
)
lemC_3_sharpened = _level_lemma(
    form="sharpened",
    title="Lemma C.3 with the constants of its proof",
    level=sqrt(pi / 2) * _QUANTILE,
    failure=n * exp(-flip_level * (2 * log(2) - 1) / 2),
    proof=(
        "The density of |g| is at most sqrt(2/pi), so its quantile of order a is at least sqrt(pi/2) a; the number of "
        "entries below the quantile of order m/(2k) has mean m/2 and reaches m with probability at most (e/4)^(m/2)."
    ),
)

STATEMENTS = (
    lemC_1,
    lem6_8_sharpened,
    lemC_2,
    lemC_2_sharpened,
    lemC_2_refined,
    lemC_3,
    lemC_3_sharpened,
)
