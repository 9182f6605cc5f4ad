"""Words for the matrices, vectors and random variables of the lemmas on landscapes, and their constants."""

from __future__ import annotations

from functools import partial

from boundkit.statement.entry import define

_measured = partial(define, domain="nonnegative", origin="run")
_positive = partial(define, domain="positive", origin="run")
_given = partial(define, domain="positive", origin="given")
_constant = partial(define, domain="positive", origin="constant")

identity_error = _measured(
    "identity_error",
    r"\lVert\text{left}-\text{right}\rVert",
    "‖left - right‖",
    "norm of the difference of the two sides of a matrix identity",
)
norm_product_KR = _measured(
    "norm_product_KR", r"\sigma_{\max}(A*C)", "σ_max(A*C)", "spectral norm of a column-wise Khatri-Rao product"
)
sigma_min_product_KR = _measured(
    "sigma_min_product_KR",
    r"\sigma_{\min}(A*C)",
    "σ_min(A*C)",
    "n-th singular value of a column-wise Khatri-Rao product of n columns",
)
largest_column = _measured("largest_column", r"\max_i\lVert a_i\rVert", "max_i ‖a_i‖", "largest norm of a column")
smallest_column = _measured("smallest_column", r"\min_i\lVert c_i\rVert", "min_i ‖c_i‖", "smallest norm of a column")
norm_factor = _measured("norm_factor", r"\lVert C\rVert", "‖C‖", "spectral norm of one factor")
sigma_min_columns = _measured(
    "sigma_min_columns", r"\sigma_{\min}(A)", "σ_min(A)", "n-th singular value of a matrix of n columns"
)
norm_columns = _measured("norm_columns", r"\sigma_{\max}(A)", "σ_max(A)", "spectral norm of a matrix of n columns")
frobenius_factor = _positive("frobenius_factor", r"\lVert U\rVert_F", "‖U‖_F", "Frobenius norm of one factor")
spectral_factor = _positive("spectral_factor", r"\lVert U\rVert", "‖U‖", "spectral norm of one factor")
trace_form = _positive("trace_form", r"\operatorname{tr}A", "tr A", "trace of a fixed PSD matrix")
form_rank = define(
    "form_rank", r"\operatorname{rank}A", "rank A", "rank of a fixed PSD matrix", "positive integer", "run"
)
form_deviation = _measured(
    "form_deviation",
    r"\lVert\tfrac1n\sum_i(x_i^TAx_i)x_ix_i^T-(2A+\operatorname{tr}(A)I)\rVert",
    "‖Σ (x_iᵀA x_i)x_i x_iᵀ/n - (2A + tr(A) I)‖",
    "spectral deviation of the covariance weighted by a quadratic form from its mean",
)
form_deviation_nuclear = _measured(
    "form_deviation_nuclear",
    r"\lVert\tfrac1n\sum_i(x_i^TAx_i)x_ix_i^T-(2A+\operatorname{tr}(A)I)\rVert_*",
    "‖Σ (x_iᵀA x_i)x_i x_iᵀ/n - (2A + tr(A) I)‖_*",
    "deviation of the covariance weighted by a quadratic form from its mean in nuclear norm",
)
sample_deviation = _measured(
    "sample_deviation",
    r"\lVert YY^T-n\Sigma\rVert",
    "‖YYᵀ - nΣ‖",
    "spectral deviation of a sample covariance of n columns from its mean, times n",
)
psi1_norm = _measured("psi1_norm", r"\lVert Y\rVert_{\psi_1}", "‖Y‖_ψ1", "sub-exponential norm")
psi1_ratio = define("psi1_ratio", "C", "C", "sub-exponential norm in units of its tail scale", "positive", "given", "9")
psi1_moment = _positive(
    "psi1_moment",
    r"\mathbb E e^{|Y|/(C\xi)}",
    "E exp(|Y|/(Cξ))",
    "exponential moment of the heaviest variable with a given tail",
)
tail = _measured("tail", r"\mathbb P(|Y|\geq t)", "P(|Y| ≥ t)", "probability of a deviation of at least t")
deviation = define("deviation", "t", "t", "size of a deviation", "nonnegative", "given")
tail_variance = _given("tail_variance", "A", "A", "variance proxy of a tail bound")
tail_scale = _given("tail_scale", "b", "b", "exponential scale of a tail bound")
tail_rate = _given("tail_rate", "c", "c", "rate of a tail bound")
column_min = _positive("column_min", r"\eta_{\min}", "η_min", "smallest norm of a random column")
column_max = _positive("column_max", r"\eta_{\max}", "η_max", "largest norm of a random column")
column_excess = _measured(
    "column_excess",
    r"\mathbb P(\eta_{\max}\geq K'\eta_{\min})",
    "P(η_max ≥ K'η_min)",
    "probability that the column norms spread by more than K'",
)
off_diagonal = _measured(
    "off_diagonal", "B_n^2", "B_n²", "largest off-diagonal part of the Gram matrix of random columns"
)
truncation = _given("truncation", r"\theta", "θ", "truncation level of a chaining bound")
spread = _given("spread", "K", "K", "factor at least 1 of a column bound")
spread_norms = _given("spread_norms", "K'", "K'", "factor at least 1 of the spread of column norms")
feature_norm = _measured("feature_norm", r"\lVert z\rVert", "‖z‖", "norm of the whitened centred slopes at one sample")
concentration_constant = _given(
    "concentration_constant",
    r"K_{\mathrm{cc}}",
    "K_cc",
    "constant with which a random vector has the convex concentration property",
)
gamma_0 = _constant("gamma_0", r"\gamma", "γ", "universal constant of the probability")
c_drift = _constant("c_drift", "C'", "C'", "constant of the perturbation of the Jacobian")
c_mean = _constant("c_mean", r"C_\mu", "C_μ", "universal constant of the mean part of the Jacobian")
