"""The compiled descent of small networks against plain loops, mpmath and the NumPy path; skipped without Numba."""

from __future__ import annotations

import dataclasses
from typing import Any

import mpmath
import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.figures import FIGURES, figure
from boundkit.figures.batches import Descent, Networks, _compiled, reach
from boundkit.train import select_device
from tests.figures.test_batches import made

compiled: Any = _compiled()
if compiled is None:
    pytest.skip("Numba is not installed", allow_module_level=True)

STEP_SIZE, STEPS = 0.0003, 230


def numpy_path() -> Any:
    """The CPU without Numba."""
    return dataclasses.replace(select_device("cpu"), compiled=False)


def misfits(networks: Networks, trial: int, name: str, *, trained: str) -> np.ndarray:
    """The misfits of one network at every step, by the formula of its gradient."""
    X, y, W, v = (a[trial].copy() for a in (networks.X, networks.Y, networks.W, networks.v))
    found = []
    for _ in range(STEPS + 1):
        values, slopes = map(np.asarray, activation(name).value_and_derivative(X @ W.T))
        residual = values @ v - y
        found.append(np.linalg.norm(residual))
        step_W = (slopes * np.outer(residual, v)).T @ X
        v = v - STEP_SIZE * values.T @ residual * (trained == "both")
        W = W - STEP_SIZE * step_W
    return np.array(found)


@pytest.mark.parametrize("trained", ["both", "hidden"])
@pytest.mark.parametrize("name", compiled.KINDS)
def test_levels_are_reached_as_in_a_plain_loop(name: str, trained: str) -> None:
    """A level a little above the least misfit of the path is reached, one a little below is not: also the last step."""
    networks = made(6, seed=4)
    least = np.array([misfits(networks, i, name, trained=trained).min() for i in range(6)])
    for path in (select_device("cpu"), numpy_path()):
        descent = Descent(name, trained, STEP_SIZE, STEPS)
        assert reach([(networks, descent)], [least * (1 + 1e-9)], None, path)[0].all()
        assert not reach([(networks, descent)], [least * (1 - 1e-9)], None, path)[0].any()


@pytest.mark.parametrize("name", compiled.KINDS)
def test_activations(name: str) -> None:
    """phi and phi' within a few units of 2^-52 times the larger of 1 and the exact value, NaN stays NaN."""
    points = np.concatenate([np.linspace(-9, 9, 181), np.linspace(-80, 80, 33), [1e-17, -1e-17, 0.0, np.nan]])
    slopes, values = points[None].copy(), np.empty((1, len(points)))
    compiled.activate(compiled.KINDS[name], slopes, values)
    assert np.isnan(values[0, -1])
    beta = compiled.KINDS[name][1]
    with mpmath.workdps(40):
        for z, value, slope in zip(points[:-1], values[0], slopes[0], strict=False):
            e = mpmath.exp(beta * mpmath.mpf(float(z)))
            exact = {
                "relu": (max(z, 0.0), float(z >= 0)),
                "square": (z**2, 2 * z),
            }.get(name, (mpmath.log1p(e) / beta, e / (1 + e)))
            for found, wanted in zip((value, slope), exact, strict=True):
                assert abs(found - wanted) <= 4 * 2.0**-52 * max(1, abs(wanted)), (name, z)


def test_logarithm() -> None:
    """The coefficients are those of a Chebyshev fit to 2 artanh(s) / s over s^2 from 0 to 1/9."""

    def function(square: mpmath.mpf) -> mpmath.mpf:
        s = mpmath.sqrt(square)
        return 2 * mpmath.atanh(s) / s if s else mpmath.mpf(2)

    with mpmath.workdps(40):
        fitted = mpmath.chebyfit(function, (0, mpmath.mpf(1) / 9), len(compiled.LOGARITHM))
    np.testing.assert_allclose(compiled.LOGARITHM, [float(c) for c in fitted], rtol=1e-9)


def test_divergence_is_no_success() -> None:
    """Networks whose steps are far too large are given up, and the progress still ends."""
    seen: list[tuple[int, int]] = []
    found = reach([(made(3), Descent("square", "both", 10.0, 500))], [np.full(3, 1e-3)], lambda *a: seen.append(a))
    assert not found[0].any()
    assert seen[-1] == (3 * 501, 3 * 501)


def test_every_figure_of_many_networks_is_compiled() -> None:
    """No activation of a figure that uses `reach` is left to the slower path."""
    batched = [item for item in FIGURES.values() if "starts" in item.parameters or item.id.startswith("os19")]
    assert len(batched) == 8
    assert {item.parameters["activation"] for item in batched} == set(compiled.KINDS)


@pytest.mark.parametrize("id", ["os19.fig2a", "os19.fig2c"])
def test_a_figure_is_the_same_on_both_paths(id: str) -> None:
    """Fractions of a small grid around the transition, compiled and not."""
    settings = {"n": 20, "trials": 4, "steps": 600, "tolerance": 0.2, "k": (4, 7, 10), "d": (4, 6)}
    ours, theirs = figure(id).run(**settings), figure(id).run(device=numpy_path(), **settings)
    assert ours.panels == theirs.panels
    assert 0 < np.mean(ours.panels[0].fractions) < 1
