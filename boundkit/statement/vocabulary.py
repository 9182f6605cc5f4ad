"""Every symbol of every paper, defined once: name, LaTeX, meaning, domain and where its value comes from.

Papers write the same thing with different letters; here it has one name, so that statements can be compared.
The Python identifier of a symbol is its JSON name (`lambda_` stands for `lambda`).
"""

from sympy import log, sqrt

from boundkit.statement.entry import define

n = define("n", "n", "n", "number of samples", "positive integer", "data")
d = define("d", "d", "d", "input dimension", "positive integer", "data")
k = define("k", "k", "k", "number of hidden units", "positive integer", "given")
delta = define("delta", r"\delta", "δ", "deviation parameter of the probability", "positive", "given")
eta_bar = define("eta_bar", r"\bar\eta", "η̄", "fraction of the largest step size", "unit interval", "given", "1")
epsilon = define("epsilon", r"\epsilon", "ε", "target misfit relative to |y|", "positive", "given", "1/1000")
chernoff_loss = define(
    "chernoff_loss",
    r"\varepsilon",
    "ϵ",
    "relative loss in the matrix Chernoff bound",
    "unit interval",
    "given",
    "1/2",
)
drift = define(
    "drift",
    r"\vartheta",
    "ϑ",
    "allowed Jacobian drift relative to sigma_min",
    "unit interval",
    "given",
    "1/2",
)
step_ratio = define(
    "step_ratio", r"\eta\beta^2", "ηβ²", "step size in units of 1/beta^2", "unit interval", "given", "1/10"
)
tau = define("tau", r"\tau", "τ", "iteration of gradient descent", "nonnegative integer", "run")

norm_X = define("norm_X", r"\lVert X\rVert", "‖X‖", "spectral norm of the data matrix", "positive", "data")
norm_y = define("norm_y", r"\lVert y\rVert", "‖y‖", "Euclidean norm of the labels", "positive", "data")
sigma_min_X = define(
    "sigma_min_X",
    r"\sigma_{\min}(X)",
    "σ_min(X)",
    "n-th singular value of the data matrix",
    "nonnegative",
    "data",
)
sigma_min_KR = define(
    "sigma_min_KR",
    r"\sigma_{\min}(X*X)",
    "σ_min(X*X)",
    "smallest singular value of the row-wise Khatri-Rao square of X",
    "nonnegative",
    "data",
)
lambda_ = define(
    "lambda",
    r"\lambda(X)",
    "λ(X)",
    "smallest eigenvalue of E[phi'(Xw) phi'(Xw)^T] o XX^T, w standard normal",
    "positive",
    "data",
)
separation = define(
    "separation",
    r"\delta_{\mathrm{sep}}",
    "δ_sep",
    "smallest distance of a sample to another one or to its antipode",
    "nonnegative",
    "data",
)
rho_max = define(
    "rho_max", r"\rho_{\max}", "ρ_max", "largest |<x_i, x_j>| over pairs of samples", "nonnegative", "data"
)
row_norm_deviation = define(
    "row_norm_deviation",
    r"\max_i\bigl|\lVert x_i\rVert-1\bigr|",
    "max_i |‖x_i‖ - 1|",
    "deviation of the rows of X from unit norm",
    "nonnegative",
    "data",
)
sphere_sample = define(
    "sphere_sample",
    r"\mathbf{1}\{x_i\text{ i.i.d. uniform on the sphere}\}",
    "1{x_i i.i.d. uniform on the sphere}",
    "1 when the samples were drawn uniformly from the unit sphere",
    "nonnegative",
    "data",
)
kappa = define(
    "kappa",
    r"\kappa(X)",
    "κ(X)",
    "condition number sqrt(d/n) |X| / sigma_min(X*X)^2",
    "positive",
    "data",
    definition=sqrt(d / n) * norm_X / sigma_min_KR**2,
)
kappa_tilde = define(
    "kappa_tilde",
    r"\widetilde\kappa(X)",
    "κ̃(X)",
    "condition number sqrt(d/n) |X| / lambda(X)",
    "positive",
    "data",
    definition=sqrt(d / n) * norm_X / lambda_,
)

B = define("B", "B", "B", "bound on |phi'| and |phi''|", "positive", "activation")
sup_dphi = define("sup_dphi", r"\sup|\phi'|", "sup|φ'|", "largest absolute value of phi'", "nonnegative", "activation")
sup_d2phi = define(
    "sup_d2phi", r"\sup|\phi''|", "sup|φ''|", "largest absolute value of phi''", "nonnegative", "activation"
)
mu_phi = define("mu_phi", r"\mu_\phi", "μ_φ", "E[g phi'(g)], g standard normal", "real", "activation")
mu_phi_tilde = define(
    "mu_phi_tilde", r"\widetilde\mu_\phi", "μ̃_φ", "E[phi'(g)], g standard normal", "real", "activation"
)
var_phi = define(
    "var_phi",
    r"\operatorname{Var}\phi",
    "Var φ",
    "Var phi(g), g standard normal",
    "nonnegative",
    "activation",
)
second_moment_dphi = define(
    "second_moment_dphi",
    r"\mathbb E\,\phi'^2",
    "E φ'²",
    "E[phi'(g)^2], g standard normal",
    "nonnegative",
    "activation",
)
kinks = define(
    "kinks",
    r"\#\mathrm{kinks}(\phi)",
    "#kinks(φ)",
    "number of points where phi is not twice differentiable",
    "nonnegative integer",
    "activation",
)
is_relu = define(
    "is_relu",
    r"\mathbf{1}\{\phi=\mathrm{ReLU}\}",
    "1{φ = ReLU}",
    "1 when the activation is max(0, z)",
    "nonnegative integer",
    "activation",
)
is_softplus = define(
    "is_softplus",
    r"\mathbf{1}\{\phi=\mathrm{softplus}\}",
    "1{φ = softplus}",
    "1 when the activation is log(1 + exp z)",
    "nonnegative integer",
    "activation",
)

