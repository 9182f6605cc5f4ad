"""What of an experiment counts: only that for which the statement's conditions on the run hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement.vocabulary import tau
from boundkit.statement.words.shared import loss_0
from boundkit.verify.observe.conditions import compared
from boundkit.verify.observe.plan import Observations, number

TOLERANCE = 1e-12


def along_run(
    binding: Binding,
    trials: tuple[int, ...],
    values: dict[Symbol, Any],
    broken: tuple[int, ...],
    upper: dict[Symbol, Any] | None = None,
) -> Observations:
    """Leave out what happens once a condition has failed, and trials of which nothing is left.

    A step counts while the conditions hold at all steps before it, at it and at the next one; what is measured once
    a run counts when they hold throughout. What has an `upper` end meets a condition only if that end does. Raises
    NotApplicable when no trial is left.
    """
    ends = upper or {}
    held, failed = _held(binding, {**values, **ends}, (len(trials), values[tau].shape[1]))
    so_far = np.logical_and.accumulate(held, axis=1)
    valid = np.concatenate([so_far[:, 1:], so_far[:, -1:]], axis=1)
    kept = np.asarray(valid[:, : min(2, valid.shape[1])].all(axis=1))
    seen, above = (_masked(trials, part, valid, kept, failed) for part in (values, ends))
    return Observations(seen.trials, seen.values, tuple(t for t in broken if t in seen.trials), upper=above.values)


def among_columns(binding: Binding, trials: tuple[int, ...], values: dict[Symbol, Any], columns: int) -> Observations:
    """Leave out the columns in which a condition fails, and trials of which nothing is left."""
    held, failed = _held(binding, values, (len(trials), columns))
    return _masked(trials, values, held, np.asarray(held.any(axis=1)), failed)


def _held(binding: Binding, values: dict[Symbol, Any], shape: tuple[int, int]) -> tuple[np.ndarray, dict[str, str]]:
    """Where all conditions that only the run decides hold, and which of them fail somewhere, with the first numbers."""
    held: np.ndarray = np.ones(shape, dtype=bool)
    failed: dict[str, str] = {}
    for item in binding.statement.hypotheses:
        unknown = binding.reduce(item.relation).free_symbols - binding.values.keys()
        if not unknown or not unknown <= values.keys():
            continue
        left, right = (np.asarray(number(binding, side, values)) for side in (item.relation.lhs, item.relation.rhs))
        small, large = (left, right) if item.relation.rel_op in ("<=", "<") else (right, left)
        holds = np.isnan(small) | np.isnan(large) | (small <= large + TOLERANCE * np.abs(large))
        if not holds.all():
            first = int(np.argmin(np.broadcast_to(holds, shape)))
            failed[item.label] = compared(*(float(np.broadcast_to(side, shape).flat[first]) for side in (left, right)))
        held = np.asarray(np.logical_and(held, holds))
    return held, failed


def _masked(
    trials: tuple[int, ...], values: dict[Symbol, Any], valid: np.ndarray, kept: np.ndarray, failed: dict[str, str]
) -> Observations:
    if not kept.any():
        reasons = ", ".join(f"{label} ({numbers})" for label, numbers in failed.items())
        raise NotApplicable(next(iter(failed)), f"no run satisfies {reasons}")
    masked = {}
    for symbol, array in values.items():
        if np.ndim(array) == 2 and len(array) == len(trials) and symbol != tau:
            once = array.shape[1] == 1 and symbol != loss_0
            where = valid.all(axis=1, keepdims=True) if once else valid[:, : array.shape[1]]
            array = np.where(where, array, np.nan)[kept]
        masked[symbol] = array
    return Observations(tuple(t for t, keep in zip(trials, kept, strict=True) if keep), masked)
