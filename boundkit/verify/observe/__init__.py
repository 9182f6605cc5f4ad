"""What is observed, by family of networks and kind of experiment; nothing here knows which theorem it serves."""

from __future__ import annotations

from boundkit.query import Binding
from boundkit.statement import Setting
from boundkit.verify.observe import matrices, shallow
from boundkit.verify.observe.plan import Experiment, Observations, Plan, Progress, floats, number

FAMILIES = {"two layers": "shallow"}
EXPERIMENTS: dict[tuple[str, str], Experiment] = {
    ("shallow", "training"): shallow.TRAINING,
    ("shallow", "initialisation"): shallow.INITIALISATION,
    ("shallow", "weights"): shallow.WEIGHTS,
    ("shallow", "flips"): shallow.FLIPS,
    ("shallow", "matrices"): matrices.MATRICES,
}


def family(setting: Setting | None) -> str:
    """The family of networks that a setting describes; results without a setting are tried on shallow ones."""
    described = "" if setting is None else setting.network
    return next((name for start, name in FAMILIES.items() if described.startswith(start)), "shallow")


def experiment(kind: str, binding: Binding) -> Experiment:
    """The experiment that claims of this kind are about."""
    return EXPERIMENTS[family(binding.statement.setting), kind]


__all__ = ["EXPERIMENTS", "Experiment", "Observations", "Plan", "Progress", "experiment", "family", "floats", "number"]
