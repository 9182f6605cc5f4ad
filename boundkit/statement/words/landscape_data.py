"""Words for what a loss landscape is made from: activation, data and labels."""

from __future__ import annotations

from functools import partial

from boundkit.statement.entry import define

_of_data = partial(define, domain="nonnegative", origin="data")
_of_activation = partial(define, domain="nonnegative", origin="activation")
_indicator = partial(define, domain="nonnegative integer", origin="activation")
_given = partial(define, domain="positive", origin="given")
_moment = partial(define, domain="real", origin="activation")

is_quadratic = _indicator("is_quadratic", r"\mathbf{1}\{\phi=z^2\}", "1{φ = z²}", "1 when the activation is z^2")
is_linear = _indicator("is_linear", r"\mathbf{1}\{\phi=z\}", "1{φ = z}", "1 when phi' is constant almost everywhere")
is_scaled_softplus = _indicator(
    "is_scaled_softplus",
    r"\mathbf{1}\{\phi=\tfrac1b\log(1+e^{bz})\}",
    "1{φ = log(1+exp(bz))/b}",
    "1 when the activation is log(1 + exp(b z))/b",
)
is_scaled_sigmoid = _indicator(
    "is_scaled_sigmoid",
    r"\mathbf{1}\{\phi=1/(1+e^{-bz})\}",
    "1{φ = 1/(1+exp(-bz))}",
    "1 when the activation is 1/(1 + exp(-b z))",
)
is_normal_integral = _indicator(
    "is_normal_integral",
    r"\mathbf{1}\{\phi=\tfrac2{\sqrt\pi}\int_0^ze^{-t^2/2}\}",
    "1{φ = 2/√π·∫₀ᶻexp(-t²/2)}",
    "1 when the activation is 2/sqrt(pi) times the integral of exp(-t^2/2) from 0, that is sqrt(2) erf(z/sqrt(2))",
)
is_erf = _indicator(
    "is_erf", r"\mathbf{1}\{\phi=\mathrm{erf}\}", "1{φ = erf}", "1 when the activation is the error function"
)
is_tanh = _indicator(
    "is_tanh", r"\mathbf{1}\{\phi=\tanh\}", "1{φ = tanh}", "1 when the activation is the hyperbolic tangent"
)
sharpness = define(
    "sharpness",
    r"b_\phi",
    "b_φ",
    "sharpness of a softplus or sigmoid: phi is evaluated at b z",
    "positive",
    "activation",
)
scale = _given("scale", r"\sigma", "σ", "norm of a hidden unit, the scale at which moments are taken")
mean_dphi = _moment("mean_dphi", r"\mu_\phi(\sigma)", "μ_φ(σ)", "E phi'(sigma g), g standard normal")
mean_d2phi = _moment("mean_d2phi", r"\gamma_\phi(\sigma)", "γ_φ(σ)", "E phi''(sigma g), g standard normal")
var_dphi = _of_activation(
    "var_dphi", r"\operatorname{Var}\phi'(\sigma g)", "Var φ'(σg)", "Var phi'(sigma g), g standard normal"
)
mean_dphi_vanishes = _of_activation(
    "mean_dphi_vanishes",
    r"\mathbf{1}\{\mu_\phi\equiv0\}",
    "1{μ_φ ≡ 0}",
    "1 when E phi'(sigma g) is zero at every scale, 0 when at none, anything between when at some",
)
mean_d2phi_vanishes = _of_activation(
    "mean_d2phi_vanishes",
    r"\mathbf{1}\{\gamma_\phi\equiv0\}",
    "1{γ_φ ≡ 0}",
    "1 when E phi''(sigma g) is zero at every scale, 0 when at none, anything between when at some",
)
slope_at_zero = _of_activation("slope_at_zero", r"|\phi'(0)|", "|φ'(0)|", "absolute value of phi' at 0")
gaussian_sample = _of_data(
    "gaussian_sample",
    r"\mathbf{1}\{x_i\sim\mathcal N(0,I_d)\}",
    "1{x_i i.i.d. N(0, I_d)}",
    "1 when the samples were drawn independently from the standard normal distribution",
)
planted_labels = _of_data(
    "planted_labels",
    r"\mathbf{1}\{y=f(v^*,W^*)\}",
    "1{y = f(v*, W*)}",
    "1 when the labels are the outputs of the planted network",
)
reachable_label = define(
    "reachable_label",
    r"\max_{x_i\neq0}y_i",
    "max {y_i: x_i ≠ 0}",
    "largest label of a sample that is not zero",
    "real",
    "data",
)
smallest_label = define("smallest_label", r"\min_iy_i", "min_i y_i", "smallest label", "real", "data")
negative_label_energy = _of_data(
    "negative_label_energy",
    r"\tfrac1n\sum_{y_i<0}y_i^2",
    "Σ_{y_i<0} y_i²/n",
    "sum of the squares of the negative labels over n",
)
label_deviation = _given("label_deviation", r"\sigma_y", "σ_y", "standard deviation of independent normal labels")
largest_sample_norm = _of_data("largest_sample_norm", r"\chi", "χ", "largest Euclidean norm of a sample")
covariance_min = _of_data(
    "covariance_min",
    r"\lambda_{\min}(XX^T/n)",
    "λ_min(XXᵀ/n)",
    "smallest eigenvalue of the empirical covariance of the samples",
)
label_covariance_max = _of_data(
    "label_covariance_max",
    r"\lambda_{\max}\bigl(\tfrac1n\sum_iy_ix_ix_i^T\bigr)",
    "λ_max(Σ y_i x_i x_iᵀ/n)",
    "largest eigenvalue of the covariance of the samples weighted by nonnegative labels",
)
norm_KR = _of_data("norm_KR", r"\sigma_{\max}(X*X)", "σ_max(X*X)", "spectral norm of the Khatri-Rao square of X")
rank_KR = define(
    "rank_KR",
    r"\operatorname{rank}(X*X)",
    "rank(X*X)",
    "rank of the Khatri-Rao square of X",
    "nonnegative integer",
    "data",
)
sigma_plus_KR = define(
    "sigma_plus_KR",
    r"\sigma^+_{\min}(X*X)",
    "σ⁺_min(X*X)",
    "smallest nonzero singular value of the Khatri-Rao square of X",
    "positive",
    "data",
)
