"""Inequalities that hold between words by their meaning, and the words that make a problem harder or easier."""

from __future__ import annotations

from sympy import Ge, Le, sqrt
from sympy.core.relational import Relational

from boundkit.statement import VOCABULARY

V = {name: word.symbol for name, word in VOCABULARY.items()}


def _ordered(*chains: str) -> tuple[Relational, ...]:
    """`a <= b <= c` as relations between neighbours."""
    pairs = [pair for chain in chains for pair in zip(chain.split(" <= "), chain.split(" <= ")[1:], strict=False)]
    return tuple(Le(V[low], V[high], evaluate=False) for low, high in pairs)


FACTS: tuple[Relational, ...] = (
    *_ordered(
        "sigma_min_X <= norm_X",
        "alpha <= beta",
        "alpha_inner <= beta_inner <= beta_outer",
        "sigma_min_J0 <= norm_J_start",
        "sigma_min_J <= norm_J",
        "feature_min_0 <= feature_norm_0 <= feature_frobenius_0",
        "kernel_min <= kernel_max <= kernel_trace",
        "norm_v_inf <= norm_v",
        "v_min <= norm_v_inf",
        "smallest_v <= norm_v_inf",
        "planted_v_min <= planted_v_max <= planted_norm_v",
        "planted_row_min <= planted_row_max <= planted_sigma_max",
        "planted_sigma_min <= planted_sigma_max",
        "sigma_min_W <= norm_W <= frobenius_W",
        "row_min_W <= row_max_W <= norm_W",
        "cutoff <= reference_norm",
        "information_r0 <= misfit_0",
        "nuisance_r0 <= misfit_0",
        "information_y <= norm_y",
        "nuisance_y <= norm_y",
        "pl_constant <= loss_smoothness",
        "optimal_loss <= point_loss",
        "loss <= loss_0",
        "sigma_plus_KR <= norm_KR",
        "sigma_min_KR <= norm_KR",
        "kernel_min_nonzero <= kernel_norm",
        "mean_dphi <= sup_dphi",
        "mean_d2phi <= sup_d2phi",
        "slope_at_zero <= sup_dphi",
        "b <= n",
        "layer_width <= max_width",
        "last_width <= max_width",
        "lambda_centres <= kernel_norm_centres",
        "lambda_min_factor <= lambda_max_factor",
        "min_diagonal <= max_diagonal",
        "left_sigma_min <= left_sigma_max",
        "smallest_column <= largest_column",
        "column_min <= column_max",
        "sigma_min_columns <= norm_columns",
        "spectral_factor <= frobenius_factor",
        "spectral_change <= weight_change",
        "weight_change_spectral <= weight_change",
        "loss_growth <= loss_growth_cap",
        "loss_floor <= loss_cap",
    ),
    Le(V["mu_phi"] ** 2, V["sup_dphi"] ** 2, evaluate=False),
    Le(V["mu_phi_tilde"] ** 2, V["second_moment_dphi"], evaluate=False),
    Le(V["second_moment_dphi"], V["sup_dphi"] ** 2, evaluate=False),
    Ge(V["growth"], 1, evaluate=False),
    Ge(V["growth_sure"], sqrt(V["growth"]), evaluate=False),
    Le(V["norm_transpose_C"], V["beta"] * V["misfit"], evaluate=False),
    Le(V["sigma_min_J0"], V["norm_X"] * V["norm_v"] * V["sup_dphi"], evaluate=False),
    Ge(sqrt(1 - V["drift"] ** 2) - V["drift"] - V["step_ratio"] * (1 + V["drift"]) / 2, 0, evaluate=False),
    Le(V["planted_norm_v"], sqrt(V["k"]) * V["planted_v_max"], evaluate=False),
    Le(V["k"] * V["planted_row_min"] ** 2, V["d"] * V["planted_sigma_max"] ** 2, evaluate=False),
    Le(V["gradient_floor"], 2 * V["smoothness"], evaluate=False),
    Ge(V["spread"], 1, evaluate=False),
    Le(V["loss_exponent"], 1, evaluate=False),
)
UNIT_ROW_FACTS: tuple[Relational, ...] = (
    Le(V["var_phi"], V["second_moment_dphi"], evaluate=False),
    Le(V["var_phi"], V["sup_dphi"] ** 2, evaluate=False),
    Le(V["lambda"], V["second_moment_dphi"], evaluate=False),
    Le(V["lambda"], V["sup_dphi"] ** 2, evaluate=False),
    Ge(V["lambda"], V["mu_phi"] ** 2 * V["sigma_min_KR"] ** 2, evaluate=False),
    Le(V["lambda_centres"], V["sup_dphi"] ** 2, evaluate=False),
    Le(V["sigma_min_KR"], 1, evaluate=False),
    Le(V["norm_X"] ** 2, V["n"], evaluate=False),
    Ge(V["norm_X"] ** 2 * V["d"], V["n"], evaluate=False),
    Ge(V["norm_X"], 1, evaluate=False),
    Le(V["kernel_norm"], V["sup_dphi"] ** 2 * V["norm_X"] ** 2, evaluate=False),
)
"""What holds for samples of norm one."""

HARDER: dict[str, frozenset[str]] = {
    "width": frozenset(
        [
            "n",
            "K",
            "L",
            "delta",
            "norm_X",
            "B",
            "sup_dphi",
            "sup_d2phi",
            "sup_phi_0",
            "kernel_norm",
            "kernel_max",
            "kernel_trace",
            "exit_margin",
            "misfit_ratio",
            "learning_duration",
            "gaussian_deviation",
            "max_row_norm",
            "loss_0",
            "misfit_0",
            "initial_loss_bound",
            "var_phi",
            "second_moment_phi",
            "anytime_factor",
            "loss_cap",
            "clusters",
            "cluster_noise",
        ]
    ),
    "step": frozenset(["L", "K", "growth", "growth_sure", "loss_smoothness"]),
    "rate": frozenset(["norm_X", "B", "sup_dphi", "beta", "beta_inner", "beta_outer", "L", "growth", "growth_sure"]),
}
EASIER: dict[str, frozenset[str]] = {
    "width": frozenset(
        [
            "k",
            "failure",
            "lambda",
            "lambda_out",
            "sigma_min_X",
            "sigma_min_KR",
            "sigma_min_power",
            "kernel_min",
            "mu_phi",
            "hermite_coefficient",
            "hermite_ct",
            "label_separation",
            "effective_separation",
            "separation",
            "target_risk",
            "alpha",
            "loss_growth",
            "loss_floor",
            "fit_precision",
            "normalised_cutoff",
            "cutoff",
            "kernel_cutoff",
            "alignment",
            "b",
            "feature_level",
            "last_coordinate",
        ]
    ),
    "step": frozenset(["pl_constant"]),
    "rate": frozenset(["lambda", "sigma_min_X", "sigma_min_KR", "mu_phi", "alpha", "alpha_inner", "pl_constant"]),
}
HELD = {
    "B": (V["normalised_cutoff"],),
    "n": (V["misfit_ratio"],),
    "failure": (V["kernel_trace"],),
    "sup_dphi": (V["output_weights_norm_0"],),
    "norm_X": (V["max_row_norm"], V["largest_sample_norm"], V["feature_min_0"], V["feature_level"]),
}
"""A word has no direction beside another one that is given in its units, or that it is traded against."""
