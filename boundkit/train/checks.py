"""The checks of numbers that several functions of this room take."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from boundkit.errors import BadInput

LARGEST_WORKERS = 1024  # threads or processes; more than any machine has cores for


def integer(name: str, value: Any, least: int, most: int | None = None) -> int:
    """The value as an int; BadInput unless it is an integer of at least `least`, and of at most `most` if given.

    >>> integer("k", 4, 2)
    4
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise BadInput(name, value, f"must be an integer {bounds}")
    return int(value)


def indices(name: str, values: Any) -> tuple[int, ...]:
    """Distinct integers of at least 0 as a tuple; BadInput for anything else.

    >>> indices("trials", range(3))
    (0, 1, 2)
    """
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise BadInput(name, values, "must be several indices, such as range(8) or [0, 3]")
    chosen = tuple(integer(name, value, 0) for value in values)
    if len(set(chosen)) < len(chosen):
        raise BadInput(name, chosen, "must name each index once")
    return chosen


def finite(name: str, values: Any, *axes: int) -> np.ndarray:
    """A read-only float64 copy [..., ...] of finite numbers with one of these numbers of axes; BadInput otherwise.

    >>> finite("X", [[1, 2]], 2)
    array([[1., 2.]])
    """
    wanted = " or ".join(map(str, axes))
    if np.ma.is_masked(values):  # NumPy would copy what lies under the mask
        raise BadInput(name, "masked array", "must have no masked entries; fill or drop them")
    try:
        given = np.asarray(values)
    except (TypeError, ValueError):
        raise BadInput(name, type(values).__name__, f"must be an array of real numbers with {wanted} axes") from None
    if given.dtype.kind not in "biuf":  # NumPy would also read words, drop imaginary parts, and count days
        raise BadInput(name, f"array of {given.dtype}", f"must be an array of real numbers with {wanted} axes")
    array = np.array(given, dtype=np.float64, order="C")
    if array.ndim not in axes or array.size == 0:
        raise BadInput(name, f"shape {array.shape}", f"must be a non-empty array with {wanted} axes")
    if not np.isfinite(array).all():
        raise BadInput(name, "an array", "must have finite entries only")
    array.flags.writeable = False
    return array


def samples_and_labels(X: Any, y: Any, *, label: str = "y", outputs: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Samples [n, d] and labels [n], with `outputs` also [n, K], checked; `label` is the name of the labels.

    >>> [array.shape for array in samples_and_labels([[1, 2], [3, 4]], [1, -1])]
    [(2, 2), (2,)]
    """
    samples, labels = finite("X", X, 2), finite(label, y, *((1, 2) if outputs else (1,)))
    if len(labels) != len(samples):
        raise BadInput(label, f"{len(labels)} labels", f"must be one for each of the {len(samples)} rows of X")
    return samples, labels


def positive(name: str, value: Any) -> float:
    """The value as a float; BadInput unless it is a finite number above 0.

    >>> positive("radius", 2)
    2.0
    """
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < math.inf:
        raise BadInput(name, value, "must be a positive number")
    return float(value)


def checkpoint_steps(values: Iterable[int], steps: int) -> tuple[int, ...]:
    """Steps in increasing order; BadInput unless they are distinct and between 0 and `steps`.

    >>> checkpoint_steps([5, 0], 10)
    (0, 5)
    """
    marks = tuple(sorted(indices("checkpoints", values)))
    if marks and marks[-1] > steps:
        raise BadInput("checkpoints", marks[-1], f"must be a step between 0 and {steps}")
    return marks
