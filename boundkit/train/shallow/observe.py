"""What is measured of two-layer networks at their initialisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from boundkit.train.backend import Backend, select_device, with_fallback, worker_count
from boundkit.train.initialise import trial_indices
from boundkit.train.shallow.initialise import initial_layers
from boundkit.train.shallow.network import Shallow
from boundkit.train.shallow.plan import ShallowPlan, with_fewer_trials
from boundkit.train.shallow.spectra import drift, feature_values, gram, jacobian_blocks, singular_values
from boundkit.train.shallow.step import State
from boundkit.train.ticker import Ticker
from boundkit.train.workers import Workers, serially

FULL_RANK = 1e-10  # relative singular value above which features have full row rank and interpolate any labels


@dataclass(frozen=True)
class Start:
    """Observables of (W_0, V_0) for every trial: float64 [trials].

    `misfit` |f - Y|_F, `loss`, `output_norm` |f|_F; the extreme singular values of the Jacobian in the trained layers
    (smallest of n K) and its largest row norm; of the features phi(X W_0^T): n-th and largest singular value and
    Frobenius norm; `least_misfit` over all output weights; spectral norm of V_0; the largest weights and features of
    one unit.
    """

    trials: tuple[int, ...]
    misfit: np.ndarray
    loss: np.ndarray
    output_norm: np.ndarray
    sigma_min_J: np.ndarray
    norm_J: np.ndarray
    row_norm_J: np.ndarray
    feature_min: np.ndarray
    feature_norm: np.ndarray
    feature_frobenius: np.ndarray
    least_misfit: np.ndarray
    output_weights_norm: np.ndarray
    max_hidden_row: np.ndarray
    max_output_column: np.ndarray
    max_feature_row: np.ndarray


@with_fallback
def measure_start(
    network: Shallow,
    *,
    k: int,
    trials: Iterable[int] = (0,),
    seed: int = 0,
    device: str | Backend = "auto",
    workers: int | None = None,
    block: int | None = None,
) -> Start:
    """Everything in `Start` at the weights from which `descend` starts.

    >>> from boundkit.train.shallow import NormalHidden, NormalOutput
    >>> net = Shallow(np.eye(2), [1.0, -1.0], "tanh", NormalHidden(), NormalOutput(1.0), trained="both")
    >>> start = measure_start(net, k=50, trials=range(3), device="cpu")
    >>> bool((start.feature_min <= start.sigma_min_J).all()), bool((start.least_misfit < 1e-12).all())
    (True, True)
    """
    backend, chosen = select_device(device), trial_indices(trials, seed=seed)
    cores = worker_count(workers, backend)
    sizes = {"k": k, "d": network.d, "n": network.n, "outputs": network.outputs}

    def one(chunk: tuple[int, ...]) -> np.ndarray:
        return _measure(network, k, chunk, seed, backend)

    def attempt(plan: ShallowPlan) -> list[np.ndarray]:
        with Workers(cores) as pool:
            many = cores > 1 and len(plan.chunks) > 1
            ticker = Ticker(len(chosen), None)
            return list(pool.map_reporting(one, plan.chunks, ticker) if many else serially(one, plan.chunks))

    parts = with_fewer_trials(attempt, chosen, block=block, workers=cores, backend=backend, **sizes)
    return Start(chosen, *np.concatenate(parts, axis=1))


def _measure(network: Shallow, k: int, trials: tuple[int, ...], seed: int, backend: Backend) -> np.ndarray:
    W, V = _stacked(network, k, trials, seed)
    state = State(network, W, V, backend)
    misfit = np.sqrt(backend.to_host(state.forward())[0])
    blocks = jacobian_blocks(network, backend, value=state.value, derivative=state.derivative, output=state.output)
    smallest, largest = singular_values(network, backend, blocks)
    rows = np.sqrt(np.einsum("tii->ti", gram(network, backend, blocks)).max(axis=1))
    features = feature_values(backend, state.value)
    value = backend.to_host(state.value)
    full_rank = features[0] > FULL_RANK * features[1]
    return np.stack(
        [
            misfit,
            network.loss.of_misfit(misfit, network.n),
            np.linalg.norm(backend.to_host(state.residual) + network.Y, axis=(1, 2)),
            smallest,
            largest,
            rows,
            *features,
            np.linalg.norm(value, axis=(1, 2)),
            np.array([_least_misfit(phi, network.Y, full) for phi, full in zip(value, full_rank, strict=True)]),
            np.linalg.norm(V, 2, axis=(1, 2)),
            np.linalg.norm(W, axis=2).max(axis=1),
            np.linalg.norm(V, axis=1).max(axis=1),
            np.linalg.norm(value, axis=1).max(axis=1),
        ]
    )


def jacobian_change(
    network: Shallow, *, at: tuple[np.ndarray, np.ndarray], to: tuple[np.ndarray, np.ndarray]
) -> tuple[float, float, float]:
    """Smallest and largest singular value of J at `to` = (W, V), and |J(to) - J(at)|.

    >>> from boundkit.train.shallow import Given
    >>> W, V = np.eye(2), np.ones((1, 2))
    >>> net = Shallow(np.eye(2), [1.0, -1.0], "tanh", Given(W), Given(V), trained="both")
    >>> jacobian_change(net, at=(W, V), to=(W, V))[2]
    0.0
    """
    backend = select_device("cpu")
    blocks = []
    for W, V in (at, to):
        state = State(network, W[None], V[None], backend)
        state.forward()
        blocks.append(
            jacobian_blocks(network, backend, value=state.value, derivative=state.derivative, output=state.output)
        )
    smallest, largest = singular_values(network, backend, blocks[1])
    return float(smallest[0]), float(largest[0]), float(drift(network, backend, blocks[1], blocks[0])[0])


def _stacked(network: Shallow, k: int, trials: tuple[int, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    drawn = [
        initial_layers(network.hidden, network.output, k=k, d=network.d, outputs=network.outputs, seed=seed, trial=t)
        for t in trials
    ]
    return np.stack([W for W, _ in drawn]), np.stack([V for _, V in drawn])


def _least_misfit(features: np.ndarray, labels: np.ndarray, full_rank: bool) -> float:
    """The distance of the labels from the range of the features, by the singular value decomposition."""
    if full_rank:
        return 0.0
    left, values, _ = np.linalg.svd(features, full_matrices=False)
    basis = left[:, values > max(features.shape) * np.finfo(float).eps * values[0]]
    return float(np.linalg.norm(labels - basis @ (basis.T @ labels)))
