"""Training on fresh samples: test error, information and nuisance spaces, classes of networks."""

from boundkit.verify.observe.generalisation.classes import CLASSES
from boundkit.verify.observe.generalisation.linear_model import LINEAR
from boundkit.verify.observe.generalisation.spaces import SPACES
from boundkit.verify.observe.generalisation.training import SAMPLE

__all__ = [
    "CLASSES",
    "LINEAR",
    "SAMPLE",
    "SPACES",
]
