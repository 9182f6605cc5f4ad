"""Words for the loss, its derivatives and the Jacobian at a point of the landscape."""

from __future__ import annotations

from functools import partial

from boundkit.statement.entry import define

_measured = partial(define, domain="nonnegative", origin="run")
_signed = partial(define, domain="real", origin="run")


# The loss and its derivatives at the point considered.
point_loss = _measured("point_loss", r"\mathcal L(W)", "L(W)", "loss at the point considered")
optimal_loss = _measured("optimal_loss", r"\min\mathcal L", "min L", "smallest loss over all hidden weights")
expected_optimal_loss = _measured(
    "expected_optimal_loss",
    r"\mathbb E_y\min\mathcal L",
    "E_y min L",
    "smallest loss over all hidden weights, averaged over the labels",
)
joint_optimal_loss = _measured(
    "joint_optimal_loss", r"\min_{v,W}\mathcal L", "min_{v,W} L", "smallest loss over both layers"
)
nearby_loss = _measured(
    "nearby_loss",
    r"\min_{\text{nearby}}\mathcal L",
    "min_{nearby} L",
    "smallest loss over both layers in a small neighbourhood of the point",
)
balance_change = _measured(
    "balance_change",
    r"\max_\ell\bigl|\lVert w_\ell\rVert^2-2v_\ell^2\bigr|_0^t",
    "max_ℓ |change of (|w_ℓ|² - 2v_ℓ²)|",
    "largest change over units of |w|^2 - 2 v^2 along gradient flow",
)
local_minimum_excess = _measured(
    "local_minimum_excess",
    r"\sup_{W\text{ local minimum}}\mathcal L(W)-\min\mathcal L",
    "sup{L(W) - min L: W local minimum}",
    "largest loss of a local minimum above the smallest loss",
)
second_order_excess = _measured(
    "second_order_excess",
    r"\sup_{\nabla\mathcal L=0,\nabla^2\mathcal L\succeq0}\mathcal L(W)-\min\mathcal L",
    "sup{L(W) - min L: ∇L = 0, ∇²L ⪰ 0}",
    "largest loss of a second-order stationary point above the smallest loss",
)
saddle_curvature = _signed(
    "saddle_curvature",
    r"\lambda_{\min}(\nabla^2\mathcal L(W_s))",
    "λ_min(∇²L(W_s))",
    "smallest curvature of the loss at a saddle point",
)
point_gradient = _measured(
    "point_gradient",
    r"\lVert\nabla_W\mathcal L\rVert_F",
    "‖∇_W L‖_F",
    "Frobenius norm of the gradient in the hidden weights",
)
output_gradient = _measured(
    "output_gradient",
    r"\lVert\nabla_v\mathcal L\rVert_\infty",
    "‖∇_v L‖_∞",
    "largest entry of the gradient in the output weights",
)
hessian_min = _signed(
    "hessian_min",
    r"\lambda_{\min}(\nabla^2_W\mathcal L)",
    "λ_min(∇²_W L)",
    "smallest eigenvalue of the Hessian in the hidden weights",
)
hessian_norm = _measured(
    "hessian_norm", r"\lVert\nabla^2\mathcal L(v,W)\rVert", "‖∇²L(v, W)‖", "spectral norm of the Hessian in both layers"
)
hidden_hessian_norm = _measured(
    "hidden_hessian_norm",
    r"\lVert\nabla^2_W\mathcal L\rVert",
    "‖∇²_W L‖",
    "spectral norm of the Hessian in the hidden weights",
)
hessian_form = _signed(
    "hessian_form",
    r"\mathrm{vect}(U)^T\nabla^2_W\mathcal L\,\mathrm{vect}(U)",
    "vect(U)ᵀ∇²_W L vect(U)",
    "second derivative of the loss along a direction U of the hidden weights",
)
residual_form = _signed(
    "residual_form", r"\langle U^TD_vU,G\rangle", "⟨UᵀD_vU, G⟩", "product of U^T D_v U with the residual covariance G"
)
linearised_form = _measured(
    "linearised_form",
    r"\sum_i(x_i^TW^TD_vUx_i)^2",
    "Σ_i (x_iᵀWᵀD_vU x_i)²",
    "sum over samples of (x_i^T W^T D_v U x_i)^2",
)
gradient_product = _signed(
    "gradient_product",
    r"\langle W,\nabla_W\mathcal L\rangle",
    "⟨W, ∇_W L⟩",
    "inner product of the hidden weights with the gradient",
)
form_product = _signed(
    "form_product",
    r"\langle W^TD_vW,G\rangle",
    "⟨WᵀD_vW, G⟩",
    "inner product of the quadratic form of the network with the residual covariance G",
)
planted_product = _signed(
    "planted_product",
    r"\langle W^{*T}D_{v^*}W^*,G\rangle",
    "⟨W*ᵀD_v*W*, G⟩",
    "inner product of the planted quadratic form with the residual covariance G",
)
norm_G = _measured(
    "norm_G", r"\lVert G\rVert", "‖G‖", "spectral norm of G, the covariance of the samples weighted by the residuals"
)
smallest_G = _signed("smallest_G", r"\lambda_{\min}(G)", "λ_min(G)", "smallest eigenvalue of G")
gradient_tolerance = define(
    "gradient_tolerance", r"\epsilon_g", "ε_g", "bound on the norm of the gradient", "nonnegative", "given"
)
curvature_tolerance = define(
    "curvature_tolerance", r"\epsilon_H", "ε_H", "bound on the negative curvature", "nonnegative", "given"
)
split = define("split", "s", "s", "threshold on a singular value at which a proof splits cases", "positive", "given")
residual = _measured("residual", r"\lVert r\rVert", "‖r‖", "Euclidean norm of the residual")
features = _measured("features", r"\lVert\phi(WX)\rVert", "‖φ(WX)‖", "spectral norm of the features")
largest_feature_row = _measured(
    "largest_feature_row",
    r"\max_\ell\lVert\phi(w_\ell^TX)\rVert",
    "max_ℓ ‖φ(w_ℓᵀX)‖",
    "largest norm of the features of one unit",
)
largest_slope_column = _measured(
    "largest_slope_column",
    r"\max_i\lVert D_v\phi'(Wx_i)\rVert",
    "max_i ‖D_v φ'(Wx_i)‖",
    "largest norm over samples of the output weights times the slopes of their units",
)
sigma_min_centred = _measured(
    "sigma_min_centred",
    r"\sigma_{\min}(\widetilde J)",
    "σ_min(J̃)",
    "n-th singular value of the Jacobian with E phi' subtracted from phi'",
)
norm_centred = _measured(
    "norm_centred",
    r"\sigma_{\max}(\widetilde J)",
    "σ_max(J̃)",
    "spectral norm of the Jacobian with E phi' subtracted from phi'",
)
sigma_min_projected = _measured(
    "sigma_min_projected",
    r"\sigma_{\min}(X*(I-P)\Delta)",
    "σ_min(X*(I-P)Δ)",
    "n-th singular value of the centred Jacobian projected against the mean slopes",
)
sigma_min_whitened = _measured(
    "sigma_min_whitened",
    r"\sigma_{\min}(D_M\widetilde J)",
    "σ_min(D_M J̃)",
    "n-th singular value of the centred Jacobian times a left inverse of D_v Gamma W",
)
norm_mean_part = _measured(
    "norm_mean_part",
    r"\lVert X\operatorname{diag}\mathbf d\rVert",
    "‖X diag d‖",
    "norm of the data times the projections of the centred slopes on the mean slopes",
)
