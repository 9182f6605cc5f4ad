"""What a table of alignments and a spectrum are compared by, on runs made up so that every answer is known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from boundkit.figures import alignment


def run(first: tuple[float, ...], final: tuple[float, ...]) -> Any:
    """A run whose labels and first residual lie as given in the spaces of both Jacobians."""

    def spaces(numbers: tuple[float, ...]) -> Any:
        return SimpleNamespace(alignment=lambda labels: numbers if labels == "y" else tuple(x / 2 for x in numbers))

    snapshots = [SimpleNamespace(residual="r_0", test_error=0.25)]
    return SimpleNamespace(first=spaces(first), final=spaces(final), data=SimpleNamespace(Y="y"), snapshots=snapshots)


@pytest.mark.parametrize(
    ("first", "final", "gain", "ratio", "agree"),
    [
        ((0.6, 0.8, 0.02), (0.8, 0.6, 0.01), 0.2, 0.5, (True, True)),
        ((0.8, 0.6, 0.01), (0.6, 0.8, 0.03), -0.2, 3.0, (False, False)),
        ((0.6, 0.8, 0.01), (0.8, 0.6, 0.02), 0.2, 2.0, (True, False)),
    ],
)
def test_table_1(
    first: tuple[float, ...],
    final: tuple[float, ...],
    gain: float,
    ratio: float,
    agree: tuple[bool, bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The gain is final less initial, the ratio final over initial; the paper's own are 0.263 and 0.581."""
    monkeypatch.setattr(alignment, "trained", lambda *_, **__: run(first, final))
    outcome = alignment.table(1, {}, 0, None, None)  # type: ignore[arg-type]
    gains, ratios, beside, error = outcome.comparisons
    assert (gains.reported, gains.measured) == (0.263, pytest.approx(gain))
    assert (ratios.reported, ratios.measured) == (0.581, pytest.approx(ratio))
    assert (gains.agrees, ratios.agrees) == agree
    assert beside.measured == pytest.approx(0.75)  # of the halved residual
    assert error.measured == 0.25
    (grid,) = outcome.panels
    assert isinstance(grid, alignment.Grid)
    assert grid.rows[2] == ("digits, initial", *first, *(x / 2 for x in first))
    assert grid.rows[3][:4] == ("digits, final", *final)


@pytest.mark.parametrize(("mine", "agrees"), [(0.05, True), (0.3, False)])
def test_half_of_the_labels_wrong(mine: float, agrees: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Table 3: the gain over that of the same network on clean labels, 0.2 here; the paper's is below 1."""

    def trained(p: Any, *_: Any, **__: Any) -> Any:
        return run((0.6, 0.8, 0.02), (0.6 + (mine if p["corruption"] else 0.2), 0.6, 0.01))

    monkeypatch.setattr(alignment, "trained", trained)
    beside = alignment.table(3, {"corruption": 0.5, "steps": 5}, 0, None, None)  # type: ignore[arg-type]
    told = beside.comparisons[-1]
    assert told.quantity == "gain over that of Table 1"
    assert told.measured == pytest.approx(mine / 0.2)
    assert (told.criterion, told.agrees) == ("below 1", agrees)


def test_large_values_are_those_above_a_tenth_of_the_largest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve of the first Jacobian, five of the final one; every value is in the histogram of its own."""
    first, final = np.geomspace(10, 1.1, 12), np.array([*np.full(5, 8.0), *np.full(20, 0.79)])
    values = np.concatenate([first, np.full(30, 0.9)]), final
    monkeypatch.setattr(
        alignment,
        "trained",
        lambda *_, **__: SimpleNamespace(
            first=SimpleNamespace(values=values[0]), final=SimpleNamespace(values=values[1])
        ),
    )
    outcome = alignment.spectrum({}, 0, None, None)  # type: ignore[arg-type]
    assert [(item.measured, item.agrees) for item in outcome.comparisons] == [(12, True), (5, False)]
    (panel,) = outcome.panels
    assert isinstance(panel, alignment.Histogram)
    assert {name: sum(counts) for name, counts in panel.counts.items()} == {"initial": 42, "final": 25}
