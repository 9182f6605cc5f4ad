"""What is observed, by family of networks and kind of experiment; nothing here knows which theorem it serves."""

from __future__ import annotations

from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement import Setting
from boundkit.verify.observe import (
    batches,
    classes,
    columns,
    composite,
    composite_points,
    deep_start,
    deep_training,
    deep_weights,
    forms,
    gaussian_units,
    generalisation,
    infinite,
    joint_layers,
    kernels,
    landscape,
    landscape_critical,
    landscape_local,
    landscape_samples,
    layer_weights,
    layers,
    linear_model,
    matrices,
    moves,
    scalars,
    shallow,
    spaces,
)
from boundkit.verify.observe.plan import Experiment, Observations, Plan, Progress, balls, floats, number

FAMILIES = {"two layers, unscaled": "landscape", "two layers": "shallow", "deep ReLU": "deep", "any map": "composite"}
BALANCED = Setting()  # what the fast path trains; other settings of two-layer networks are of the family "layers"
EXPERIMENTS: dict[tuple[str, str], Experiment] = {
    ("shallow", "training"): shallow.TRAINING,
    ("shallow", "initialisation"): shallow.INITIALISATION,
    ("shallow", "weights"): shallow.WEIGHTS,
    ("shallow", "flips"): shallow.FLIPS,
    ("shallow", "matrices"): matrices.MATRICES,
    ("shallow", "units"): gaussian_units.UNITS,
    ("shallow", "sample"): generalisation.SAMPLE,
    ("shallow", "spaces"): spaces.SPACES,
    ("shallow", "classes"): classes.CLASSES,
    ("layers", "training"): layers.TRAINING,
    ("layers", "initialisation"): layers.INITIALISATION,
    ("layers", "weights"): layer_weights.WEIGHTS,
    ("landscape", "training"): landscape_local.LOCAL,
    ("landscape", "points"): landscape.POINTS,
    ("landscape", "units"): landscape_samples.SAMPLES,
    ("landscape", "critical points"): landscape_critical.CRITICAL,
    ("shallow", "columns"): columns.COLUMNS,
    ("shallow", "forms"): forms.FORMS,
    ("shallow", "moves"): moves.MOVES,
    ("shallow", "kernels"): kernels.KERNELS,
    ("shallow", "joint"): joint_layers.JOINT,
    ("shallow", "linear model"): linear_model.LINEAR,
    ("shallow", "batches"): batches.BATCHES,
    ("shallow", "scalars"): scalars.SCALARS,
    ("composite", "training"): composite.TRAINING,
    ("composite", "weights"): composite_points.POINTS,
    ("deep", "training"): deep_training.TRAINING,
    ("deep", "initialisation"): deep_start.INITIALISATION,
    ("deep", "weights"): deep_weights.WEIGHTS,
}


def family(setting: Setting | None) -> str:
    """The family of networks that a setting describes; results without a setting are tried on shallow ones."""
    described = "" if setting is None else setting.network
    found = next((name for start, name in FAMILIES.items() if described.startswith(start)), "shallow")
    return "layers" if found == "shallow" and setting is not None and not _balanced(setting) else found


def _balanced(setting: Setting) -> bool:
    words = ("network", "trained", "output_weights", "initialisation", "loss")
    same = all(getattr(setting, word) == getattr(BALANCED, word) for word in words)
    return same and setting.algorithm in (BALANCED.algorithm, "none")


def experiment(kind: str, binding: Binding, plan: Plan | None = None) -> Experiment:
    """The experiment that claims of this kind are about; for an infinite plan, training in the limit.

    Raises NotApplicable for networks whose limit is not known.
    """
    if plan is not None and plan.infinite:
        if family(binding.statement.setting) not in ("shallow", "layers"):
            raise NotApplicable("k", "infinite: the limit is known for two-layer networks only")
        return infinite.INFINITE
    found = EXPERIMENTS.get((family(binding.statement.setting), kind))
    return EXPERIMENTS["shallow", kind] if found is None else found


__all__ = [
    "EXPERIMENTS",
    "Experiment",
    "Observations",
    "Plan",
    "Progress",
    "balls",
    "experiment",
    "family",
    "floats",
    "number",
]
