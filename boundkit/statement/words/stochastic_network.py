"""Words for networks with both layers trained by SGD: features, kernel and bounds at initialisation."""

from sympy import Max, Symbol, factorial, sqrt

from boundkit.statement.entry import define
from boundkit.statement.vocabulary import mu_phi_tilde, var_phi
from boundkit.statement.words.shared import hermite_coefficient, power


def _run(name: str, latex: str, text: str, meaning: str) -> Symbol:
    return define(name, latex, text, meaning, "nonnegative", "run")


# networks with both layers trained: scales, features, moments of the activation
hidden_std = define(
    "hidden_std",
    r"\omega_1",
    "ω_1",
    "standard deviation of the hidden weights at initialisation",
    "positive",
    "given",
    "1",
)

output_std = define(
    "output_std", r"\omega_2", "ω_2", "standard deviation of the output weights at initialisation", "positive", "given"
)

max_row_norm = define(
    "max_row_norm", r"\max_i\lVert x_i\rVert", "max_i ‖x_i‖", "largest norm of a sample", "nonnegative", "data"
)

output_weights_norm_0 = _run(
    "output_weights_norm_0", r"\lVert V_0\rVert", "‖V_0‖", "spectral norm of the output weights at initialisation"
)
output_weights_norm = _run("output_weights_norm", r"\lVert V\rVert", "‖V‖", "spectral norm of the output weights")
output_weights_bound = define(
    "output_weights_bound",
    r"\chi_{\max}",
    "χ_max",
    "bound on the spectral norm of the output weights",
    "positive",
    "given",
)

feature_min_0 = _run(
    "feature_min_0",
    r"\sigma_{\min}(\phi(XW_0^T))",
    "σ_min(φ(XW_0ᵀ))",
    "n-th singular value of the features at initialisation",
)
feature_norm_0 = _run(
    "feature_norm_0", r"\lVert\phi(XW_0^T)\rVert", "‖φ(XW_0ᵀ)‖", "spectral norm of the features at initialisation"
)
feature_frobenius_0 = _run(
    "feature_frobenius_0",
    r"\lVert\phi(XW_0^T)\rVert_F",
    "‖φ(XW_0ᵀ)‖_F",
    "Frobenius norm of the features at initialisation",
)
features_norm = _run("features_norm", r"\lVert\phi(XW^T)\rVert", "‖φ(XWᵀ)‖", "spectral norm of the features")
features_norm_other = _run(
    "features_norm_other",
    r"\lVert\phi(XW'^T)\rVert",
    "‖φ(XW'ᵀ)‖",
    "spectral norm of the features of a second weight matrix",
)
mean_phi = define("mean_phi", r"\mathbb E\,\phi", "E φ", "E[phi(g)], g standard normal", "real", "activation")

hermite_tail = define(
    "hermite_tail",
    r"c_\infty^2",
    "c_∞²",
    "Var phi(g) without its linear part, g standard normal",
    "nonnegative",
    "activation",
    definition=var_phi - mu_phi_tilde**2,
)

hermite_ct = define(
    "hermite_ct",
    "c_t",
    "c_t",
    "E[phi(g) He_t(g)], g standard normal (He_t monic, so not normalised)",
    "real",
    "activation",
    definition=sqrt(factorial(power)) * hermite_coefficient,
)

hermite_ct_scaled = define(
    "hermite_ct_scaled",
    r"c_t(\omega_1)",
    "c_t(ω_1)",
    "E[phi(omega_1 g) He_t(g)], g standard normal",
    "real",
    "activation",
)

mean_phi_scaled = define(
    "mean_phi_scaled",
    r"\mathbb E\,\phi(\omega_1g)",
    "E φ(ω_1 g)",
    "E[phi(omega_1 g)], g standard normal",
    "real",
    "activation",
)

var_phi_scaled = define(
    "var_phi_scaled",
    r"\operatorname{Var}\phi(\omega_1g)",
    "Var φ(ω_1 g)",
    "Var phi(omega_1 g), g standard normal",
    "nonnegative",
    "activation",
)

hermite_tail_scaled = define(
    "hermite_tail_scaled",
    r"\sum_{i\ge t}c_i(\omega_1)^2/i!",
    "Σ_{i>=t} c_i(ω_1)²/i!",
    "part of E[phi(omega_1 g)^2] in Hermite degrees from t on",
    "nonnegative",
    "activation",
)

hermite_norm = define(
    "hermite_norm",
    r"\lVert\phi\rVert_{\mathcal H}",
    "‖φ‖_H",
    "Hermite norm of the activation",
    "nonnegative",
    "activation",
)

hermite_square_sum = define(
    "hermite_square_sum",
    r"\sum_ic_i^2",
    "Σ c_i²",
    "sum of the squares of the Hermite coefficients that are not normalised",
    "nonnegative",
    "activation",
)


# the kernel of the features and their Gram matrix
kernel_min = define(
    "kernel_min",
    r"\lambda_{\min}(K)",
    "λ_min(K)",
    "smallest eigenvalue of K = E[phi(Xw) phi(Xw)^T], w normal with standard deviation omega_1",
    "nonnegative",
    "data",
)

kernel_max = define(
    "kernel_max",
    r"\lambda_{\max}(K)",
    "λ_max(K)",
    "largest eigenvalue of K = E[phi(Xw) phi(Xw)^T], w normal with standard deviation omega_1",
    "positive",
    "data",
)

