"""Deterministic convergence for smooth maps: Theorem 6.10, Corollary 6.11, their sharpened forms, the certificate."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Eq, Expr, Ge, Le, Min, Rational, Symbol, sqrt

from boundkit.papers.os19.descent import path, potential, squared_rate
from boundkit.papers.os19.model import (
    MEASURED,
    SMOOTH_ACTIVATION,
    STEP_FRACTION,
    UNIT_ROWS,
    source,
)
from boundkit.statement import Form, Hypothesis, Statement
from boundkit.statement.vocabulary import (
    alpha,
    beta,
    eta_bar,
    jacobian_drift,
    lipschitz,
    misfit_0,
    norm_J,
    norm_v,
    norm_v_inf,
    norm_X,
    path_length,
    radius,
    sigma_min_J,
    sigma_min_J0,
    step_size,
    sup_d2phi,
    sup_dphi,
    weight_change,
)

CEILING = step_size * beta**2

NORM_BOUND = Hypothesis("jacobian_norm", "run", Le(norm_J, beta))
STEP = Hypothesis("step_size", "step", Le(step_size, Min(1, alpha**2 / (lipschitz * misfit_0)) / (2 * beta**2)))
# (6.8) is about any two points of the ball: a bound on the drift from its centre would not do
SMOOTH_JACOBIAN = Hypothesis("lipschitz_between_any_two", "run", Le(jacobian_drift, lipschitz * weight_change))
SPECTRUM_ON_BALL = Hypothesis("spectrum_on_ball", "run", Ge(sigma_min_J, alpha))
SPECTRUM_AT_START = Hypothesis("spectrum_at_start", "run", Ge(sigma_min_J0, 2 * alpha))


def on_ball(reach: Expr) -> Hypothesis:
    """How far from the initialisation the conditions on the Jacobian must hold."""
    return Hypothesis("radius", "run", Eq(radius, reach))


_NETWORK = {
    beta: sup_dphi * norm_v * norm_X,
    lipschitz: sup_d2phi * norm_v_inf * norm_X,
    step_size: eta_bar / (2 * beta**2) * Min(1, alpha**2 / (lipschitz * misfit_0)),
    norm_J: beta,
    jacobian_drift: lipschitz * weight_change,
}


def _instance(reach: int) -> Mapping[Symbol, Expr]:
    """On a network: the largest alpha with sigma_min - L R >= alpha for R = reach |r_0| / alpha, less a little.

    At the root itself the condition is an equality, which measured numbers cannot decide.
    """
    root = (sigma_min_J0 + sqrt(sigma_min_J0**2 - 4 * reach * lipschitz * misfit_0)) / 2
    return {
        alpha: Rational(999, 1000) * root,
        radius: reach * misfit_0 / alpha,
        sigma_min_J: sigma_min_J0 - lipschitz * radius,
        **_NETWORK,
    }


thm6_10 = Statement(
    id="os19.thm6_10",
    kind="meta-theorem",
    title="Gradient descent on smooth nonlinear least squares",
    source=source("Theorem 6.10", "(6.7)", "(6.8)", "(6.9)", "(6.10)", "(6.11)"),
    setting=MEASURED,
    hypotheses=(on_ball(4 * misfit_0 / alpha), SPECTRUM_ON_BALL, NORM_BOUND, SMOOTH_JACOBIAN, STEP, STEP_FRACTION),
    claims=(
        squared_rate(step_size * alpha**2 / 2, ceiling=CEILING),
        potential(alpha / 4, norm_bound=beta),
        path(4 / alpha, norm_bound=beta),
    ),
    summary={"rate": step_size * alpha**2 / 4, "radius": 4 * misfit_0 / alpha},
    instance=_instance(4),
)

thm6_10_sharpened = Statement(
    id="os19.thm6_10.sharpened",
    kind="meta-theorem",
    title="Gradient descent on smooth nonlinear least squares, constants improved by two (D1)",
    source=source("Theorem 6.10", "(6.9)", "(6.10)", "(6.11)"),
    form="sharpened",
    improves="os19.thm6_10",
    setting=MEASURED,
    hypotheses=(on_ball(2 * misfit_0 / alpha), SPECTRUM_ON_BALL, NORM_BOUND, SMOOTH_JACOBIAN, STEP, STEP_FRACTION),
    claims=(
        squared_rate(step_size * alpha**2, ceiling=CEILING),
        potential(alpha / 2, norm_bound=beta),
        potential(alpha / 2, norm_bound=beta, travelled=path_length),
        path(2 / alpha, norm_bound=beta),
    ),
    uses=("os19.thm6_10",),
    summary={"rate": step_size * alpha**2 / 2, "radius": 2 * misfit_0 / alpha},
    instance=_instance(2),
    proof=(
        "With J' the Jacobian averaged over a step, r_next = r - eta J' J^T r and |J' - J| <= (L/2) eta |J^T r|. "
        "Hence |r_next|^2 <= |r|^2 - c eta |J^T r|^2 with c = 2 - eta L |r| - eta beta^2 >= 1. Since "
        "sqrt(a^2 - b) <= a - b/(2a) and |J^T r| >= alpha |r|, both the rate and "
        "|r_next| <= |r| - (alpha/2) |theta_next - theta| follow. The next iterate is in the ball before the "
        "estimate is used: |theta_next - theta_0| <= (2/alpha)(|r_0| - |r|) + eta beta |r| and alpha eta beta <= 2."
    ),
)


def _start_form(base: Statement, *, id: str, form: Form, title: str, room: int, uses: tuple[str, ...]) -> Statement:
    """Spectrum known at the initialisation only: L R <= alpha keeps it above alpha on the ball."""
    return Statement(
        id=id,
        kind="corollary",
        title=title,
        source=source("Corollary 6.11", "(6.12)", "(6.13)"),
        form=form,
        improves=None if form == "printed" else "os19.cor6_11",
        setting=MEASURED,
        hypotheses=(
            base.hypothesis("radius"),
            SPECTRUM_AT_START,
            Hypothesis("misfit_room", "run", Ge(alpha**2 / (room * lipschitz), misfit_0)),
            NORM_BOUND,
            SMOOTH_JACOBIAN,
            STEP,
            STEP_FRACTION,
        ),
        claims=base.claims,
        uses=uses,
        summary=base.summary,
        instance={alpha: sigma_min_J0 / 2, radius: base.instance[radius], **_NETWORK},
        proof=f"On the ball of radius {room} |r_0| / alpha the Jacobian moves by at most L R <= alpha.",
    )


cor6_11 = _start_form(
    thm6_10,
    id="os19.cor6_11",
    form="printed",
    title="Theorem 6.10 with the spectrum known at the initialisation only",
    room=4,
    uses=("os19.thm6_10",),
)

cor6_11_sharpened = _start_form(
    thm6_10_sharpened,
    id="os19.cor6_11.sharpened",
    form="sharpened",
    title="Corollary 6.11 with half the room for the misfit (D2)",
    room=2,
    uses=("os19.thm6_10.sharpened", "os19.cor6_11"),
)

_CERTIFIED = {alpha: sigma_min_J0 / 2, beta: _NETWORK[beta], lipschitz: _NETWORK[lipschitz]}

cert_smooth = Statement(
    id="os19.d.cert_smooth",
    kind="theorem",
    title="Certificate for one smooth network: convergence decided by its initialisation (D3)",
    source=source("Corollary 6.11"),
    form="sharpened",
    improves="os19.cor6_11",
    setting=MEASURED,
    hypotheses=(
        UNIT_ROWS,
        SMOOTH_ACTIVATION,
        *(Hypothesis(word.name, "run", Eq(word, value)) for word, value in _CERTIFIED.items()),
        Hypothesis("certificate", "run", Ge(sigma_min_J0**2, 8 * lipschitz * misfit_0)),
        STEP_FRACTION,
    ),
    claims=thm6_10_sharpened.claims,
    uses=("os19.cor6_11.sharpened", "os19.lem6_6", "os19.lem6_8"),
    summary={
        "rate": step_size * alpha**2 / 2,
        "radius": 2 * misfit_0 / alpha,
        "margin": sigma_min_J0**2 / (8 * lipschitz * misfit_0),
    },
    instance={**_NETWORK, **_CERTIFIED, step_size: eta_bar / (2 * beta**2)},
    proof="Corollary 6.11 (sharpened) with alpha = sigma_min(J(W_0)) / 2; alpha / sigma_min = 1/2 is optimal.",
)

STATEMENTS = (thm6_10, thm6_10_sharpened, cor6_11, cor6_11_sharpened, cert_smooth)
