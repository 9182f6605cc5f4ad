"""Words of generalisation through the spectrum of the Jacobian: its two spaces, cutoffs, test error."""

from sympy import Symbol, ceiling, log, sqrt

from boundkit.statement.entry import Domain, define
from boundkit.statement.vocabulary import n
from boundkit.statement.words.shared import K


def _given(name: str, latex: str, text: str, meaning: str, domain: Domain = "positive") -> Symbol:
    return define(name, latex, text, meaning, domain, "given")


def _measured(name: str, latex: str, text: str, meaning: str, domain: Domain = "nonnegative") -> Symbol:
    return define(name, latex, text, meaning, domain, "run")


def _data(name: str, latex: str, text: str, meaning: str, domain: Domain = "nonnegative") -> Symbol:
    return define(name, latex, text, meaning, domain, "data")


learning_duration = _given(
    "learning_duration", r"\Gamma", "Γ", "learning duration, the number of steps times step size times cutoff^2"
)
fit_precision = _given(
    "fit_precision", r"\zeta", "ζ", "precision to which the information part of the labels is fitted"
)
output_scale = _given("output_scale", r"\nu", "ν", "scale of the output weights: their entries are at most nu/sqrt(kK)")
linearisation_tolerance = _given(
    "linearisation_tolerance", r"\delta_{\mathrm{lin}}", "δ_lin", "allowed deviation from the linearised iterates"
)
cutoff = _given("cutoff", r"\alpha", "α", "cutoff between information and nuisance singular values of the Jacobian")
kernel_cutoff = _given("kernel_cutoff", r"\alpha_0", "α_0", "cutoff on the singular values of the root of the kernel")
normalised_cutoff = _given("normalised_cutoff", r"\bar\alpha", "ᾱ", "cutoff divided by its natural scale")
relative_cutoff = _given("relative_cutoff", "a", "a", "cutoff divided by the bound on the Jacobian")
misfit_ratio = _given("misfit_ratio", "C_r", "C_r", "bound on the initial misfit divided by sqrt(n)")
alignment = _given(
    "alignment", r"c_{\mathcal I}", "c_I", "least fraction of the labels (or residual) in the information space"
)
clusters = _given("clusters", r"C_{\mathrm{cl}}", "C_cl", "number of clusters per class", "positive integer")
cluster_noise = _given(
    "cluster_noise", r"\sigma", "σ", "noise of the inputs around their cluster centres", "nonnegative"
)
reference_error = _given(
    "reference_error", r"\varepsilon_0", "ε_0", "error of the reference Jacobian at initialisation", "nonnegative"
)
drift_bound = _given(
    "drift_bound", r"\varepsilon_J", "ε_J", "twice the bound on the Jacobian drift on the ball", "nonnegative"
)
curvature_allowance = _given("curvature_allowance", r"\rho", "ρ", "allowance for curvature in the certificate")
grid_ratio = _given("grid_ratio", "q", "q", "ratio of the geometric grid of radii")
grid_size = define(
    "grid_size",
    "J",
    "J",
    "number of radii in the geometric grid",
    "positive integer",
    "given",
    definition=ceiling(log(sqrt(n)) / log(grid_ratio)) + 1,
)
output_variance = _given(
    "output_variance", r"\operatorname{Var}V_{\ell s}", "Var V", "variance of the entries of the output weights"
)
hidden_radius = _given(
    "hidden_radius", r"M_{\mathcal W}", "M_W", "radius of the class in the hidden weights", "nonnegative"
)
output_radius = _given(
    "output_radius",
    r"M_{\mathcal V}",
    "M_V",
    "radius of the class in the output weights, in units of nu/sqrt(kK)",
    "nonnegative",
)
row_radius = _given("row_radius", r"R_{2,\infty}", "R_2∞", "sqrt(k) times the radius of the class in each hidden unit")
fixed_radii = _given(
    "fixed_radii",
    r"\mathbf{1}\{\text{class fixed before the sample}\}",
    "1{class fixed before the sample}",
    "1 when the radii of the function class do not depend on the sample",
    "nonnegative integer",
)
independent_start = _given(
    "independent_start",
    r"\mathbf{1}\{W_0,V\text{ independent of the sample}\}",
    "1{W_0, V independent of the sample}",
    "1 when initial hidden weights and output weights do not depend on the sample",
    "nonnegative integer",
)
independent_pattern = _given(
    "independent_pattern",
    r"\mathbf{1}\{W_0,V/\nu\text{ independent of the sample}\}",
    "1{W_0, V/ν independent of the sample}",
    "1 when initial hidden weights and output weights, up to their scale nu, do not depend on the sample",
    "nonnegative integer",
)
one_hot = _data(
    "one_hot",
    r"\mathbf{1}\{\text{one-hot labels}\}",
    "1{one-hot labels}",
    "1 when every label is a unit coordinate vector",
    "nonnegative integer",
)

