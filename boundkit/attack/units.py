"""Units of the words of the vocabulary, and what fixes a scale: the tables behind the homogeneity attack.

A network's output is v phi(Wx): the units of outputs (Y), output weights (V), activations (A), pre-activations (Z),
inputs (X), trained parameters (P) and loss (G) are tied together by `TIES`. Every other rescaling is a symmetry of
training, unless a word or the setting fixes a scale. F and S are the units of two unrelated factors in a lemma on
matrices or random variables. A word that is in no row has no declared unit, and statements with it are not tested.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

Unit = Mapping[str, Fraction]

HIDDEN = "P X/Z"
SQUARES = "G/Y^2"
TIES = ("Y/(V A)", "F S P^2/Y^2")
UNITS: dict[str, str] = {
    "1": """n d k K L b T tau power failure delta eta_bar epsilon chernoff_loss drift step_ratio kinks is_relu
        is_softplus is_quadratic is_linear is_scaled_softplus is_scaled_sigmoid is_normal_integral is_erf is_tanh
        loss_exponent max_width layer_width last_width depth_index masks vector_sparsity batch_count nu
        step_divisor stay_probability truncation_exponent tail_start flips flip_level growth growth_sure
        exit_margin descent_share anytime_factor best_reach learning_duration fit_precision misfit_ratio alignment
        clusters cluster_noise grid_ratio grid_size one_hot independent_start fixed_radii kernel_rank rank_KR
        gaussian_sample planted_labels sphere_sample row_norm_deviation classification_error c C c_1 c_2 c_3 c_d
        gamma_0 gamma_1 gamma_2 c_rate c_start c_step C_upper c_lower C_product C_weight degree positive_units
        negative_units planted_positive_units planted_negative_units mean_dphi_vanishes mean_d2phi_vanishes spread
        spread_norms slack_lower slack_upper hidden_row_slack output_column_slack gaussian_deviation
        output_weights_deviation chernoff_failure gaussian_dimension smallest_cluster largest_cluster mean_cluster
        sigma_min_power identity_error curvature_ratio misclassified union_flips layer_flips small_preactivations
        signal_rank column_excess tail relative_cutoff asymmetric_gain norm_ratio_deviation hidden_norm_deviation
        slack_outputs c_drift c_mean psi1_ratio psi1_moment output_radius c_level exponential_depth
        risk_hitting_time curvature_allowance gaussian_distance tail_rate concentration_constant normalised_cutoff
        antipodal_separation effective_separation last_coordinate last_coordinate_deviation min_hidden_norm
        max_hidden_norm weight_norm layer_separation layer_antipodal_separation layer_cosine input_cosine
        relu_correlation feature_chord layer_angle previous_angle product_norm product_norm_limit sparse_output
        sparse_bilinear one_sided_norm large_nodes node_level node_probability copositive_minimum
        perturbed_weight_norm perturbed_product perturbed_output feature_change projection_deviation
        clipped_misfit bounded_test_loss bounded_train_loss misclassified_0 independent_pattern
        form_rank""",
    "Y": """vector_norm misfit misfit_0 misfit_next norm_y linearised_misfit final_misfit residual initial_outputs
        initial_prediction information_r0 nuisance_r0 stopping_value residual_deviation next_deviation
        output_shift linearisation_error information_y nuisance_y stopping_value_y label_deviation margin
        margin_change margin_change_max margin_gain rademacher_complexity linear_label_noise noiseless_misfit
        output_max reachable_label smallest_label""",
    "Y^2": """expected_loss expected_information_loss expected_nuisance_loss hessian_form residual_form
        form_product planted_product stopped_squared_misfit negative_label_energy linearised_form""",
    "Y/P": """perturbation alpha beta sigma_min_J0 sigma_min_J norm_J jacobian_drift jacobian_shift
        reference_norm reference_deviation reference_error drift_bound cutoff row_bound row_norm_J norm_J_start
        norm_J_outer alpha_inner beta_inner beta_outer planted_sigma_min_J gradient_row sigma_min_projected
        sigma_min_centred norm_centred""",
    "Y/P^2": "lipschitz",
    "Y^2/P^2": "jacobian_level gram_deviation mean_gram_norm",
    "Y^2/P": "norm_transpose_A norm_transpose_C nuisance_gradient",
    "P": """radius distance path_length weight_change weight_shift mean_excursion outer_radius stopped_path inverse_r0
        stopping_distance linearised_distance iterate_deviation joint_path start_both planted_distance
        largest_weights layer_distance weight_change_sum row_distance""",
    "Z/X": """norm_W frobenius_W sigma_min_W row_min_W row_max_W planted_row_min planted_row_max planted_sigma_min
        planted_sigma_max start_hidden weight_change_spectral hidden_change_row max_hidden_row hidden_std
        spectral_change hidden_radius row_radius scale""",
    "P^2/G": "step_size",
    "G": """gradient_product loss loss_0 stopped_loss loss_before_exit loss_given_stay limit_loss target_loss
        point_loss optimal_loss expected_optimal_loss joint_optimal_loss nearby_loss local_minimum_excess
        second_order_excess next_risk final_risk target_risk least_loss margin_loss loss_at_zero
        initial_loss_bound loss_level next_loss loss_limit""",
    "G/P": """gradient_norm point_gradient gradient_tolerance last_gradient_norm layer_gradient_norm
        layer_batch_gradient""",
    "G/P^2": """gradient_floor gradient_ceiling output_gradient_ceiling hessian_min hessian_norm
        curvature_tolerance saddle_curvature smoothness""",
    "G/Y": """loss_slope loss_slope_0 loss_slope_change batch_gradient_norm margin_slope slope_change mean_slope
        batch_slope loss_floor loss_cap loss_growth loss_growth_cap""",
    "G^2/Y^2": "batch_gradient_moment slope_moment",
    "G/Y^2": "pl_constant loss_smoothness margin_loss_smoothness",
    "V": """norm_v norm_v_inf smallest_v v_min v_order_statistic output_std output_weights_norm_0
        output_weights_norm output_weights_bound max_output_column planted_norm_v planted_v_min planted_v_max
        output_change output_change_max start_output output_distance output_scale output_norm output_column
        output_weight_change""",
    "V^2": "output_variance balance_change",
    "A": """feature_sigma_min feature_min_0 feature_norm_0 feature_frobenius_0 features_norm features_norm_other
        max_feature_row features planted_features sup_phi_0 mean_phi mean_phi_scaled hermite_coefficient hermite_ct
        hermite_ct_scaled hermite_norm gamma_phi mu_phi feature_energy""",
    "A^2": """var_phi var_phi_scaled second_moment_phi lambda_out kernel_min kernel_max kernel_trace
        hermite_tail_scaled hermite_square_sum feature_gram_deviation feature_gram_change feature_level tail_mass""",
    "A/Z": """sup_dphi B mu_phi_tilde mean_dphi slope_at_zero hermite_coefficient_dphi
        hermite_coefficient_dphi_below derivative_drift""",
    "A/Z^2": "sup_d2phi mean_d2phi gamma_min",
    "A^2/Z^2": "second_moment_dphi var_dphi tail_mass_dphi",
    "1/Z": "sharpness",
    "Z": "small_preactivation preactivation_threshold",
    "X": "linear_input_noise norm_X sigma_min_X max_row_norm largest_sample_norm separation label_separation",
    "X^2": "sigma_min_KR norm_KR sigma_plus_KR covariance_min rho_max",
    "A^2 X^2/Z^2": """linearisation_tolerance lambda kernel_norm kernel_min_nonzero kernel_deviation
        lambda_centres kernel_norm_centres""",
    "A X/Z": "kernel_cutoff",
    "Y Z/(A X)": "inverse_y",
    "Y X^2": "norm_G smallest_G label_covariance_max",
    "V Z^2/X^2": "planted_nuclear_norm",
    "V A/(Z X)": "sigma_min_DGW norm_DGW",
    "A/(Z X)": "sigma_min_GW",
    "V A/Z": "norm_mean_slopes",
    "V^2 A^2/Z^2": "slope_variance",
    "G/V": "output_gradient",
    "Y G/P^2": "margin_drift",
    "F^(1/2)": "root_distance",
    "V Z/X": "split norm_DW scaled_weight_change",
    "F S": """product_frobenius product_q_norm hadamard_frobenius lambda_min_hadamard lambda_max_hadamard
        norm_product_KR sigma_min_product_KR""",
    "F": """lambda_min_factor lambda_max_factor left_sigma_min left_sigma_max left_p_norm left_max_entry left_norm
        right_norm matrix_distance mean_eigenvalue sum_eigenvalue summand_norm deviation tail_scale psi1_norm
        truncation decaying_part constant_part next_value current_value sigma_min_columns norm_columns
        largest_column frobenius_factor spectral_factor trace_form column_min column_max""",
    "F^2": "tail_variance batch_variance sum_of_squares off_diagonal",
    "S": "smallest_column norm_factor min_diagonal max_diagonal right_frobenius right_q_norm",
    "Y^4/P^2": "bilinear_form",
}
FIXED_BY_WORD: dict[str, tuple[str, ...]] = {
    "row_norm_deviation": ("X",),
    "gaussian_sample": ("X",),
    "sphere_sample": ("X",),
    "one_hot": ("Y",),
    "B": ("Z",),
    "lambda": ("Z/X",),
    "kernel_norm": ("Z/X",),
    "lambda_out": ("Z/X",),
    **dict.fromkeys(
        [
            "mu_phi",
            "mu_phi_tilde",
            "var_phi",
            "second_moment_dphi",
            "second_moment_phi",
            "hermite_coefficient",
            "mean_phi",
            "gamma_phi",
            "hermite_norm",
            "hermite_ct",
        ],
        ("Z",),
    ),
    "mean_dphi": ("X",),
    "mean_d2phi": ("X",),
    "normalised_cutoff": ("X",),
    "last_coordinate": ("X",),
    "output_scale": ("G/Y^2",),
    "left_norm": ("F P/Y", "G/Y^2"),
    "column_min": ("F",),
    "spectral_factor": ("A/(Z X)",),
    "concentration_constant": ("A/(Z X)",),
    "margin": ("Y", "G"),
    "bounded_test_loss": ("Y",),
    "bounded_train_loss": ("Y",),
    "cluster_noise": ("X",),
    "is_relu": ("A/Z",),
    "is_quadratic": ("A/Z^2",),
    "is_softplus": ("A", "Z"),
    "is_scaled_softplus": ("A/Z",),
    "is_scaled_sigmoid": ("A",),
    "is_normal_integral": ("A", "Z"),
    "is_erf": ("A", "Z"),
    "is_tanh": ("A", "Z"),
}
FIXED_BY_SETTING: dict[str, dict[str, tuple[str, ...]]] = {
    "network": {
        "deep ReLU": ("A/Z", "V", "X"),
        "quadratic": ("A/Z^2",),
        "linear model": ("A/Z", "V"),
        "mixture": ("X", "Y"),
    },
    "trained": {
        "hidden": ("P X/Z",),
        "both layers": ("P X/Z", "V X/Z"),
        "output weights": ("P/V",),
        "all weights": ("P X/Z",),
    },
    "initialisation": {"standard normal": ("Z/X",), "variance 2": ("Z/X",), "G": ("Z/X",)},
    "output_weights": {"balanced": ("V/Y",)},  # sized by the labels
    "loss": {"squares": ("G/Y^2",)},
}
FIXED_BY_CONSTANTS: dict[str, tuple[str, ...]] = {
    "sjl17": ("A", "Z", "X"),  # its constants depend on the activation, for normal samples
    "zczg18": ("G",),  # its orders hide the constants of the loss
    "ofls19": ("A/Z",),  # its orders hide the bound on the slope
}
FIXED_BY_LABEL: dict[str, tuple[tuple[str, ...], str]] = {
    "loss_level": (("V A/X",), "the outputs at initialisation are made of order one, as the labels are"),
    "samples_lower": (("A", "Z", "X"), "an order in d and n alone hides the activation and the initialisation"),
    "initial_scale": (("V A/X",), "the outputs at initialisation are made of order one, as the labels are"),
    "weight_norm": (("V/Y",), "the definition of balanced output weights sizes them by the labels"),
    "duration": (("A X/Z",), "the duration is chosen as the logarithm of B |X|"),
}


def unit(text: str) -> Unit:
    """The exponents of a unit such as `A^2 X^2/Z^2` or `Y Z/(A X)`.

    >>> unit("Y/(V A)") == {"Y": 1, "V": -1, "A": -1}
    True
    """
    above, _, below = text.partition("/") if "^(" not in text else (text, "", "")
    found: dict[str, Fraction] = {}
    for part, sign in ((above, 1), (below.strip("()"), -1)):
        for letter, power in re.findall(r"([A-Z])(?:\^\(?([\d/]+)\)?)?", part):
            found[letter] = found.get(letter, Fraction(0)) + sign * Fraction(power or 1)
    return found


POWERS: dict[str, tuple[Unit, str]] = {
    "loss_growth": (unit("1/G"), "loss_exponent"),
    "loss_growth_cap": (unit("1/G"), "loss_exponent"),
    "sigma_min_power": (unit("X"), "power"),
}
"""Units to the power of another word, on top of those in `WORDS`."""
SUMMARY = {"path": "path_length", "start": "radius", "misfit_T": "misfit", "radius": "radius", "misfit_0": "misfit_0"}
"""The word whose unit a number of the summary has."""
EXPONENTS = {"loss_exponent": Fraction(2, 5), "power": Fraction(3)}
"""Values of those words at the points where they are tested."""
WORDS: dict[str, Unit] = {name: unit(text) for text, names in UNITS.items() for name in names.split()}
LETTERS = ("Y", "V", "A", "Z", "X", "P", "G", "F", "S")
