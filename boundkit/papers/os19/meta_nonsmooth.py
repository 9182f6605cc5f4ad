"""Deterministic convergence for non-smooth maps: Theorem 6.13 and its sharper forms, the ReLU certificate."""

from __future__ import annotations

from sympy import Eq, Expr, Gt, Integer, Le, Lt, Rational, sqrt

from boundkit.papers.os19.descent import potential, rate, squared_rate
from boundkit.papers.os19.meta_smooth import CEILING, NORM_BOUND, SPECTRUM_AT_START, on_ball
from boundkit.papers.os19.model import BALANCED, RELU_ACTIVATION, UNIT_ROWS, source
from boundkit.statement import Hypothesis, Setting, Statement
from boundkit.statement.vocabulary import (
    alpha,
    beta,
    drift,
    eta_bar,
    flips,
    jacobian_drift,
    misfit_0,
    norm_J,
    norm_v,
    norm_v_inf,
    norm_X,
    path_length,
    radius,
    sigma_min_J0,
    step_ratio,
    step_size,
    sup_dphi,
)

_DRIFT_ON_NETWORK = norm_v_inf * norm_X * sqrt(flips)
_BETA_ON_NETWORK = sup_dphi * norm_v * norm_X

BALL = on_ball(3 * misfit_0 / alpha)
DRIFT_ON_BALL = Hypothesis("jacobian_drift", "run", Le(jacobian_drift, alpha / 3))


def step_at_most(limit: Expr) -> Hypothesis:
    """The step size in units of 1 / beta^2."""
    return Hypothesis("step_size", "step", Le(step_size, limit / beta**2))


thm6_13 = Statement(
    id="os19.thm6_13",
    kind="meta-theorem",
    title="Gradient descent on non-smooth overparameterised least squares",
    source=source("Theorem 6.13", "(6.20)", "(6.21)"),
    setting=Setting(step_size=eta_bar / (3 * beta**2), substitutions=BALANCED),
    hypotheses=(BALL, SPECTRUM_AT_START, NORM_BOUND, DRIFT_ON_BALL, step_at_most(Rational(1, 3))),
    claims=(rate(step_size * alpha**2, ceiling=CEILING), potential(alpha / 3, norm_bound=beta)),
    uses=("os19.asm2", "os19.asm3", "os19.asm4", "os19.lemG_4"),
    summary={"rate": step_size * alpha**2, "radius": 3 * misfit_0 / alpha},
    instance={
        alpha: sigma_min_J0 / 2,
        beta: _BETA_ON_NETWORK,
        norm_J: beta,
        radius: BALL.relation.rhs,
        jacobian_drift: _DRIFT_ON_NETWORK,
        step_size: eta_bar / (3 * beta**2),
    },
)

_SHARPER_BALL = on_ball(2 * misfit_0 / alpha)

thm6_13_sharpened = Statement(
    id="os19.thm6_13.sharpened",
    kind="meta-theorem",
    title="Theorem 6.13 with every step up to 1/beta^2 on a smaller ball, and a bound on the path",
    source=source("Theorem 6.13", "(6.20)", "(6.21)"),
    form="sharpened",
    improves="os19.thm6_13",
    setting=Setting(step_size=eta_bar / beta**2, substitutions=BALANCED),
    hypotheses=(_SHARPER_BALL, SPECTRUM_AT_START, NORM_BOUND, DRIFT_ON_BALL, step_at_most(Integer(1))),
    claims=(
        rate(Rational(7, 6) * step_size * alpha**2, ceiling=CEILING),
        potential(alpha / 2, norm_bound=beta),
        potential(alpha / 2, norm_bound=beta, travelled=path_length),
    ),
    uses=("os19.thm6_13", "os19.lemG_4.sharpened"),
    summary={"rate": Rational(7, 6) * step_size * alpha**2, "radius": 2 * misfit_0 / alpha},
    instance={**thm6_13.instance, radius: _SHARPER_BALL.relation.rhs, step_size: eta_bar / beta**2},
    proof=(
        "Let a = J_0^T r, q = J^T r, |q| = t |a|, so |a| >= 2 alpha |r|, and let eta beta^2 <= 1. While the iterates "
        "are in the ball, Lemma G.4 (sharpened) gives |r_next|^2 <= |r|^2 - (7/12) eta |a|^2, hence the rate by "
        "sqrt(1 - x) <= 1 - x/2. In its proof the decrease over eta |a|^2 is at least 35/36 - t/3, which is at least "
        "t/2 as t <= 7/6: |r_next|^2 <= |r|^2 - eta |a| |q| / 2, so |r_next| <= |r| - (alpha/2) |step|. The next "
        "iterate is in the ball of radius 2 |r_0| / alpha before this is used: the last step is at most "
        "eta beta |r| <= |r| / (2 alpha)."
    ),
)


