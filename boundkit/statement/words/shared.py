"""Words that several papers share beyond one-hidden-layer gradient descent."""

from boundkit.statement.entry import define

K = define("K", "K", "K", "number of outputs", "positive integer", "given", "1")
L = define("L", "L", "L", "number of hidden layers", "positive integer", "given")
b = define("b", "b", "b", "batch size", "positive integer", "given")
T = define("T", "T", "T", "number of iterations", "nonnegative integer", "given")
power = define("power", "t", "t", "Khatri-Rao power or Hermite degree", "positive integer", "given", "2")
failure = define("failure", "p", "p", "allowed probability of failure", "unit interval", "given")
loss_0 = define("loss_0", r"\mathcal L(W_0)", "L(W_0)", "loss at initialisation", "nonnegative", "run")
loss = define("loss", r"\mathcal L(W_\tau)", "L(W_τ)", "loss at step tau", "nonnegative", "run")
gradient_norm = define(
    "gradient_norm", r"\lVert\nabla\mathcal L(W_\tau)\rVert", "‖∇L(W_τ)‖", "norm of the gradient", "nonnegative", "run"
)
lambda_out = define(
    "lambda_out",
    r"\widetilde\lambda(X)",
    "λ̃(X)",
    "smallest eigenvalue of E[phi(Xw) phi(Xw)^T], w standard normal",
    "positive",
    "data",
)
sigma_min_power = define(
    "sigma_min_power",
    r"\sigma_{\min}(X^{*t})",
    "σ_min(X^{*t})",
    "smallest singular value of the t-th row-wise Khatri-Rao power of X",
    "nonnegative",
    "data",
)
hermite_coefficient = define(
    "hermite_coefficient", r"\mu_t(\phi)", "μ_t(φ)", "Hermite coefficient of degree t of phi", "real", "activation"
)
hermite_coefficient_dphi = define(
    "hermite_coefficient_dphi",
    r"\mu_t(\phi')",
    "μ_t(φ')",
    "Hermite coefficient of degree t of phi'",
    "real",
    "activation",
)
gamma_phi = define(
    "gamma_phi", r"\gamma_\phi", "γ_φ", "E[phi(g)(g^2-1)]/sqrt(2), g standard normal", "real", "activation"
)
sup_phi_0 = define("sup_phi_0", r"|\phi(0)|", "|φ(0)|", "absolute value of phi at 0", "nonnegative", "activation")
feature_sigma_min = define(
    "feature_sigma_min",
    r"\sigma_{\min}(\Phi)",
    "σ_min(Φ)",
    "smallest singular value of the feature matrix phi(X W^T)",
    "nonnegative",
    "run",
)
