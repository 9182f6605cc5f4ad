"""Words of deep ReLU networks trained on margin losses: losses, layers, perturbations, descent, batches."""

from sympy import Symbol, exp

from boundkit.statement.entry import Domain, Origin, define
from boundkit.statement.words.shared import L


def _run(
    name: str, latex: str, text: str, meaning: str, domain: Domain = "nonnegative", origin: Origin = "run"
) -> Symbol:
    return define(name, latex, text, meaning, domain, origin)


# the loss on the margin
target_risk = define("target_risk", r"\epsilon", "ε", "target of the empirical risk", "positive", "given")
inverse_target_risk = define(
    "inverse_target_risk",
    r"\epsilon^{-1}",
    "1/ε",
    "reciprocal of the target of the empirical risk",
    "positive",
    "given",
    definition=1 / target_risk,
)
loss_exponent = define(
    "loss_exponent", r"p_\ell", "p_ℓ", "power of the loss that bounds -loss'", "nonnegative", "given"
)
loss_floor = define("loss_floor", r"\alpha_0", "α₀", "level above which -loss' need not grow", "positive", "given")
loss_growth = define("loss_growth", r"\alpha_1", "α₁", "lower bound of -loss' / loss^p", "positive", "given")
loss_cap = define("loss_cap", r"\rho_0", "ρ₀", "upper bound of -loss'", "positive", "given")
loss_growth_cap = define("loss_growth_cap", r"\rho_1", "ρ₁", "upper bound of -loss' / loss^p", "positive", "given")
margin_loss_smoothness = define(
    "margin_loss_smoothness", r"\lambda", "λ", "Lipschitz constant of loss'", "positive", "given"
)
loss_at_zero = define("loss_at_zero", r"\ell(0)", "ℓ(0)", "loss at margin 0", "positive", "given")
initial_loss_bound = define(
    "initial_loss_bound", r"\bar L_0", "L̄₀", "loss at margin -2 sqrt(log(6n/delta))", "positive", "given"
)
margin = define("margin", "z", "z", "margin, label times output", "real", "run")
margin_loss = define("margin_loss", r"\ell(z)", "ℓ(z)", "loss at margin z", "real", "run")
margin_slope = define("margin_slope", r"-\ell'(z)", "-ℓ'(z)", "negative derivative of the loss at z", "real", "run")
loss_limit = define("loss_limit", r"\lim_{z\to\infty}\ell(z)", "lim ℓ", "limit of the loss at infinity", "real", "run")
slope_change = _run("slope_change", r"|\ell'(z)-\ell'(z')|", "|ℓ'(z)-ℓ'(z')|", "change of the derivative of the loss")
margin_change = _run("margin_change", "|z-z'|", "|z-z'|", "distance of two margins")

# widths, data, parameters of the analysis
max_width = define("max_width", "M", "M", "largest hidden width", "positive integer", "given")
layer_width = define("layer_width", "m_l", "m_l", "width of layer l", "positive integer", "given")
last_width = define("last_width", "m_L", "m_L", "width of the last hidden layer", "positive integer", "given")
depth_index = define("depth_index", "l", "l", "index of a layer", "positive integer", "given")
label_separation = define(
    "label_separation", r"\phi", "φ", "smallest distance of two samples with opposite labels", "nonnegative", "data"
)
antipodal_separation = define(
    "antipodal_separation",
    r"\min_{i\ne i'}\lVert x_i+x_{i'}\rVert",
    "min |x_i + x_j|",
    "smallest distance of a sample to the antipode of another one",
    "nonnegative",
    "data",
)
effective_separation = define(
    "effective_separation",
    r"\widetilde\phi",
    "φ̃",
    "lower bound, at most sqrt 2, of the label and antipodal separations of the features that enter the last layer",
    "positive",
    "given",
)
last_coordinate = define(
    "last_coordinate", r"\mu", "μ", "common last coordinate of the samples", "unit interval", "data"
)
last_coordinate_deviation = _run(
    "last_coordinate_deviation",
    r"\max_i|(x_i)_d-\mu|",
    "max |(x_i)_d - μ|",
    "deviation of the last coordinates of the samples from mu",
    origin="data",
)
preactivation_threshold = define(
    "preactivation_threshold", r"\beta", "β", "level below which a pre-activation is small", "positive", "given"
)
vector_sparsity = define(
    "vector_sparsity", "s", "s", "number of non-zero entries of a sparse vector", "positive", "given"
)

