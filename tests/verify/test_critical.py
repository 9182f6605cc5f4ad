"""What a list of critical points says of all of them, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundkit.activations import activation
from boundkit.train.landscape import CriticalPoint
from boundkit.verify.observe.landscape.critical import _values
from boundkit.verify.observe.landscape.scene import Scene


def test_the_worst_minimum_and_every_saddle_count() -> None:
    """Of points without negative curvature the highest; of points above the lowest each, however little above."""
    X, v = np.eye(3, 2), np.array([1.0, 2.0, 3.0])
    W = np.zeros((3, 2))
    scene = Scene(X, np.ones(3), activation("square"), W, v, (W, v), None, W, X[0], fresh=False)
    rows = [(3.0, -1.0, 2.0), (1.0, -1e-4, 1.0), (0.5, 0.0, 1.0), (0.2, -0.5, 0.25), (0.0, -1e-9, 4.0)]
    points = [CriticalPoint(W, loss, 0.0, low, high, "test") for loss, low, high in rows]
    unused: Any = None
    found = {symbol.name: np.ravel(row) for symbol, row in _values(unused, unused, scene, points, 3.0).items()}
    assert found["local_minimum_excess"] == found["second_order_excess"] == 0.5
    assert found["saddle_curvature"].tolist() == [-1.0, -1e-4, 0.0, -0.5]
    assert found["hidden_hessian_norm"].tolist() == [2.0, 1.0, 1.0, 0.5]
    assert (found["optimal_loss"], found["loss_0"]) == (0.0, 3.0)
    assert (found["positive_units"], found["negative_units"]) == (3, 0)