norm_v = define("norm_v", r"\lVert v\rVert", "‖v‖", "Euclidean norm of the output weights", "positive", "network")
norm_v_inf = define(
    "norm_v_inf", r"\lVert v\rVert_\infty", "‖v‖_∞", "largest absolute output weight", "positive", "network"
)
alpha = define("alpha", r"\alpha", "α", "lower bound on the singular values of the Jacobian", "positive", "network")
beta = define("beta", r"\beta", "β", "upper bound on the norm of the Jacobian", "positive", "network")
lipschitz = define("lipschitz", "L", "L", "Lipschitz constant of the Jacobian", "positive", "network")
step_size = define("step_size", r"\eta", "η", "step size of gradient descent", "positive", "network")
radius = define("radius", "R", "R", "radius of the ball around the initialisation", "positive", "network")

misfit_0 = define("misfit_0", r"\lVert r_0\rVert", "‖r_0‖", "misfit at initialisation, |f(W_0) - y|", "positive", "run")
misfit = define("misfit", r"\lVert r_\tau\rVert", "‖r_τ‖", "misfit at step tau, |f(W_tau) - y|", "nonnegative", "run")
distance = define(
    "distance",
    r"\lVert W_\tau-W_0\rVert_F",
    "‖W_τ - W_0‖_F",
    "distance from initialisation",
    "nonnegative",
    "run",
)
path_length = define(
    "path_length",
    r"\sum_{s<\tau}\lVert W_{s+1}-W_s\rVert_F",
    "Σ_{s<τ} ‖W_{s+1} - W_s‖_F",
    "length of the path travelled up to step tau",
    "nonnegative",
    "run",
)
sigma_min_J0 = define(
    "sigma_min_J0",
    r"\sigma_{\min}(\mathcal J(W_0))",
    "σ_min(J(W_0))",
    "smallest singular value of the Jacobian at initialisation",
    "nonnegative",
    "run",
)
sigma_min_J = define(
    "sigma_min_J",
    r"\sigma_{\min}(\mathcal J(W))",
    "σ_min(J(W))",
    "smallest singular value of the Jacobian, at the point or on the ball considered",
    "nonnegative",
    "run",
)
norm_J = define("norm_J", r"\lVert\mathcal J(W)\rVert", "‖J(W)‖", "spectral norm of the Jacobian", "nonnegative", "run")
jacobian_drift = define(
    "jacobian_drift",
    r"\lVert\mathcal J(W)-\mathcal J(W_0)\rVert",
    "‖J(W) - J(W_0)‖",
    "spectral norm of the change of the Jacobian",
    "nonnegative",
    "run",
)
weight_change = define(
    "weight_change",
    r"\lVert W-W_0\rVert_F",
    "‖W - W_0‖_F",
    "Frobenius distance of two weight matrices",
    "nonnegative",
    "run",
)
flips = define(
    "flips",
    "N(R)",
    "N(R)",
    "largest number of hidden units whose sign on one sample can change within distance R",
    "nonnegative integer",
    "run",
)
lambda_min_hadamard = define(
    "lambda_min_hadamard",
    r"\lambda_{\min}(A\odot B)",
    "λ_min(A∘B)",
    "smallest eigenvalue of a Hadamard product",
    "real",
    "run",
)
lambda_max_hadamard = define(
    "lambda_max_hadamard",
    r"\lambda_{\max}(A\odot B)",
    "λ_max(A∘B)",
    "largest eigenvalue of a Hadamard product",
    "real",
    "run",
)
lambda_min_factor = define(
    "lambda_min_factor", r"\lambda_{\min}(A)", "λ_min(A)", "smallest eigenvalue of A", "nonnegative", "run"
)
lambda_max_factor = define(
    "lambda_max_factor", r"\lambda_{\max}(A)", "λ_max(A)", "largest eigenvalue of A", "nonnegative", "run"
)
min_diagonal = define(
    "min_diagonal", r"\min_i B_{ii}", "min_i B_ii", "smallest diagonal entry of B", "nonnegative", "run"
)
max_diagonal = define(
    "max_diagonal", r"\max_i B_{ii}", "max_i B_ii", "largest diagonal entry of B", "nonnegative", "run"
)

c = define("c", "c", "c", "universal constant", "positive", "constant")
C = define("C", "C", "C", "universal constant", "positive", "constant")
c_1 = define("c_1", "c_1", "c_1", "universal constant", "positive", "constant")
c_2 = define("c_2", "c_2", "c_2", "universal constant", "positive", "constant")
c_3 = define("c_3", "c_3", "c_3", "universal constant", "positive", "constant")
c_d = define("c_d", "c_d", "c_d", "universal constant of the range of n", "positive", "constant")
gamma_1 = define("gamma_1", r"\gamma_1", "γ_1", "universal constant of the probability", "positive", "constant")
gamma_2 = define("gamma_2", r"\gamma_2", "γ_2", "universal constant of the probability", "positive", "constant")

tightness = define(
    "tightness",
    "t",
    "t",
    "factor by which a claim is tightened; 1 is the claim itself",
    "positive",
    "constant",
)
chernoff = define(
    "chernoff",
    r"h(\varepsilon)",
    "h(ϵ)",
    "exponent of the matrix Chernoff bound at relative loss chernoff_loss",
    "positive",
    "constant",
    definition=chernoff_loss + (1 - chernoff_loss) * log(1 - chernoff_loss),
)
