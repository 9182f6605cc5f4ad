"""What holds at the initialisation: Lemmas 6.6, 6.7, 6.8 and 6.12 with their sharper forms."""

from __future__ import annotations

from sympy import Expr, Ge, Le, Rational as Q, exp, log, sqrt

from boundkit.papers.os19.model import (
    BOUNDED_DERIVATIVE,
    CHERNOFF_RANGE,
    INITIALISATION,
    POSITIVE_LAMBDA,
    SMOOTH_ACTIVATION,
    UNIT_ROWS,
    source,
)
from boundkit.statement import Claim, Erratum, Form, Hypothesis, Statement
from boundkit.statement.vocabulary import (
    chernoff,
    chernoff_loss,
    delta,
    jacobian_drift,
    k,
    lambda_,
    misfit_0,
    n,
    norm_J,
    norm_v,
    norm_v_inf,
    norm_X,
    norm_y,
    second_moment_dphi,
    sigma_min_J0,
    sup_d2phi,
    sup_dphi,
    tightness,
    var_phi,
    weight_change,
)


def _norm_claim(bound: Expr) -> Claim:
    return Claim(
        label="jacobian_norm",
        observable=norm_J,
        template=Le(norm_J, bound / tightness),
        experiment="weights",
        twin=10 * bound / (norm_v * sqrt(second_moment_dphi)),
        twin_reason="at the initialisation E|J|_F^2 / n = |v|^2 E phi'^2 is a lower bound on E|J|^2",
    )


lem6_6 = Statement(
    id="os19.lem6_6",
    kind="lemma",
    title="Spectral norm of the Jacobian",
    source=source("Lemma 6.6"),
    setting=INITIALISATION,
    hypotheses=(BOUNDED_DERIVATIVE,),
    claims=(_norm_claim(sqrt(k) * sup_dphi * norm_v_inf * norm_X),),
    uses=("os19.sec6_1", "os19.lem6_5"),
)

lem6_6_sharpened = Statement(
    id="os19.lem6_6.sharpened",
    kind="lemma",
    title="Spectral norm of the Jacobian in the Euclidean norm of the output weights",
    source=source("Lemma 6.6"),
    form="sharpened",
    improves="os19.lem6_6",
    setting=INITIALISATION,
    hypotheses=(BOUNDED_DERIVATIVE,),
    claims=(_norm_claim(sup_dphi * norm_v * norm_X),),
    uses=("os19.lem6_5",),
    proof="The Gram matrix of J is a Hadamard product with XX^T; its other factor has diagonal at most B^2 |v|^2.",
)


def _spectrum_claim(loss: Expr) -> Claim:
    return Claim(
        label="jacobian_spectrum",
        observable=sigma_min_J0,
        template=Ge(sigma_min_J0, tightness * sqrt(1 - loss) * norm_v * sqrt(lambda_)),
        experiment="initialisation",
        twin=10 / sqrt(1 - loss),
        twin_reason="E sigma_min^2 <= |v|^2 lambda, so by Markov the twin holds with probability at most 1/100",
    )


def _spectrum_condition(exponent: Expr) -> Hypothesis:
    """The matrix Chernoff bound with failure n exp(-exponent |v|^2 lambda / (B^2 |v|_inf^2 |X|^2)) <= 1/n."""
    return Hypothesis(
        "spectrum_width",
        "width",
        Ge(norm_v / norm_v_inf, sqrt(2 * log(n) / exponent) * norm_X / sqrt(lambda_) * sup_dphi),
    )


lem6_7 = Statement(
    id="os19.lem6_7",
    kind="lemma",
    title="Smallest singular value of the Jacobian at initialisation",
    source=source("Lemma 6.7"),
    setting=INITIALISATION,
    hypotheses=(UNIT_ROWS, BOUNDED_DERIVATIVE, POSITIVE_LAMBDA, _spectrum_condition(Q(1, 10))),
    claims=(_spectrum_claim(Q(1, 2)),),
    probability=1 - 1 / n,
    uses=("os19.lem6_5", "os19.def6_1", "os19.thm6_14"),
)

