"""Words of random features, single-sample gradient descent and the linear algebra behind both."""

from sympy import Symbol

from boundkit.statement.entry import Domain, Origin, define


def _observed(name: str, latex: str, text: str, meaning: str, domain: Domain = "nonnegative") -> Symbol:
    return define(name, latex, text, meaning, domain, "run")


def _of_activation(name: str, latex: str, text: str, meaning: str, domain: Domain = "nonnegative") -> Symbol:
    return define(name, latex, text, meaning, domain, "activation")


def _of_data(name: str, latex: str, text: str, meaning: str, domain: Domain = "nonnegative") -> Symbol:
    origin: Origin = "data"
    return define(name, latex, text, meaning, domain, origin)


# single-sample gradient descent
nu = define("nu", r"\nu", "ν", "confidence parameter of stochastic gradient descent", "positive", "given", "8")
step_divisor = define(
    "step_divisor", "q", "q", "divisor of the step size of stochastic gradient descent", "positive", "given", "3"
)
row_bound = define("row_bound", "b", "b", "upper bound on the norms of the rows of the Jacobian", "positive", "network")
row_norm_J = _observed(
    "row_norm_J",
    r"\max_i\lVert\mathcal J_i(W)\rVert",
    "max_i ‖J_i(W)‖",
    "largest Euclidean norm of a row of the Jacobian",
)
stay_probability = _observed(
    "stay_probability", r"\mathbb P(E)", "P(E)", "probability over the sampling that all iterates stay in the ball"
)
stopped_squared_misfit = _observed(
    "stopped_squared_misfit",
    r"\mathbb E[\lVert r_\tau\rVert^2\mathbf 1_E]",
    "E[‖r_τ‖² 1_E]",
    "mean squared misfit at step tau on the event that all iterates stay in the ball",
)
mean_excursion = _observed(
    "mean_excursion",
    r"\mathbb E\sup_{\tau\le T_{\mathrm{exit}}}\lVert W_\tau-W_0\rVert_F",
    "E sup_τ ‖W_τ - W_0‖_F",
    "mean over the sampling of the largest distance from initialisation up to the exit from the ball",
)

# random features
second_moment_phi = _of_activation("second_moment_phi", r"\mathbb E\,\phi^2", "E φ²", "E[phi(g)^2], g standard normal")
truncation_exponent = define(
    "truncation_exponent", "q", "q", "exponent of the truncation of the feature norms", "positive", "given", "202"
)
least_loss = _observed(
    "least_loss", r"\min_v\mathcal L(v)", "min_v L(v)", "least value of the loss over the output weights"
)
lambda_indicator = _of_data(
    "lambda_indicator",
    r"\lambda_{\min}(\mathbb E[\mathcal I(Xw)\mathcal I(Xw)^T])",
    "λ_min(E[I(Xw) I(Xw)ᵀ])",
    "smallest eigenvalue of the covariance of the indicators 1{<w, x_i> >= 0}, w standard normal",
)

# Hermite expansions and Khatri-Rao powers
hermite_coefficient_dphi_below = _of_activation(
    "hermite_coefficient_dphi_below",
    r"\mu_{t-1}(\phi')",
    "μ_{t-1}(φ')",
    "Hermite coefficient of degree t - 1 of phi'",
    "real",
)
power_sum = _of_data(
    "power_sum",
    r"\sum_{r\ge0}\mu_r^2(\phi')\,\sigma_{\min}^2(X^{*(r+1)})",
    "Σ_r μ_r(φ')² σ_min(X^{*(r+1)})²",
    "sum over all degrees of the bounds through one Khatri-Rao power",
)
tail_start = define(
    "tail_start", "R", "R", "degree at which a Hermite tail starts", "nonnegative integer", "given", "1"
)
tail_mass = _of_activation(
    "tail_mass",
    r"\sum_{r\ge R}\mu_r^2(\phi)",
    "Σ_{r≥R} μ_r(φ)²",
    "sum of the squared Hermite coefficients of phi from degree R on",
)
tail_mass_dphi = _of_activation(
    "tail_mass_dphi",
    r"\sum_{r\ge R}\mu_r^2(\phi')",
    "Σ_{r≥R} μ_r(φ')²",
    "sum of the squared Hermite coefficients of phi' from degree R on",
)

# sums of independent matrices
mean_eigenvalue = _observed(
    "mean_eigenvalue",
    r"\mu",
    "μ",
    "smallest eigenvalue of the expected sum of independent positive semidefinite matrices",
)
sum_eigenvalue = _observed(
    "sum_eigenvalue",
    r"\lambda_{\min}\bigl(\sum_\ell A_\ell\bigr)",
    "λ_min(Σ A_ℓ)",
    "smallest eigenvalue of the sum of the same matrices",
)
summand_norm = _observed(
    "summand_norm", "R", "R", "bound on the largest eigenvalue of every summand", domain="positive"
)

# flipped signs
flip_level = define("flip_level", "m", "m", "rank of a small pre-activation", "positive integer", "given", "60")
small_preactivation = _observed(
    "small_preactivation",
    r"\min_i|W_0x_i|_{m-}",
    "min_i |W_0 x_i|_{m-}",
    "smallest over the samples of the m-th smallest absolute pre-activation at initialisation",
)
derivative_drift = _observed(
    "derivative_drift",
    r"\max_i\lVert\phi'(Wx_i)-\phi'(W_0x_i)\rVert",
    "max_i ‖φ'(W x_i) - φ'(W_0 x_i)‖",
    "largest change over the samples of the vector of the units' derivatives",
)
spectral_change = _observed(
    "spectral_change", r"\lVert W-W_0\rVert", "‖W - W_0‖", "spectral norm of the change of the weights"
)

# a quadratic form with two perturbed factors
perturbation = define(
    "perturbation", r"\varepsilon", "ε", "bound on the distances |A - C| and |B - C| of matrices", "positive", "run"
)
bilinear_form = define("bilinear_form", "r^TBA^Tr", "rᵀ B Aᵀ r", "quadratic form of B A^T at r", "real", "run")
norm_transpose_A = _observed("norm_transpose_A", r"\lVert A^Tr\rVert", "‖Aᵀr‖", "norm of A^T r")
norm_transpose_C = _observed("norm_transpose_C", r"\lVert C^Tr\rVert", "‖Cᵀr‖", "norm of C^T r")
vector_norm = _observed("vector_norm", r"\lVert r\rVert", "‖r‖", "norm of the vector r", domain="positive")
misfit_next = _observed(
    "misfit_next", r"\lVert r_{\tau+1}\rVert", "‖r_{τ+1}‖", "misfit at step tau + 1, |f(W_{tau+1}) - y|"
)
