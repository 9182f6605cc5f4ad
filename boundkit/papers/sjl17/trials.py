"""How each claim of this paper is put on trial: the experiment that observes it, and the twin that must fail.

The twin asks for twice what an independent inequality rules out or, where there is none, for twice what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sympy import Abs, Integer, Rational, erf, exp, sqrt

from boundkit.papers.sjl17.concentration import TAIL_UNIT
from boundkit.papers.sjl17.paper import smallest
from boundkit.papers.sjl17.quadratic import FREE_ENTRIES
from boundkit.papers.sjl17.trial_forms import Form, bounded, contracting, equation, shifted, strictly, vanishing
from boundkit.statement import Statement
from boundkit.statement.vocabulary import (
    d,
    distance,
    k,
    n,
    norm_J,
    norm_v,
    norm_v_inf,
    norm_X,
    norm_y,
    sigma_min_J,
    sup_d2phi,
    sup_dphi,
)
from boundkit.statement.words import (
    landscape as net,
    landscape_data as data,
    landscape_lemmas as lemma,
    landscape_points as at,
)
from boundkit.statement.words.shared import loss_0

MEASURED = "the twin asks for twice what was measured"
AT_LEAST = "no number is at most half of itself"
SMALLEST = "the smallest singular value is not above the largest"
HALF = Rational(1, 2)
ZERO_WEIGHTS = norm_y**2 / (2 * n)
LEAST_EXCESS = n * at.norm_G**2 / (2 * data.norm_KR**2)
LEAST_NORM = n * at.point_gradient / at.residual
LEAST_LOSS = n * at.point_gradient**2 / (2 * norm_J**2)

CURVED = bounded(at.hidden_hessian_norm, "no curvature is below minus the norm of the Hessian", negative=True)
EXCESS = bounded(LEAST_EXCESS, "the loss is a quadratic of W^T D_v W with gradient G and curvature sigma_max^2 / n")
COVARIANCE = bounded(at.point_gradient / (2 * norm_v_inf * net.frobenius_W), "the gradient is 2 D_v W G")
FLOOR_OF_G = bounded(
    at.curvature_tolerance / (2 * norm_v_inf), "the Hessian is at least that of the blocks 2 v_l G", negative=True
)
LOSS = bounded(LEAST_LOSS, "the gradient J r / n has norm at most |J| |r| / n")
NORM_J = bounded(LEAST_NORM, "the gradient J r / n has norm at most |J| |r| / n")
SIGMA_J = bounded(norm_J, SMALLEST)
SIGMA_CENTRED = bounded(at.norm_centred, SMALLEST)
NORM_CENTRED = bounded(at.sigma_min_centred, SMALLEST)
FROM_CENTRED = shifted(norm_J**2, SMALLEST)
DRIFT = bounded(norm_J, "with all weights turned round, the Jacobian of an odd network moves by twice its norm")
HESSIAN = bounded(at.features**2 / n, "its block of output weights is phi phi^T / n")
OUTPUT_GRADIENT = bounded(at.output_gradient**2, MEASURED)
GRADIENT_FLOOR = bounded(2 * norm_J**2 * at.point_loss / n, SMALLEST)
GRADIENT_CEILING = bounded(2 * sigma_min_J**2 * at.point_loss / n, SMALLEST)
MINIMA = vanishing(loss_0, "the descent has left its start", "critical points")
SADDLES = strictly(at.hidden_hessian_norm, "no curvature is below minus the norm of the Hessian", "critical points")
NO_LOSS = vanishing(loss_0, "the smallest loss is below that of a random network", "critical points")
IDENTITY = vanishing(lemma.norm_factor, "an identity in integers has no error", "columns")
SCALED = bounded(norm_v_inf * net.norm_W, "|D_v A| is at most |v|_inf |A|", "columns")
DEVIATION = bounded(lemma.form_deviation_nuclear / d, "the nuclear norm is at most d times the spectral one", "columns")
PSI1 = bounded(2 * TAIL_UNIT, "a variable with that very tail has a norm above twice its unit", "columns")
NORM_KR = bounded(data.largest_sample_norm**2, "a column x (x) x has norm |x|^2", "columns")
SPREAD = bounded(HALF, "a Gaussian coordinate of the sample alone has a constant above one half", "units")
MOMENTS = dict.fromkeys(("mean_slope", "variance", "slope", "curvature", "slope_at_zero"), equation("data"))
NO_CURVATURE = vanishing(sup_d2phi, "a mean of an odd function is not its largest value", "data")
NO_SLOPE = vanishing(data.scale * sup_d2phi, "the slope one deviation out is not zero", "data")
NO_VALUE = vanishing(sup_dphi, "zero is not what the steepest line through the origin is at 1", "data")
_OUT = exp(-data.sharpness * data.scale)
MIDDLE_CURVATURE = bounded(
    erf(1 / sqrt(Integer(2))) * data.sharpness * _OUT / (1 + _OUT) ** 2,
    "within one deviation the curvature is at least that one deviation out",
    "data",
)
OFF_DIAGONAL = bounded(lemma.column_min, "the inner product of two normal columns is of the size of one", "columns")
PATH = bounded(Abs(net.start_both - net.planted_distance), "a path is at least as long as it leads", "training")
BALL = bounded(net.start_both - net.joint_path, "the distance changes by at most the path", "training")

TRIALS: Mapping[str, Mapping[str, Form]] = {
    "setup": {"loss": equation()},
    "deriv": {
        "gradient": vanishing(at.point_gradient, "the gradient is not zero"),
        "hessian_form": equation(),
    },
    "deriv.repaired": {"hessian_form": equation(), "gradient_product": equation()},
    "d.planted_identity": {"loss": equation()},
    "thm2_1": {"local_minima_global": MINIMA, "strict_saddles": SADDLES},
    "thm2_1_interpolation": {"zero_loss": NO_LOSS},
    "d.interpolation": {"zero_loss": NO_LOSS, "rank": equation("columns")},
    "d.expected_minimum": {"expected_minimum": equation("columns")},
    "d.strict_saddle": {
        "curvature": CURVED,
        "curvature_from_loss": CURVED,
        "excess": EXCESS,
        "excess_from_curvature": EXCESS,
    },
    "d.approximate_stationarity": {"residual_covariance": COVARIANCE, "excess": EXCESS},
    "d.balanced_stationarity": {"residual_covariance": COVARIANCE, "excess": EXCESS},
    "lem6_1": {"global": vanishing(loss_0, "the descent has left its start", "critical points")},
    "loc_second_order": {"residual_covariance": FLOOR_OF_G},
    "loc_second_order.sharpened": {"residual_covariance": FLOOR_OF_G},
    "thm2_2": {"local_minima_global": MINIMA, "strict_saddles": SADDLES, "zero_loss": NO_LOSS},
    "thm2_2.sharpened": {"second_order_points_global": MINIMA, "zero_loss": NO_LOSS},
    "thm2_2_approximate": {"loss": LOSS},
    "thm2_2_approximate.tracked": {"loss": LOSS},
    "thm2_2_approximate.sharpened": {"loss": LOSS},
    "d.stationary_loss": {
        "loss": LOSS,
        "norm": bounded(at.point_gradient / (2 * norm_v_inf * at.norm_G), "the gradient is 2 D_v W G"),
        "closed_form": LOSS,
    },
    "d.stationary_loss.narrow": {"loss": LOSS},
    "thm2_5": {"rate": contracting},
    "rem2_6": {"rate": contracting},
    "thm2_5.tracked": {"rate": contracting},
    "thm2_5.repaired": {"rate": contracting},
    "d.true_rate": {"rate": contracting, "rate_in_rows": contracting},
    "pl_descent": {
        "one_step": contracting,
        "rate": contracting,
        "radius": bounded(distance, MEASURED, "training"),
        "output_radius": bounded(net.output_distance, MEASURED, "training"),
    },
    "pl_descent.sharpened": {"rate": contracting, "path": PATH},
    "d.local_certificate": {"rate": contracting, "ball": BALL, "path": PATH},
    "d.local_certificate.refined": {"rate": contracting, "ball": BALL, "path": PATH},
    "lem5_1": {"identity": IDENTITY},
    "lem5_2": {"identity": IDENTITY},
    "lem5_4": {"identity": IDENTITY},
    "lem5_3": {"scaled_rows": SCALED},
    "lem5_3.repaired": {"scaled_rows": SCALED, "smallest_weight": SCALED},
    "lem5_3.refined": {"scaled_rows": SCALED},
    "d.khatri_rao_norm": {
        "largest": bounded(lemma.sigma_min_product_KR, SMALLEST, "columns"),
        "smallest": bounded(lemma.norm_product_KR, SMALLEST, "columns"),
    },
    "lem5_5": {"psi1_norm": PSI1},
    "lem5_5.sharpened": {"psi1_norm": PSI1},
    "d.heaviest_moment": {
        "moment": bounded(Integer(1), "an exponential of what is not negative is at least 1", "columns")
    },
    "lem5_6": {"full_rank": strictly(data.norm_KR, SMALLEST, "columns")},
    "lem5_6.sharpened": {"rank": bounded(smallest(n, FREE_ENTRIES), "no matrix has more than full rank", "columns")},
    "lem5_7": {"deviation": bounded(lemma.form_deviation, "the nuclear norm is at least the spectral one", "columns")},
    "lem5_7.repaired": {"deviation": DEVIATION},
    "lemA_1": {"deviation": DEVIATION},
    "cor7_5": {
        "smallest": bounded(data.norm_KR, SMALLEST, "columns"),
        "largest": NORM_KR,
    },
    "cor7_5.sharpened": {"largest": NORM_KR},
    "d.khatri_rao_square": {"largest": NORM_KR},
    "prop7_9": {
        "smallest": shifted(lemma.norm_columns**2, SMALLEST, "columns"),
        "largest": bounded(lemma.column_max**2, "the norm of a matrix is at least that of a column", "columns"),
    },
    "prop7_9.repaired": {
        "smallest": shifted(lemma.norm_columns**2, SMALLEST, "columns"),
        "largest": bounded(lemma.column_max**2, "the norm of a matrix is at least that of a column", "columns"),
    },
    "thmB_1": {"deviation": bounded(sqrt(n), "the inner product of two rows of length n is about sqrt(n)", "columns")},
    "lemF_1": {"off_diagonal": OFF_DIAGONAL},
    "lemF_2": {"off_diagonal": OFF_DIAGONAL},
    "lemD_2": {"tail": bounded(lemma.tail, MEASURED, "columns")},
    "prop7_8": {"tail": bounded(lemma.tail, MEASURED)},
    "prop7_8.sharpened": {"tail": bounded(lemma.tail, MEASURED)},
    "lemD_3": {"constant": SPREAD},
    "d.width_range": {
        "samples": bounded(n, AT_LEAST, "data"),
        "samples_in_width": bounded(n, AT_LEAST, "data"),
        "width": bounded(k, AT_LEAST, "data"),
    },
    "d.slope_variance": {"variance": bounded(sup_dphi**2, "no variance is above the largest square", "data")},
    "d.moments_softplus": {**MOMENTS, "at_zero": equation("data"), "mean_curvature_bound": MIDDLE_CURVATURE},
    "d.moments_sigmoid": {**MOMENTS, "at_zero": equation("data"), "mean_curvature": NO_CURVATURE},
    **{
        f"d.moments_{name}": {**MOMENTS, "at_zero": NO_VALUE, "mean_curvature": NO_CURVATURE}
        for name in ("tanh", "normal_integral", "erf")
    },
    "d.moments_quadratic": {
        **MOMENTS,
        "mean_curvature": equation("data"),
        **dict.fromkeys(("mean_slope", "slope_at_zero"), NO_SLOPE),
        "at_zero": vanishing(data.scale**2 * sup_d2phi, "zero is not twice the value one deviation out", "data"),
    },
    "prop7_1": {"smallest": FROM_CENTRED},
    "prop7_1.sharpened": {"smallest": FROM_CENTRED},
    "prop7_1_upper": {"largest": NORM_J},
    "d.centring": {
        "projected": bounded(norm_J**2, SMALLEST),
        "smallest": shifted(at.norm_centred**2, "a projection does not raise the norm"),
        "largest": NORM_J,
    },
    "prop7_2": {"smallest": SIGMA_CENTRED, "largest": NORM_CENTRED},
    "rem7_3": {"smallest": SIGMA_CENTRED, "largest": NORM_CENTRED},
    "rem7_3.repaired": {"smallest": SIGMA_CENTRED, "largest": NORM_CENTRED},
    "d.centred_norm": {"largest": NORM_CENTRED},
    "d.centred_spectrum": {"smallest": SIGMA_CENTRED},
    "d.jacobian_spectrum": {"smallest": SIGMA_J},
    **{
        name: {"smallest": SIGMA_J, "largest": NORM_J}
        for name in ("prop7_4", "prop7_4_uncurved", "prop7_4.tracked", "prop7_4.repaired")
    },
    "d.jacobian_norm": {
        "largest": NORM_J,
        "slopes": bounded(norm_J / norm_X, "the norm of J is at most that of X times the largest column"),
        "explicit": NORM_J,
    },
    "lem7_6": {"identity": vanishing(net.norm_DGW, "the mean column is not twice what the lemma says", "units")},
    "lem7_7": {"whitening": SIGMA_CENTRED},
    "lem7_10": {
        "smallest": shifted(lemma.feature_norm, MEASURED),
        "largest": bounded(sqrt(d) / 10, "the mean of its inner product with the sample is d"),
    },
    "lem7_11": {"jacobian_drift": DRIFT},
    "lem7_11.repaired": {"jacobian_drift": DRIFT},
    "d.jacobian_drift": {"jacobian_drift": DRIFT, "jacobian_drift_in_maxima": DRIFT},
    "lem7_12": {"floor": GRADIENT_FLOOR, "ceiling": GRADIENT_CEILING, "output_ceiling": OUTPUT_GRADIENT},
    "d.gradient_core": {"floor": GRADIENT_FLOOR, "ceiling": GRADIENT_CEILING, "output_ceiling": OUTPUT_GRADIENT},
    "lem7_13": {"loss": LOSS},
    "lem7_13.repaired": {
        "loss": LOSS,
        "planted_features": bounded(net.planted_features**2, MEASURED),
        "residual": bounded(n * at.point_gradient / norm_J, "the gradient is J r / n"),
    },
    "lem7_14": {"hessian": HESSIAN},
    "d.hessian": {"hessian": HESSIAN},
    "experiments.repaired": {
        "loss": bounded((at.features * norm_v + norm_y) ** 2 / (2 * n), "the outputs have norm at most |phi(WX)| |v|")
    },
    "d.spurious_minimum": {
        "value": equation(),
        "local_minimum": bounded(at.point_loss, "the point is in its neighbourhood"),
        "not_global": strictly(ZERO_WEIGHTS, "no loss is negative"),
    },
    "d.conserved_balance": {"conserved": vanishing(net.frobenius_W**2, "the balance does not move by |W|^2")},
}


def on_trial(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements with the claims of `TRIALS` observed; the others stay as they are."""

    def tried(item: Statement) -> Statement:
        forms = TRIALS.get(item.id.partition(".")[2], {})
        claims = tuple(forms[claim.label](claim) if claim.label in forms else claim for claim in item.claims)
        return replace(item, claims=claims)

    return tuple(map(tried, statements))
