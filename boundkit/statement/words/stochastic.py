"""Words for stochastic gradient descent on composite losses, stopped when it leaves a ball."""

from sympy import Symbol, sqrt

from boundkit.statement.entry import define
from boundkit.statement.vocabulary import alpha, beta


def _run(name: str, latex: str, text: str, meaning: str) -> Symbol:
    return define(name, latex, text, meaning, "nonnegative", "run")


# the loss as a function of the outputs, and its batches
pl_constant = define("pl_constant", r"\alpha_f", "α_f", "Polyak-Lojasiewicz constant of the loss", "positive", "given")

loss_smoothness = define("loss_smoothness", r"\beta_f", "β_f", "smoothness of the loss", "positive", "given")

growth = define(
    "growth",
    r"\eta_f",
    "η_f",
    "growth constant: second moment of a batch gradient over the gradient",
    "positive",
    "given",
)

growth_sure = define(
    "growth_sure",
    r"\kappa_b",
    "κ_b",
    "largest ratio of the norms of a batch gradient and of the gradient",
    "positive",
    "given",
)

loss_slope_0 = _run(
    "loss_slope_0",
    r"\lVert\nabla f(z_0)\rVert",
    "‖∇f(z_0)‖",
    "norm of the gradient of the loss in the outputs, at initialisation",
)
loss_slope = _run(
    "loss_slope", r"\lVert\nabla f(z)\rVert", "‖∇f(z)‖", "norm of the gradient of the loss in the outputs"
)
loss_slope_change = _run(
    "loss_slope_change",
    r"\lVert\nabla f(z)-\nabla f(z')\rVert",
    "‖∇f(z) - ∇f(z')‖",
    "change of the gradient of the loss between two outputs",
)
output_shift = _run("output_shift", r"\lVert z-z'\rVert", "‖z - z'‖", "distance of two outputs")
batch_gradient_moment = _run(
    "batch_gradient_moment",
    r"\mathbb E_I\lVert\tfrac1b\sum_{j\in I}\nabla f_j(z)\rVert^2",
    "E‖(1/b)Σ_I ∇f_j(z)‖²",
    "second moment of the batch gradient in the outputs",
)
batch_gradient_norm = _run(
    "batch_gradient_norm",
    r"\max_I\lVert\tfrac1b\sum_{j\in I}\nabla f_j(z)\rVert",
    "max_I ‖(1/b)Σ_I ∇f_j(z)‖",
    "largest norm of a batch gradient in the outputs",
)
batch_count = define(
    "batch_count", r"\binom nb", "C(n,b)", "number of batches that can be drawn", "positive integer", "given"
)


# the Jacobian at the start and on two balls around it
norm_J_start = _run(
    "norm_J_start", r"\lVert\mathcal J(W_0)\rVert", "‖J(W_0)‖", "spectral norm of the Jacobian at initialisation"
)
norm_J_outer = _run(
    "norm_J_outer",
    r"\max_{B_{\mathrm{out}}}\lVert\mathcal J(W)\rVert",
    "max_{B_out} ‖J(W)‖",
    "largest spectral norm of the Jacobian on the outer ball",
)
alpha_inner = define(
    "alpha_inner",
    r"\mu_{\mathrm{in}}",
    "μ_in",
    "lower bound on the singular values of the Jacobian on the inner ball",
    "positive",
    "network",
)

beta_inner = define(
    "beta_inner",
    r"\nu_{\mathrm{in}}",
    "ν_in",
    "bound on the norm of the Jacobian on the inner ball",
    "positive",
    "network",
)

beta_outer = define(
    "beta_outer",
    r"\nu_{\mathrm{out}}",
    "ν_out",
    "bound on the norm of the Jacobian on the outer ball",
    "positive",
    "network",
)

outer_radius = define(
    "outer_radius",
    r"r_{\mathrm{out}}",
    "r_out",
    "radius of the outer ball, which one step from the inner ball cannot leave",
    "positive",
    "network",
)

weight_shift = _run(
    "weight_shift", r"\lVert W'-W\rVert_F", "‖W' - W‖_F", "distance of any two points, all weights together"
)
jacobian_shift = _run(
    "jacobian_shift",
    r"\lVert\mathcal J(W')-\mathcal J(W)\rVert",
    "‖J(W') - J(W)‖",
    "spectral norm of the change of the Jacobian between any two points",
)
linearisation_error = _run(
    "linearisation_error",
    r"\lVert\Phi(W')-\Phi(W)-\mathcal J(W)(W'-W)\rVert",
    "‖Φ(W') - Φ(W) - J(W)(W' - W)‖",
    "error of the first-order expansion of the outputs",
)

# runs that are stopped when they leave the ball
exit_margin = define(
    "exit_margin",
    r"\zeta",
    "ζ",
    "radius of the ball over the expected length of the path inside it",
    "positive",
    "given",
    "2",
)

descent_share = define(
    "descent_share",
    r"\theta",
    "θ",
    "share of the first-order descent that the second-order terms may take back",
    "unit interval",
    "given",
    "1/2",
)

stopped_loss = _run(
    "stopped_loss",
    r"\mathcal L(W_\tau)\mathbf 1\{W_0,\dots,W_\tau\in B\}",
    "L(W_τ) 1{W_0..W_τ in B}",
    "loss at step tau, counted as 0 once an iterate has left the ball",
)
loss_before_exit = _run(
    "loss_before_exit",
    r"\mathcal L(W_\tau)\mathbf 1\{W_0,\dots,W_{\tau-1}\in B\}",
    "L(W_τ) 1{W_0..W_{τ-1} in B}",
    "loss at step tau, counted as 0 once an earlier iterate has left the ball",
)
loss_given_stay = _run(
    "loss_given_stay",
    r"\mathbb E[\mathcal L(W_\tau)\mid\text{all iterates in }B]",
    "E[L(W_τ) | all iterates in B]",
    "mean loss at step tau of the runs that never leave the ball",
)
stopped_path = _run(
    "stopped_path",
    r"\sum_{s<\text{exit}}\lVert W_{s+1}-W_s\rVert",
    "Σ_{s<exit} ‖W_{s+1} - W_s‖",
    "length of the path until it leaves the ball",
)
limit_loss = _run("limit_loss", r"\lim_\tau\mathcal L(W_\tau)", "lim L(W_τ)", "loss of the limit of the iterates")
best_reach = define(
    "best_reach",
    r"x^\star",
    "x*",
    "radius, in units of mu_Phi / beta_Phi, that admits the largest initial loss",
    "positive",
    "network",
    definition=2 * beta / (3 * beta + sqrt(9 * beta**2 + 8 * alpha * beta)),
)

anytime_factor = define(
    "anytime_factor", "A", "A", "factor by which a run may exceed the mean rate", "positive", "given", "10"
)

target_loss = define("target_loss", r"\varepsilon", "ε", "loss to be reached", "positive", "given")

c_start = define("c_start", "c_1", "c_1", "universal constant of the initial loss", "positive", "constant")

c_step = define("c_step", "c_2", "c_2", "universal constant of the step size", "positive", "constant")

c_rate = define("c_rate", "q", "q", "share of the loss that a step takes off", "positive", "constant")
