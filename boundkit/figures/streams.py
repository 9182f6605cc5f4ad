"""Random numbers of the experiments: one counter-based stream for every purpose and place in the grid."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Draw(IntEnum):
    """What a stream is for. Released numbers never change: results are reproduced from them."""

    DATA = 100
    LABELS = 101
    PLANTED = 102
    START = 103
    SUBSPACES = 104
    CENTRES = 105
    NOISE = 106
    CORRUPTION = 107
    SPLIT = 108


def draws(seed: int, purpose: Draw, *place: int) -> np.random.Generator:
    """The generator of one purpose at one place, independent of all others and of what else is run.

    >>> bool(draws(0, Draw.DATA, 3, 1).random() == draws(0, Draw.DATA, 3, 1).random())
    True
    """
    key = np.random.SeedSequence(seed, spawn_key=(int(purpose), *place))
    return np.random.Generator(np.random.Philox(key))


def sphere(seed: int, n: int, d: int, *place: int) -> np.ndarray:
    """n points uniform on the unit sphere of R^d, as rows."""
    X = draws(seed, Draw.DATA, n, d, *place).standard_normal((n, d))
    return np.asarray(X / np.linalg.norm(X, axis=1, keepdims=True))
