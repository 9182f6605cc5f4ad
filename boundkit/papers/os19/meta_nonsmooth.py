"""Deterministic convergence for non-smooth maps: Theorem 6.13 and its sharper forms, the ReLU certificate."""

from __future__ import annotations

from sympy import Expr, Gt, Le, Lt, Rational, sqrt

from boundkit.papers.os19.descent import potential, rate, squared_rate
from boundkit.papers.os19.meta_smooth import CEILING, NORM_BOUND, SPECTRUM_AT_START
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

DRIFT_ON_BALL = Hypothesis("jacobian_drift", "run", Le(jacobian_drift, alpha / 3))


def step_at_most(limit: Rational) -> Hypothesis:
    """The step size in units of 1 / beta^2."""
    return Hypothesis("step_size", "step", Le(step_size, limit / beta**2))


thm6_13 = Statement(
    id="os19.thm6_13",
    kind="meta-theorem",
    title="Gradient descent on non-smooth overparameterised least squares",
    source=source("Theorem 6.13", "(6.20)", "(6.21)"),
    setting=Setting(step_size=eta_bar / (3 * beta**2), substitutions=BALANCED),
    hypotheses=(SPECTRUM_AT_START, NORM_BOUND, DRIFT_ON_BALL, step_at_most(Rational(1, 3))),
    claims=(rate(step_size * alpha**2, ceiling=CEILING), potential(alpha / 3, norm_bound=beta)),
    uses=("os19.asm2", "os19.asm3", "os19.asm4", "os19.lemG_4"),
    summary={"rate": step_size * alpha**2, "radius": 3 * misfit_0 / alpha},
    instance={
        alpha: sigma_min_J0 / 2,
        beta: _BETA_ON_NETWORK,
        norm_J: beta,
        radius: 3 * misfit_0 / alpha,
        jacobian_drift: _DRIFT_ON_NETWORK,
        step_size: eta_bar / (3 * beta**2),
    },
)

thm6_13_sharpened = Statement(
    id="os19.thm6_13.sharpened",
    kind="meta-theorem",
    title="Theorem 6.13 with its exact step range (D8) and a bound on the path (D9)",
    source=source("Theorem 6.13", "(6.20)", "(6.21)"),
    form="sharpened",
    improves="os19.thm6_13",
    setting=Setting(step_size=eta_bar * Rational(4, 7) / beta**2, substitutions=BALANCED),
    hypotheses=(SPECTRUM_AT_START, NORM_BOUND, DRIFT_ON_BALL, step_at_most(Rational(4, 7))),
    claims=(
        rate(step_size * alpha**2, ceiling=CEILING),
        potential(alpha / 3, norm_bound=beta),
        potential(2 * alpha / 5, norm_bound=beta, travelled=path_length),
    ),
    uses=("os19.thm6_13", "os19.lemG_4.sharpened"),
    summary={"rate": step_size * alpha**2, "radius": 3 * misfit_0 / alpha},
    instance={**thm6_13.instance, step_size: eta_bar * Rational(4, 7) / beta**2},
    proof=(
        "With drift at most alpha/3 = sigma/6 on the ball: r^T J' J^T r >= (23/36) |J_0^T r|^2 and "
        "|J^T r| <= (7/6) |J_0^T r|, so |r_next|^2 <= |r|^2 - eta (46/36 - (49/36) eta beta^2) |J_0^T r|^2, and the "
        "bracket is at least 1/2 while eta beta^2 <= 4/7. Displacements are at most 1.25 eta |J_0^T r|."
    ),
)


def decrease(step: Expr) -> Expr:
    """c = 2 (1 - 2 theta - theta^2) - eta beta^2 (1 + theta)^2, the decrease per step of D8b."""
    return 2 * (1 - 2 * drift - drift**2) - step * (1 + drift) ** 2


_DECREASE = decrease(step_ratio)
_RADIUS = 2 * (1 + drift) * misfit_0 / (_DECREASE * sigma_min_J0)
DRIFT_RANGE = Hypothesis("drift_range", "parameter", Lt(drift, sqrt(2) - 1))
STEP_RANGE = Hypothesis("step_ratio", "step", Le(step_ratio, 1))
DECREASE_POSITIVE = Hypothesis("decrease_positive", "parameter", Gt(_DECREASE, 0))
_CLAIMS = (
    squared_rate(_DECREASE * step_ratio / beta**2 * sigma_min_J0**2, ceiling=step_ratio),
    potential(_DECREASE * sigma_min_J0 / (2 * (1 + drift)), norm_bound=beta, travelled=path_length),
)
_SUMMARY = {"rate": _DECREASE * step_ratio / beta**2 * sigma_min_J0**2 / 2, "radius": _RADIUS}
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
    title="Theorem 6.13 with the allowed drift and the step size as parameters (D8b)",
    source=source("Theorem 6.13"),
    form="sharpened",
    improves="os19.thm6_13",
    setting=Setting(step_size=step_ratio / beta**2, substitutions=BALANCED),
    hypotheses=(
        DRIFT_RANGE,
        STEP_RANGE,
        DECREASE_POSITIVE,
        Hypothesis("spectrum_positive", "run", Gt(sigma_min_J0, 0)),
        NORM_BOUND,
        Hypothesis("jacobian_drift", "run", Le(jacobian_drift, drift * sigma_min_J0)),
    ),
    claims=_CLAIMS,
    uses=("os19.thm6_13",),
    summary=_SUMMARY,
    instance=_INSTANCE,
    proof=(
        "While the drift is at most theta sigma, r^T J' J^T r >= (1 - 2 theta - theta^2) |J_0^T r|^2 and "
        "|J^T r| <= (1 + theta) |J_0^T r|; then as in the sharpened Theorem 6.10, on the ball of radius "
        "2 (1 + theta) |r_0| / (c sigma)."
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
        DECREASE_POSITIVE,
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
