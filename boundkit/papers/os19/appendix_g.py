"""Assumptions and lemmas behind Theorem 6.13 (section 6.8 and Appendix G)."""

from __future__ import annotations

from sympy import Expr, Ge, Integer, Le, Rational
from sympy.core.relational import Relational

from boundkit.papers.os19.meta_nonsmooth import DRIFT_ON_BALL, step_at_most
from boundkit.papers.os19.meta_smooth import NORM_BOUND, SPECTRUM_AT_START
from boundkit.papers.os19.model import source
from boundkit.statement import Claim, Erratum, Form, Hypothesis, Statement
from boundkit.statement.vocabulary import beta, misfit, step_size, tightness
from boundkit.statement.words.features import (
    bilinear_form,
    misfit_next,
    norm_transpose_A,
    norm_transpose_C,
    perturbation,
    vector_norm,
)


def _assumption(number: int, title: str, condition: Hypothesis) -> Statement:
    return Statement(
        id=f"os19.asm{number}",
        kind="assumption",
        title=title,
        source=source(f"Assumption {number}"),
        hypotheses=(condition,),
    )


asm2 = _assumption(2, "Spectrum of the generalised Jacobian at the initialisation", SPECTRUM_AT_START)
asm3 = _assumption(3, "Norm of the generalised Jacobian at every parameter", NORM_BOUND)
asm4 = _assumption(
    4,
    "Drift of the generalised Jacobian on the ball |theta - theta_0| <= R, in a norm that is at most the Euclidean one",
    DRIFT_ON_BALL,
)

DEVIATION = 2 * perturbation * norm_transpose_C * vector_norm + perturbation**2 * vector_norm**2


def _form(label: str, template: Relational, twin: Expr, reason: str) -> Claim:
    """A claim about the form, or about the first of the norms beside it, on matrices and vectors."""
    observable = bilinear_form if template.has(bilinear_form) else norm_transpose_A
    return Claim(label, observable, template, "forms", twin, reason)


_ALIGNED = "moving A and B along r (C^T r)^T attains the bound to first order, which is most of it"

lemG_1 = Statement(
    id="os19.lemG_1",
    kind="lemma",
    title="Asymmetric perturbation of a positive semidefinite form: |A - C| <= e and |B - C| <= e",
    source=source("Lemma G.1"),
    claims=(
        _form("below", Ge(bilinear_form, norm_transpose_C**2 - DEVIATION / tightness), Integer(2), _ALIGNED),
        _form("above", Le(bilinear_form, norm_transpose_C**2 + DEVIATION / tightness), Integer(2), _ALIGNED),
    ),
)

defG_2 = Statement(
    id="os19.defG_2",
    kind="definition",
    title="Average Jacobian J(y, x), the mean of J over the segment from x to y",
    source=source("Definition G.2"),
)

AVERAGE = (1 - DRIFT_ON_BALL.relation.rhs / SPECTRUM_AT_START.relation.rhs) ** 2
GROWTH = (1 + DRIFT_ON_BALL.relation.rhs / SPECTRUM_AT_START.relation.rhs) ** 2


def _averages(*, id: str, form: Form, title: str, average: Expr, growth: Expr, proof: str = "") -> Statement:
    return Statement(
        id=id,
        kind="lemma",
        title=title,
        source=source("Lemma G.3"),
        form=form,
        improves=None if form == "printed" else "os19.lemG_3",
        hypotheses=(SPECTRUM_AT_START, DRIFT_ON_BALL),
        claims=(
            _form(
                "average",
                Ge(bilinear_form, tightness * average * norm_transpose_C**2),
                Rational(3, 4) / average,
                "both Jacobians moved against r by alpha/3 leave 25/36 of |C^T r|^2 at the smallest singular value",
            ),
            _form(
                "growth",
                Le(norm_transpose_A**2, growth * norm_transpose_C**2 / tightness),
                Rational(3, 4) * growth,
                "a Jacobian moved along r by alpha/3 reaches 49/36 of |C^T r|^2 at the smallest singular value",
            ),
        ),
        uses=("os19.asm2", "os19.asm4", "os19.defG_2", lemG_1.id if form == "printed" else "os19.lemG_3"),
        proof=proof,
    )


lemG_3 = _averages(
    id="os19.lemG_3",
    form="printed",
    title="Jacobians on the ball against C = J(theta_0): A = J(x), B = J(y, x)",
    average=Rational(1, 2),
    growth=Rational(3, 2),
)
lemG_3_sharpened = _averages(
    id="os19.lemG_3.sharpened",
    form="sharpened",
    title="Lemma G.3 with the best constants",
    average=AVERAGE,
    growth=GROWTH,
    proof=(
        "With c = C^T r, both A^T r = c + v and B^T r = c + u have |u|, |v| <= (alpha/3) |r| <= |c| / 6. Their inner "
        "product is |c + s|^2 - |d|^2 with s = (u + v) / 2, d = (u - v) / 2 and |s|^2 + |d|^2 <= |c|^2 / 36, so with "
        "|s| = x |c| at least (1 - 2x + 2x^2 - 1/36) |c|^2; that falls for x <= 1/6, where it is (5/6)^2 |c|^2. "
        "Attained, as is (7/6)^2, by perturbations along r c^T when |c| = 2 alpha |r|."
    ),
)


