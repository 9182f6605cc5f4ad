"""Deep ReLU networks: at the start, moved from it, and in training."""

from boundkit.verify.observe.deep.gaussian_units import UNITS
from boundkit.verify.observe.deep.start import INITIALISATION
from boundkit.verify.observe.deep.training import TRAINING
from boundkit.verify.observe.deep.weights import WEIGHTS

__all__ = [
    "INITIALISATION",
    "TRAINING",
    "UNITS",
    "WEIGHTS",
]