kernel_trace = define(
    "kernel_trace",
    r"\operatorname{tr}K",
    "tr K",
    "trace of K = E[phi(Xw) phi(Xw)^T], w normal with standard deviation omega_1",
    "positive",
    "data",
)

feature_gram_deviation = _run(
    "feature_gram_deviation",
    r"\lVert M_0-\mathbb EM_0\rVert_F",
    "‖M_0 - E M_0‖_F",
    "deviation of the Gram matrix of the features from its mean",
)
feature_gram_change = _run(
    "feature_gram_change",
    r"\lVert M(W)-M(W')\rVert_F",
    "‖M(W) - M(W')‖_F",
    "change of the Gram matrix of the features between two weight matrices",
)
largest_weights = _run(
    "largest_weights",
    r"\max(\lVert W\rVert_F,\lVert W'\rVert_F)",
    "max(‖W‖_F, ‖W'‖_F)",
    "larger of the Frobenius norms of two weight matrices",
)
max_hidden_row = _run(
    "max_hidden_row",
    r"\max_i\lVert w_i\rVert",
    "max_i ‖w_i‖",
    "largest norm of the weights of one hidden unit, of two weight matrices where two are compared",
)
max_feature_row = _run(
    "max_feature_row", r"\max_i\lVert\phi(Xw_i)\rVert", "max_i ‖φ(Xw_i)‖", "largest norm of the features of one unit"
)
max_output_column = _run(
    "max_output_column",
    r"\max_i\lVert v_i\rVert",
    "max_i ‖v_i‖",
    "largest norm of the output weights of one hidden unit",
)
initial_outputs = _run(
    "initial_outputs", r"\lVert\Phi(W_0,V_0)\rVert_F", "‖Φ(W_0,V_0)‖_F", "norm of the outputs at initialisation"
)

# slack and failure parameters of bounds at initialisation
slack_lower = define(
    "slack_lower", r"\delta_1", "δ_1", "relative loss of a lower eigenvalue bound", "unit interval", "given", "1/2"
)

slack_upper = define(
    "slack_upper", r"\delta_2", "δ_2", "relative loss of an upper eigenvalue bound", "unit interval", "given", "1/2"
)

slack_outputs = define(
    "slack_outputs", r"\delta_3", "δ_3", "deviation parameter of the initial outputs", "positive", "given", "3"
)

hidden_row_slack = define(
    "hidden_row_slack", "k_1", "k_1", "deviation parameter of the hidden weights", "positive", "given"
)

output_column_slack = define(
    "output_column_slack", "k_2", "k_2", "deviation parameter of the output weights", "positive", "given"
)

slack_weights = define(
    "slack_weights",
    r"\delta_4",
    "δ_4",
    "larger of the deviation parameters of the two layers",
    "positive",
    "given",
    definition=Max(hidden_row_slack, output_column_slack),
)

gaussian_deviation = define(
    "gaussian_deviation", "s", "s", "Gaussian deviation in standard deviations", "positive", "given", "3"
)

output_weights_deviation = define(
    "output_weights_deviation",
    "s_V",
    "s_V",
    "Gaussian deviation of the norm of the output weights",
    "positive",
    "given",
    "3",
)

chernoff_failure = define(
    "chernoff_failure", "p'", "p'", "allowed failure of the matrix Chernoff bound", "unit interval", "given"
)

feature_level = define(
    "feature_level", r"\ell", "ℓ", "lower bound on sigma_min^2 of the features, per hidden unit", "positive", "network"
)

jacobian_level = define(
    "jacobian_level",
    "N",
    "N",
    "upper bound on the squared norm of the Jacobian, per hidden unit",
    "positive",
    "network",
)

loss_level = define("loss_level", "H", "H", "upper bound on the loss at initialisation", "positive", "network")


# matrix and Gaussian inequalities
product_frobenius = _run("product_frobenius", r"\lVert AB\rVert_F", "‖AB‖_F", "Frobenius norm of a product")
left_sigma_min = _run("left_sigma_min", r"\sigma_{\min}(A)", "σ_min(A)", "smallest singular value of the left factor")
left_sigma_max = _run("left_sigma_max", r"\sigma_{\max}(A)", "σ_max(A)", "largest singular value of the left factor")
right_frobenius = _run("right_frobenius", r"\lVert B\rVert_F", "‖B‖_F", "Frobenius norm of the right factor")
product_q_norm = _run("product_q_norm", r"\lVert AB\rVert_q", "‖AB‖_q", "q-norm of a product")
left_p_norm = _run("left_p_norm", r"\lVert A\rVert_p", "‖A‖_p", "p-norm of the left factor")
right_q_norm = _run("right_q_norm", r"\lVert B\rVert_q", "‖B‖_q", "q-norm of the right factor")
hadamard_frobenius = _run(
    "hadamard_frobenius", r"\lVert A\odot B\rVert_F", "‖A∘B‖_F", "Frobenius norm of a Hadamard product"
)
left_max_entry = _run("left_max_entry", r"\max_{ij}|A_{ij}|", "max |A_ij|", "largest absolute entry of the left factor")
gaussian_distance = _run(
    "gaussian_distance",
    r"\lVert z-\mathbb Ez\rVert",
    "‖z - E z‖",
    "distance of a standard Gaussian vector from its mean",
)
gaussian_dimension = define(
    "gaussian_dimension", "D", "D", "dimension of a Gaussian vector", "positive integer", "given"
)
