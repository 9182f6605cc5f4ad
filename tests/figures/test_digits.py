"""The digits versions of `ofls19` against the reference values of the specification and formulas."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from boundkit.errors import BadInput
from boundkit.figures import alignment, figure
from boundkit.figures.digits import Training, samples, trained
from boundkit.figures.figure import Curves, Grid, Histogram

pytest.importorskip("sklearn")


@cache
def run(id: str, **changes: Any) -> Training:
    """The run behind a figure, with changes."""
    chosen = figure(id)
    return trained({**chosen.parameters, **chosen.chosen, **chosen.quick, **changes}, 0)


def at(training: Training, step: int) -> int:
    """The place of the snapshot nearest to a step."""
    return int(np.abs([s.step - step for s in training.snapshots]).argmin())


def test_samples() -> None:
    """Balanced unit rows; the share of labels replaced is exact and nested; the test sample is clean and apart."""
    clean, half, most = (samples(150, share, "different", 0) for share in (0, 0.5, 0.75))
    assert np.linalg.norm(clean.X, axis=1) == pytest.approx(np.ones(150))
    assert clean.Y.sum(axis=0).tolist() == [50, 50, 50]
    replaced, more = ((data.Y != clean.Y).any(axis=1) for data in (half, most))
    assert (replaced.sum(), more.sum()) == (75, 112)
    assert (more | ~replaced).all()
    assert np.array_equal(half.test_Y, clean.test_Y)
    assert not {row.tobytes() for row in clean.X} & {row.tobytes() for row in clean.test_X}
    kept = (samples(150, 1.0, "any", 0).Y == clean.Y).all(axis=1)
    assert 30 <= kept.sum() <= 70
    with pytest.raises(BadInput, match="n = 522"):
        samples(522, 0.0, "any", 0)


def test_clean_labels_lie_in_the_information_space() -> None:
    """Fig. 6: alignment 0.929, energies and test errors of the specification, at a fixed number of steps."""
    training = run("ofls19.fig6", jacobian_at=None)
    assert training.first.alignment(training.data.Y)[0] == pytest.approx(0.929, abs=0.02)
    inside, beside = training.shares(training.first)
    assert inside[0] + beside[0] == pytest.approx(1)
    assert inside[at(training, 100)] < 0.02
    assert beside[at(training, 100)] == pytest.approx(0.107, abs=0.02)
    assert training.snapshots[at(training, 10)].test_error < 0.08
    assert training.snapshots[-1].test_error < 0.025


def test_half_corrupted_labels_overfit() -> None:
    """Fig. 8: alignment 0.610; the test error dips to about 0.06 near step 30, then climbs to a quarter and more."""
    training = run("ofls19.fig8", keep=None)
    assert training.first.alignment(training.data.Y)[0] == pytest.approx(0.610, abs=0.03)
    errors = np.array([s.test_error for s in training.snapshots])
    best = int(errors.argmin())
    assert 5 < training.snapshots[best].step < 100
    assert errors[best] == pytest.approx(0.059, abs=0.03)
    assert errors[-1] > 0.2
    inside, beside = training.shares(training.test_spaces(training.last), test=True)
    assert beside[-1] > beside[best]
    assert inside[-1] <= inside[best]


def test_adaptation_of_the_jacobian() -> None:
    """Tables 1 and 3: the gain of alignment on clean labels exceeds that on corrupted ones, above 0; it falls in nu."""

    def gain(id: str, **changes: Any) -> float:
        training = run(id, **changes)
        return training.final.alignment(training.data.Y)[0] - training.first.alignment(training.data.Y)[0]

    clean, corrupted = gain("ofls19.table1"), gain("ofls19.table3")
    assert clean > corrupted > 0
    assert clean == pytest.approx(0.972 - 0.915, abs=0.02)
    assert corrupted == pytest.approx(0.640 - 0.618, abs=0.02)
    assert clean > gain("ofls19.table1", nu=0.3) > 0


def test_outputs_start_at_zero_and_the_gradient_is_right() -> None:
    """The first step of descent moves the outputs of the linearised network by -step J J^T r."""
    training = run("ofls19.fig6", steps=1, n=66, k=4000, jacobian_at=None)
    first, second = (s.residual.T.ravel() for s in training.snapshots)
    assert first == pytest.approx(-training.data.Y.T.ravel(), abs=1e-12)
    spaces = training.first
    moved = spaces.vectors @ (spaces.values**2 * (spaces.vectors.T @ first)) / spaces.values[0] ** 2
    assert np.linalg.norm(second - first + moved) < 0.02 * np.linalg.norm(moved)


def test_adam_first_steps() -> None:
    """Two steps of Adam against its recursion written out, with the gradient of the half sum of squares."""
    training = run("ofls19.table2", steps=2)
    X, Y, V = training.data.X, training.data.Y, training.V
    W, mean, square = training.weights[0], 0.0, 0.0
    for count in (1, 2):
        hidden = X @ W.T
        gradient = (1 / (1 + np.exp(-hidden)) * ((np.log1p(np.exp(hidden)) @ V.T - Y) @ V)).T @ X
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        W = W - 1e-3 * (mean / (1 - 0.9**count)) / (np.sqrt(square / (1 - 0.999**count)) + 1e-8)
    assert np.abs(W - training.weights[0]).max() > 1e-3
    assert training.weights[2] == pytest.approx(W, abs=1e-10)


def test_corruption() -> None:
    """Fig. 9: all grow with corruption if any class replaces a label; if a different one does, energy falls at 100%."""
    data = figure("ofls19.fig9").run(quick=True, steps=300)
    for panel, replacement in zip(data.panels, ("any", "different"), strict=True):
        assert isinstance(panel, Curves)
        initial, final, error = (np.array(curve.y) for curve in panel.curves)
        rising = slice(0, 5 if replacement == "any" else 4)
        assert (np.diff(initial[rising]) > 0).all()
        assert (np.diff(final[rising]) > 0).all()
        assert (np.diff(error) > 0).all()
        if replacement == "different":
            assert initial[4] < initial[3] - 0.05


def test_tables_and_histogram() -> None:
    """The paper's rows stand beside those of the digits; a histogram counts every singular value."""
    table = figure("ofls19.table3").run(quick=True, steps=200).panels[0]
    assert isinstance(table, Grid)
    assert table.rows[0][1:4] == (0.587, 0.810, 1.72e-3)
    for row in table.rows:
        assert float(row[1]) ** 2 + float(row[2]) ** 2 == pytest.approx(1, abs=2e-3)
    histogram = figure("ofls19.fig5").run(n=66, steps=50).panels[0]
    assert isinstance(histogram, Histogram)
    assert [sum(counts) for counts in histogram.counts.values()] == [198, 198]


@pytest.mark.parametrize(("asked", "beside"), [(20, 20), (9000, 3000)])
def test_what_stands_beside_table_2_is_no_longer_than_asked(
    asked: int, beside: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Descent as in Table 1 takes its own number of steps, or the fewer that a quick table is given."""
    lengths = []

    def short(p: Mapping[str, Any], *others: Any, **options: Any) -> Training:
        lengths.append(p["steps"])
        return trained({**p, "steps": 2}, *others, **options)

    monkeypatch.setattr(alignment, "trained", short)
    figure("ofls19.table2").run(n=66, k=20, steps=asked)
    assert lengths == [asked, beside]


def test_adam_figure() -> None:
    """Fig. 7: with Adam the information part is below the paper's 4e-4 after 50 of its epochs."""
    data = figure("ofls19.fig7").run(quick=True, steps=4000)
    found = [item for item in data.comparisons if item.quantity.startswith("Adam")]
    assert found[0].reported == 4e-4
    assert isinstance(found[0].measured, float)
    assert found[0].measured < 4e-4
