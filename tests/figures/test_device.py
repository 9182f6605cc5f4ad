"""Figures on a strict device, where any use of NumPy on its arrays is an error, against the CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boundkit.errors import BadInput
from boundkit.figures import FIGURES, figure
from boundkit.figures.batches import Descent, reach
from boundkit.figures.figure import Data
from tests.figures.test_batches import made, misfits
from tests.train.test_descent import generic, strict

SMALL: dict[str, dict[str, Any]] = {
    "os19.fig2a": {"k": (4, 8), "d": (3, 5), "n": 12, "trials": 2, "steps": 120, "tolerance": 0.4},
    "os19.fig2c": {"k": (5, 7), "d": (3,), "n": 8, "trials": 3, "steps": 120, "tolerance": 0.5},
    "sjl17.fig2a": {"n": 20, "d": 4, "k": (3, 6), "problems": 2, "starts": 2, "steps": 160, "tolerance": 0.5},
    "sjl17.fig3b": {"n": 20, "k": 4, "d": (4, 6), "problems": 2, "starts": 2, "steps": 160, "tolerance": 0.5},
    "sjl17.fig4a": {"n": 20, "d": 3, "k": (3, 6), "steps": 60},
    "ofls19.fig4": {"C": (1,), "k": 20},
}
DIGITS: dict[str, dict[str, Any]] = {
    "ofls19.table1": {"n": 64, "k": 16, "steps": 12},
    "ofls19.table2": {"n": 64, "k": 16, "steps": 12},
    "ofls19.fig5": {"n": 64, "k": 16, "steps": 12},
    "ofls19.fig7": {"n": 64, "k": 16, "steps": 40},
}


def numbers(value: Any) -> list[float]:
    """All numbers in the panels and comparisons of a figure, in order."""
    if isinstance(value, Data):
        return numbers((value.panels, value.comparisons))
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, tuple | list):
        return [number for item in value for number in numbers(item)]
    if hasattr(value, "__dataclass_fields__"):
        return numbers([getattr(value, name) for name in value.__dataclass_fields__])
    return [float(value)] if isinstance(value, int | float) else []


@pytest.mark.parametrize("make", [generic, strict])
@pytest.mark.parametrize("id", [*SMALL, *DIGITS])
def test_figures_agree_with_the_cpu(id: str, make: Any) -> None:
    """Training, Adam, Gram matrices and looks at the misfit give the numbers of the CPU, and the figure says where."""
    if id in DIGITS:
        pytest.importorskip("sklearn")
    changes = {**SMALL, **DIGITS}[id]
    device = make()
    ours, theirs = figure(id).run(device=device, **changes), figure(id).run(**changes)
    assert (ours.device, theirs.device) == (device.name, "cpu")
    found, expected = numbers(ours), numbers(theirs)
    assert len(found) >= 5
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-10)


def test_networks_are_dropped_on_the_device() -> None:
    """Levels that are reached at different steps, also after others were dropped, against plain loops."""
    networks = made(6, seed=2)
    paths = np.stack([misfits(networks, i, trained="both", step_size=0.02, steps=230) for i in range(6)])
    level = np.array([paths[i, at] for i, at in enumerate((0, 40, 60, 110, 160, 229))]) * (1 + 1e-9)
    level[3] = paths[3].min() * (1 - 1e-9)
    found = reach([(networks, Descent("tanh", "both", 0.02, 230))], [level], None, strict())
    assert found[0].tolist() == [True, True, True, False, True, True]


def test_what_runs_on_the_host_only_says_so() -> None:
    """One figure trains no network: another device is bad input, and `auto` means the CPU."""
    (only,) = (item for item in FIGURES.values() if item.host_only)
    with pytest.raises(BadInput, match=r"ofls19[.]fig2, which runs on the host only") as raised:
        only.run(device=strict(), quick=True)
    assert raised.value.argument == "device"
    assert only.run(device="auto", quick=True, steps=5).device == "cpu"


def test_unknown_devices_are_refused() -> None:
    """Before any work, with what is valid."""
    with pytest.raises(BadInput, match="device = tpu"):
        figure("os19.fig2a").run(device="tpu")
