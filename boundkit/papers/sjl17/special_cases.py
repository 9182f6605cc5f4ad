"""What the corollaries of the paper, its case of mean curvature zero and its explicit forms are special cases of."""

from __future__ import annotations

from sympy import Integer, Rational, sqrt

from boundkit.statement import SpecialCase
from boundkit.statement.vocabulary import d, k, misfit_0, n, norm_X, sigma_min_KR, sup_d2phi
from boundkit.statement.words.landscape import (
    gradient_floor,
    norm_DGW,
    norm_W,
    planted_nuclear_norm,
    planted_sigma_min,
    planted_sigma_min_J,
    sigma_min_DGW,
    sigma_min_GW,
    sigma_min_W,
    smallest_v,
)
from boundkit.statement.words.landscape_data import (
    covariance_min,
    label_covariance_max,
    largest_sample_norm,
    mean_d2phi_vanishes,
    norm_KR,
)
from boundkit.statement.words.landscape_lemmas import largest_column, norm_factor, norm_product_KR
from boundkit.statement.words.landscape_points import gradient_tolerance, norm_centred, sigma_min_centred, split
from boundkit.statement.words.shared import loss_0

ZERO, ONE = Integer(0), Integer(1)
# the same formulas with 1 for a smallest singular value, proved through case (b) of Assumption 2.3
UNCURVED = {mean_d2phi_vanishes: ZERO}
# the network v = (1, ..., 1), W = I with phi(z) = z^2 / 2, whose centred Jacobian is the Khatri-Rao square
IDENTITY = {k: d, sup_d2phi: ONE, norm_W: ONE, sigma_min_GW: ONE, sigma_min_DGW: ONE, norm_DGW: ONE}
# with the probability that the corollary states, |X| <= 3 sqrt(n) and no sample is longer than sqrt(2d)
GAUSSIAN = {norm_X: 3 * sqrt(n), largest_sample_norm: sqrt(2 * d)}
GAUSSIAN_NORMS = {"probability": "of the bounds on the norms of Gaussian data"}
BALANCED = (gradient_tolerance * n * smallest_v / (4 * norm_KR**2)) ** Rational(1, 3)
CASES = {
    "sjl17.rem2_6": SpecialCase("sjl17.thm2_5", {**UNCURVED, planted_sigma_min: ONE}),
    "sjl17.prop7_4_uncurved": SpecialCase("sjl17.prop7_4", {**UNCURVED, sigma_min_W: ONE}),
    "sjl17.rem7_3": SpecialCase("sjl17.prop7_2", {sigma_min_GW: ONE, sigma_min_DGW: ONE, norm_DGW: ZERO}),
    "sjl17.cor7_5": SpecialCase(
        "sjl17.prop7_2",
        {**IDENTITY, sigma_min_centred: sigma_min_KR, norm_centred: norm_KR},
        differs={"largest": "d is at most sqrt(dn)"},
    ),
    "sjl17.cor7_5.sharpened": SpecialCase("sjl17.d.khatri_rao_square", GAUSSIAN, differs=GAUSSIAN_NORMS),
    "sjl17.d.khatri_rao_square": SpecialCase(
        "sjl17.d.khatri_rao_norm",
        {norm_product_KR: norm_KR, largest_column: largest_sample_norm, norm_factor: norm_X},
    ),
    "sjl17.lem7_11.repaired": SpecialCase("sjl17.d.jacobian_drift", GAUSSIAN, differs=GAUSSIAN_NORMS),
    "sjl17.thm2_2_approximate.sharpened": SpecialCase(
        "sjl17.d.stationary_loss",
        worst={covariance_min: ONE / 2, label_covariance_max: 7 * planted_nuclear_norm / 2},
    ),
    "sjl17.d.balanced_stationarity": SpecialCase("sjl17.d.approximate_stationarity", {split: BALANCED}),
    "sjl17.d.local_certificate": SpecialCase(
        "sjl17.pl_descent.sharpened",
        {gradient_floor: planted_sigma_min_J**2 / (2 * n)},
        {loss_0: misfit_0**2 / (2 * n)},
        {
            "gradient_floor": "by sjl17.d.gradient_core",
            "smooth": "by sjl17.d.hessian",
            "step_size": "by sjl17.d.hessian",
            "ball": "the start and the path together",
        },
    ),
}