lem6_7_sharpened = Statement(
    id="os19.lem6_7.sharpened",
    kind="lemma",
    title="Lemma 6.7 with the exact Chernoff exponent and any relative loss (D7)",
    source=source("Lemma 6.7"),
    form="sharpened",
    improves="os19.lem6_7",
    setting=INITIALISATION,
    hypotheses=(
        UNIT_ROWS,
        BOUNDED_DERIVATIVE,
        POSITIVE_LAMBDA,
        CHERNOFF_RANGE,
        _spectrum_condition(chernoff),
    ),
    claims=(_spectrum_claim(chernoff_loss),),
    probability=1 - 1 / n,
    uses=("os19.lem6_7", "os19.thm6_14"),
    proof="The matrix Chernoff bound at relative loss e has exponent h(e) = e + (1 - e) log(1 - e), not rounded.",
)

_LIPSCHITZ = sup_d2phi * norm_v_inf * norm_X * weight_change

lem6_8 = Statement(
    id="os19.lem6_8",
    kind="lemma",
    title="Lipschitz constant of the Jacobian between any two weight matrices W and W_0",
    source=source("Lemma 6.8"),
    setting=INITIALISATION,
    hypotheses=(UNIT_ROWS, SMOOTH_ACTIVATION),
    claims=(
        Claim(
            label="lipschitz",
            observable=jacobian_drift,
            template=Le(jacobian_drift, _LIPSCHITZ / tightness),
            experiment="weights",
            twin=100 * norm_X,
            twin_reason=(
                "moving one unit along a sample, where |phi''| is near its supremum, attains the bound up to a "
                "factor |X|"
            ),
        ),
    ),
    errata=(
        Erratum(
            "C17",
            "misprint",
            "The proof writes B for M and uses one interpolation matrix on the weights.",
            "The mean value theorem applies per pre-activation; the bound is unaffected.",
        ),
    ),
)


def _misfit_lemma(*, id: str, form: Form, title: str, ratio: Expr, proof: str) -> Statement:
    return Statement(
        id=id,
        kind="lemma",
        title=title,
        source=source("Lemma 6.12", "(6.19)"),
        form=form,
        improves=None if form == "printed" else "os19.lem6_12",
        setting=INITIALISATION,
        hypotheses=(UNIT_ROWS, BOUNDED_DERIVATIVE),
        claims=(
            Claim(
                label="initial_misfit",
                observable=misfit_0,
                template=Le(misfit_0, norm_y * ratio / tightness),
                experiment="initialisation",
                twin=2 * ratio,
                twin_reason="f(W_0) is symmetric in law, so |r_0| > |y|/2 with probability well above 1/2",
            ),
        ),
        probability=1 - exp(-(delta**2) * n / (2 * norm_X**2)),
        uses=() if form == "printed" else ("os19.lem6_12",),
        proof=proof,
    )


lem6_12 = _misfit_lemma(
    id="os19.lem6_12",
    form="printed",
    title="Misfit at initialisation",
    ratio=1 + (1 + delta) * sup_dphi,
    proof="",
)

lem6_12_sharpened = _misfit_lemma(
    id="os19.lem6_12.sharpened",
    form="sharpened",
    title="Misfit at initialisation with the true variance of the activation (D6)",
    ratio=1 + sqrt(var_phi) + delta * sup_dphi,
    proof=(
        "E|f(W_0)| <= sqrt(E|f(W_0)|^2) = |y| sqrt(Var phi(g)) because the output weights sum to zero; the Poincare "
        "inequality is not needed. Gaussian concentration as in the paper."
    ),
)

STATEMENTS = (
    lem6_6,
    lem6_6_sharpened,
    lem6_7,
    lem6_7_sharpened,
    lem6_8,
    lem6_12,
    lem6_12_sharpened,
)
