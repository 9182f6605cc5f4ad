"""What the theorems of the paper on smaller balls and on the network, and its corollary, are special cases of."""

from __future__ import annotations

from sympy import Expr, Integer, Rational, Symbol, sqrt

from boundkit.papers.sgd22 import jacobian, network, path
from boundkit.statement import SpecialCase
from boundkit.statement.vocabulary import (
    alpha,
    beta,
    c,
    d,
    k,
    lipschitz,
    mu_phi_tilde,
    n,
    norm_J,
    norm_X,
    radius,
    sigma_min_J,
    sigma_min_J0,
    sup_d2phi,
    sup_dphi,
    weight_change,
)
from boundkit.statement.words.shared import b, hermite_coefficient, loss_0, power, sigma_min_power
from boundkit.statement.words.stochastic import (
    alpha_inner,
    best_reach,
    beta_inner,
    beta_outer,
    descent_share,
    exit_margin,
    growth,
    growth_sure,
    loss_slope_0,
    loss_smoothness,
    norm_J_outer,
    norm_J_start,
    outer_radius,
    pl_constant,
)
from boundkit.statement.words.stochastic_network import (
    feature_level,
    hermite_norm,
    hermite_tail,
    hidden_row_slack,
    hidden_std,
    jacobian_level,
    loss_level,
    mean_phi,
    output_column_slack,
    output_weights_bound,
    output_weights_norm,
    output_weights_norm_0,
    slack_lower,
    slack_outputs,
    slack_upper,
)

ZERO, ONE, HALF = Integer(0), Integer(1), Rational(1, 2)


def _on_balls(inner: Expr, outer: Expr) -> dict[Symbol, Expr]:
    """By Lemma 1 no singular value of the Jacobian moves by more than its Lipschitz constant times the radius."""
    return {
        radius: inner,
        outer_radius: outer,
        sigma_min_J: sigma_min_J0 - lipschitz * inner,
        norm_J: norm_J_start + lipschitz * inner,
        norm_J_outer: norm_J_start + lipschitz * outer,
    }


SAFE = path.SAFE_RADIUS
REACH = best_reach * alpha / lipschitz
READY = {alpha_inner: 3 * alpha / 4, beta_inner: 5 * beta / 4, beta_outer: 3 * beta / 2, descent_share: HALF}
BEST = {
    alpha_inner: (1 - best_reach) * alpha,
    beta_inner: beta + best_reach * alpha,
    beta_outer: beta + 2 * best_reach * alpha,
}
NETWORK = {
    alpha_inner: alpha - norm_X * sup_dphi * radius,
    beta_inner: beta + norm_X * sup_dphi * radius,
    beta_outer: beta + norm_X * sup_dphi * outer_radius,
    lipschitz: jacobian.lipschitz_constant(jacobian.beta_sharpened, output_weights_norm_0 + outer_radius),
    loss_slope_0: 2 * sqrt(loss_0 / n),
    pl_constant: 2 / n,
    loss_smoothness: 2 / n,
    growth: n / b,
    growth_sure: n / b,
    sigma_min_J: alpha - norm_X * sup_dphi * radius,
    norm_J: beta + norm_X * sup_dphi * radius,
    norm_J_outer: beta + norm_X * sup_dphi * outer_radius,
}
QUADRATIC_LOSS = {
    "map_smooth": "by sgd22.lemA.beta.sharpened",
    "loss_smooth": "by sgd22.lem.pl",
    "polyak_lojasiewicz": "by sgd22.lem.pl",
    "growth": "by sgd22.lem.growth.sharpened",
    "growth_sure": "by sgd22.lem.growth.sharpened",
}
EXIT, WIDTH = network.d_exit.summary, network.d_width
ROUNDED = "rounded up through alpha <= beta"
SLACKS = (hidden_row_slack, output_column_slack, slack_outputs)
UNKNOWN = dict.fromkeys(
    (
        hermite_coefficient,
        hermite_tail,
        hermite_norm,
        hidden_std,
        mean_phi,
        mu_phi_tilde,
        output_weights_norm_0,
        sup_d2phi,
        sup_dphi,
    ),
    c,
)
CASES = {
    "sgd22.lem.growth": SpecialCase("sgd22.lem.growth.sharpened"),
    "sgd22.prop1.tracked": SpecialCase("sgd22.thm1.tracked"),
    "sgd22.lem1": SpecialCase("sgd22.lem1.sharpened", {radius: SAFE}, differs={"norm": ROUNDED}),
    "sgd22.lem3": SpecialCase(
        "sgd22.lemA.beta",
        {
            output_weights_norm: output_weights_norm_0 + weight_change,
            output_weights_bound: output_weights_norm_0 + alpha / (2 * sqrt(2) * norm_X * sup_dphi),
        },
    ),
    "sgd22.thm1.repaired": SpecialCase("sgd22.d.general", {**READY, **_on_balls(SAFE / 2, SAFE)}),
    "sgd22.thm1.sharpened": SpecialCase("sgd22.d.general", {**BEST, **_on_balls(REACH, 2 * REACH)}),
    "sgd22.d.network": SpecialCase("sgd22.d.general", NETWORK, differs=QUADRATIC_LOSS),
    "sgd22.d.exit": SpecialCase(
        "sgd22.d.network",
        {radius: EXIT["radius"], outer_radius: 2 * EXIT["radius"], descent_share: HALF, exit_margin: 1 / EXIT["exit"]},
        differs=dict.fromkeys(("step_curvature", "step_kick", "path", "guaranteed exit", "guaranteed path"), ROUNDED),
    ),
    "sgd22.d.width": SpecialCase(
        "sgd22.d.exit",
        {alpha: sqrt(feature_level * k), beta: sqrt(jacobian_level * k)},
        {loss_0: loss_level, k: WIDTH.hypothesis("width").relation.rhs},
    ),
    "sgd22.scaling": SpecialCase(
        "sgd22.thm2",
        {
            **UNKNOWN,
            slack_lower: HALF,
            slack_upper: ONE,
            exit_margin: Integer(2),
        },
        {norm_X: sqrt(n / d), sigma_min_power: c, power: Integer(2), **dict.fromkeys(SLACKS, c)},
        {
            "mean_dominates": "the order is the same where it fails, by the footnote (CHECK-24)",
            "probability": "of an order that is not given",
        },
    ),
}
