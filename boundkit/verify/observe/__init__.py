"""What is observed, by family of networks and kind of experiment; nothing here knows which theorem it serves."""

from __future__ import annotations

from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement import Setting
from boundkit.verify.observe import composite, deep, generalisation, landscape, lemmas, shallow
from boundkit.verify.observe.plan import Experiment, Observations, Plan, Progress, balls, floats, number

FAMILIES = {"two layers, unscaled": "landscape", "two layers": "shallow", "deep ReLU": "deep", "any map": "composite"}
BALANCED = Setting()  # what the fast path trains; other settings of two-layer networks are of the family "layers"
EXPERIMENTS: dict[tuple[str, str], Experiment] = {
    ("shallow", "training"): shallow.TRAINING,
    ("shallow", "initialisation"): shallow.INITIALISATION,
    ("shallow", "weights"): shallow.WEIGHTS,
    ("shallow", "flips"): shallow.FLIPS,
    ("shallow", "matrices"): lemmas.MATRICES,
    ("shallow", "units"): deep.UNITS,
    ("shallow", "sample"): generalisation.SAMPLE,
    ("shallow", "spaces"): generalisation.SPACES,
    ("shallow", "classes"): generalisation.CLASSES,
    ("shallow", "columns"): landscape.COLUMNS,
    ("shallow", "forms"): lemmas.FORMS,
    ("shallow", "moves"): shallow.MOVES,
    ("shallow", "kernels"): shallow.KERNELS,
    ("shallow", "joint"): shallow.JOINT,
    ("shallow", "linear model"): generalisation.LINEAR,
    ("shallow", "batches"): lemmas.BATCHES,
    ("shallow", "scalars"): lemmas.SCALARS,
    ("layers", "training"): shallow.LAYERS_TRAINING,
    ("layers", "initialisation"): shallow.LAYERS_INITIALISATION,
    ("layers", "weights"): shallow.LAYERS_WEIGHTS,
    ("landscape", "training"): landscape.LOCAL,
    ("landscape", "points"): landscape.POINTS,
    ("landscape", "units"): landscape.SAMPLES,
    ("landscape", "critical points"): landscape.CRITICAL,
    ("composite", "training"): composite.TRAINING,
    ("composite", "weights"): composite.POINTS,
    ("deep", "training"): deep.TRAINING,
    ("deep", "initialisation"): deep.INITIALISATION,
    ("deep", "weights"): deep.WEIGHTS,
}
LIMITS = shallow.INFINITE  # what is tried at infinite width, by kind
NO_LIMIT = {
    "landscape": "the widths of the trained and of the planted network are given, neither of them grows",
    "deep": "outputs under weights of +-1 grow like the root of the width, and margin losses have no linear slopes",
    "composite": "a map of a few parameters has no width to grow",
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
    """The experiment that claims of this kind are about; for an infinite plan, the one of `LIMITS` in the limit.

    Raises NotApplicable, with the reason, for networks that have no limit.
    """
    if plan is not None and plan.infinite:
        reason = NO_LIMIT.get(family(binding.statement.setting))
        if reason is not None:
            raise NotApplicable("k", f"infinite: {reason}")
        return LIMITS[kind]
    found = EXPERIMENTS.get((family(binding.statement.setting), kind))
    return EXPERIMENTS["shallow", kind] if found is None else found


__all__ = [
    "EXPERIMENTS",
    "LIMITS",
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
