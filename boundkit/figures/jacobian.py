"""The Jacobian of a network and how labels and residuals lie in its information and nuisance spaces (`ofls19`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boundkit.train.backend import Backend, select_device
from boundkit.train.shallow import Shallow
from boundkit.train.shallow.spectra import gram, jacobian_blocks
from boundkit.train.shallow.step import State


def decomposed(
    network: Shallow, W: np.ndarray, V: np.ndarray, device: str | Backend = "cpu"
) -> tuple[np.ndarray, np.ndarray]:
    """Left singular vectors (columns [n K, n K], class by class) and singular values of J at W [k, d], V [K, k].

    The Gram matrix of J is made on the device and decomposed on the host.
    """
    state = State(network, W[None], V[None], select_device(device))
    state.forward()
    now = jacobian_blocks(network, state.backend, value=state.value, derivative=state.derivative, output=state.output)
    values, vectors = np.linalg.eigh(gram(network, state.backend, now)[0])
    return vectors[:, ::-1], np.sqrt(np.maximum(values[::-1], 0.0))


@dataclass(frozen=True)
class Spaces:
    """The span of the `rank` top left singular vectors (information) and its complement (nuisance)."""

    vectors: np.ndarray
    values: np.ndarray
    rank: int

    def energies(self, residual: np.ndarray) -> tuple[float, float]:
        """Squared norms of both parts of a residual [n, K]."""
        flat = residual.T.ravel()
        inside = float(((self.vectors[:, : self.rank].T @ flat) ** 2).sum())
        return inside, max(0.0, float(flat @ flat) - inside)

    def alignment(self, labels: np.ndarray) -> tuple[float, float, float]:
        """|Pi_I y| / |y|, |Pi_N y| / |y| and |J_I^+ y| / |y| of labels [n, K], as in the tables of the paper."""
        flat = labels.T.ravel() / np.linalg.norm(labels)
        inside, beside = self.energies(labels / np.linalg.norm(labels))
        inverse = (self.vectors[:, : self.rank].T @ flat) / self.values[: self.rank]
        return float(np.sqrt(inside)), float(np.sqrt(beside)), float(np.linalg.norm(inverse))
