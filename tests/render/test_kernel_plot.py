"""Pictures of activations and kernels hold what they are about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from boundkit.activations import activation, hermite
from boundkit.arithmetic import ball
from boundkit.data import Quantity, compare_bounds, dataset, kernel
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


@pytest.mark.parametrize("size", [1.0, 1e-6])
def test_bounds_are_drawn_unless_far_below_the_eigenvalue(size: float, figures: list[Any], tmp_path: Path) -> None:
    """A tenth of the eigenvalue is drawn, however small that is; a millionth of it is only named, with its value."""
    values = {"lambda": size, "lambda_bound_near": size / 10, "lambda_bound_far": size / 1e6}
    bounds = [Quantity(name, ball(value)) for name, value in values.items()]
    found = kernel(dataset("sphere:n=6,d=8,seed=0"), "relu")
    kernel_plot(activation("relu"), tmp_path / "k.svg", kernel=found, bounds=bounds)
    drawn = {line.get_label(): list(line.get_xdata()) for line in figures[0].axes[1].lines}
    assert drawn == {"near": [size / 10] * 2, f"far: {size / 1e6:.1e}": []}


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
