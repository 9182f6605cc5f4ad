"""What is measured of a network: at a random initialisation, or at any weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from boundkit.errors import BadInput
from boundkit.train.backend import Array, Backend, on_device, worker_count
from boundkit.train.blocks import Block
from boundkit.train.fused import compiles
from boundkit.train.groups import block_groups
from boundkit.train.initialise import trial_indices
from boundkit.train.plan import Plan, in_smaller_blocks
from boundkit.train.problem import Problem, coefficient, half_width, output_weights
from boundkit.train.spectra import combine_triangles, extreme_singular_values, spectral_norms
from boundkit.train.ticker import Ticker
from boundkit.train.workers import Parallel, Workers, serially

SLICE_ENTRIES = 2**20


@dataclass(frozen=True)
class Initialisation:
    """Observables of W_0 for every trial: float64 [trials].

    `misfit_0` |f(W_0) - y|, `output_norm` |f(W_0)|, and the extreme singular values of J(W_0).
    """

    trials: tuple[int, ...]
    seed: int
    k: int
    misfit_0: np.ndarray
    output_norm: np.ndarray
    sigma_min_J0: np.ndarray
    norm_J0: np.ndarray

    def trial(self, trial: int) -> dict[str, float]:
        """The four numbers of one trial."""
        if trial not in self.trials:
            raise BadInput("trial", trial, "was not measured")
        row = self.trials.index(trial)
        names = ("misfit_0", "output_norm", "sigma_min_J0", "norm_J0")
        return {name: float(getattr(self, name)[row]) for name in names}


def measure(
    problem: Problem,
    *,
    k: int,
    trials: Iterable[int] = (0,),
    seed: int = 0,
    device: str | Backend = "auto",
    block: int | None = None,
    workers: int | None = None,
) -> Initialisation:
    """Misfit, output norm and extreme singular values of the Jacobian at the W_0 that `train` starts from.

    Units are drawn, used and forgotten block by block, so that memory does not grow with k. The smallest
    singular value comes from the n x n Gram matrix where this is accurate, otherwise from QR factorisations
    of the Jacobian itself; its error is then a small multiple of eps times the largest.

    >>> problem = Problem(X=np.eye(4), y=[1.0, -1.0, 0.5, 2.0], activation="softplus")
    >>> start = measure(problem, k=1000, trials=range(3), device="cpu")
    >>> bool((start.misfit_0 <= problem.norm_y + start.output_norm).all())
    True
    """
    half_width(k)
    chosen = trial_indices(trials, seed=seed)

    def compute(backend: Backend) -> Initialisation:
        cores = worker_count(workers, backend)

        def attempt(plan: Plan) -> Initialisation:
            def one(chunk: tuple[int, ...], parallel: Parallel) -> np.ndarray:
                return _measure_chunk(problem, plan, chunk, k=k, seed=seed, backend=backend, parallel=parallel)

            with Workers(cores) as pool:
                if plan.over_chunks:
                    parts = pool.map_reporting(lambda c: one(c, serially), plan.chunks, Ticker(len(chosen), None))
                else:
                    parts = [one(chunk, pool.map) for chunk in plan.chunks]
            return Initialisation(chosen, seed, k, *np.concatenate(parts, axis=1))

        sizes = {"k": k, "d": problem.factor.shape[1], "n": problem.n, "tiled": compiles(problem.activation, backend)}
        return in_smaller_blocks(attempt, chosen, block=block, workers=cores, backend=backend, **sizes)

    return on_device(device, compute)


def _measure_chunk(
    problem: Problem,
    plan: Plan,
    trials: tuple[int, ...],
    *,
    k: int,
    seed: int,
    backend: Backend,
    parallel: Parallel,
) -> np.ndarray:
    size = coefficient(k, norm_y=problem.norm_y, n=problem.n)

    def forward(block: Block) -> tuple[Array, Array]:
        return block.advance(None).outputs, block.jacobian_gram()

    def triangles(block: Block) -> np.ndarray:
        block.advance(None)
        return backend.to_host(block.jacobian_triangles())

    def groups() -> Iterable[list[Block]]:
        return block_groups(problem, plan, trials, seed=seed, backend=backend, parallel=parallel)

    def factors() -> np.ndarray:
        return combine_triangles([t for group in groups() for t in parallel(triangles, group)], size)

    total: tuple[Array, Array] | None = None
    for group in groups():
        for output, gram in parallel(forward, group):
            total = (output, gram) if total is None else (total[0] + output, total[1] + gram)
    assert total is not None  # a plan has at least one block
    outputs, grams = (backend.to_host(sums) for sums in total)
    values = size * (outputs[:, 0] - outputs[:, 1])
    smallest, largest = extreme_singular_values(size**2 * grams * problem.gram, factors)
    misfits = np.linalg.norm(values - problem.y, axis=-1)
    return np.stack([misfits, np.linalg.norm(values, axis=-1), smallest, largest])


def jacobian_gram(problem: Problem, *, weights: np.ndarray, device: str | Backend = "auto") -> np.ndarray:
    """J J^T [n, n] at given weights [k, d] or, in the reduced space, [k, min(n, d)] (os19, section 6.1).

    >>> problem = Problem(X=np.eye(2), y=[1.0, -1.0], activation="relu")
    >>> jacobian_gram(problem, weights=np.array([[1.0, -1.0], [-2.0, 3.0]]))
    array([[0.5, 0. ],
           [0. , 0.5]])
    """
    return on_device(device, lambda backend: _weighted_gram(problem, weights, None, backend))


def jacobian_drift(
    problem: Problem, *, weights: np.ndarray, start: np.ndarray, device: str | Backend = "auto"
) -> float:
    """Spectral norm of J(weights) - J(start), both [k, d] or both [k, min(n, d)]."""
    gram = on_device(device, lambda backend: _weighted_gram(problem, weights, start, backend))
    return float(spectral_norms(gram[None])[0])


def _weighted_gram(problem: Problem, weights: np.ndarray, start: np.ndarray | None, backend: Backend) -> np.ndarray:
    xp, upload = backend.xp, backend.asarray
    data = upload(_data_for(problem, weights))
    k = weights.shape[0]
    squares = output_weights(k, norm_y=problem.norm_y, n=problem.n) ** 2
    slope = backend.evaluator(problem.activation).derivative_values
    total: Array = 0.0
    step = max(1, SLICE_ENTRIES // problem.n)
    for first in range(0, k, step):
        part = slice(first, first + step)
        derivative = slope(xp.matmul(data, upload(weights[part].T)))
        if start is not None:
            derivative = derivative - slope(xp.matmul(data, upload(start[part].T)))
        total = total + xp.matmul(derivative * upload(squares[part]), xp.matrix_transpose(derivative))
    return np.asarray(backend.to_host(total) * problem.gram)


def _data_for(problem: Problem, weights: np.ndarray) -> np.ndarray:
    for data in (problem.factor, problem.X):
        if weights.ndim == 2 and weights.shape[1] == data.shape[1]:
            return data
    raise BadInput("weights", f"shape {weights.shape}", f"must be [k, {problem.d}], one row a hidden unit")
