"""Words of the lemmas behind generalisation: function classes, pairs of matrices, joint Jacobians, the linear model."""

from sympy import Symbol

from boundkit.statement.entry import Domain, define


def _measured(name: str, latex: str, text: str, meaning: str, domain: Domain = "nonnegative") -> Symbol:
    return define(name, latex, text, meaning, domain, "run")


bounded_train_loss = _measured(
    "bounded_train_loss", r"\widehat{\mathbb E}\,\ell", "Ê ℓ", "mean loss on the sample, loss in [0, 1]"
)
rademacher_complexity = _measured(
    "rademacher_complexity",
    r"\mathcal R_{\mathcal S}(\mathcal F)",
    "R_S(F)",
    "Rademacher complexity of a class on the sample",
)
rademacher_loss_complexity = _measured(
    "rademacher_loss_complexity",
    r"\mathcal R_{\mathcal S}(\ell,\mathcal F)",
    "R_S(ℓ, F)",
    "Rademacher complexity of the losses of a class on the sample",
)
feature_energy = _measured(
    "feature_energy", "E", "E", "root mean square of the hidden features at initialisation, per unit and sample"
)
nuisance_gradient = _measured(
    "nuisance_gradient",
    r"\lVert J_{\mathcal N}^Tr_0\rVert",
    "‖J_Nᵀ r_0‖",
    "norm of the part of J^T r_0 that comes from the nuisance space",
)

left_norm = _measured("left_norm", r"\lVert A\rVert", "‖A‖", "spectral norm of the first of two matrices")
right_norm = _measured("right_norm", r"\lVert B\rVert", "‖B‖", "spectral norm of the second of two matrices")
matrix_distance = _measured("matrix_distance", r"\lVert A-B\rVert", "‖A - B‖", "spectral distance of two matrices")
root_distance = _measured("root_distance", r"\lVert Y-X\rVert", "‖Y - X‖", "distance of matched square roots")
asymmetric_gain = _measured(
    "asymmetric_gain",
    r"\lVert(I-\eta AB^T)r\rVert/\lVert r\rVert",
    "‖(I - ηABᵀ)r‖/‖r‖",
    "factor by which an asymmetric gradient step changes the norm of a residual",
)
perturbation_rate = _measured(
    "perturbation_rate", r"\Theta", "Θ", "rate at which the linearised residual feeds its perturbation", "positive"
)
decaying_part = _measured("decaying_part", r"\rho_+", "ρ_+", "part of a sequence that decays geometrically")
constant_part = _measured("constant_part", r"\rho_-", "ρ_-", "part of a sequence that stays constant")

gradient_row = _measured(
    "gradient_row",
    r"\lVert\operatorname{mat}(\mathcal J^Tu)\rVert_{2,\infty}",
    "‖mat(Jᵀu)‖_2∞",
    "largest norm of a row of the hidden-weight gradient for a unit residual",
)
output_gradient_entry = _measured(
    "output_gradient_entry",
    r"\lVert\operatorname{mat}(\mathcal J(V)^Tu)\rVert_\infty",
    "‖mat(J(V)ᵀu)‖_∞",
    "largest entry of the output-weight gradient for a unit residual",
)
output_norm = _measured("output_norm", r"\lVert V\rVert", "‖V‖", "spectral norm of the output weights")
output_column = _measured(
    "output_column", r"\max_s\lVert V_{:s}\rVert", "max_s ‖V_:s‖", "largest norm of a column of the output weights"
)
output_weight_change = _measured(
    "output_weight_change",
    r"\lVert V-V'\rVert_\infty",
    "‖V - V'‖_∞",
    "largest change of an output weight",
)
hidden_change_row = _measured(
    "hidden_change_row", r"\lVert W-W_0\rVert_{2,\infty}", "‖W - W_0‖_2∞", "largest distance of two rows of weights"
)
joint_norm = _measured(
    "joint_norm", r"\lVert\mathcal J(V,W)\rVert", "‖J(V, W)‖", "spectral norm of the Jacobian in both layers"
)
joint_drift = _measured(
    "joint_drift",
    r"\lVert\mathcal J(V,W)-\mathcal J(V',W')\rVert",
    "‖J(V, W) - J(V', W')‖",
    "change of the Jacobian in both layers",
)

signal_rank = define(
    "signal_rank", r"r_{\mathrm{sig}}", "r_sig", "rank of the noiseless inputs", "positive integer", "given"
)
linear_input_noise = define(
    "linear_input_noise", r"\sigma_x", "σ_x", "noise of the inputs of the linear model", "nonnegative", "given"
)
linear_label_noise = define(
    "linear_label_noise", r"\sigma_y", "σ_y", "noise of the labels of the linear model", "nonnegative", "given"
)
noiseless_misfit = _measured(
    "noiseless_misfit",
    r"\lVert\bar Xw-\bar y\rVert",
    "‖X̄w - ȳ‖",
    "misfit of the linear model on noiseless inputs and labels",
)
expected_loss = _measured(
    "expected_loss", r"\mathbb E\,\mathcal L(w)", "E L(w)", "expected loss of the linear model on fresh noise"
)
expected_information_loss = _measured(
    "expected_information_loss",
    r"\mathbb E\,\mathcal L_{\mathcal I}(w)",
    "E L_I(w)",
    "information part of the expected loss of the linear model",
)
expected_nuisance_loss = _measured(
    "expected_nuisance_loss",
    r"\mathbb E\,\mathcal L_{\mathcal N}(w)",
    "E L_N(w)",
    "nuisance part of the expected loss of the linear model",
)
