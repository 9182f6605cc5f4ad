"""Words for a shallow network, for the planted network that made its labels, and for the way between two points."""

from __future__ import annotations

from functools import partial

from boundkit.statement.entry import define

_measured = partial(define, domain="nonnegative", origin="run")
_of_network = partial(define, domain="nonnegative", origin="network")
_positive_of_network = partial(define, domain="positive", origin="network")
_count = partial(define, domain="nonnegative integer", origin="network")


# The network at the point considered.
positive_units = _count("positive_units", r"|\mathcal S_+|", "|S₊|", "number of positive output weights")
negative_units = _count("negative_units", r"|\mathcal S_-|", "|S₋|", "number of negative output weights")
smallest_v = _positive_of_network("smallest_v", r"\nu", "ν", "smallest absolute value of a nonzero output weight")
v_min = _of_network("v_min", r"v_{\min}", "v_min", "smallest absolute output weight")
v_order_statistic = _of_network(
    "v_order_statistic", r"|v|_{(k-d+1)}", "|v|_(k-d+1)", "(k-d+1)-st largest absolute value of an output weight"
)
norm_W = _of_network("norm_W", r"\lVert W\rVert", "‖W‖", "spectral norm of the hidden weights")
frobenius_W = _of_network("frobenius_W", r"\lVert W\rVert_F", "‖W‖_F", "Frobenius norm of the hidden weights")
sigma_min_W = _of_network(
    "sigma_min_W", r"\sigma_{\min}(W)", "σ_min(W)", "min(k, d)-th singular value of the hidden weights"
)
row_min_W = _of_network("row_min_W", r"w_{\min}", "w_min", "smallest norm of a hidden unit")
gamma_min = _of_network(
    "gamma_min", r"\gamma_{\min}", "γ_min", "smallest |E phi''(sigma g)| over the norms of the hidden units"
)
row_max_W = _of_network("row_max_W", r"w_{\max}", "w_max", "largest norm of a hidden unit")
norm_DW = _of_network("norm_DW", r"\sigma_{\max}(D_vW)", "σ_max(D_v W)", "spectral norm of the weighted hidden weights")
sigma_min_GW = _of_network(
    "sigma_min_GW",
    r"\sigma_{\min}(\Gamma W)",
    "σ_min(ΓW)",
    "d-th singular value of the hidden weights, each unit times E phi'' at its norm",
)
sigma_min_DGW = _of_network(
    "sigma_min_DGW",
    r"\sigma_{\min}(D_v\Gamma W)",
    "σ_min(D_v ΓW)",
    "d-th singular value of the hidden weights, each unit times its output weight and E phi'' at its norm",
)
norm_DGW = _of_network(
    "norm_DGW",
    r"\sigma_{\max}(D_v\Gamma W)",
    "σ_max(D_v ΓW)",
    "spectral norm of the hidden weights, each unit times its output weight and E phi'' at its norm",
)
norm_mean_slopes = _of_network(
    "norm_mean_slopes",
    r"\lVert D_v\boldsymbol\mu\rVert",
    "‖D_v μ‖",
    "Euclidean norm of the output weights times E phi' at the norm of their unit",
)
slope_variance = _of_network(
    "slope_variance",
    r"\sum_\ell v_\ell^2\operatorname{Var}\phi'(\lVert w_\ell\rVert g)",
    "Σ_ℓ v_ℓ² Var φ'(|w_ℓ|g)",
    "sum over units of the squared output weight times Var phi' at the norm of the unit",
)
curvature_ratio = _positive_of_network(
    "curvature_ratio",
    r"\rho(W)",
    "ρ(W)",
    "sup|phi''| times the largest singular value of W over the smallest of Gamma W",
)

