"""Figure 2 of `os19` at a small scale."""

from __future__ import annotations

import pytest

from boundkit.figures import figure
from boundkit.figures.figure import HeatMap


@pytest.mark.parametrize(("id", "wide"), [("os19.fig2a", 20), ("os19.fig2c", 24)])
def test_success_only_above_as_many_parameters_as_samples(id: str, wide: int) -> None:
    """n = 40: no success at kd <= n, always at several times n; rows of the map are dimensions."""
    data = figure(id).run(n=40, k=(2, wide), d=(12, 20), trials=3, steps=4000)
    (panel,) = data.panels
    assert isinstance(panel, HeatMap)
    assert [row[0] for row in panel.fractions] == [0.0, 0.0]
    assert [row[1] for row in panel.fractions] == [1.0, 1.0]
    assert panel.samples == 40
    assert data.measured("largest success fraction where kd <= n") == 0.0


def test_a_cell_does_not_depend_on_the_grid() -> None:
    """Run alone, a cell near the transition has the fraction that it has in a grid."""
    chosen = figure("os19.fig2a")
    settings = {"n": 30, "trials": 4, "steps": 1500}
    grid = chosen.run(k=(4, 8), d=(5, 9), **settings).panels[0]
    alone = chosen.run(k=(8,), d=(9,), **settings).panels[0]
    assert isinstance(grid, HeatMap)
    assert isinstance(alone, HeatMap)
    assert grid.fractions[1][1] == alone.fractions[0][0]


@pytest.mark.parametrize(
    ("id", "fails", "succeeds"), [("os19.fig2b", 10, 16), ("os19.fig2d", 14, 18)], ids=["softplus", "relu"]
)
def test_reference_cells_with_the_parameters_of_the_paper(id: str, fails: int, succeeds: int) -> None:
    """C23, n = 200 and d = 20: none succeeds at kd / n = 1.0 (softplus) and 1.4 (ReLU), all at 1.6 and 1.8."""
    data = figure(id).run(k=(fails, succeeds), d=(20,), trials=3)
    (panel,) = data.panels
    assert isinstance(panel, HeatMap)
    assert panel.fractions == ((0.0, 1.0),)
    assert panel.half is not None
    assert fails / 10 < panel.half < succeeds / 10
    agrees = {item.quantity: item.agrees for item in data.comparisons}
    assert agrees["kd / n where the logistic fit crosses 1/2"] is (id == "os19.fig2b")
