"""Deep ReLU networks with fixed signs as output weights, trained on losses of the margin (`zczg18`)."""

from boundkit.train.deep.descent import memory_needed, train
from boundkit.train.deep.losses import MarginLoss, loss_with, margin_loss
from boundkit.train.deep.perturb import Moved, perturb
from boundkit.train.deep.problem import MarginProblem, hidden_widths, output_signs
from boundkit.train.deep.reference import Replay, replay
from boundkit.train.deep.run import DeepRun
from boundkit.train.deep.start import Start, measure

__all__ = [
    "DeepRun",
    "MarginLoss",
    "MarginProblem",
    "Moved",
    "Replay",
    "Start",
    "hidden_widths",
    "loss_with",
    "margin_loss",
    "measure",
    "memory_needed",
    "output_signs",
    "perturb",
    "replay",
    "train",
]
