"""The experiments of the papers that need no image data set, run again beside what the papers report."""

from boundkit.figures.catalogue import FIGURES, figure
from boundkit.figures.figure import Data, Figure

__all__ = ["FIGURES", "Data", "Figure", "figure"]