# at the initialisation
norm_ratio_deviation = _run(
    "norm_ratio_deviation",
    r"\max_{i,l}\bigl|\lVert x_{l,i}\rVert^2/\lVert x_{l-1,i}\rVert^2-1\bigr|",
    "max | |x_l|²/|x_{l-1}|² - 1 |",
    "largest relative change of a squared hidden norm over one layer",
)
hidden_norm_deviation = _run(
    "hidden_norm_deviation",
    r"\max_{i,l}\bigl|\lVert x_{l,i}\rVert-1\bigr|",
    "max | |x_l| - 1 |",
    "largest deviation of a hidden norm from 1; in a condition, of a norm that enters a layer",
)
min_hidden_norm = _run("min_hidden_norm", "r_-", "r₋", "smallest norm of the features that enter the last layer")
max_hidden_norm = _run("max_hidden_norm", "r_+", "r₊", "largest norm of the features that enter the last layer")
weight_norm = _run("weight_norm", r"\max_l\lVert W_l\rVert", "max |W_l|", "largest spectral norm of a layer's weights")
output_max = _run("output_max", r"\max_i|\hat y_i|", "max |ŷ_i|", "largest output at the initialisation")
small_preactivations = _run(
    "small_preactivations",
    r"|\{j:|\langle w_{l,j},x_{l-1,i}\rangle|\le\beta\}|",
    "#{j: |<w_j, x>| ≤ β}",
    "number of units of layer l with a pre-activation of absolute value at most beta",
)
layer_separation = _run(
    "layer_separation",
    r"\lVert\bar x_{l,i}-\bar x_{l,i'}\rVert",
    "|x̄_l,i - x̄_l,j|",
    "smallest distance of normalised features of two samples with opposite labels; in a condition, of those that "
    "enter the last layer",
)
layer_antipodal_separation = _run(
    "layer_antipodal_separation",
    r"\lVert\bar x_{l,i}+\bar x_{l,i'}\rVert",
    "|x̄_l,i + x̄_l,j|",
    "smallest distance of normalised features of a sample, as they enter the last layer, to the antipode of another "
    "one's",
)
layer_cosine = define(
    "layer_cosine",
    r"\bar x_{l,i}^\top\bar x_{l,i'}",
    "<x̄_l,i, x̄_l,j>",
    "smallest cosine of the features of two samples in layer l",
    "real",
    "run",
)
input_cosine = define(
    "input_cosine", r"x_i^\top x_{i'}", "<x_i, x_j>", "smallest inner product of two samples", "real", "data"
)
relu_correlation = _run(
    "relu_correlation",
    r"\mathbb E\,\sigma(Z_1)\sigma(Z_2)",
    "E σ(Z1)σ(Z2)",
    "mean product of the positive parts of two standard normals",
)
feature_chord = _run("feature_chord", r"\theta", "θ", "distance of two unit vectors whose cosine is 1 - theta^2/2")
layer_angle = _run("layer_angle", r"\psi_l", "ψ_l", "angle of two feature vectors in layer l, infinite width")
previous_angle = _run("previous_angle", r"\psi_{l-1}", "ψ_{l-1}", "angle of the same two vectors one layer before")
product_norm = _run(
    "product_norm",
    r"\lVert W_{l_2}^\top\prod_{r=l_1}^{l_2-1}\Sigma_rW_r^\top\rVert",
    "|W^T Π Σ W^T|",
    "largest spectral norm of a product of masked layers that begins and ends with weights",
)
product_norm_limit = _run(
    "product_norm_limit", r"\lim\lVert\cdot\rVert^2", "lim |·|²", "its squared limit at infinite width"
)
masks = define("masks", "q", "q", "number of masks in a product of layers, l_2 - l_1", "positive integer", "given")
sparse_output = _run(
    "sparse_output",
    r"\sup_av^\top\bigl(\prod_{r\ge l}\Sigma_rW_r^\top\bigr)a",
    "sup v^T Π a",
    "largest output over unit vectors with at most s non-zero entries that enter at layer l",
)
sparse_bilinear = _run(
    "sparse_bilinear",
    r"\sup_{a,b}b^\top W_{l_2}^\top\bigl(\prod\Sigma_rW_r^\top\bigr)a",
    "sup b^T W^T Π a",
    "largest bilinear form of a product of layers over unit vectors with at most s non-zero entries",
)
one_sided_norm = _run(
    "one_sided_norm",
    r"\sup_a\lVert W_{l_2}^\top\prod\Sigma_rW_r^\top a\rVert",
    "sup |W^T Π a|",
    "largest norm of a product of layers, or its transpose, on unit vectors with at most s non-zero entries",
)
large_nodes = _run(
    "large_nodes",
    r"\min_{a\ge0}|\{j:\lVert h_j(a)\rVert\ge\nu\lVert a\rVert_\infty\}|",
    "#{j: |h_j(a)| ≥ ν |a|∞}",
    "smallest number, over a >= 0, of last units with |sum_i a_i y_i sigma'(<w_j, x_i>) x_i| >= node_level |a|_inf",
)
node_level = _run("node_level", r"\nu", "ν", "level of the gradient of one unit relative to |a|_inf")
node_probability = _run(
    "node_probability",
    r"\Pr\{\lVert h(w)\rVert\ge\nu\lVert a\rVert_\infty\}",
    "Pr{|h(w)| ≥ ν |a|∞}",
    "smallest probability, over a >= 0, that the gradient of one Gaussian unit exceeds node_level |a|_inf",
)
copositive_minimum = _run(
    "copositive_minimum",
    r"\min_{a\ge0,\,\mathbf1^\top a=1}a^\top H_ya",
    "min a^T H_y a",
    "minimum over the simplex of the form with matrix y_i y_j rho_ij (pi - arccos rho_ij) / (2 pi)",
)
expected_gradient = _run(
    "expected_gradient",
    r"\mathbb E\lVert\nabla_{W_L}L_S\rVert_F^2",
    "E|∇_L|²_F",
    "mean square of the last layer's gradient over that layer's initialisation, for fixed -loss'",
)
# near the initialisation
layer_distance = _run(
    "layer_distance",
    r"\max_l\lVert\widetilde W_l-W_l\rVert",
    "max |W̃_l - W_l|",
    "largest spectral norm of the change of a layer's weights since the initialisation",
)
perturbed_weight_norm = _run(
    "perturbed_weight_norm", r"\max_l\lVert\widetilde W_l\rVert", "max |W̃_l|", "spectral norms of the changed weights"
)
perturbed_product = _run(
    "perturbed_product",
    r"\lVert\prod_{r=l_1}^{l_2}\widetilde\Sigma_r\widetilde W_r^\top\rVert",
    "|Π Σ̃ W̃^T|",
    "largest spectral norm of a product of masked changed layers",
)
perturbed_output = _run(
    "perturbed_output",
    r"\sup_av^\top\bigl(\prod_{r\ge l}\widetilde\Sigma_r\widetilde W_r^\top\bigr)a",
    "sup v^T Π̃ a",
    "largest output of the changed layers over unit vectors with at most s non-zero entries",
)
feature_bound = _run("feature_bound", "D", "D", "bound of the change of the pre-activations of a layer")
weight_change_sum = _run(
    "weight_change_sum",
    r"\sum_{r\le l}\lVert\widehat W_r-\widetilde W_r\rVert",
    "Σ |Ŵ_r - W̃_r|",
    "sum over the layers up to l of the distances of two sets of weights",
)
feature_change = _run("feature_change", r"\lVert\hat x_l-\tilde x_l\rVert", "|x̂_l - x̃_l|", "change of hidden features")
layer_flips = _run("layer_flips", r"\lVert\widehat\Sigma_l-\widetilde\Sigma_l\rVert_0", "|Σ̂-Σ̃|₀", "changed masks")
union_flips = _run(
    "union_flips", r"|\bigcup_i\{j:\widetilde\Sigma_{L,i}\ne\Sigma_{L,i}\}|", "flips", "last units flipped"
)
last_gradient_norm = _run(
    "last_gradient_norm", r"\lVert\nabla_{W_L}L_S\rVert_F", "|∇_L|_F", "Frobenius norm of the last layer's gradient"
)
layer_gradient_norm = _run(
    "layer_gradient_norm", r"\max_l\lVert\nabla_{W_l}L_S\rVert", "max |∇_l|", "largest norm of a layer's gradient"
)
layer_batch_gradient = _run(
    "layer_batch_gradient", r"\max_l\lVert G_l\rVert", "max |G_l|", "largest norm of a layer's batch gradient"
)
mean_slope = _run("mean_slope", "S", "S", "mean of -loss' over the samples")
batch_slope = _run("batch_slope", "S_B", "S_B", "mean of -loss' over the batch")
# descent
next_risk = _run("next_risk", r"L_S(W^{(k+1)})", "L_{k+1}", "empirical risk one step later")
final_risk = _run("final_risk", r"L_S(W^{(K)})", "L_K", "empirical risk after the last iteration")
risk_hitting_time = _run(
    "risk_hitting_time", r"\min\{k:L_S(W^{(k)})\le\epsilon\}", "k_ε", "first step at the target risk"
)
misclassified = _run("misclassified", r"|\{i:y_i\hat y_i\le0\}|", "#{i: y_i ŷ_i ≤ 0}", "samples classified wrongly")
misclassified_0 = _run(
    "misclassified_0", r"|\{i:y_i\hat y_i^{(0)}\le0\}|", "#{i: y_i ŷ_i⁰ ≤ 0}", "samples classified wrongly at the start"
)
margin_change_max = _run("margin_change_max", r"|\Delta_i|", "|Δ_i|", "largest change of a margin in one step")
margin_gain = define("margin_gain", r"\Delta_i", "Δ_i", "change of a margin in one step", "real", "run")
margin_drift = define("margin_drift", r"y_i\sum_lu_{l,i}", "y Σ u", "label times <grad f, grad L_S>", "real", "run")
next_value = define("next_value", "a", "a", "a positive number, the later loss", "positive", "run")
current_value = define("current_value", "b", "b", "a positive number, the earlier loss", "positive", "run")
batch_variance = _run(
    "batch_variance", r"\mathbb E(\frac1B\sum_{\mathcal B}u_i)^2", "E mean²", "second moment of a batch mean"
)
sum_of_squares = _run("sum_of_squares", r"\sum_iu_i^2", "Σ u²", "sum of squares of centred numbers")
slope_moment = _run("slope_moment", r"\mathbb E\,S_B^2", "E S_B²", "second moment of the batch mean of -loss'")
loss_potential = define("loss_potential", "X_k", "X_k", "potential Psi_p of the risk at step k", "real", "run")
conditional_drift = define(
    "conditional_drift", r"\sum_t\mathbb E[X_{t+1}-X_t\mid W^{(t)}]", "Σ E ΔX", "its drift", "real", "run"
)
supermartingale_increment = _run(
    "supermartingale_increment", "c_X", "c_X", "bound of the absolute increments of a supermartingale"
)
# constants
C_upper = define("C_upper", r"\overline C'", "C̄'", "unspecified constant of an upper bound", "positive", "constant")
c_lower = define("c_lower", r"\underline C'", "C̲'", "unspecified constant of a lower bound", "positive", "constant")
c_level = define("c_level", r"\underline C''", "C̲''", "unspecified constant of a level", "positive", "constant")
C_product = define("C_product", "C_0", "C₀", "constant of the bound of products of layers", "positive", "constant")
C_weight = define("C_weight", "C_0'", "C₀'", "constant of the bound of the weights' norm", "positive", "constant")
descent_constant = define(
    "descent_constant", "c_0", "c₀", "constant of the decrease in one step", "positive", "constant"
)
degree = define(
    "degree", r"\deg", "deg", "exponent of a polynomial that the source does not quote", "positive", "constant"
)
exponential_depth = define(
    "exponential_depth", "e^L", "e^L", "exponential of the depth", "positive", "given", definition=exp(L)
)
