"""Figures 2 to 4 of `sjl17` at a small scale, against the reference values of the specification."""

from __future__ import annotations

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.figures import Data, figure, sjl17
from boundkit.figures.figure import Curves
from boundkit.figures.sjl17 import _in_grid, _within, networks, starts
from boundkit.figures.streams import Draw, draws


def fractions(data: Data, label: str) -> list[float]:
    """The dots of a panel whose label begins so."""
    (panel,) = data.panels
    assert isinstance(panel, Curves)
    return list(next(curve.y for curve in panel.curves if curve.points and curve.label.startswith(label)))


def test_planted_labels_are_outputs_of_the_planted_network() -> None:
    """Labels of a quadratic network are x^T W*^T W* x, of rank k; starts are shared by nothing."""
    made = networks(0, 40, 3, 2, "quadratic", 2, 3)
    X, y = made.X[0], made.Y[0]
    squares = np.stack([np.outer(x, x)[np.triu_indices(3)] * [1, 2, 2, 1, 2, 1] for x in X])
    form, residual, *_ = np.linalg.lstsq(squares, y, rcond=None)
    assert residual[0] < 1e-20
    matrix = np.zeros((3, 3))
    matrix[np.triu_indices(3)] = form
    values = np.linalg.eigvalsh(matrix + np.triu(matrix, 1).T)
    assert abs(values[0]) < 1e-10 < values[1]
    assert np.array_equal(made.X[0], made.X[2])
    assert not np.array_equal(made.X[0], made.X[3])
    assert len({W.tobytes() for W in made.W}) == 6


def test_starts_are_scaled() -> None:
    """Entries of W_0 have variance 1 / d, those of v_0 are signs."""
    W, v = starts(0, 25, 40, 0, 8)
    assert (25 * W**2).mean() == pytest.approx(1, abs=5 * np.sqrt(2 / W.size))
    assert set(np.unique(v)) == {-1.0, 1.0}


def test_softplus_transition() -> None:
    """Runs succeed hardly ever at kd = 0.8 n and mostly at 1.5 n; the fit of runs crosses near the paper's 11.40."""
    data = figure("sjl17.fig2a").run(quick=True, problems=3, k=(8, 12, 15), steps=6000)
    single = fractions(data, "single")
    assert single[0] <= 0.1
    assert single[2] >= 0.75
    assert 10 < data.measured("k where the fit of single runs crosses 1/2") < 13.5
    assert all(a <= b for a, b in zip(fractions(data, "problems"), single, strict=True))


@pytest.mark.parametrize(("id", "low", "high"), [("sjl17.fig3a", 5, 12), ("sjl17.fig3b", 16, 40)])
def test_quadratic_transition(id: str, low: int, high: int) -> None:
    """Quadratic activation: nearly no run succeeds below kd = n, nearly all at twice that (text of the paper: C39)."""
    varied = "k" if id.endswith("a") else "d"
    data = figure(id).run(quick=True, **{varied: (low, high)}, steps=5000)
    single = fractions(data, "single")
    assert single[0] <= 0.15
    assert single[1] >= 0.7


@pytest.mark.parametrize("id", ["sjl17.fig4a", "sjl17.fig4b"])
def test_random_labels_need_trained_output_weights(id: str) -> None:
    """C40: with v = 1 no width gets below the floor; with v trained the loss falls in k, far below it."""
    data = figure(id).run(quick=True, k=(5, 20), steps=4000)
    trained, held = data.panels
    assert isinstance(trained, Curves)
    assert isinstance(held, Curves)
    floor = held.marks[0].value
    assert 0.43 < floor < 0.6
    assert all(min(curve.y) > floor for curve in held.curves)
    narrow, wide = (curve.y[-1] for curve in trained.curves)
    assert wide < min(narrow, 0.25) < floor


def test_the_root_of_the_loss_has_the_factor_one_half() -> None:
    """sqrt(L) at the start, L = |f - y|^2 / (2n), of both panels from the draws themselves."""
    item = figure("sjl17.fig4a")
    n, d = item.parameters["n"], item.parameters["d"]
    X = draws(3, Draw.DATA, n, d).standard_normal((n, d))
    y = draws(3, Draw.LABELS, n).standard_normal(n)
    W, v = starts(3, d, 5, 0, 1)
    values = np.logaddexp(0, 10 * X @ W[0].T) / 10
    for panel, weights in zip(item.run(k=(5,), steps=1, seed=3).panels, (v[0], np.ones(5)), strict=True):
        assert isinstance(panel, Curves)
        loss = ((values @ weights - y) ** 2).sum() / (2 * n)
        assert panel.curves[0].y[0] == pytest.approx(loss**0.5, rel=1e-12)


def test_no_crossing_is_told_where_nothing_was_run() -> None:
    """A fit that crosses one half outside the grid gives the side, no number, no mark, and does not agree."""
    data = figure("sjl17.fig3b").run(quick=True, d=(16, 20, 24), steps=1500)
    (panel,) = data.panels
    assert isinstance(panel, Curves)
    (told,) = (item for item in data.comparisons if item.reported == 25.40)
    assert told.measured in (None, "above 24")
    assert told.agrees is False
    assert data.measured("d from which on every run is global") == "none up to 24"
    assert [mark.reported for mark in panel.marks if "problems" in mark.label] == []
    assert _in_grid(30.0, (16, 24)) == "above 24"
    assert _in_grid(3.0, (16, 24)) == "below 16"
    assert _in_grid(16.5, (16, 24)) == 16.5


@pytest.mark.parametrize(
    ("measured", "agrees"), [(8.4, False), (8.6, True), (10.0, True), (11.4, True), (11.6, False), ("above 9", False)]
)
def test_a_place_agrees_within_a_share_of_the_reported_one(measured: float | str, agrees: bool) -> None:
    """15 % to either side of it; a place that was not reported is not judged."""
    assert _within("a place", 10.0, measured).agrees is agrees
    assert _within("a place", None, measured).agrees is None


def test_widths_from_which_on_every_run_is_global(monkeypatch: pytest.MonkeyPatch) -> None:
    """A width at which all runs succeed does not count where some fail at a larger one."""
    made = [np.full(4, True), np.array([True, True, True, False]), np.full(4, True), np.full(4, True)]
    monkeypatch.setattr(sjl17, "reach", lambda *_: made)
    data = figure("sjl17.fig2a").run(k=(8, 12, 15, 18), problems=2, starts=2)
    assert data.measured("k from which on every run is global") == 15
    shares = [data.measured(f"k = {k}: single runs / problems") for k in (8, 12)]
    assert shares == ["1.00 / 1.00", "0.75 / 0.50"]


def test_activations_are_those_of_the_text() -> None:
    """phi(z) = log(1 + e^10z) / 10 and phi(z) = z^2 (section 3 of the paper)."""
    for id, formula in (
        ("2a", "log(exp(10*z) + 1)/10"),
        ("2b", "log(exp(10*z) + 1)/10"),
        ("4a", "log(exp(10*z) + 1)/10"),
    ):
        assert str(activation(figure(f"sjl17.fig{id}").parameters["activation"]).expression) == formula
    for id in ("3a", "3b", "4b"):
        assert str(activation(figure(f"sjl17.fig{id}").parameters["activation"]).expression) == "z**2"


def test_quadratic_random_labels_reach_zero() -> None:
    """Reference of the specification for z^2 at a step of 0.02 / k: sqrt(L) = 1.0e-3 for k = 20."""
    found = figure("sjl17.fig4b").run(k=(20,)).comparisons[0]
    assert found.agrees is True
    assert isinstance(found.measured, float)
    assert found.measured < 2e-3
