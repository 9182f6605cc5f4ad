"""Data sets (generators, files, real data), the certified quantities that theorems ask of them, and kernels."""

from boundkit.data.comparison import compare_bounds
from boundkit.data.datasets import Dataset, dataset, pinned
from boundkit.data.kernels import Kernel, kernel
from boundkit.data.matrix_free import LowestEigenvalue, approximate_smallest_eigenvalue
from boundkit.data.monte_carlo import SampledKernel, sampled_kernel
from boundkit.data.quantities import Quantity, quantities

__all__ = [
    "Dataset",
    "Kernel",
    "LowestEigenvalue",
    "Quantity",
    "SampledKernel",
    "approximate_smallest_eigenvalue",
    "compare_bounds",
    "dataset",
    "kernel",
    "pinned",
    "quantities",
    "sampled_kernel",
]
