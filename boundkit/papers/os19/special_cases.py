"""What the corollaries of the paper are special cases of, and its theorems on other data."""

from __future__ import annotations

from sympy import Expr, Integer, Rational, Symbol, sqrt

from boundkit.papers.os19 import covariance, indicator, initialisation, relu, smooth, sphere_constants
from boundkit.papers.os19.meta_smooth import cor6_11, cor6_11_sharpened
from boundkit.statement import SpecialCase, Statement
from boundkit.statement.vocabulary import (
    B,
    alpha,
    beta,
    c,
    chernoff_loss,
    delta,
    distance,
    eta_bar,
    jacobian_drift,
    k,
    kinks,
    lambda_,
    lipschitz,
    misfit_0,
    mu_phi,
    norm_J,
    norm_v,
    norm_v_inf,
    norm_X,
    path_length,
    row_norm_deviation,
    sigma_min_J,
    sigma_min_J0,
    sigma_min_KR,
    sup_d2phi,
    sup_dphi,
    var_phi,
    weight_change,
)
from boundkit.statement.words.features import hermite_coefficient_dphi_below, lambda_indicator, spectral_change
from boundkit.statement.words.shared import sigma_min_power

ONE = Integer(1)
SOFTPLUS = {eta_bar: ONE, kinks: Integer(0), B: ONE, sup_dphi: ONE, sup_d2phi: Rational(1, 4)}
WORST = {norm_X: sphere_constants.DATA_NORM.relation.rhs}
SPHERE = {row_norm_deviation: Integer(0), sigma_min_KR: c}
MISFIT_AT_MOST_THREE = {delta: sqrt(2), var_phi: (sphere_constants.PREFACTOR - 1 - sqrt(2)) ** 2}
ABSORBED = {"probability": "an open constant absorbs the difference, and the failure of the sample is added"}


def _eigenvalue(lemma: Statement) -> dict[Symbol, Expr]:
    return {lambda_: lemma.claims[0].bound}


def _on_ball(corollary: Statement) -> dict[Symbol, Expr]:
    """Within the radius the smallest singular value falls by the Lipschitz constant times the radius."""
    return {sigma_min_J: sigma_min_J0 - lipschitz * corollary.summary["radius"]}


def _start(theorem: Statement, at: dict[Symbol, Expr]) -> dict[Symbol, Expr]:
    """The special case with the misfit at the start at most what the theorem says it is."""
    return {**at, misfit_0: theorem.summary["misfit_0"].xreplace(at)}


def _on_network(optimisation: Statement) -> SpecialCase:
    """The corollary on a network with both derivatives at most B, through Lemmas 6.6, 6.7, 6.8 and 6.12."""
    bounds = {sup_dphi: B, sup_d2phi: B}
    start, norm, drift, misfit = (
        lemma.claims[0].bound.xreplace(bounds)
        for lemma in (initialisation.lem6_7, initialisation.lem6_6, initialisation.lem6_8, initialisation.lem6_12)
    )
    at = {alpha: start / 2, sigma_min_J0: start, beta: norm, norm_J: norm, jacobian_drift: drift}
    at[lipschitz] = drift / weight_change
    reasons = {
        "rate": "the root of 1 - 2x is at most 1 - x",
        "probability": "the lemmas on the initialisation fail with the probability added",
    }
    return SpecialCase(optimisation.id, at, {misfit_0: misfit}, reasons)


CASES = {
    **{
        f"os19.thm2_1{form}": SpecialCase(f"os19.thm6_2{form}", smooth.QUADRATIC)
        for form in ("", ".repaired", ".tracked", ".sharpened", ".refined")
    },
    "os19.thm2_3": SpecialCase("os19.thm6_3", relu.QUADRATIC),
    "os19.thm2_3.tracked": SpecialCase("os19.thm6_3.tracked", relu.QUADRATIC),
    "os19.thm2_5": SpecialCase("os19.thm6_3", _eigenvalue(covariance.corI_2)),
    "os19.thm2_5.tracked": SpecialCase("os19.thm6_3.tracked", _eigenvalue(covariance.corI_2)),
    "os19.thm2_5.refined": SpecialCase("os19.thm6_3.tracked", _eigenvalue(indicator.corI_2_sharpened)),
    "os19.thm2_5.sharpened": SpecialCase("os19.thm6_3.tracked", _eigenvalue(covariance.lambda_sep)),
    "os19.thm6_2.tracked": _on_network(cor6_11),
    "os19.thm6_2.sharpened": _on_network(cor6_11_sharpened),
    "os19.cor2_2": SpecialCase(
        "os19.thm2_1",
        _start(smooth.thm2_1, {**SPHERE, **SOFTPLUS, mu_phi: c, delta: ONE}),
        WORST,
        ABSORBED,
    ),
    "os19.cor2_2.tracked": SpecialCase(
        "os19.thm2_1.refined",
        _start(smooth.DERIVED_2_1[2], {**SOFTPLUS, **MISFIT_AT_MOST_THREE}),
        WORST,
        {"width": "the width of the tracked form, with B = 1 for the bound 1/4 on the second derivative"},
    ),
    "os19.cor2_4": SpecialCase(
        "os19.thm2_3", _start(relu.thm2_3, {**SPHERE, eta_bar: ONE, delta: ONE / 2}), WORST, ABSORBED
    ),
    "os19.cor2_4.repaired": SpecialCase(
        "os19.thm6_3.refined",
        _start(relu.thm6_3_refined, {**sphere_constants.RELU_ON_DATA, path_length: distance}),
        WORST,
    ),
    "os19.corI_2": SpecialCase("os19.thmI_1", {lambda_indicator: lambda_}),
    "os19.corI_2.sharpened": SpecialCase("os19.thmI_1.sharpened", {lambda_indicator: lambda_}),
    "os19.cor6_11": SpecialCase("os19.thm6_10", _on_ball(cor6_11)),
    "os19.cor6_11.sharpened": SpecialCase("os19.thm6_10.sharpened", _on_ball(cor6_11_sharpened)),
    "os19.d.cert_smooth": SpecialCase(cor6_11_sharpened.id),
    "os19.d.cert_relu": SpecialCase("os19.d.gd_nonsmooth"),
    "os19.lem6_4": SpecialCase("os19.lemH_1", {hermite_coefficient_dphi_below: mu_phi, sigma_min_power: sigma_min_KR}),
    "os19.lem6_6": SpecialCase("os19.lem6_6.sharpened", {norm_v: sqrt(k) * norm_v_inf}),
    "os19.lem6_7": SpecialCase(
        "os19.lem6_7.sharpened",
        {chernoff_loss: ONE / 2},
        differs={"spectrum_width": "the exponent of the Chernoff bound, rounded down to 1/10"},
    ),
    "os19.lem6_8": SpecialCase("os19.lem6_8.sharpened", {spectral_change: weight_change}),
    "os19.lem6_12": SpecialCase("os19.lem6_12.sharpened", {var_phi: sup_dphi**2}),
}
