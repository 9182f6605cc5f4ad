"""Two-layer networks in every setting of the papers: many outputs, either layer or both, sampled batches, exits."""

from boundkit.train.shallow.descent import descend
from boundkit.train.shallow.initialise import (
    Balanced,
    Given,
    NormalHidden,
    NormalOutput,
    PairedHidden,
    PairedSigns,
    Signs,
    ZeroOutput,
    initial_layers,
)
from boundkit.train.shallow.losses import LOSSES, Loss
from boundkit.train.shallow.network import Shallow
from boundkit.train.shallow.observe import Start, measure_start
from boundkit.train.shallow.reference import replay_shallow
from boundkit.train.shallow.run import ShallowRun
from boundkit.train.shallow.sampling import Batches
from boundkit.train.shallow.settings import interpret

__all__ = [
    "LOSSES",
    "Balanced",
    "Batches",
    "Given",
    "Loss",
    "NormalHidden",
    "NormalOutput",
    "PairedHidden",
    "PairedSigns",
    "Shallow",
    "ShallowRun",
    "Signs",
    "Start",
    "ZeroOutput",
    "descend",
    "initial_layers",
    "interpret",
    "measure_start",
    "replay_shallow",
]
