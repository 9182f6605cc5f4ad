from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boundkit.train import Problem


def sphere_problem(n: int, d: int, activation: Any, seed: int = 0) -> Problem:
    """Unit rows from the sphere and standard normal labels."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    return Problem(X=X / np.linalg.norm(X, axis=1, keepdims=True), y=rng.standard_normal(n), activation=activation)


def largest_step(problem: Problem) -> float:
    """The step n / (3 |y|^2 |X|^2), below all that os19 allows for |phi'| <= 1."""
    return problem.n / (3 * problem.norm_y**2 * problem.norm_X**2)


@pytest.fixture
def identity4() -> Problem:
    """os19 V1: X = I_4 with softplus."""
    y = np.random.default_rng(1).standard_normal(4)
    return Problem(X=np.eye(4), y=y, activation="softplus")