information_y = _data(
    "information_y", r"\lVert\Pi_{\mathcal I}y\rVert", "‖Π_I y‖", "labels in the kernel's information space"
)
nuisance_y = _data("nuisance_y", r"\lVert\Pi_{\mathcal N}y\rVert", "‖Π_N y‖", "labels in the kernel's nuisance space")
inverse_y = _data(
    "inverse_y",
    r"\lVert J_{\mathcal I}^\dagger y\rVert",
    "‖J_I† y‖",
    "norm of the pseudo-inverse, on the information space, of the root of the kernel applied to the labels",
)
stopping_value_y = _data(
    "stopping_value_y", r"\mathcal B_{\alpha_0,\Gamma}(y)", "B_α₀,Γ(y)", "early stopping value of the labels"
)
stopping_distance_y = define(
    "stopping_distance_y",
    r"\mathcal D_{\alpha_0,\Gamma}(y)",
    "D_α₀,Γ(y)",
    "early stopping distance of the labels, for the root of the kernel",
    "nonnegative",
    "data",
    definition=stopping_value_y / kernel_cutoff,
)
kernel_norm = _data("kernel_norm", r"\lVert\Sigma(X)\rVert", "‖Σ(X)‖", "largest eigenvalue of the tangent kernel")
kernel_min_nonzero = _data(
    "kernel_min_nonzero", r"\lambda_{\min}^{\ne0}(\Sigma(X))", "λ_min≠0(Σ(X))", "smallest nonzero kernel eigenvalue"
)
kernel_rank = _data(
    "kernel_rank", r"\operatorname{rank}\Sigma(X)", "rank Σ(X)", "rank of the tangent kernel", "nonnegative integer"
)
lambda_centres = _data("lambda_centres", r"\lambda_M", "λ_M", "smallest kernel eigenvalue of the centres", "positive")
kernel_norm_centres = _data(
    "kernel_norm_centres", r"\lVert\widetilde\Sigma(M)\rVert", "‖Σ̃(M)‖", "largest kernel eigenvalue of the centres"
)
smallest_cluster = _data(
    "smallest_cluster", r"\min_j\widetilde n_j", "min ñ_j", "size of the smallest cluster", "nonnegative integer"
)
largest_cluster = _data(
    "largest_cluster", r"\max_j\widetilde n_j", "max ñ_j", "size of the largest cluster", "nonnegative integer"
)
mean_cluster = define(
    "mean_cluster",
    r"\widetilde n",
    "ñ",
    "expected size of a cluster",
    "positive",
    "data",
    definition=n / (K * clusters),
)

