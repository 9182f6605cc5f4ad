from __future__ import annotations

import numpy as np
import pytest

from boundkit.data import dataset
from boundkit.train.deep import MarginProblem


@pytest.fixture
def lifted():
    """zczg18 section 10: n = 8, d = 6, mu = 0.3, opposite labels at least 0.5 apart."""

    def make(loss="logistic", n=8):
        data = dataset(f"lifted:n={n},d=6,mu=0.3,phi=0.5,seed=0")
        return MarginProblem(X=data.X, y=data.y, loss=loss)

    return make


@pytest.fixture
def hexagon():
    """Six directions with alternating labels, whose gradient vanishes for equal weights (zczg18 DRV-9)."""
    angles = np.pi / 3 * np.arange(6)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1), np.array([1.0, -1.0] * 3)
