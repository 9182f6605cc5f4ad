"""What is trained: data with one or many outputs, the layers that move, the loss, the start and the batches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from boundkit.errors import unknown
from boundkit.train.checks import samples_and_labels
from boundkit.train.problem import Problem
from boundkit.train.shallow.initialise import Recipe
from boundkit.train.shallow.losses import LOSSES, Loss
from boundkit.train.shallow.sampling import Batches

TRAINED = ("hidden", "output", "both")
FULL = Batches()


@dataclass(frozen=True, eq=False)
class Shallow:
    """f(X) = phi(X W^T) V^T fitted to Y by training the `trained` layers from `hidden` and `output`.

    `X` is float64 [n, d] with samples as rows, `Y` [n, K] (or [n] for one output), W [k, d], V [K, k]. `loss` is a
    name or a `Loss`. Raises BadInput for shapes that do not match, entries that are not finite and unknown names.

    >>> from boundkit.train.shallow.initialise import NormalHidden, Signs
    >>> net = Shallow(np.eye(3), np.eye(3), "tanh", hidden=NormalHidden(), output=Signs(1.0))
    >>> net.n, net.outputs, net.moves_output
    (3, 3, False)
    """

    X: Any
    Y: Any
    activation: Any
    hidden: Recipe
    output: Recipe
    trained: str = "hidden"
    loss: Any = "half sum of squares"
    batches: Batches = FULL

    def __post_init__(self) -> None:
        if self.trained not in TRAINED:
            raise unknown("trained", self.trained, TRAINED)
        if not isinstance(self.loss, Loss):
            if self.loss not in LOSSES:
                raise unknown("loss", self.loss, tuple(LOSSES))
            object.__setattr__(self, "loss", LOSSES[self.loss])
        X, Y = samples_and_labels(self.X, self.Y, label="Y", outputs=True)
        # the activation and the reduction of X are those of the problem with one output, whatever its labels
        problem = Problem(X=X, y=np.ones(len(X)), activation=self.activation)
        object.__setattr__(self, "X", problem.X)
        object.__setattr__(self, "Y", Y[:, None] if Y.ndim == 1 else Y)
        object.__setattr__(self, "activation", problem.activation)
        object.__setattr__(self, "_problem", problem)
        self.batches.samples(self.n)

    @property
    def n(self) -> int:
        """Samples."""
        return int(self.X.shape[0])

    @property
    def d(self) -> int:
        """Input dimension."""
        return int(self.X.shape[1])

    @property
    def outputs(self) -> int:
        """Outputs K."""
        return int(self.Y.shape[1])

    @property
    def moves_hidden(self) -> bool:
        """Whether W is trained."""
        return self.trained != "output"

    @property
    def moves_output(self) -> bool:
        """Whether V is trained."""
        return self.trained != "hidden"

    @cached_property
    def norm_Y(self) -> float:
        """Frobenius norm of the labels."""
        return float(np.linalg.norm(self.Y))

    @property
    def factor(self) -> np.ndarray:
        """The data as the network needs them, [n, r] r = min(n, d): X = factor @ basis.T (see `Problem.factor`)."""
        problem: Problem = self._problem  # type: ignore[attr-defined]
        return problem.factor

    @property
    def basis(self) -> np.ndarray:
        """Orthonormal columns [d, r]; hidden weights act and move through W @ basis only."""
        problem: Problem = self._problem  # type: ignore[attr-defined]
        return problem.basis
