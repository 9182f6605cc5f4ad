"""Deep networks seen again by the slow implementation: curves of one run in long double arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from boundkit.train.deep import MarginProblem, replay
from boundkit.train.deep.reference import output_and_gradients

REPLAY_LIMIT = 4e8  # multiplications in extended precision, some minutes


def curves(
    problem: MarginProblem,
    *,
    widths: Sequence[int],
    step_size: float,
    steps: int,
    seed: int,
    trial: int,
    batch: int | None,
    target: float | None,
) -> dict[str, np.ndarray] | None:
    """The fields of `deep_training.Curves` for one trial, up to its target; None above `REPLAY_LIMIT` operations."""
    weights = sum(a * b for a, b in zip((problem.d, *widths), widths, strict=False))
    if 3.0 * weights * problem.n * (steps + 1) > REPLAY_LIMIT:
        return None
    seen = replay(problem, widths=widths, step_size=step_size, steps=steps, seed=seed, trial=trial, batch=batch)
    reached = np.flatnonzero(seen.risk <= (target or 0))
    end = int(reached[0]) + 1 if len(reached) else steps + 1
    start = seen.weights[0]
    first = _masks(problem, start)
    columns: dict[str, list[Any]] = {
        name: [] for name in ("drift", "gradient", "distance", "spectral", "flips", "union")
    }
    for step in range(end):
        now = seen.weights[step]
        moved = [(a - b).astype(float) for a, b in zip(now, start, strict=True)]
        slopes = [output_and_gradients(now, x)[1] for x in problem.X.astype(np.longdouble)]
        update = seen.batch_gradients[step]
        columns["drift"].append([sum((g * u).sum() for g, u in zip(own, update, strict=True)) for own in slopes])
        columns["gradient"].append([np.sqrt((g * g).sum()) for g in seen.gradients[step]])
        columns["distance"].append([np.linalg.norm(d) for d in moved])
        columns["spectral"].append([np.linalg.norm(d, 2) for d in moved])
        changed = [a != b for a, b in zip(_masks(problem, now), first, strict=True)]
        columns["flips"].append([change.sum(axis=1).max() for change in changed])
        columns["union"].append(changed[-1].any(axis=0).sum())
    found = {name: np.array(rows, dtype=float)[None] for name, rows in columns.items()}
    for name in ("risk", "mean_slope", "batch_slope", "outputs"):
        found[name] = np.asarray(getattr(seen, name)[:end], dtype=float)[None]
    found["union_flips"] = found.pop("union")
    return found


def _masks(problem: MarginProblem, weights: list[Any]) -> list[np.ndarray]:
    features, masks = problem.X.astype(np.longdouble), []
    for weight in weights:
        hidden = features @ weight
        masks.append(hidden > 0)
        features = np.where(masks[-1], hidden, 0)
    return masks
