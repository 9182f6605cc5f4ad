"""Words of the loss surface on numbers that can be read off."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.statement.vocabulary import norm_v_inf
from boundkit.statement.words import landscape as net, landscape_data as data, landscape_points as at
from boundkit.verify.observe.landscape.words import OF_DATA, OF_POINT


def test_words_of_a_point() -> None:
    """Rows are units or samples, zero weights are no smallest ones, and both ends of a spectrum count."""
    facts: Any = SimpleNamespace(
        W=np.diag([3.0, -4.0, 0.5]),
        v=np.array([-2.0, 0.0, 0.5]),
        spectrum=(-7.0, 5.0),
        value_and_slope=(np.diag([1.0, 2.0, 6.0]), np.array([[3.0, 9.0, 16.0], [0.0, 1.0, 1.0], [3.0, 0.0, 0.0]])),
        scene=SimpleNamespace(activation=activation("square")),
    )
    expected = {
        at.hidden_hessian_norm: 7,
        at.curvature_tolerance: 7,
        at.largest_feature_row: 6,
        at.largest_slope_column: 10,  # the first sample: slopes 3 and 16 by the weights 2 and 1/2
        net.smallest_v: 0.5,
        net.v_min: 0,
        norm_v_inf: 2,
        net.positive_units: 1,
        net.negative_units: 1,
        net.row_min_W: 0.5,
        net.row_max_W: 4,
        net.sigma_min_W: 0.5,
        net.norm_W: 4,
        net.slope_variance: 4 * 4 * 9 + 4 * 0.25 * 0.25,  # phi' = 2 z has variance 4 |w|^2
    }
    assert {symbol: OF_POINT[symbol](facts) for symbol in expected} == pytest.approx(expected)


def test_words_of_data() -> None:
    """The smallest singular value that is not zero, how many there are, and the energy of negative labels."""
    facts: Any = SimpleNamespace(
        khatri_rao=np.array([5.0, 2.0, 1e-14]), n=4, surface=SimpleNamespace(y=np.array([1.0, -2.0, 0.0, -4.0]))
    )
    expected = {data.sigma_plus_KR: 2, data.rank_KR: 2, data.norm_KR: 5, data.negative_label_energy: 5}
    assert {symbol: OF_DATA[symbol](facts) for symbol in expected} == pytest.approx(expected)