# The planted network.
planted_positive_units = _count(
    "planted_positive_units", r"|\mathcal S^*_+|", "|S*₊|", "number of positive planted output weights"
)
planted_negative_units = _count(
    "planted_negative_units", r"|\mathcal S^*_-|", "|S*₋|", "number of negative planted output weights"
)
planted_nuclear_norm = _of_network(
    "planted_nuclear_norm",
    r"\lVert W^{*T}D_{v^*}W^*\rVert_*",
    "‖W*ᵀD_v*W*‖_*",
    "nuclear norm of the quadratic form of the planted network",
)
planted_norm_v = _positive_of_network(
    "planted_norm_v", r"\lVert v^*\rVert", "‖v*‖", "Euclidean norm of the planted output weights"
)
planted_v_min = _of_network("planted_v_min", r"v^*_{\min}", "v*_min", "smallest absolute planted output weight")
planted_v_max = _positive_of_network(
    "planted_v_max", r"\lVert v^*\rVert_\infty", "‖v*‖_∞", "largest absolute planted output weight"
)
planted_row_min = _of_network("planted_row_min", r"w^*_{\min}", "w*_min", "smallest norm of a planted hidden unit")
planted_row_max = _of_network("planted_row_max", r"w^*_{\max}", "w*_max", "largest norm of a planted hidden unit")
planted_sigma_min = _of_network(
    "planted_sigma_min", r"\sigma_{\min}(W^*)", "σ_min(W*)", "d-th singular value of the planted hidden weights"
)
planted_sigma_max = _positive_of_network(
    "planted_sigma_max", r"\sigma_{\max}(W^*)", "σ_max(W*)", "spectral norm of the planted hidden weights"
)
planted_features = _of_network(
    "planted_features", r"\lVert\phi(W^*X)\rVert", "‖φ(W*X)‖", "spectral norm of the features of the planted network"
)

# Two points, and a path towards the planted network.
weight_change_spectral = _measured(
    "weight_change_spectral", r"\lVert\widetilde W-W\rVert", "‖W̃ - W‖", "spectral distance of two weight matrices"
)
scaled_weight_change = _measured(
    "scaled_weight_change",
    r"\lVert D_v(\widetilde W-W)\rVert",
    "‖D_v(W̃ - W)‖",
    "spectral distance of two weight matrices, each unit times its output weight",
)
output_change = _measured(
    "output_change", r"\lVert\tilde v-v\rVert", "‖ṽ - v‖", "Euclidean distance of two vectors of output weights"
)
output_change_max = _measured(
    "output_change_max",
    r"\lVert\tilde v-v\rVert_\infty",
    "‖ṽ - v‖_∞",
    "largest difference of two vectors of output weights",
)
start_hidden = _measured(
    "start_hidden",
    r"\lVert W_0-W^*\rVert_F",
    "‖W_0 - W*‖_F",
    "Frobenius distance of the initial hidden weights to the planted ones",
)
start_output = _measured(
    "start_output",
    r"\lVert v_0-v^*\rVert_\infty",
    "‖v_0 - v*‖_∞",
    "largest difference of an initial output weight to the planted one",
)
start_both = _measured(
    "start_both",
    r"\lVert\theta_0-\theta^*\rVert",
    "‖θ_0 - θ*‖",
    "Euclidean distance of both initial layers to the planted ones",
)
planted_distance = _measured(
    "planted_distance",
    r"\lVert\theta_\tau-\theta^*\rVert",
    "‖θ_τ - θ*‖",
    "Euclidean distance of both layers to the planted ones at step tau",
)
joint_path = _measured(
    "joint_path", r"\sum_t\lVert\theta_{t+1}-\theta_t\rVert", "Σ_t ‖θ_{t+1} - θ_t‖", "length of the path of both layers"
)
output_distance = _measured(
    "output_distance",
    r"\lVert v_\tau-v_0\rVert_\infty",
    "‖v_τ - v_0‖_∞",
    "largest change of an output weight up to step tau",
)
planted_sigma_min_J = define(
    "planted_sigma_min_J",
    r"\sigma_{\min}(J(v^*,W^*))",
    "σ_min(J(v*, W*))",
    "n-th singular value of the Jacobian at the planted network",
    "nonnegative",
    "network",
)
gradient_floor = _positive_of_network("gradient_floor", "m_L", "m_L", "lower bound on |grad_W L|^2 / L on a region")
gradient_ceiling = _positive_of_network("gradient_ceiling", "m_U", "m_U", "upper bound on |grad_W L|^2 / L on a region")
output_gradient_ceiling = _positive_of_network(
    "output_gradient_ceiling", r"\tilde m_U", "m̃_U", "upper bound on |grad_v L|_inf^2 / L on a region"
)
smoothness = _positive_of_network("smoothness", r"\beta", "β", "bound on the Hessian in both layers on a region")
next_loss = _measured("next_loss", r"\mathcal L_{\tau+1}", "L_{τ+1}", "loss one step later")
