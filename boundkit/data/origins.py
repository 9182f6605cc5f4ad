"""What a generator knows about its data beyond samples and labels: a planted network, the clusters of a mixture."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Planted:
    """The network whose outputs v^T phi(W x) are the labels: `W` float64 [k, d], `v` [k], `activation` a name.

    Labels are rounded to float64; they stand for the exact outputs.
    """

    activation: str
    W: Array = field(repr=False)
    v: Array = field(repr=False)


@dataclass(frozen=True, eq=False)
class Mixture:
    """`centres` float64 [K C, d], centre l C + j being cluster j of class l, and the cluster of each sample, ints [n].

    `noise` is sigma: a sample is its centre plus a normal vector of covariance sigma^2 / d I, scaled to length 1 if
    `normalized` (`ofls19` Definition 3.4). A label is replaced by one of the other classes with probability `flips`.
    """

    centres: Array = field(repr=False)
    cluster: Any = field(repr=False)
    classes: int
    noise: float
    normalized: bool
    flips: float = 0.0

    @property
    def clusters(self) -> int:
        """Clusters of a class."""
        return len(self.centres) // self.classes

    @property
    def sizes(self) -> Any:
        """Samples of each cluster, ints [K C]."""
        return np.bincount(self.cluster, minlength=len(self.centres))

    def placed(self, generator: np.random.Generator, cluster: Any) -> Array:
        """Fresh samples [n, d] of the clusters [n]."""
        X = self.centres[cluster]
        if self.noise:
            X = X + self.noise / np.sqrt(X.shape[1]) * generator.standard_normal(X.shape)
            X = X / np.linalg.norm(X, axis=1, keepdims=True) if self.normalized else X
        return X

    def labelled(self, generator: np.random.Generator, cluster: Any) -> Array:
        """Fresh one-hot labels [n, K] of the clusters [n]."""
        label = cluster // self.clusters
        if self.flips:
            other = (label + generator.integers(1, self.classes, size=len(label))) % self.classes
            label = np.where(generator.random(len(label)) < self.flips, other, label)
        return np.eye(self.classes)[label]

    def draw(self, generator: np.random.Generator, n: int) -> tuple[Array, Array, Mixture]:
        """n fresh samples, labels [n, K], and the origin that says their clusters.

        >>> X, y, origin = Mixture(np.eye(2), np.array([0]), 2, 0.0, True).draw(np.random.default_rng(0), 3)
        >>> X.shape, y.shape, len(origin.cluster)
        ((3, 2), (3, 2), 3)
        """
        cluster = generator.integers(len(self.centres), size=n)
        return self.placed(generator, cluster), self.labelled(generator, cluster), replace(self, cluster=cluster)


Origin = Planted | Mixture | None
