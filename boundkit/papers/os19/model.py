"""The paper, its network and the hypotheses that its results share (section 2 of the paper)."""

from __future__ import annotations

from sympy import Eq, Expr, Gt, Integer, Le, Lt, Mod, Ne, Rational, oo, sqrt

from boundkit.statement import Hypothesis, Paper, Setting, Source, expand
from boundkit.statement.vocabulary import (
    B,
    beta,
    chernoff,
    chernoff_loss,
    eta_bar,
    is_relu,
    is_softplus,
    k,
    kinks,
    lambda_,
    mu_phi,
    n,
    norm_v,
    norm_v_inf,
    norm_X,
    norm_y,
    row_norm_deviation,
    separation,
    sigma_min_KR,
    sphere_sample,
    sup_d2phi,
    sup_dphi,
)

PAPER = Paper(
    key="os19",
    title=("Towards moderate overparameterization: global convergence guarantees for training shallow neural networks"),
    authors=("Samet Oymak", "Mahdi Soltanolkotabi"),
    year=2019,
    arxiv="1902.04674",
    letters={"separation": r"\delta", "drift": r"\vartheta", "rho_max": r"\rho"},
)


def source(label: str, *equations: str) -> Source:
    """A place in this paper."""
    return Source(PAPER, label, equations)


BALANCED = {norm_v: norm_y / sqrt(n), norm_v_inf: norm_y / sqrt(k * n)}
NETWORK_NORM = B * norm_y * norm_X / sqrt(n)
RELU_NORM = NETWORK_NORM.subs(B, 1)


def setting(*, step_ratio: Expr, norm_bound: Expr) -> Setting:
    """Gradient descent on the hidden weights with step size `step_ratio / norm_bound**2`."""
    return Setting(step_size=step_ratio / norm_bound**2, substitutions=BALANCED)


SMOOTH = setting(step_ratio=eta_bar / 2, norm_bound=NETWORK_NORM)
RELU = setting(step_ratio=eta_bar / 3, norm_bound=RELU_NORM)
INITIALISATION = Setting(algorithm="none", substitutions=BALANCED)
MEASURED = Setting(step_size=eta_bar / (2 * beta**2), substitutions=BALANCED)

UNIT_ROWS = Hypothesis("unit_rows", "data", Eq(row_norm_deviation, 0))
EVEN_WIDTH = Hypothesis("even_width", "width", Eq(Mod(k, 2), 0))
BOUNDED_DERIVATIVE = Hypothesis("derivative_bounded", "activation", Lt(sup_dphi, oo, evaluate=False))
SMOOTH_ACTIVATION = Hypothesis("smooth_activation", "activation", Eq(kinks, 0))
FIRST_DERIVATIVE = Hypothesis("first_derivative_bounded", "activation", Le(sup_dphi, B))
SECOND_DERIVATIVE = Hypothesis("second_derivative_bounded", "activation", Le(sup_d2phi, B))
NONZERO_MEAN = Hypothesis("mu_phi_nonzero", "activation", Ne(mu_phi, 0))
RELU_ACTIVATION = Hypothesis("activation_is_relu", "activation", Eq(is_relu, 1))
SOFTPLUS_ACTIVATION = Hypothesis("activation_is_softplus", "activation", Eq(is_softplus, 1))
STEP_FRACTION = Hypothesis("step_fraction", "step", Le(eta_bar, 1))
FULL_RANK_KR = Hypothesis("khatri_rao_rank", "data", Gt(sigma_min_KR, 0))
POSITIVE_LAMBDA = Hypothesis("lambda_positive", "data", Gt(lambda_, 0, evaluate=False))
SEPARATED = Hypothesis("separated", "data", Gt(separation, 0))
CHERNOFF_RANGE = Hypothesis("chernoff_loss_below_one", "parameter", chernoff_loss < 1)
SPHERE_SAMPLE = Hypothesis("uniform_on_sphere", "data", Eq(sphere_sample, 1))

BOUNDED_SMOOTH = (UNIT_ROWS, SMOOTH_ACTIVATION, FIRST_DERIVATIVE, SECOND_DERIVATIVE)

# the paper keeps half of the spectrum: whoever puts 1/2 for the loss must put its exponent too
HALF = {chernoff_loss: Rational(1, 2), chernoff: expand(chernoff).subs(chernoff_loss, Rational(1, 2))}
MARGIN = Rational(11, 10)
ONE = Integer(1)
GENERIC = "generic data: |X|^2 of order n/d, sigma_min(X*X) of order 1; n >= d"