def gain(step: Expr) -> Expr:
    """What a step gains: the misfit falls by at least this times sigma_min(J_0) times the length of the step.

    With eta beta^2 = `step` it is sqrt(1 - theta^2) - theta - eta beta^2 (1 + theta) / 2.
    """
    return sqrt(1 - drift**2) - drift - step * (1 + drift) / 2


_GAIN = gain(step_ratio)
_RADIUS = misfit_0 / (_GAIN * sigma_min_J0)
_CONTRACTION = 2 * (1 - drift) * _GAIN * step_ratio / beta**2 * sigma_min_J0**2
DRIFT_RANGE = Hypothesis("drift_range", "parameter", Lt(drift, sqrt(2) / 2))
STEP_RANGE = Hypothesis("step_ratio", "step", Le(step_ratio, 1))
GAIN_POSITIVE = Hypothesis("gain_positive", "parameter", Gt(_GAIN, 0))
_CLAIMS = (
    squared_rate(_CONTRACTION, ceiling=step_ratio),
    potential(_GAIN * sigma_min_J0, norm_bound=beta, travelled=path_length),
)
_SUMMARY = {"rate": _CONTRACTION / 2, "radius": _RADIUS}
_INSTANCE = {
    beta: _BETA_ON_NETWORK,
    norm_J: beta,
    radius: _RADIUS,
    jacobian_drift: _DRIFT_ON_NETWORK,
    step_size: step_ratio / beta**2,
}

gd_nonsmooth = Statement(
    id="os19.d.gd_nonsmooth",
    kind="meta-theorem",
    title="Theorem 6.13 with the allowed drift and the step size as parameters",
    source=source("Theorem 6.13"),
    form="sharpened",
    improves="os19.thm6_13",
    setting=Setting(step_size=step_ratio / beta**2, substitutions=BALANCED),
    hypotheses=(
        DRIFT_RANGE,
        STEP_RANGE,
        GAIN_POSITIVE,
        on_ball(_RADIUS),
        Hypothesis("spectrum_positive", "run", Gt(sigma_min_J0, 0)),
        NORM_BOUND,
        Hypothesis("jacobian_drift", "run", Le(jacobian_drift, drift * sigma_min_J0)),
    ),
    claims=_CLAIMS,
    uses=("os19.thm6_13",),
    summary=_SUMMARY,
    instance=_INSTANCE,
    proof=(
        "Let a = J_0^T r, q = J^T r and |q| = t |a|. While the drift is at most theta sigma, |q - a| and |J'^T r - a| "
        "are at most theta sigma |r| <= theta |a|, so 1 - theta <= t <= 1 + theta, "
        "2 a^T q >= (t^2 + 1 - theta^2) |a|^2 >= 2 sqrt(1 - theta^2) |a| |q| and r^T J' q >= a^T q - theta |a| |q|. "
        "Hence |r_next|^2 <= |r|^2 - 2 eta r^T J' q + eta^2 beta^2 |q|^2 is at most |r|^2 - 2 g eta |a| |q|, g the "
        "gain. |a| >= sigma |r| and |q| >= (1 - theta) |a| give the rate, and sqrt(x^2 - y) <= x - y / (2x) gives "
        "|r_next| <= |r| - g sigma |step|. The next iterate is in the ball of radius |r_0| / (g sigma) before this is "
        "used: the last step is at most eta beta |r|, and g sigma eta beta <= 1."
    ),
)

cert_relu = Statement(
    id="os19.d.cert_relu",
    kind="theorem",
    title="Certificate for one ReLU network by counting the signs that can flip (D20)",
    source=source("Theorem 6.13"),
    form="sharpened",
    improves="os19.thm6_13",
    setting=Setting(step_size=step_ratio / beta**2, substitutions=BALANCED),
    hypotheses=(
        UNIT_ROWS,
        RELU_ACTIVATION,
        DRIFT_RANGE,
        STEP_RANGE,
        GAIN_POSITIVE,
        Hypothesis("beta", "run", Eq(beta, _BETA_ON_NETWORK)),
        on_ball(_RADIUS),
        Hypothesis("certificate", "run", Le(norm_v_inf * norm_X * sqrt(flips), drift * sigma_min_J0)),
    ),
    claims=_CLAIMS,
    uses=("os19.d.gd_nonsmooth", "os19.lem6_6"),
    summary={
        **_SUMMARY,
        "margin": drift * sigma_min_J0 / (norm_v_inf * norm_X * sqrt(flips)),
    },
    instance=_INSTANCE,
    proof=(
        "Flipping unit l on sample i moves (W - W_0) x_i by at least |<w_l, x_i>| in coordinate l, so within "
        "distance R at most N(R) = max{N : sum of the N smallest squares <= R^2} units flip (D19), and the drift is "
        "at most |v|_inf |X| sqrt(N) (Lemma C.1)."
    ),
)

STATEMENTS = (thm6_13, thm6_13_sharpened, gd_nonsmooth, cert_relu)
