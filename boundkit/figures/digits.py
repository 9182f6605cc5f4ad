"""Three classes of handwritten digits in place of CIFAR-10, and a two-layer network in place of ResNet20."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from boundkit.data import dataset
from boundkit.errors import BadInput
from boundkit.figures.figure import Progress
from boundkit.figures.jacobian import Spaces, decomposed
from boundkit.figures.series import marks
from boundkit.figures.streams import Draw, draws
from boundkit.train.backend import Backend, select_device
from boundkit.train.shallow import PairedHidden, PairedSigns, Shallow, initial_layers
from boundkit.train.shallow.step import State

CLASSES = (3, 5, 8)  # the three that look most alike
PIXELS = 64
IMAGES = 1740  # of all ten classes, equally many of each
BETAS, SMALL = (0.9, 0.999), 1e-8  # of Adam, the usual ones


@dataclass(frozen=True)
class Samples:
    """Unit images [n, 64] and one-hot labels [n, 3], to train on (labels in part replaced) and to test on."""

    X: np.ndarray
    Y: np.ndarray
    test_X: np.ndarray
    test_Y: np.ndarray


def samples(n: int, corruption: float, replacement: str, seed: int) -> Samples:
    """n balanced training images, the share `corruption` of their labels replaced; all others, clean, are the test.

    A label is replaced by a `different` class or by `any`, uniformly; a larger share replaces the same labels and
    more. Raises BadInput when n leaves nothing to test on, or is below the dimension.
    """
    everything = dataset("digits", n=IMAGES, seed=seed, center=False)
    digit = np.arange(IMAGES) % 10
    chosen = np.flatnonzero(np.isin(digit, CLASSES))
    label = np.searchsorted(CLASSES, digit[chosen])
    if not PIXELS <= n < len(chosen):
        raise BadInput("n", n, f"must be from {PIXELS}, the pixels, to {len(chosen) - 1}: there are no more images")
    generator = draws(seed, Draw.CORRUPTION, n)
    order = generator.permutation(n)[: round(corruption * n)]
    moves = generator.integers(1 if replacement == "different" else 0, len(CLASSES), n)
    shown = label[:n].copy()
    shown[order] = (shown[order] + moves[order]) % len(CLASSES)
    X, one_hot = everything.X[chosen], np.eye(len(CLASSES))
    return Samples(X[:n], one_hot[shown], X[n:], one_hot[label[n:]])


@dataclass(frozen=True)
class Snapshot:
    """The residuals f - Y on both samples, [n, K], and the misclassified shares of both, after `step` steps."""

    step: int
    residual: np.ndarray
    test_residual: np.ndarray
    error: float
    test_error: float


@dataclass(frozen=True)
class Training:
    """A run: the network, the weights at some steps (the first and the last among them), and snapshots."""

    network: Shallow
    data: Samples
    V: np.ndarray
    weights: Mapping[int, np.ndarray]
    snapshots: tuple[Snapshot, ...]
    rank: int
    backend: Backend

    @property
    def last(self) -> int:
        """The last step."""
        return self.snapshots[-1].step

    @cached_property
    def first(self) -> Spaces:
        """The spaces of the initial Jacobian."""
        return self.spaces(0)

    @cached_property
    def final(self) -> Spaces:
        """The spaces of the final Jacobian."""
        return self.spaces(self.last)

    def spaces(self, step: int) -> Spaces:
        """The spaces of the Jacobian at a step whose weights were kept, on the training sample."""
        return Spaces(*decomposed(self.network, self.weights[step], self.V, self.backend), self.rank)

    def test_spaces(self, step: int) -> Spaces:
        """The same on the test sample."""
        network = replace(self.network, X=self.data.test_X, Y=self.data.test_Y)
        return Spaces(*decomposed(network, self.weights[step], self.V, self.backend), self.rank)

    def shares(self, spaces: Spaces, *, test: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Residual energy in the information and the nuisance space over that at the start, by snapshot."""
        residuals = [s.test_residual if test else s.residual for s in self.snapshots]
        found = np.array([spaces.energies(residual) for residual in residuals]) / (residuals[0] ** 2).sum()
        return found[:, 0], found[:, 1]