information_r0 = _measured("information_r0", r"\lVert\Pi_{\mathcal I}r_0\rVert", "‖Π_I r_0‖", "information part of r_0")
nuisance_r0 = _measured("nuisance_r0", r"\lVert\Pi_{\mathcal N}r_0\rVert", "‖Π_N r_0‖", "nuisance part of r_0")
inverse_r0 = _measured(
    "inverse_r0",
    r"\lVert J_{\mathcal I}^\dagger r_0\rVert",
    "‖J_I† r_0‖",
    "norm of the pseudo-inverse of the reference Jacobian, on the information space, applied to r_0",
)
stopping_value = _measured("stopping_value", r"\mathcal B_{\alpha,\Gamma}", "B_α,Γ", "early stopping value of r_0")
stopping_distance = define(
    "stopping_distance",
    r"\mathcal D_{\alpha,\Gamma}",
    "D_α,Γ",
    "early stopping distance of r_0",
    "nonnegative",
    "run",
    definition=stopping_value / cutoff,
)
reference_norm = _measured("reference_norm", r"\lambda_1", "λ_1", "spectral norm of the reference Jacobian", "positive")
reference_deviation = _measured(
    "reference_deviation", r"\lVert\mathcal J(W_0)-J\rVert", "‖J(W_0) - J‖", "distance of the reference Jacobian"
)
gram_deviation = _measured(
    "gram_deviation",
    r"\lVert\mathcal J\mathcal J^T-G\rVert",
    "‖JJᵀ - G‖",
    "deviation of the Gram matrix of the Jacobian at initialisation from the reference (or its mean)",
)
kernel_deviation = _measured(
    "kernel_deviation",
    r"\lVert\widehat\Sigma-\Sigma\rVert",
    "‖Σ̂ - Σ‖",
    "deviation of a perturbed or sampled tangent kernel from the kernel",
)
projection_deviation = _measured(
    "projection_deviation", r"\lVert\Pi-\Pi'\rVert", "‖Π - Π'‖", "distance of two information projections"
)
mean_gram_norm = _measured(
    "mean_gram_norm", r"\lVert\mathbb E\mathcal J\mathcal J^T\rVert", "‖E JJᵀ‖", "norm of the mean Gram matrix"
)
final_misfit = _measured("final_misfit", r"\lVert r_T\rVert", "‖r_T‖", "misfit after the last step T")
clipped_misfit = _measured(
    "clipped_misfit",
    r"\tfrac1n\sum_i\min(1,\lVert y_i-f(x_i)\rVert)",
    "Σ_i min(1, ‖y_i - f(x_i)‖)/n",
    "mean misfit per sample, clipped at 1",
)
initial_prediction = _measured(
    "initial_prediction", r"\lVert f(W_0)\rVert", "‖f(W_0)‖", "norm of the first predictions"
)
row_distance = _measured(
    "row_distance", r"\lVert W_\tau-W_0\rVert_{2,\infty}", "‖W_τ - W_0‖_2∞", "largest distance moved by a hidden unit"
)
linearised_misfit = _measured("linearised_misfit", r"\lVert\widetilde r_\tau\rVert", "‖r̃_τ‖", "linearised misfit")
linearised_distance = _measured(
    "linearised_distance", r"\lVert\widetilde\theta_\tau-\widetilde\theta_0\rVert", "‖θ̃_τ - θ̃_0‖", "linearised distance"
)
residual_deviation = _measured(
    "residual_deviation",
    r"\lVert r_\tau-\widetilde r_\tau\rVert",
    "‖r_τ - r̃_τ‖",
    "deviation of the linearised residual",
)
next_deviation = _measured(
    "next_deviation",
    r"\lVert r_{\tau+1}-\widetilde r_{\tau+1}\rVert",
    "‖r_{τ+1} - r̃_{τ+1}‖",
    "deviation of the linearised residual one step later",
)
iterate_deviation = _measured(
    "iterate_deviation",
    r"\lVert\theta_\tau-\widetilde\theta_\tau\rVert",
    "‖θ_τ - θ̃_τ‖",
    "deviation of the linearised iterate",
)
classification_error = _measured(
    "classification_error",
    r"\mathrm{Err}_{\mathcal D}(W)",
    "Err_D(W)",
    "probability of a wrong label on a fresh sample, after the last step T where a statement has one",
)
bounded_test_loss = _measured(
    "bounded_test_loss", r"\mathbb E\,\ell", "E ℓ", "expected loss on a fresh sample, loss in [0, 1]"
)
