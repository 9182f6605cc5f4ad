"""What a deep network is trained on: samples, labels of +-1, a loss of the margin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from boundkit.errors import BadInput
from boundkit.train.checks import integer, samples_and_labels
from boundkit.train.deep.losses import margin_loss


@dataclass(frozen=True, eq=False)
class MarginProblem:
    """Classify X by the sign of f: risk (1/n) sum_i loss(y_i f(x_i)) (`zczg18`, eq. (3.4)).

    `X` is float64 [n, d] with samples as rows, `y` [n] of +1 and -1, `loss` a name or a MarginLoss. Raises BadInput
    for shapes that do not match, entries that are not finite, or other labels.

    >>> problem = MarginProblem(X=np.eye(2, 3), y=[1, -1], loss="logistic")
    >>> problem.n, problem.d
    (2, 3)
    """

    X: Any
    y: Any
    loss: Any = "logistic"

    def __post_init__(self) -> None:
        X, y = samples_and_labels(self.X, self.y)
        if not (np.abs(y) == 1).all():
            raise BadInput("y", y.tolist(), f"must be {len(X)} labels, +1 or -1, one for each row of X")
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)
        object.__setattr__(self, "loss", margin_loss(self.loss))

    @property
    def n(self) -> int:
        """Samples."""
        return int(self.X.shape[0])

    @property
    def d(self) -> int:
        """Input dimension."""
        return int(self.X.shape[1])


def hidden_widths(widths: Any) -> tuple[int, ...]:
    """The widths of the hidden layers, the last one even; BadInput otherwise.

    >>> hidden_widths([3, 4])
    (3, 4)
    """
    chosen = tuple(integer("widths", width, 1) for width in widths)
    if not chosen or chosen[-1] % 2:
        raise BadInput("widths", chosen, "must have at least one layer, and an even number of units in the last")
    return chosen


def output_signs(width: int) -> np.ndarray:
    """The output vector v: the first half +1, the second half -1.

    >>> output_signs(4)
    array([ 1.,  1., -1., -1.])
    """
    return np.repeat([1.0, -1.0], width // 2)
