"""What Theorem 5.1 says of the Gaussian initialisation, measured item by item (`zczg18`, Lemmas A.1 to A.15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from boundkit.train.backend import Backend, select_device, with_fallback
from boundkit.train.deep.layers import Pass, forward, gradients, sent_back
from boundkit.train.deep.problem import MarginProblem, hidden_widths, output_signs
from boundkit.train.deep.separation import cosines, separations
from boundkit.train.deep.spectral import spectral_norms
from boundkit.train.deep.streams import layer_weights
from boundkit.train.initialise import trial_indices


@dataclass(frozen=True)
class Start:
    """Observables of the initial weights: [trials], or [trials, L] with one column a layer.

    `norm_ratio`: largest | |x_l|^2 / |x_{l-1}|^2 - 1 | over the samples; `norm_deviation`: largest | |x_l| - 1 |;
    `smallest_norm`, `largest_norm` of the features x_{L-1}, the inputs of the last layer; `weight_norm` |W_l|_2;
    `separation` and `cosine`: smallest distance of normalised x_l over pairs of opposite labels and smallest cosine
    over all pairs; `last_separation`, `last_antipodal`: smallest |u_i - u_j| over opposite labels and |u_i + u_j| over
    all pairs of normalised x_{L-1}; `output` largest |f(x_i)|; `mean_slope` mean of -loss'; `last_gradient` Frobenius
    norm of the last layer's gradient; `input_deviation`: largest | |x_l| - 1 | over l < L; `small_units`: largest
    number over the samples of pre-activations within `threshold` of 0.
    """

    trials: tuple[int, ...]
    norm_ratio: np.ndarray
    norm_deviation: np.ndarray
    weight_norm: np.ndarray
    separation: np.ndarray
    cosine: np.ndarray
    small_units: np.ndarray
    smallest_norm: np.ndarray
    largest_norm: np.ndarray
    last_separation: np.ndarray
    last_antipodal: np.ndarray
    output: np.ndarray
    mean_slope: np.ndarray
    last_gradient: np.ndarray
    input_deviation: np.ndarray


@with_fallback
def measure(
    problem: MarginProblem,
    *,
    widths: Sequence[int],
    trials: Iterable[int] = (0,),
    seed: int = 0,
    threshold: float = 0.0,
    device: str | Backend = "auto",
) -> Start:
    """Observables of the weights that `train` starts from; trials are drawn, measured and forgotten one by one.

    >>> problem = MarginProblem(X=np.eye(2), y=[1, -1])
    >>> start = measure(problem, widths=(2000, 2000), trials=range(2), device="cpu")
    >>> bool((start.norm_ratio < 0.3).all())
    True
    """
    backend, shape = select_device(device), hidden_widths(widths)
    chosen = trial_indices(trials, seed=seed)
    rows = [_measure_one(problem, shape, seed, trial, threshold, backend) for trial in chosen]
    return Start(chosen, *(np.stack(column) for column in zip(*rows, strict=True)))


def start_pass(
    problem: MarginProblem, *, widths: Sequence[int], seed: int, trial: int, backend: Backend
) -> tuple[list[np.ndarray], Pass]:
    """The initial weights of one trial, [1, m_{l-1}, m_l] on the backend, and the pass through them."""
    drawn = layer_weights(tuple(widths), d=problem.d, seed=seed, trial=trial)
    weights = [backend.asarray(layer[None]) for layer in drawn]
    signs = backend.asarray(output_signs(widths[-1]))
    return weights, forward(backend.asarray(problem.X), weights, signs)


def _measure_one(
    problem: MarginProblem, widths: tuple[int, ...], seed: int, trial: int, threshold: float, backend: Backend
) -> list[np.ndarray]:
    weights, seen = start_pass(problem, widths=widths, seed=seed, trial=trial, backend=backend)
    signs = backend.asarray(output_signs(widths[-1]))
    features = [problem.X, *(backend.to_host(layer)[0] for layer in seen.features[1:])]
    hidden = [backend.to_host(layer)[0] for layer in seen.hidden]
    opposite, everyone = problem.y[:, None] * problem.y < 0, ~np.eye(problem.n, dtype=bool)
    norms = np.stack([np.linalg.norm(layer, axis=1) for layer in features])
    last = features[-2]
    _, slope = problem.loss.value_and_slope(backend.asarray(problem.y) * seen.outputs)
    coefficients = slope * backend.asarray(problem.y) / problem.n
    gradient = gradients(seen, sent_back(seen, weights, signs), coefficients)[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(norms[1:] ** 2 / norms[:-1] ** 2 - 1)
    return [
        ratio.max(axis=1),
        np.abs(norms[1:] - 1).max(axis=1),
        np.array([float(backend.to_host(spectral_norms(layer))[0]) for layer in weights]),
        np.array([separations(layer, opposite) for layer in features[1:]]),
        np.array([cosines(layer)[everyone].min(initial=1.0) for layer in features[1:]]),
        np.array([(np.abs(layer) <= threshold).sum(axis=1).max() for layer in hidden], dtype=float),
        norms[-2].min(),
        norms[-2].max(),
        separations(last, opposite),
        separations(last, everyone, sign=1),
        np.abs(backend.to_host(seen.outputs)).max(),
        backend.to_host(slope).mean(),
        np.linalg.norm(backend.to_host(gradient)),
        np.abs(norms[:-1] - 1).max(),
    ]
