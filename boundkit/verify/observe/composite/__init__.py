"""Composite objectives of a few parameters: in training, and at points."""

from boundkit.verify.observe.composite.points import POINTS
from boundkit.verify.observe.composite.training import TRAINING

__all__ = [
    "POINTS",
    "TRAINING",
]
