"""Two-layer networks, their initialisation, gradient descent on them, and what is observed on the way."""

from boundkit.train.backend import Backend, backends, doctor, select_device
from boundkit.train.descent import train
from boundkit.train.initialise import initial_weights
from boundkit.train.observables import Initialisation, jacobian_drift, jacobian_gram, measure
from boundkit.train.perturbations import (
    FlipPerturbation,
    LipschitzRatios,
    flip_budget,
    lipschitz_ratio,
    worst_flip_perturbation,
)
from boundkit.train.plan import memory_needed
from boundkit.train.problem import Problem, output_weights
from boundkit.train.reference import replay
from boundkit.train.run import Run, Status

__all__ = [
    "Backend",
    "FlipPerturbation",
    "Initialisation",
    "LipschitzRatios",
    "Problem",
    "Run",
    "Status",
    "backends",
    "doctor",
    "flip_budget",
    "initial_weights",
    "jacobian_drift",
    "jacobian_gram",
    "lipschitz_ratio",
    "measure",
    "memory_needed",
    "output_weights",
    "replay",
    "select_device",
    "train",
    "worst_flip_perturbation",
]
