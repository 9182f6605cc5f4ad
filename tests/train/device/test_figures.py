"""Figures of the papers trained on a CUDA device, emulated or real, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boundkit.errors import BadInput
from boundkit.figures import figure
from tests.figures.test_device import DIGITS, SMALL, numbers


@pytest.mark.parametrize("id", ["os19.fig2c", "sjl17.fig3b", "sjl17.fig4a", "ofls19.fig4", "ofls19.fig7"])
def test_figures_agree_with_numpy(cuda: str, id: str) -> None:
    """Every engine behind a figure gives the numbers of the CPU, and the figure says where it ran."""
    if id in DIGITS:
        pytest.importorskip("sklearn")
    changes: dict[str, Any] = {**SMALL, **DIGITS}[id]
    ours, theirs = figure(id).run(device=cuda, **changes), figure(id).run(**changes)
    assert (ours.device, theirs.device) == ("cuda", "cpu")
    np.testing.assert_allclose(numbers(ours), numbers(theirs), rtol=1e-6, atol=1e-9)


def test_what_runs_on_the_host_only_says_so(cuda: str) -> None:
    """CUDA is bad input for it, and `auto` stays on the CPU."""
    with pytest.raises(BadInput, match="host only"):
        figure("ofls19.fig2").run(device=cuda, quick=True)
    assert figure("ofls19.fig2").run(device="auto", quick=True, steps=5).device == "cpu"
