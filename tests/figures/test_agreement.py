"""Whether a run agrees with the paper: yes where the experiment is the paper's, no where it was spoilt on purpose."""

from __future__ import annotations

from typing import Any

import pytest

from boundkit.figures import figure
from boundkit.figures.figure import Data

SMALL = {"n": 66, "k": 32, "rank": 9}
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "no signal to learn": ("ofls19.fig2", {"steps": 400, "trials": 1}, {"norm_w": 0.0}),
    "noise above the clusters": ("ofls19.fig4", {"C": (1,), "k": 60}, {"sigma": 5.0}),
    "no training": ("ofls19.table1", {**SMALL, "steps": 200}, {"steps": 0}),
    "no training that could halve anything": ("ofls19.fig6", {**SMALL, "steps": 400}, {"steps": 1}),
    "stopped before it overfits": ("ofls19.fig8", {**SMALL, "steps": 300, "jacobian_at": 10}, {"steps": 12}),
    "too few steps of Adam": ("ofls19.fig7", {**SMALL, "steps": 3_000}, {"steps": 60}),
    "too few steps for random labels": ("sjl17.fig4b", {"k": (20,), "steps": 8_000}, {"steps": 40}),
    "too few steps for a success": ("os19.fig2a", {"n": 20, "k": (2, 6), "d": (5,), "trials": 2}, {"steps": 5}),
}


def agreeing(data: Data) -> set[str]:
    """The quantities for which the run agrees."""
    return {item.quantity for item in data.comparisons if item.agrees}


@pytest.mark.parametrize("case", CASES)
def test_a_spoilt_experiment_disagrees(case: str) -> None:
    """Fewer findings agree than of the experiment itself, and every answer names its criterion."""
    if "digits" in figure(CASES[case][0]).source:
        pytest.importorskip("sklearn")
    id, settings, spoilt = CASES[case]
    good, bad = figure(id).run(**settings), figure(id).run(**{**settings, **spoilt})
    assert len(agreeing(good)) > len(agreeing(bad))
    assert good.judged[1] >= len(agreeing(good)) > 0
    for data in (good, bad):
        for item in data.comparisons:
            assert (item.agrees is None) == (item.criterion == "")
            assert item.agrees is None or item.reported is not None


def test_findings_that_digits_do_not_repeat() -> None:
    """Fig. 9: with strictly different classes the nuisance energy falls at the end, and the answer is no."""
    pytest.importorskip("sklearn")
    data = figure("ofls19.fig9").run(quick=True, steps=200)
    answers = {item.quantity: item.agrees for item in data.comparisons}
    assert answers["any class: nuisance, initial J"] is True
    assert answers["different class: nuisance, initial J"] is False


def test_gain_over_the_clean_table() -> None:
    """Table 3 is compared with Table 1: the gain with half of the labels wrong is a part of that on clean ones."""
    pytest.importorskip("sklearn")
    clean, half = (figure(f"ofls19.table{number}").run(n=66, k=32, rank=9, steps=150) for number in (1, 3))
    gain = "gain of |Pi_I y| / |y| by training"
    (told,) = (item for item in half.comparisons if item.quantity == "gain over that of Table 1")
    assert told.measured == pytest.approx(half.measured(gain) / clean.measured(gain), rel=1e-9)
    assert told.reported == pytest.approx(0.164 / 0.263, abs=1e-3)