def trained(
    p: Mapping[str, Any],
    seed: int,
    progress: Progress | None = None,
    *,
    keep: int | None = None,
    device: str | Backend = "cpu",
) -> Training:
    """Train the hidden weights of a paired softplus network, whose outputs start at 0, by gradient descent or Adam.

    The step of gradient descent is `step_share` over the squared norm of the initial Jacobian. The weights at step
    `keep` are kept beside the first and the last.
    """
    data = samples(p["n"], p["corruption"], p.get("replacement", "different"), seed)
    start = PairedHidden(), PairedSigns(p["nu"])
    network = Shallow(data.X, data.Y, p["activation"], *start)
    W, V = initial_layers(*start, k=p["k"], d=network.d, outputs=network.outputs, seed=seed, trial=0)
    backend = select_device(device)
    state = State(network, W[None], V[None], backend)
    kept = {0: W}
    advance = _adam(state, p["rate"]) if p["optimiser"] == "Adam" else _descent(state, p["step_share"], kept[0], V)
    at, snapshots = set(marks(p["steps"]).tolist()), []
    for step in range(p["steps"] + 1):
        state.forward()
        if step in at:
            snapshots.append(_snapshot(step, state, data))
            if progress is not None:
                progress(step, p["steps"])
        if step in (keep, p["steps"]):
            kept[step] = _weights(state).T
        if step < p["steps"]:
            advance()
    return Training(network, data, V, kept, tuple(snapshots), p["rank"], backend)


def _descent(state: State, step_share: float, W: np.ndarray, V: np.ndarray) -> Any:
    norm = decomposed(state.network, W, V, state.backend)[1][0]
    size = state.backend.asarray(np.full((1, 1, 1), step_share / norm**2))
    return lambda: state.move(size, None)


def _adam(state: State, rate: float) -> Any:
    """Adam (Kingma & Ba 2015) on the hidden weights."""
    xp = state.xp
    mean, square, count = xp.zeros_like(state.W), xp.zeros_like(state.W), 0

    def advance() -> None:
        nonlocal mean, square, count
        push = state.derivative * xp.matmul(state.residual, state.output)
        gradient = xp.matmul(xp.matrix_transpose(state.factor), push)
        count += 1
        mean = BETAS[0] * mean + (1 - BETAS[0]) * gradient
        square = BETAS[1] * square + (1 - BETAS[1]) * gradient**2
        unbiased, size = mean / (1 - BETAS[0] ** count), square / (1 - BETAS[1] ** count)
        state.moved_W = state.moved_W - rate * unbiased / (xp.sqrt(size) + SMALL)

    return advance


def _snapshot(step: int, state: State, data: Samples) -> Snapshot:
    residual = np.array(state.backend.to_host(state.residual)[0])
    value, _ = state.network.activation.value_and_derivative(data.test_X @ _weights(state))
    output = np.asarray(value) @ state.backend.to_host(state.output)[0].T
    return Snapshot(
        step,
        residual,
        output - data.test_Y,
        misclassified(residual + data.Y, data.Y),
        misclassified(output, data.test_Y),
    )


def _weights(state: State) -> np.ndarray:
    """The present hidden weights on the host, [d, k]."""
    return state.backend.to_host(state.W + state.moved_W)[0]


def misclassified(output: np.ndarray, labels: np.ndarray) -> float:
    """The share of rows whose largest output is not the label's."""
    return float((output.argmax(axis=1) != labels.argmax(axis=1)).mean())


NET: Mapping[str, Any] = {
    "n": 150,
    "k": 128,
    "nu": 0.05,
    "rank": 15,
    "activation": "softplus",
}
CORRUPTED = {"corruption": 0.5, "replacement": "different"}
SUBSTITUTE = "on digits"
SUBSTITUTED = (
    "Three classes of scikit-learn's digits (3, 5, 8) stand for CIFAR-10's automobile, airplane and bird.",
    "A paired softplus network of two layers, hidden weights trained on full batches, stands for ResNet20.",
    "The information space has a rank in proportion to the fewer samples, in place of the paper's 50 of 29997.",
)
