"""Two-layer networks: at the start, moved from it, in training, and in the limit of infinite width."""

from boundkit.verify.observe.shallow.infinite import INFINITE
from boundkit.verify.observe.shallow.joint_layers import JOINT
from boundkit.verify.observe.shallow.kernels import KERNELS
from boundkit.verify.observe.shallow.layer_weights import WEIGHTS as LAYERS_WEIGHTS
from boundkit.verify.observe.shallow.layers import INITIALISATION as LAYERS_INITIALISATION, TRAINING as LAYERS_TRAINING
from boundkit.verify.observe.shallow.moves import MOVES
from boundkit.verify.observe.shallow.training import FLIPS, INITIALISATION, TRAINING, WEIGHTS

__all__ = [
    "FLIPS",
    "INFINITE",
    "INITIALISATION",
    "JOINT",
    "KERNELS",
    "LAYERS_INITIALISATION",
    "LAYERS_TRAINING",
    "LAYERS_WEIGHTS",
    "MOVES",
    "TRAINING",
    "WEIGHTS",
]
