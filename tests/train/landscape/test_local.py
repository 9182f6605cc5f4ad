"""Local convergence near a planted network: the reference table of the certificate D17, and exact accounting."""

import numpy as np
import pytest

from boundkit.data import Dataset
from boundkit.data.origins import Planted
from boundkit.papers import statement
from boundkit.papers.sjl17 import certificate
from boundkit.query import bind
from boundkit.train.landscape import ExplicitSurface, Surface, balance_change, ball_point, descend_both
from boundkit.verify.observe import number

ROWS = [
    (0, "softplus:beta=4", (10, 10, 20), 1.2483, 0.022683, 3.3638e-4, 0.038959, 22.559, 1.6426e-8, 4.11, 0.0148),
    (0, "softplus:beta=4", (20, 20, 40), 4.5419, 0.031492, 6.7835e-4, 0.25786, 70.822, 2.3469e-7, 4.03, 0.0215),
    (0, "softplus:beta=4", (10, 20, 20), 2.0819, 0.037830, 6.7207e-4, 0.10836, 43.908, 7.4437e-8, 4.02, 0.0178),
    (0, "tanh", (10, 10, 20), 1.2890, 0.029910, 4.7518e-4, 0.041540, 21.108, 3.4090e-8, 4.14, 0.0159),
    (0, "tanh", (20, 20, 40), 3.4413, 0.030745, 5.1821e-4, 0.14803, 66.420, 1.2040e-7, 4.00, 0.0169),
    (1, "softplus:beta=4", (20, 20, 80), 3.2527, 0.018906, 2.4465e-4, 0.066126, 49.924, 1.7026e-8, 4.32, 0.0129),
]


def planted(seed, activation, d, k, n):
    """Data of the recipe, with what it draws next."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((d, n)).T
    W, v = np.linalg.qr(rng.standard_normal((k, d)))[0], rng.choice([-1.0, 1.0], k)
    surface = Surface(X, np.zeros(n), activation)
    y = surface.value_and_slope(W)[0] @ v
    return Surface(X, y, activation), (W, v), rng


@pytest.mark.parametrize("row", ROWS)
def test_reference_table_of_the_local_certificate(row):
    """s, rho, delta, m, beta from the statement; the initial loss and two ratios along the run from the engine."""
    seed, activation, sizes, *expected = row
    surface, centre, rng = planted(seed, activation, *sizes)
    data = Dataset("table", surface.X, surface.y, origin=Planted(surface.activation.name, *centre))
    name = "sjl17.d.local_certificate.refined"
    binding = bind(statement(name), data=data, activation_name=activation, parameters={"k": len(centre[1])})
    expressions = (certificate.planted_sigma_min_J, certificate.OWN.radius, certificate.OWN.start, certificate.FLOOR)
    constants = [float(number(binding, item, {})) for item in (*expressions, certificate.OWN.smoothness)]
    start = ball_point(centre, constants[2], rng)
    spent = 1e-24 / surface.loss(*start)
    run = descend_both(surface, start, centre, step_size=1 / constants[4], steps=4000, spent=spent)
    ratio = (run.squared_gradient / run.loss).min() / constants[3]
    found = [*constants, run.loss[0], ratio, run.planted_distance.max() / constants[1]]
    assert found == pytest.approx(expected, rel=6e-3)
    assert (np.diff(run.loss) <= 0).all()


def test_the_empirical_rate_of_the_theorem():
    """-log(L_t / L_0) / (t alpha d / n) is between 1.4 and 4.4 at d = k = 20, n = 40."""
    surface, centre, rng = planted(0, "softplus:beta=4", 20, 20, 40)
    step, steps = 1 / 70.822, 1000
    run = descend_both(surface, ball_point(centre, 0.01, rng), centre, step_size=step, steps=steps)
    rate = -np.log(run.loss[-1] / run.loss[0]) / ((len(run.loss) - 1) * step * 20 / 40)
    assert 1.4 < rate < 4.4


def test_path_and_moves_are_those_of_the_weights():
    """The explicit surface retraces the run; the path is at least every distance that it leads."""
    surface, centre, rng = planted(0, "tanh", 4, 4, 6)
    start = ball_point(centre, 0.5, rng)
    assert np.sqrt(((start[0] - centre[0]) ** 2).sum() + ((start[1] - centre[1]) ** 2).sum()) == pytest.approx(0.5)
    run = descend_both(surface, start, centre, step_size=0.05, steps=40)
    slow = descend_both(ExplicitSurface(surface.X, surface.y, "tanh"), start, centre, step_size=0.05, steps=40)
    np.testing.assert_allclose(run.loss, slow.loss, rtol=1e-10)
    np.testing.assert_allclose(run.path, slow.path, rtol=1e-10)
    assert (run.path[1:] >= run.hidden_move[1:]).all()
    assert (run.path + 1e-12 >= np.abs(run.planted_distance - run.planted_distance[0])).all()


def test_divergence_is_reported():
    """A step that is far too large."""
    surface, centre, rng = planted(0, "softplus", 4, 4, 6)
    run = descend_both(surface, ball_point(centre, 1.0, rng), centre, step_size=1e3, steps=500)
    assert run.diverged
    assert np.isfinite(run.loss).all()


def test_flow_conserves_the_balance_only_for_homogeneous_activations():
    """D21: |w|^2 - 2 v^2 stays along gradient flow for z^2, and moves for tanh."""
    rng = np.random.default_rng(0)
    X, y, W, v = (rng.standard_normal(shape) for shape in ((6, 3), 6, (4, 3), 4))
    assert balance_change(Surface(X, y, "square"), W, v, time=0.3) < 1e-8
    assert balance_change(Surface(X, y, "tanh"), W, v, time=0.3) > 1e-2


def test_steps_move_both_layers():
    """Loss, distance and path of four steps against a loop that differentiates the loss numerically in every weight."""
    rng = np.random.default_rng(5)
    X, y = rng.standard_normal((6, 3)), rng.standard_normal(6)
    W, v = rng.standard_normal((2, 3)), rng.standard_normal(2)

    def loss(flat):
        return ((np.tanh(X @ flat[:6].reshape(2, 3).T) @ flat[6:] - y) ** 2).sum() / 12

    start, step = np.concatenate([W.ravel(), v]), 0.3
    flat, rows, path = start, [], 0.0
    for _ in range(5):
        rows.append((loss(flat), np.linalg.norm(flat - start), path, np.abs(flat[6:] - v).max()))
        slope = np.array([(loss(flat + h) - loss(flat - h)) / 2e-5 for h in 1e-5 * np.eye(8)])
        flat, path = flat - step * slope, path + step * np.linalg.norm(slope)
    run = descend_both(Surface(X, y, "tanh"), (W, v), (W, v), step_size=step, steps=4)
    found = np.array([run.loss, run.planted_distance, run.path, run.output_move]).T
    assert rows[-1][3] > 0.01
    assert found == pytest.approx(np.array(rows), rel=1e-6, abs=1e-9)
