"""Many small networks at once against plain loops over one of them."""

from __future__ import annotations

import numpy as np
import pytest

from boundkit.figures import batches
from boundkit.figures.batches import Descent, Networks, reach


def made(count: int, seed: int = 0, n: int = 6, d: int = 3, k: int = 5) -> Networks:
    """Random networks and data."""
    rng = np.random.default_rng(seed)
    shapes = (count, n, d), (count, n), (count, k, d), (count, k)
    return Networks(*(rng.standard_normal(shape) for shape in shapes))


def misfits(networks: Networks, trial: int, *, trained: str, step_size: float, steps: int) -> np.ndarray:
    """The misfits of one network of tanh units, by the formula of its gradient."""
    X, y, W, v = (a[trial].copy() for a in (networks.X, networks.Y, networks.W, networks.v))
    found = []
    for _ in range(steps + 1):
        values = np.tanh(X @ W.T)
        residual = values @ v - y
        found.append(np.linalg.norm(residual))
        step_W = ((1 - values**2) * np.outer(residual, v)).T @ X
        v = v - step_size * values.T @ residual * (trained == "both")
        W = W - step_size * step_W
    return np.array(found)


@pytest.mark.parametrize("trained", ["both", "hidden"])
def test_levels_are_reached_as_in_a_plain_loop(trained: str) -> None:
    """A level a little above the least misfit of the path is reached, one a little below is not."""
    networks = made(7)
    least = np.array([misfits(networks, i, trained=trained, step_size=0.02, steps=180).min() for i in range(7)])
    descent = Descent("tanh", trained, 0.02, 180)
    assert reach([(networks, descent)], [least * (1 + 1e-9)], None)[0].all()
    assert not reach([(networks, descent)], [least * (1 - 1e-9)], None)[0].any()


def test_a_level_that_is_left_again_was_reached() -> None:
    """Steps so large that misfits rise again, between the steps at which networks are looked at."""
    networks = made(7, seed=2)
    paths = [misfits(networks, i, trained="both", step_size=0.3, steps=120) for i in range(7)]
    least = np.array([path.min() for path in paths])
    assert sum(path.argmin() % 50 > 0 and path[-1] > 1.01 * path.min() for path in paths) > 3
    assert reach([(networks, Descent("tanh", "both", 0.3, 120))], [least * (1 + 1e-9)], None)[0].all()


def test_networks_do_not_see_each_other() -> None:
    """A network alone does as in a batch from which others are dropped, and batches keep their order."""
    networks = made(8, seed=1)
    levels = np.linspace(0.05, 3.0, 8)
    descent = Descent("tanh", "both", 0.05, 300)
    together = reach([(networks, descent), (made(2), descent)], [levels, np.full(2, 1e3)], None)
    alone = [reach([(networks.part(i, i + 1), descent)], [levels[i : i + 1]], None)[0][0] for i in range(8)]
    assert together[0].tolist() == alone
    assert 0 < sum(alone) < 8
    assert together[1].all()


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
def test_pieces_of_a_batch_keep_their_levels(activation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut into pieces of two, where every network has a level of its own and half of them reach it."""
    networks, descent = made(7, seed=3), Descent(activation, "both", 0.02, 60)
    high = reach([(networks, descent)], [np.full(7, 1e3)], None)[0]
    assert high.all()
    levels = np.where(np.arange(7) % 3 == 0, 1e3, 1e-9)
    monkeypatch.setattr(batches, "CACHE_ENTRIES", 2 * networks.W[0].size * 2)
    found = reach([(networks, descent), (networks.part(0, 5), descent)], [levels, levels[::-1][:5]], None)
    assert [item.tolist() for item in found] == [(levels > 1).tolist(), (levels[::-1][:5] > 1).tolist()]


def test_divergence_is_no_success() -> None:
    """Networks whose steps are far too large are given up, and the progress still ends."""
    seen: list[tuple[int, int]] = []
    found = reach([(made(3), Descent("quadratic", "both", 10.0, 500))], [np.full(3, 1e-3)], lambda *a: seen.append(a))
    assert not found[0].any()
    assert seen[-1][0] == seen[-1][1] == 3 * 501
