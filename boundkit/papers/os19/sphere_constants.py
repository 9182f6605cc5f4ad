"""Samples from the sphere with explicit constants: (E.1), and Corollaries 2.2 and 2.4 on measured data (D5, D22).

The repaired corollaries measure what the paper bounds with high probability over the sample: the norm of the data
and sigma_min(X*X), which stands where the paper has an unspecified constant.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Ge, Gt, Integer, Le, Rational, exp, floor, sqrt

from boundkit.papers.os19 import initialisation, relu, smooth, sphere
from boundkit.papers.os19.chain import solve_for_width, tidy
from boundkit.papers.os19.model import (
    EVEN_WIDTH,
    FULL_RANK_KR,
    RELU_ACTIVATION,
    SOFTPLUS_ACTIVATION,
    SPHERE_SAMPLE,
    UNIT_ROWS,
    source,
)
from boundkit.statement import Claim, Constant, Form, Hypothesis, Statement, expand
from boundkit.statement.vocabulary import (
    B,
    C,
    c,
    c_1,
    c_2,
    c_3,
    c_d,
    chernoff_loss,
    d,
    delta,
    drift,
    eta_bar,
    gamma_1,
    gamma_2,
    lambda_,
    misfit_0,
    n,
    norm_X,
    norm_y,
    sigma_min_KR,
    step_ratio,
    tightness,
    var_phi,
)

eqE_1 = Statement(
    id="os19.eqE_1",
    kind="lemma",
    title="Khatri-Rao square of samples from the sphere, quoted from the literature",
    source=source("Appendix E", "(E.1)"),
    hypotheses=(SPHERE_SAMPLE, *sphere.SPHERE_SIZES),
    claims=(
        Claim(
            "khatri_rao",
            sigma_min_KR,
            Ge(sigma_min_KR, tightness * c),
            "matrices",
            twin=2 / c,
            twin_reason="the rows of the square have norm 1, which the smallest singular value does not exceed",
        ),
    ),
    probability=1 - n * exp(-gamma_1 * sqrt(n)) - 1 / n - 2 * n * exp(-gamma_2 * d),
    constants=sphere.open_constants(c, c_d, gamma_1, gamma_2),
)

KHATRI_RAO_LAW = (1 - sqrt(2 * n) / d) ** 2

khatri_rao_law = Statement(
    id="os19.d.khatri_rao_law",
    kind="lemma",
    title="Where the Khatri-Rao square of the data has no full row rank (D5b)",
    source=source("Appendix E", "(E.1)"),
    form="repaired",
    improves=eqE_1.id,
    hypotheses=(Hypothesis("n_above_symmetric_square", "data", Gt(n, d * (d + 1) / 2)),),
    claims=(
        Claim(
            "khatri_rao",
            sigma_min_KR,
            Le(sigma_min_KR, 1 - tightness),
            "data",
            twin=Integer(2),
            twin_reason="no singular value is negative",
        ),
    ),
    uses=(eqE_1.id,),
    proof=(
        "The rows of the square are symmetric tensors, a space of dimension d(d+1)/2, so c_d is at most about 1/2. "
        "Measured and not proved: below that sigma_min^2 is close to (1 - sqrt(2n)/d)^2."
    ),
)

PREFACTOR = Integer(3)
_DATA_NORM = {norm_X: 2 * sqrt(n / d)}
_DEVIATION = {delta: sqrt(2)}
DATA_NORM = Hypothesis("data_norm", "data", Le(norm_X, _DATA_NORM[norm_X]))
_SCALE = sqrt(n) / norm_y


def _on_sphere(
    *,
    printed: Statement,
    form: Form,
    title: str,
    activation: Hypothesis,
    ceiling: Expr,
    width: Expr,
    shape: Expr,
    contraction: Expr,
    inverse_coefficient: Expr,
    probability: Expr,
    uses: tuple[str, ...],
    proof: str,
) -> Statement:
    """The corollary with the constants that follow from `sqrt(k) >= width` and the theorem's displays."""
    reach = tidy(inverse_coefficient / _SCALE)
    values = {
        C: tidy(width * sqrt(d) / shape),
        c_1: tidy(contraction * n / d),
        c_2: reach,
        c_3: PREFACTOR * reach,
    }

    def explicit(claim: Claim) -> Claim:
        return replace(claim, template=claim.template.xreplace(values), twin=claim.twin.xreplace(values))

    return Statement(
        id=f"{printed.id}.{form}",
        kind="corollary",
        title=title,
        source=printed.source,
        form=form,
        improves=printed.id,
        setting=printed.setting,
        hypotheses=(
            UNIT_ROWS,
            activation,
            FULL_RANK_KR,
            DATA_NORM,
            EVEN_WIDTH,
            Hypothesis("width", "width", printed.hypothesis("width").relation.xreplace(values)),
        ),
        claims=tuple(explicit(item) for item in sphere.sphere_claims(ceiling)),
        probability=probability,
        constants=tuple(Constant(symbol, "tracked", value) for symbol, value in values.items()),
        uses=uses,
        summary={name: value.xreplace(values) for name, value in printed.summary.items()},
        proof=proof,
    )


