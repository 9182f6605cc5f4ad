"""Gradient descent seen through the singular spaces of the Jacobian: information above a cutoff, nuisance below it."""

from boundkit.train.information.descent import InformationRun, follow
from boundkit.train.information.merged import Merged, merged
from boundkit.train.information.reference import replay_information
from boundkit.train.information.spaces import JacobianSpaces, Split, jacobian_spaces

__all__ = [
    "InformationRun",
    "JacobianSpaces",
    "Merged",
    "Split",
    "follow",
    "jacobian_spaces",
    "merged",
    "replay_information",
]
