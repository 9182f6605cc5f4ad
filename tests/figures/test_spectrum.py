"""Figure 4 of `ofls19` against explicit Jacobians and the values of the specification."""

from __future__ import annotations

import numpy as np
import pytest

from boundkit.errors import BadInput
from boundkit.figures import Data, figure
from boundkit.figures.figure import Curves
from boundkit.figures.jacobian import Spaces, decomposed
from boundkit.figures.spectrum import clustered
from boundkit.train.shallow import NormalHidden, Shallow, Signs, initial_layers


@pytest.fixture(scope="module")
def spectrum() -> Data:
    """The figure, which takes a second."""
    return figure("ofls19.fig4").run()


@pytest.mark.parametrize(
    ("C", "reference"),
    [
        (1, (0.361, 0.341, 0.328, 0.249, 0.019)),
        (2, (0.422, 0.352, 0.349, 0.178, 0.0236)),
        (5, (0.528, 0.359, 0.347, 0.115, 0.0284)),
    ],
)
def test_gap_is_at_all_outputs_of_every_cluster(C: int, reference: tuple[float, ...], spectrum: Data) -> None:
    """C41: s_j(n) and s_j(2n) coincide up to j = K^2 C, where the gap is; there is none at K C."""
    (panel,) = spectrum.panels
    assert isinstance(panel, Curves)
    small, large = (np.array(curve.y) for curve in panel.curves if curve.label.startswith(f"C = {C},"))
    top, last = 3 * C, 9 * C
    assert np.abs(small[:last] / large[:last] - 1).max() < 0.05
    assert small[last - 1] / small[last] > 3
    assert small[top - 1] / small[top] < 1.1
    assert small[[0, top - 1, top, last - 1, last]] == pytest.approx(np.array(reference), rel=0.12)


def test_singular_values_of_an_explicit_jacobian() -> None:
    """Against the singular values of finite differences of the outputs, and the vectors against their span."""
    X, Y = clustered(0, K=2, C=1, n=4, d=3, noise=0.1, distance=0.5)
    start = NormalHidden(), Signs(1.0)
    W, V = initial_layers(*start, k=5, d=3, outputs=2, seed=0, trial=0)

    def outputs(weights: np.ndarray) -> np.ndarray:
        return (np.tanh(X @ weights.T) @ V.T).T.ravel()

    columns = []
    for unit in range(5):
        for entry in range(3):
            step = np.zeros((5, 3))
            step[unit, entry] = 1e-6
            columns.append((outputs(W + step) - outputs(W - step)) / 2e-6)
    left, values, _ = np.linalg.svd(np.array(columns).T)
    vectors, found = decomposed(Shallow(X, Y, "tanh", *start), W, V)
    assert found == pytest.approx(values, rel=1e-5, abs=1e-7)
    rank = 3
    expected = left[:, :rank].T @ Y.T.ravel()
    spaces = Spaces(vectors, found, rank)
    assert spaces.energies(Y)[0] == pytest.approx(float(expected @ expected), rel=1e-5)
    inverse = np.linalg.norm(expected / values[:rank]) / np.linalg.norm(Y)
    assert spaces.alignment(Y)[2] == pytest.approx(inverse, rel=1e-5)


def test_clusters() -> None:
    """Rows have length 1, clusters equal size, centres their distance; a smaller sample is a prefix of a larger."""
    X, Y = clustered(3, K=3, C=2, n=60, d=20, noise=1e-9, distance=0.5)
    assert np.linalg.norm(X, axis=1) == pytest.approx(np.ones(60))
    centres = X[:6]
    apart = np.linalg.norm(centres[:, None] - centres, axis=2)[np.triu_indices(6, 1)]
    assert apart.min() > 0.5 - 1e-6
    assert Y.sum(axis=0).tolist() == [20, 20, 20]
    assert np.array_equal(clustered(3, K=3, C=2, n=12, d=20, noise=1e-9, distance=0.5)[0], X[:12])
    with pytest.raises(BadInput, match="distance"):
        clustered(0, K=3, C=2, n=12, d=2, noise=0.1, distance=1.9)
