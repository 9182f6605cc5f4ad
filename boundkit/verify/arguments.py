"""The arguments of `verify`: what each may be, and what it is read as."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeGuard

import numpy as np

from boundkit.arithmetic import LARGEST_POWER
from boundkit.errors import BadInput
from boundkit.query.given import LARGEST_WIDTH
from boundkit.verify.request import LIMIT_WIDTH

INFINITE = "infinite"  # as a width: training in the limit
LARGEST_TRIALS, LARGEST_STEPS, LARGEST_SEED = 10**6, 10**7, 2**63 - 1


def width_of(k: object) -> int | None:
    """The width, None for the statement's own, that at which limits are evaluated for `INFINITE`; BadInput otherwise.

    >>> width_of(None), width_of(64)
    (None, 64)
    """
    if k is None:
        return None
    if isinstance(k, str) and k == INFINITE:
        return LIMIT_WIDTH
    if not _is_integer(k, 1, LARGEST_WIDTH):
        raise BadInput("k", k, f"must be an integer from 1 to 10^{LARGEST_POWER}, or {INFINITE}")
    return int(k)


def trials_of(trials: object) -> tuple[int, ...]:
    """The indices of the trials, from these or from their number; BadInput otherwise.

    >>> trials_of(3), trials_of([4, 7])
    ((0, 1, 2), (4, 7))
    """
    if isinstance(trials, Sequence) and not isinstance(trials, str) and len(trials) > 0:
        return tuple(integer_in("trials", trial, 0, 10**9) for trial in trials)
    return tuple(range(integer_in("trials", trials, 1, LARGEST_TRIALS)))


def folder_of(out: object) -> Path | None:
    """The folder for witnesses; BadInput unless it can be written or can be made. Nothing is made yet."""
    if out is None:
        return None
    if not isinstance(out, str | os.PathLike) or out == "":
        raise BadInput("out", out, "must be the path of a folder")
    path = Path(out)
    existing = next((folder for folder in (path, *path.absolute().parents) if folder.exists()), None)
    if existing is None or not existing.is_dir() or not os.access(existing, os.W_OK):
        raise BadInput("out", out, "must be a folder that can be written")
    return path


def integer_in(name: str, value: object, low: int, high: int) -> int:
    """The value as an int; BadInput unless it is an integer from `low` to `high`."""
    if not _is_integer(value, low, high):
        raise BadInput(name, value, f"must be an integer from {low} to {high}")
    return int(value)


def _is_integer(value: object, low: int, high: int) -> TypeGuard[int]:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and low <= int(value) <= high