def _step_lemma(
    *,
    form: Form,
    title: str,
    conditions: tuple[Hypothesis, ...],
    claim: Claim,
    uses: tuple[str, ...],
    errata: tuple[Erratum, ...] = (),
    proof: str = "",
) -> Statement:
    return Statement(
        id="os19.lemG_4" if form == "printed" else f"os19.lemG_4.{form}",
        kind="lemma",
        title=title,
        source=source("Lemma G.4"),
        form=form,
        improves=None if form == "printed" else "os19.lemG_4",
        hypotheses=(SPECTRUM_AT_START, DRIFT_ON_BALL, *conditions),
        claims=(claim,),
        uses=uses,
        errata=errata,
        proof=proof,
    )


_STEP = step_at_most(Rational(1, 3))
_FACTOR = 2 * AVERAGE - Rational(29, 36) * step_size * beta**2
_AGAINST = "both Jacobians moved against r by alpha/3 leave a decrease of 25/36 of step times |C^T r|^2 / |r|"
_DECREASE = Claim(
    "decrease",
    misfit_next,
    Le(misfit_next, misfit - tightness * step_size / 4 * norm_transpose_C**2 / misfit),
    "forms",
    twin=Integer(4),
    twin_reason=_AGAINST,
)
_SQUARED_DECREASE = Claim(
    "squared_decrease",
    misfit_next,
    Le(misfit_next**2, misfit**2 - tightness * step_size * _FACTOR * norm_transpose_C**2),
    "forms",
    twin=Integer(2),
    twin_reason=_AGAINST,
)

lemG_4 = _step_lemma(
    form="printed",
    title="Decrease of the misfit in one step, C = J(theta_0)",
    conditions=(_STEP,),
    claim=_DECREASE,
    uses=("os19.asm2", "os19.asm4", "os19.lemG_3"),
    errata=(
        Erratum(
            "C20",
            "unstated hypothesis",
            "Assumptions 2 and 4 are listed only; the averaged Jacobian is printed with equal arguments, a residual "
            "lacks its index and a Jacobian its transpose.",
            "Assumption 3 (|J| <= beta) is needed as well and is available in Theorem 6.13; the theorem stands.",
        ),
    ),
)
lemG_4_repaired = _step_lemma(
    form="repaired",
    title="Lemma G.4 with Assumption 3",
    conditions=(NORM_BOUND, _STEP),
    claim=_DECREASE,
    uses=("os19.asm2", "os19.asm3", "os19.asm4", "os19.lemG_3"),
    proof=(
        "r_next = r - eta B A^T r with |B| <= beta, so |r_next|^2 is at most "
        "|r|^2 - 2 eta r^T B A^T r + eta^2 beta^2 |A^T r|^2; insert Lemma G.3 and use sqrt(a^2 - b) <= a - b / (2a)."
    ),
)
lemG_4_sharpened = _step_lemma(
    form="sharpened",
    title="Lemma G.4 for the squared misfit with the best constants and every step up to 1/beta^2",
    conditions=(NORM_BOUND, step_at_most(Integer(1))),
    claim=_SQUARED_DECREASE,
    uses=("os19.lemG_4.repaired", "os19.lemG_3.sharpened"),
    proof=(
        "As in the repaired form, but r^T B A^T r and |A^T r| = t |c|, c = C^T r, are bounded together. As in Lemma "
        "G.3 (sharpened) A^T r and B^T r are within |c| / 6 of c, so 5/6 <= t <= 7/6, "
        "2 c^T A^T r >= (t^2 + 35/36) |c|^2 and r^T B A^T r >= c^T A^T r - t |c|^2 / 6. With h = eta beta^2 the "
        "decrease over eta |c|^2 is thus at least (1 - h) t^2 - t/3 + 35/36. This is linear in h and exceeds "
        "25/18 - 29 h / 36 by (t - 5/6) (t + 1/2) >= 0 at h = 0 and by (7/6 - t) / 3 >= 0 at h = 1."
    ),
)

STATEMENTS = (
    asm2,
    asm3,
    asm4,
    lemG_1,
    defG_2,
    lemG_3,
    lemG_3_sharpened,
    lemG_4,
    lemG_4_repaired,
    lemG_4_sharpened,
)
