"""Kernels by simulation: the mean over random hidden units, with confidence intervals for every entry."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation, activation as find_activation
from boundkit.data.datasets import Dataset
from boundkit.data.gram import LARGEST_GRAM_SIDE
from boundkit.data.profiles import terms
from boundkit.errors import BadInput, Infeasible, NotApplicable, unknown

Array = NDArray[np.float64]

INTERVALS = ("normal", "hoeffding", "bernstein")
MOST_SAMPLES = 10**9
SLICE_ENTRIES = 2**20


@dataclass(frozen=True, eq=False)
class SampledKernel:
    """The kernel's entries lie in `mean` +- `half_width` [n, n], with the confidence asked for.

    `rigorous` says whether that holds for every sample size (bounded functions) or in the limit only.
    """

    kind: str
    mean: Array = field(repr=False)
    half_width: Array = field(repr=False)
    samples: int
    rigorous: bool


def sampled_kernel(
    data: Dataset,
    activation: str | Activation,
    *,
    kind: str = "sigma",
    samples: int = 10_000,
    seed: int = 0,
    confidence: float = 0.95,
    interval: str = "normal",
    simultaneous: bool = False,
) -> SampledKernel:
    """A kernel (see `kernel`) as the mean over `samples` units w ~ N(0, I), for rows of any length.

    `interval`: `normal` is the central limit theorem's, right as the number of samples grows; `hoeffding` and
    `bernstein` (Maurer & Pontil 2009, from the sample variance) hold for every number of samples and need |phi'| (for
    `sigma`) or |phi| bounded: raises NotApplicable otherwise. The confidence is for each entry on its own, or for all
    entries at once if `simultaneous`. Raises BadInput for arguments out of range, Infeasible for more than 8000 rows.

    >>> from boundkit.data import dataset
    >>> found = sampled_kernel(dataset("orthonormal", n=2), "relu", samples=4000, interval="hoeffding")
    >>> bool((abs(found.mean - np.eye(2) / 2) <= found.half_width).all()), found.rigorous
    (True, True)
    """
    chosen = find_activation(activation)
    _check(kind, samples, seed, confidence, interval)
    if data.n > LARGEST_GRAM_SIDE:
        raise Infeasible(f"n = {data.n} samples: kernels are stored up to n = {LARGEST_GRAM_SIDE}")
    gram = data.X @ data.X.T
    mean, square = _moments(data.X, chosen, kind, gram, samples, seed)
    entries = data.n * (data.n + 1) // 2 if simultaneous else 1
    failure = (1 - confidence) / entries
    variance = np.maximum(square - mean**2, 0.0) * (samples / (samples - 1))
    if interval == "normal":
        half = NormalDist().inv_cdf(1 - failure / 2) * np.sqrt(variance / samples)
    else:
        span = _range(chosen, kind, gram)
        if interval == "hoeffding":
            half = span * math.sqrt(math.log(2 / failure) / (2 * samples))
        else:
            log = math.log(4 / failure)
            half = np.sqrt(2 * variance * log / samples) + 7 * span * log / (3 * (samples - 1))
    rounding = 1e-13 * (np.abs(mean) + np.sqrt(square))
    return SampledKernel(kind, mean, half + rounding, samples, interval != "normal")


def _moments(X: Array, chosen: Activation, kind: str, gram: Array, samples: int, seed: int) -> tuple[Array, Array]:
    """Means of the entries and of their squares."""
    generator = np.random.Generator(np.random.Philox(seed))
    n, d = X.shape
    mean, square = np.zeros((n, n)), np.zeros((n, n))
    step = max(1, SLICE_ENTRIES // max(n, d))
    for first in range(0, samples, step):
        weights = generator.standard_normal((min(step, samples - first), d))
        value, slope = chosen.value_and_derivative(X @ weights.T)
        # the entry of one unit is s G_ij phi'_i phi'_j + t phi_i phi_j with s, t = 0 or 1
        chosen_terms = [(slope, gram) if power else (value, 1.0) for _, power in terms(kind)]
        for psi, factor in chosen_terms:
            mean += factor * (psi @ psi.T)
            for other, other_factor in chosen_terms:
                product = psi * other
                square += factor * other_factor * (product @ product.T)
    return mean / samples, square / samples


def _range(chosen: Activation, kind: str, gram: Array) -> Any:
    """The length of an interval that contains the entry of every unit: 2 sup |psi|^2, times |G_ij| for phi'."""
    span: Any = np.zeros_like(gram)
    for derivative, power in terms(kind):
        bound = float(chosen.sup(derivative).upper())
        if not math.isfinite(bound):
            name = "phi'" if derivative else "phi"
            raise NotApplicable(
                "bounded", f"a rigorous interval needs |{name}| bounded, which it is not for {chosen.name}"
            )
        span = span + 2 * bound**2 * (np.abs(gram) if power else 1.0)
    return span * (1 + 1e-9)


def _check(kind: str, samples: object, seed: object, confidence: float, interval: str) -> None:
    terms(kind)
    if interval not in INTERVALS:
        raise unknown("interval", interval, INTERVALS)
    if isinstance(samples, bool) or not isinstance(samples, int) or not 2 <= samples <= MOST_SAMPLES:
        raise BadInput("samples", samples, f"must be an integer from 2 to {MOST_SAMPLES}")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise BadInput("seed", seed, f"must be an integer from 0 to {2**63 - 1}")
    if not 0 < confidence < 1:
        raise BadInput("confidence", confidence, "must be between 0 and 1")
