"""Pictures that tests look into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from boundkit.render import campaign, kernel_plot, plot


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The figures that are drawn in the test, in order; nothing is written."""
    drawn: list[Any] = []

    @contextmanager
    def kept(path: Path, **_: float) -> Iterator[Any]:
        drawn.append(pytest.importorskip("matplotlib.figure").Figure())
        yield drawn[-1]

    for module in (campaign, kernel_plot, plot):
        monkeypatch.setattr(module, "drawing", kept)
    return drawn
