"""The drift of the ReLU Jacobian near the initialisation: Lemma 6.9 and its repaired form."""

from __future__ import annotations

from sympy import Expr, Le, Rational as Q, exp, sqrt

from boundkit.papers.os19.model import (
    INITIALISATION,
    POSITIVE_LAMBDA,
    RELU_ACTIVATION,
    UNIT_ROWS,
    source,
)
from boundkit.statement import Claim, Erratum, Form, Hypothesis, Statement
from boundkit.statement.vocabulary import (
    jacobian_drift,
    k,
    lambda_,
    n,
    norm_v,
    norm_v_inf,
    norm_X,
    radius,
    tightness,
)
from boundkit.statement.words.features import spectral_change

FLIP_SCALE = norm_v / (sqrt(200) * norm_v_inf) * sqrt(lambda_) / norm_X
_REACH = FLIP_SCALE**3 / (2 * k)
_DRIFT = norm_v * sqrt(lambda_) / (6 * sqrt(2))


def _flip_lemma(
    *, id: str, form: Form, title: str, exponent: Expr, errata: tuple[Erratum, ...], proof: str
) -> Statement:
    return Statement(
        id=id,
        kind="lemma",
        title=title,
        source=source("Lemma 6.9", "(6.6)"),
        form=form,
        improves=None if form == "printed" else "os19.lem6_9",
        setting=INITIALISATION,
        hypotheses=(
            UNIT_ROWS,
            RELU_ACTIVATION,
            POSITIVE_LAMBDA,
            Hypothesis("ball", "run", Le(spectral_change, _REACH)),
        ),
        claims=(
            Claim(
                label="jacobian_drift",
                observable=jacobian_drift,
                template=Le(jacobian_drift, _DRIFT / tightness),
                experiment="flips",
                twin=2 * _DRIFT / norm_v_inf,
                twin_reason="one flipped unit already moves the Jacobian by |v|_inf",
            ),
        ),
        probability=1 - n * exp(-(FLIP_SCALE**2) / exponent),
        uses=("os19.lemC_1", "os19.lemC_2", "os19.lemC_3", "os19.lem6_5"),
        errata=errata,
        instance={radius: _REACH},
        proof=proof,
    )


lem6_9 = _flip_lemma(
    id="os19.lem6_9",
    form="printed",
    title="Drift of the ReLU Jacobian near the initialisation",
    exponent=6 * n,
    errata=(
        Erratum(
            "C18a",
            "misprint",
            "The probability is printed with an extra n in the exponent.",
            "The proof gives 1 - n exp(-m_0^2 / 6), and Theorem 6.3 uses that.",
        ),
        Erratum(
            "C18b",
            "gap",
            "The proof applies Lemmas C.2 and C.3 with m = m_0^2, which must be an integer.",
            "m = ceil(m_0^2) works when m_0^2 >= 18/7; below that the claimed probability is negative for n >= 2.",
        ),
    ),
    proof="",
)

lem6_9_repaired = _flip_lemma(
    id="os19.lem6_9.repaired",
    form="repaired",
    title="Lemma 6.9 with the exponent of its proof",
    exponent=Q(6),
    errata=(),
    proof=(
        "With m = ceil(m_0^2) <= (25/18) m_0^2 at most 2m signs flip per sample on the ball, and "
        "2m <= (200/72) m_0^2 keeps the drift within the bound; fewer small pre-activations than m fails with "
        "probability at most n exp(-m/6)."
    ),
)

STATEMENTS = (lem6_9, lem6_9_repaired)
