"""The limit computed twice: series and LAPACK on one side, quadrature and rotations on the other."""

from typing import Any

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import Dataset, dataset
from boundkit.errors import NotApplicable
from boundkit.train.infinite import Limit, feature_gram, integrated_limit, limit_of, output_size, rotated
from boundkit.train.shallow import (
    Balanced,
    Given,
    NormalHidden,
    NormalOutput,
    PairedHidden,
    PairedSigns,
    Signs,
    ZeroOutput,
)

ONE = dataset("sphere:n=5,d=4,seed=1")
TWO = dataset("mixture:K=2,C=1,n=4,d=4,noise=0.4,seed=2")
CLOSE = Dataset("close", np.array([[1.0, 0.0], [np.cos(1e-4), np.sin(1e-4)], [0.0, -1.0]]), np.ones(3))
LINE = Dataset("line", np.array([[1.0, 0.0], [2.0, 0.0], [-1.0, 0.0], [0.0, 0.6]]), np.ones(4))
K = 2**180
SETTINGS: dict[str, tuple[Dataset, str, Any, Any]] = {
    "balanced, hidden": (ONE, "hidden", NormalHidden(), Balanced(float(np.linalg.norm(ONE.y)), ONE.n)),
    "signs of two outputs, both": (TWO, "both", NormalHidden(), Signs(2.0)),
    "opposite signs, hidden": (TWO, "hidden", NormalHidden(), PairedSigns(1.0)),
    "pairs, hidden": (TWO, "hidden", PairedHidden(), PairedSigns(1.0)),
    "normal, both": (ONE, "both", NormalHidden(1.5), NormalOutput(K**-0.5)),
    "zeros, output": (ONE, "output", NormalHidden(), ZeroOutput()),
    "parallel and opposite rows, both": (LINE, "both", NormalHidden(), NormalOutput(0.3)),
    "almost equal rows, both": (CLOSE, "both", NormalHidden(0.5), NormalOutput(0.3)),
}


def both(name: str, phi: str) -> tuple[Any, Any, Any, Any]:
    """The fast and the slow limit of a setting, the fast features and the size of an output weight."""
    data, trained, hidden, output = SETTINGS[name]
    layers = {"activation": activation(phi), "hidden": hidden, "k": K}
    fast, slow = (f(data, output=output, trained=trained, **layers) for f in (limit_of, integrated_limit))
    return fast, slow, feature_gram(data, **layers), output_size(output, k=K, outputs=data.K)


@pytest.mark.parametrize("phi", ["softplus", "relu", "erf"])
@pytest.mark.parametrize("name", SETTINGS)
def test_the_limit_is_the_same_twice(name: str, phi: str) -> None:
    """Gram matrix, features, covariance, sizes, and residuals of several trials, one at a time, agree to 1e-9."""
    fast, slow, features, size = both(name, phi)
    for one, other in ((fast.gram, slow.gram), (fast.first, slow.first), (features, slow.features)):
        np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-9 * np.abs(one).max())
    assert slow.square == pytest.approx(size**2, rel=1e-12)
    drawn = [fast.residual(seed=5, trial=trial) for trial in (0, 3)]
    for trial, residual in zip((0, 3), drawn, strict=True):
        again = slow.residual(seed=5, trial=trial)
        assert again.dtype == np.longdouble
        np.testing.assert_allclose(again.astype(float), residual, rtol=0, atol=1e-9 * np.abs(residual).max())
    assert np.any(fast.first) == (not np.array_equal(*drawn))


def test_the_residual_does_not_depend_on_the_choice_of_eigenvectors() -> None:
    """A covariance with equal eigenvalues, turned by the last bits of its entries, gives the same outputs."""
    shaken = np.eye(6) + 1e-15 * (lambda M: M + M.T)(np.random.default_rng(0).standard_normal((6, 6)))
    first, second = (Limit(np.eye(6), np.zeros(6), matrix).residual(seed=0, trial=1) for matrix in (np.eye(6), shaken))
    np.testing.assert_allclose(first, second, atol=1e-13)


def test_rotations_decompose() -> None:
    """Eigenvalues and the matrix put together again, in long double, of rank 1 and of zeros too."""
    factor = np.random.default_rng(3).standard_normal((9, 5))
    for matrix in (factor @ factor.T, np.ones((4, 4)), np.zeros((3, 3)), 2.0**180 * np.diag([3.0, 1.0, 2.0])):
        values, vectors = rotated(matrix)
        scale = max(np.abs(matrix).max(), 1e-300)
        np.testing.assert_allclose(values.astype(float) / scale, np.linalg.eigvalsh(matrix / scale), atol=1e-13)
        assert np.abs((vectors * values) @ vectors.T - matrix).max() <= 1e-16 * scale
        assert np.abs(vectors.T @ vectors - np.eye(len(matrix))).max() < 1e-16


def test_given_weights_have_no_limit() -> None:
    """As the fast path says."""
    layers: dict[str, Any] = {"activation": activation("tanh"), "trained": "hidden", "k": 4}
    for hidden, output in ((NormalHidden(), Given(np.ones((1, 4)))), (Given(np.ones((4, 4))), Signs(1.0))):
        with pytest.raises(NotApplicable, match="no limit"):
            integrated_limit(ONE, hidden=hidden, output=output, **layers)
