"""The list of figures, and what every run has in common."""

from __future__ import annotations

import pytest

from boundkit.errors import BadInput
from boundkit.figures import FIGURES, figure

WANTED = {
    *(f"os19.fig2{panel}" for panel in "abcd"),
    *(f"sjl17.fig{number}{panel}" for number in (2, 3, 4) for panel in "ab"),
    *(f"ofls19.fig{number}" for number in (2, 4, 5, 6, 7, 8, 9)),
    *(f"ofls19.table{number}" for number in (1, 2, 3)),
}


def test_every_experiment_without_images_is_there() -> None:
    """All panels of the issue, each with its paper, and no quick parameter that the figure does not have."""
    assert set(FIGURES) == WANTED
    for item in FIGURES.values():
        assert item.source
        assert item.reported
        assert set(item.quick) <= {*item.parameters, *item.chosen}
        assert not set(item.parameters) & set(item.chosen)


def test_runs_are_functions_of_the_seed() -> None:
    """Equal seeds give equal data; another seed gives others."""
    chosen = figure("sjl17.fig3b")
    small = {"d": (16, 30), "problems": 2, "starts": 2, "steps": 300}
    assert chosen.run(**small) == chosen.run(**small)
    linear = figure("ofls19.fig2")
    assert linear.run(quick=True, steps=20).panels != linear.run(quick=True, steps=20, seed=1).panels


def test_what_is_asked_for_comes_before_what_is_quick() -> None:
    """A change holds in a reduced run too; the rest of it is reduced, and nothing of a full one."""
    item = figure("ofls19.fig2")
    reduced, full = (item.run(quick=quick, steps=7).parameters for quick in (True, False))
    assert (reduced["steps"], reduced["trials"]) == (7, item.quick["trials"])
    assert (full["steps"], full["trials"]) == (7, item.chosen["trials"])


def test_progress_ends_with_the_total() -> None:
    """Every kind of experiment reports progress that never falls and ends where it should."""
    small = {
        "sjl17.fig2a": {"k": (3,), "problems": 1, "starts": 2, "steps": 60},
        "sjl17.fig4b": {"k": (3, 4), "steps": 60},
        "ofls19.fig2": {"steps": 5},
        "ofls19.fig4": {"C": (1,), "k": 20},
    }
    for id, changes in small.items():
        seen: list[tuple[int, int]] = []
        figure(id).run(progress=lambda *now, seen=seen: seen.append(now), **changes)
        shares = [done / total for done, total in seen]
        assert shares == sorted(shares)
        assert shares[-1] == 1


def test_unknown_names_are_refused() -> None:
    """An unknown figure, parameter or seed is one line with what is valid."""
    with pytest.raises(BadInput, match=r"figure = os19[.]fig2e: unknown; did you mean os19"):
        figure("os19.fig2e")
    with pytest.raises(BadInput, match="parameter = widths"):
        figure("os19.fig2a").run(widths=(1, 2))
    with pytest.raises(BadInput, match="seed = -1"):
        figure("ofls19.fig2").run(seed=-1)