_THM2_1 = smooth.DERIVED_2_1[0]
_SMOOTH = {**_DATA_NORM, **_DEVIATION, B: Integer(1), eta_bar: Integer(1)}

cor2_2_tracked = _on_sphere(
    printed=sphere.cor2_2,
    form="tracked",
    title="Corollary 2.2 on measured data with explicit constants (D5)",
    activation=SOFTPLUS_ACTIVATION,
    ceiling=Rational(1, 2),
    width=_THM2_1.hypothesis("width").relation.rhs.xreplace(_SMOOTH),
    shape=n,
    contraction=smooth.thm2_1.summary["rate"].xreplace(_SMOOTH),
    inverse_coefficient=(smooth.thm2_1.claim("path").bound / misfit_0).xreplace(_SMOOTH),
    probability=smooth.PROBABILITY.xreplace(_SMOOTH),
    uses=(_THM2_1.id, "os19.thm2_1.sharpened", initialisation.lem6_12_sharpened.id),
    proof=(
        "Theorem 2.1 with deviation sqrt(2) and |X|^2 <= 4n/d: the tracked width implies the sharpened one, which has "
        "the printed displays, and with the true variance |r_0| <= (1 + 0.5211 + sqrt(2)) |y| <= 3 |y| (D6)."
    ),
)

_INTEGRALITY = Rational(9999, 10000)  # floor(x) >= 0.9999 x from x = 10^4 on, far below the flips at this width
RELU_ON_DATA = {
    **_DATA_NORM,
    **_DEVIATION,
    drift: Rational(9, 41),  # near the best, with a rational gain: 9^2 + 40^2 = 41^2
    step_ratio: Integer(1),
    chernoff_loss: Rational(1, 2),
    lambda_: relu.QUADRATIC[lambda_],
    var_phi: (PREFACTOR - 1 - sqrt(2)) ** 2,
}
_THM6_3 = relu.thm6_3_refined
_FITTING = (
    _THM6_3.hypothesis("width").relation.replace(floor, lambda flips: _INTEGRALITY * flips).xreplace(RELU_ON_DATA)
)

cor2_4_repaired = _on_sphere(
    printed=sphere.cor2_4,
    form="repaired",
    title="Corollary 2.4 with its printed step size, on measured data with explicit constants (D22)",
    activation=RELU_ACTIVATION,
    ceiling=Rational(9, 10),
    width=solve_for_width(_FITTING, "width").relation.rhs,
    shape=n**2 / d,
    contraction=_THM6_3.summary["rate"].xreplace(RELU_ON_DATA),
    inverse_coefficient=(_THM6_3.summary["radius"] / _THM6_3.summary["misfit_0"]).xreplace(RELU_ON_DATA),
    probability=expand(_THM6_3.probability).xreplace(RELU_ON_DATA),
    uses=(_THM6_3.id, "os19.lem6_4", initialisation.lem6_12_sharpened.id),
    proof=(
        "Theorem 6.3 (refined) with drift 9/41, eta beta^2 = 1, half of the spectrum, deviation sqrt(2) and "
        "|X|^2 <= 4n/d; the variance 0.3409 of ReLU is at most (2 - sqrt(2))^2, so |r_0| <= 3 |y|. The lower bound on "
        "lambda is that of Lemma 6.4."
    ),
)

STATEMENTS = (eqE_1, khatri_rao_law, cor2_2_tracked, cor2_4_repaired)
