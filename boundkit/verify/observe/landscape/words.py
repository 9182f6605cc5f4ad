"""What the vocabulary measures at a point of a loss surface and between two points: one function a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.statement.vocabulary import (
    jacobian_drift,
    norm_J,
    norm_v,
    norm_v_inf,
    norm_X,
    norm_y,
    sigma_min_J,
    sigma_min_KR,
    weight_change,
)
from boundkit.statement.words import landscape as net, landscape_data as data, landscape_points as at
from boundkit.statement.words.landscape_lemmas import (
    feature_norm,
    frobenius_factor,
    identity_error,
    spectral_factor,
    tail,
)
from boundkit.train.landscape import least_loss, nearby_loss, symmetric_features
from boundkit.train.landscape.surface import Array
from boundkit.verify.observe.landscape.facts import Facts, last, nth, settled, top
from boundkit.verify.observe.landscape.slopes import left_inverse, slope_variances


def _nonzero(array: Array) -> Array:
    return np.abs(array[array != 0])


Measure = Callable[[Facts], float]
OF_POINT: Mapping[Symbol, Measure] = {
    at.point_loss: lambda f: f.loss,
    at.residual: lambda f: float(np.linalg.norm(f.residual)),
    at.optimal_loss: lambda f: settled(least_loss(f.X, f.surface.y), float(f.surface.y @ f.surface.y)),
    at.point_gradient: lambda f: float(np.linalg.norm(f.gradients[0])),
    at.output_gradient: lambda f: float(np.abs(f.gradients[1]).max()),
    at.hessian_min: lambda f: f.spectrum[0],
    at.hidden_hessian_norm: lambda f: max(abs(f.spectrum[0]), abs(f.spectrum[1])),
    at.hessian_norm: lambda f: f.joint,
    at.hessian_form: lambda f: f.along(2),
    at.residual_form: lambda f: f.forms[0],
    at.linearised_form: lambda f: f.forms[1],
    at.gradient_product: lambda f: float((f.W * f.gradients[0]).sum()),
    at.form_product: lambda f: float((f.form * f.G).sum()),
    at.planted_product: lambda f: float((f.planted_form * f.G).sum()),
    at.norm_G: lambda f: float(np.abs(np.linalg.eigvalsh(f.G)).max()),
    at.smallest_G: lambda f: float(np.linalg.eigvalsh(f.G)[0]),
    at.features: lambda f: top(f.value_and_slope[0]),
    at.largest_feature_row: lambda f: float(np.linalg.norm(f.value_and_slope[0], axis=0).max()),
    at.largest_slope_column: lambda f: float(np.linalg.norm(f.value_and_slope[1] * f.v, axis=1).max()),
    at.sigma_min_centred: lambda f: nth(f.centred_spectrum, f.n),
    at.norm_centred: lambda f: float(f.centred_spectrum[0]),
    at.sigma_min_projected: lambda f: f.smallest(
        f.centred_slopes - np.outer(f.centred_slopes @ f.direction_mean, f.direction_mean)
    ),
    at.norm_mean_part: lambda f: top((f.centred_slopes @ f.direction_mean)[:, None] * f.X),
    at.sigma_min_whitened: lambda f: f.smallest(f.centred_slopes @ left_inverse(f.v[:, None] * f.bent).T),
    at.nearby_loss: lambda f: nearby_loss(f.surface, f.W, f.v, np.random.default_rng(0)),
    at.joint_optimal_loss: Facts.beyond,
    at.balance_change: Facts.flow_balance,
    at.gradient_tolerance: lambda f: float(np.linalg.norm(f.gradients[0])),
    at.curvature_tolerance: lambda f: max(0.0, -f.spectrum[0]),
    sigma_min_J: lambda f: nth(f.jacobian_spectrum, f.n),
    norm_J: lambda f: float(f.jacobian_spectrum[0]),
    identity_error: Facts.gradient_error,
    feature_norm: Facts.whitened,
    tail: Facts.bilinear_tail,
    frobenius_factor: lambda f: float(np.linalg.norm(f.mixing)),
    spectral_factor: lambda f: top(f.mixing),
    norm_v: lambda f: float(np.linalg.norm(f.v)),
    norm_v_inf: lambda f: float(np.abs(f.v).max()),
    net.smallest_v: lambda f: float(_nonzero(f.v).min()),
    net.v_min: lambda f: float(np.abs(f.v).min()),
    net.positive_units: lambda f: float((f.v > 0).sum()),
    net.negative_units: lambda f: float((f.v < 0).sum()),
    net.norm_W: lambda f: top(f.W),
    net.frobenius_W: lambda f: float(np.linalg.norm(f.W)),
    net.sigma_min_W: lambda f: last(f.W, min(f.W.shape)),
    net.row_min_W: lambda f: float(np.linalg.norm(f.W, axis=1).min()),
    net.row_max_W: lambda f: float(np.linalg.norm(f.W, axis=1).max()),
    net.sigma_min_GW: lambda f: last(f.bent, f.d),
    net.sigma_min_DGW: lambda f: last(f.v[:, None] * f.bent, f.d),
    net.norm_DGW: lambda f: top(f.v[:, None] * f.bent),
    net.norm_mean_slopes: lambda f: float(np.linalg.norm(f.v * f.mu)),
    net.slope_variance: lambda f: float(f.v**2 @ slope_variances(f.scene.activation, np.linalg.norm(f.W, axis=1))),
    net.curvature_ratio: lambda f: float(f.scene.activation.sup(2)) * top(f.W) / last(f.bent, f.d),
    net.gamma_min: lambda f: float(np.abs(f.gamma).min()),
    net.start_hidden: lambda f: float(np.linalg.norm(f.tilde[0])),
    net.start_output: lambda f: float(np.abs(f.tilde[1]).max()),
    net.start_both: lambda f: float(np.sqrt((f.tilde[0] ** 2).sum() + (f.tilde[1] ** 2).sum())),
    weight_change: lambda f: float(np.linalg.norm(f.tilde[0])),
    net.weight_change_spectral: lambda f: top(f.tilde[0]),
    net.scaled_weight_change: lambda f: top(f.v[:, None] * f.tilde[0]),
    net.output_change: lambda f: float(np.linalg.norm(f.tilde[1])),
    net.output_change_max: lambda f: float(np.abs(f.tilde[1]).max()),
    jacobian_drift: lambda f: top(f.surface.jacobian(*f.scene.other) - f.J),
}

# Of the data and of the planted network: measured again where a trial draws its own.
OF_DATA: Mapping[Symbol, Measure] = {
    norm_X: lambda f: top(f.X),
    norm_y: lambda f: float(np.linalg.norm(f.surface.y)),
    data.largest_sample_norm: lambda f: float(np.linalg.norm(f.X, axis=1).max()),
    data.norm_KR: lambda f: float(f.khatri_rao[0]),
    sigma_min_KR: lambda f: last(symmetric_features(f.X), f.n),
    data.sigma_plus_KR: lambda f: float(f.khatri_rao[f.khatri_rao > 1e-12 * f.khatri_rao[0]][-1]),
    data.rank_KR: lambda f: float((f.khatri_rao > 1e-12 * f.khatri_rao[0]).sum()),
    data.covariance_min: lambda f: float(f.covariance[0]),
    data.label_covariance_max: lambda f: float(np.linalg.eigvalsh((f.X * f.surface.y[:, None]).T @ f.X / f.n)[-1]),
    data.negative_label_energy: lambda f: float((np.minimum(f.surface.y, 0) ** 2).sum() / f.n),
}


def _planted(measure: Callable[[Array, Array], Any]) -> Measure:
    def found(f: Facts) -> float:
        assert f.scene.planted is not None
        return float(measure(*f.scene.planted))

    return found


OF_PLANTED: Mapping[Symbol, Measure] = {
    net.planted_norm_v: _planted(lambda W, v: np.linalg.norm(v)),
    net.planted_v_max: _planted(lambda W, v: np.abs(v).max()),
    net.planted_v_min: _planted(lambda W, v: np.abs(v).min()),
    net.planted_row_max: _planted(lambda W, v: np.linalg.norm(W, axis=1).max()),
    net.planted_row_min: _planted(lambda W, v: np.linalg.norm(W, axis=1).min()),
    net.planted_sigma_max: _planted(lambda W, v: top(W)),
    net.planted_sigma_min: _planted(lambda W, v: last(W, W.shape[1])),
    net.planted_features: lambda f: top(f.surface.value_and_slope(f.scene.planted[0])[0]),  # type: ignore[index]
    net.planted_sigma_min_J: lambda f: last(f.surface.jacobian(*f.scene.planted), f.n),  # type: ignore[misc]
}


def measured(facts: Facts, wanted: set[Symbol]) -> dict[Symbol, float]:
    """The wanted words that this scene gives a value to."""
    tables = [OF_POINT]
    if facts.scene.fresh:
        tables += [OF_DATA, OF_PLANTED] if facts.scene.planted is not None else [OF_DATA]
    return {symbol: table[symbol](facts) for table in tables for symbol in sorted(wanted, key=str) if symbol in table}
