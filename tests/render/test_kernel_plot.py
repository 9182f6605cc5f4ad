"""Pictures of activations and kernels hold what they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from boundkit.activations import activation, hermite
from boundkit.data import compare_bounds, dataset, kernel
from boundkit.errors import BadInput
from boundkit.render.kernel_plot import coefficient_plot, kernel_plot


def test_spectrum_and_every_bound_are_named(tmp_path: Path) -> None:
    """The picture names the kernel and each lower bound, drawn or off the scale."""
    points = dataset("sphere:n=12,d=8,seed=0")
    bounds = compare_bounds(points, "gelu")
    found = kernel_plot(activation("gelu"), tmp_path / "k.svg", kernel=kernel(points, "gelu"), bounds=bounds)
    text = found.read_text()
    assert "<!-- spectrum of sigma -->" in text
    for bound in bounds[1:]:
        assert f"<!-- {bound.name.partition('_bound_')[2]}" in text


def test_coefficients_are_drawn(tmp_path: Path) -> None:
    """A picture of coefficients is written in the format of its suffix, also when all but one vanish."""
    assert coefficient_plot(hermite("tanh", degree=8), tmp_path / "h.png", title="tanh").read_bytes()[:4] == b"\x89PNG"
    assert coefficient_plot(hermite("identity", degree=4), tmp_path / "h.svg", title="z").stat().st_size > 0


@pytest.mark.parametrize("name", ["h.gif", "missing/h.png"])
def test_a_place_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    """Another suffix or a missing folder is one line."""
    with pytest.raises(BadInput) as caught:
        coefficient_plot(hermite("relu", degree=3), tmp_path / name, title="relu")
    assert caught.value.argument == "plot"
