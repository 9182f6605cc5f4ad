"""Norms of pairs of layers, of starts, and of their limits, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from boundkit.train.shallow.losses import LOSSES
from boundkit.train.shallow.observe import Start
from boundkit.verify.observe.shallow.infinite import _fixed
from boundkit.verify.observe.shallow.layer_weights import _values
from boundkit.verify.observe.shallow.layers import start_columns


def named(values: Any) -> dict[str, float]:
    """The numbers by name."""
    return {symbol.name: float(np.squeeze(value)) for symbol, value in values.items()}


def test_norms_of_a_pair_of_weights() -> None:
    """Both layers make the change; what bounds the weights is the larger of both ends."""
    at = np.diag([3.0, 4.0]), np.diag([6.0, 1.0])
    to = np.diag([3.0, 2.0]), np.diag([3.0, 2.0])
    features = [np.diag([2.0, 1.0]), np.diag([3.0, 5.0])]
    found = named(_values(at, to, features, 0.25, 4.0, 0.5))
    expected = {
        "weight_change": (4 + 9 + 1) ** 0.5,
        "weight_shift": 14**0.5,
        "jacobian_drift": 0.5,
        "jacobian_shift": 0.5,
        "sigma_min_J": 0.25,
        "norm_J": 4,
        "largest_weights": 5,
        "output_weights_norm": 6,
        "output_weights_norm_0": 6,
        "output_norm": 3,
        "norm_v_inf": 3,
        "output_column": 3,
        "hidden_change_row": 2,
        "weight_change_spectral": 2,
        "feature_min_0": 1,
        "feature_norm_0": 2,
        "features_norm_other": 2,
        "feature_sigma_min": 3,
        "features_norm": 5,
        "feature_gram_change": (5**2 + 24**2) ** 0.5,
    }
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(("name", "slope"), [("half sum of squares", 1.0), ("mean of squares", 0.5)])
def test_numbers_of_a_start(name: str, slope: float) -> None:
    """The slope of the loss at misfit 3, and the least loss, which is half the square of the least misfit."""
    numbers = {field: np.array([float(size)]) for size, field in enumerate(list(Start.__dataclass_fields__)[1:], 3)}
    numbers |= {"feature_min": np.array([1e-12]), "feature_norm": np.array([1.0]), "least_misfit": np.array([2.0])}
    network: Any = SimpleNamespace(loss=LOSSES[name], n=4, outputs=2, norm_Y=1.0)
    found = named(start_columns(network, Start(trials=(0,), **numbers)))
    assert found["misfit_0"] == 3
    assert found["loss_slope_0"] == pytest.approx(slope * 3)
    assert found["least_loss"] == pytest.approx(2)
    assert found["feature_min_0"] == 1e-12
    assert found["feature_sigma_min"] == 0  # rounding of features of size 1
    least = start_columns(network, Start(trials=(0,), **{**numbers, "least_misfit": np.array([1e-12])}))
    assert named(least)["least_loss"] == 0


def test_what_is_the_same_for_every_start_of_a_limit() -> None:
    """From diagonal Gram matrices: the third label is seen by no feature and left over by all output weights."""
    network: Any = SimpleNamespace(Y=np.array([[1.0], [2.0], [4.0]]), norm_Y=21**0.5, outputs=1)
    found = named(_fixed(network, np.diag([4.0, 9.0, 1.0]), np.diag([9.0, 16.0, 0.0]), 1.5, np.linalg.eigh))
    expected = {
        "sigma_min_J0": 1,
        "norm_J": 3,
        "norm_J_start": 3,
        "row_norm_J": 3,
        "feature_min_0": 0,
        "feature_sigma_min": 0,
        "feature_norm_0": 4,
        "feature_frobenius_0": 5,
        "output_weights_norm": 1.5,
        "output_weights_norm_0": 1.5,
        "least_loss": 8,
        "K": 1,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert all(np.isnan(value) for name, value in found.items() if name not in expected)
