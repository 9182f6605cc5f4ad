"""Data sets (generators, files, real data) and the certified quantities that theorems ask of them."""

from boundkit.data.datasets import Dataset, dataset
from boundkit.data.quantities import Quantity, quantities

__all__ = ["Dataset", "Quantity", "dataset", "quantities"]
