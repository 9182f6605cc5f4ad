"""Pictures of an activation and of its kernel: coefficient decay, dual activation, spectrum against its bounds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from boundkit.render.canvas import MEASURED, drawing

if TYPE_CHECKING:
    from boundkit.activations import Activation, Coefficient
    from boundkit.data import Kernel, Quantity

GRID = np.linspace(-1, 1, 201)
OFF_SCALE = 1e-4  # of the smallest eigenvalue: bounds below are named and not drawn


def coefficient_plot(coefficients: Sequence[Coefficient], path: str | Path, *, title: str) -> Path:
    """Squared coefficients by degree, logarithmic; those that are exactly zero are left out."""
    pairs = [(item.degree, float(item.value.mid()) ** 2) for item in coefficients]
    shown = [(degree, square) for degree, square in pairs if square > 0]
    with drawing(path) as figure:
        axes = figure.subplots()
        if shown:
            degrees, squares = zip(*shown, strict=True)
            axes.vlines(degrees, min(squares) / 10, squares, color=MEASURED, alpha=0.4, linewidth=1)
            axes.plot(degrees, squares, "o", color=MEASURED, markersize=4)
            axes.set(yscale="log")
        axes.set(xlabel="degree", ylabel="squared coefficient", title=title)
        axes.xaxis.get_major_locator().set_params(integer=True)
    return Path(path)


def kernel_plot(
    activation: Activation, path: str | Path, *, kernel: Kernel | None = None, bounds: Sequence[Quantity] = ()
) -> Path:
    """Dual activations of phi and phi' over the correlation and, with data, the spectrum against its lower bounds.

    The first of `bounds` is the smallest eigenvalue itself; bounds far below it are named in the legend only.
    """
    from boundkit.activations import dual_interval

    with drawing(path, height=4.0 if kernel is None else 6.4) as figure:
        axes = figure.subplots(1 if kernel is None else 2, 1, squeeze=False)[:, 0]
        for derivative, style, label in ((0, "-", r"$\phi$"), (1, "--", r"$\phi'$")):
            lower, upper = dual_interval(activation, derivative, GRID, GRID)
            axes[0].plot(GRID, (lower + upper) / 2, style, color=MEASURED, label=label)
        axes[0].set(xlabel=r"correlation $\rho$", ylabel="dual activation", title=activation.name)
        axes[0].legend()
        if kernel is not None:
            values = np.linalg.eigvalsh(kernel.block)
            positive = values[values > 0]
            edges = np.geomspace(positive.min(), positive.max() * 1.0001, 31) if positive.size else 10
            axes[1].hist(positive, bins=edges, color=MEASURED, alpha=0.5, label=f"spectrum of {kernel.kind}")
            for index, bound in enumerate(bounds[1:]):
                value, name = float(bound.ball.mid()), bound.name.partition("_bound_")[2]
                if value > OFF_SCALE * float(bounds[0].ball.mid()):
                    axes[1].axvline(value, color=f"C{index + 1}", linewidth=1.2, label=name)
                else:
                    axes[1].plot([], [], color=f"C{index + 1}", label=f"{name}: {value:.1e}")
            axes[1].set(xscale="log", xlabel="eigenvalue", ylabel="how many")
            axes[1].legend(fontsize=7)
    return Path(path)
