"""Products of masked layers: their norms, and their largest values on sparse vectors (`zczg18`, Lemmas A.8 to A.10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np


def masked_products(
    weights: Sequence[np.ndarray], masks: Sequence[np.ndarray], *, closed: bool
) -> Iterator[tuple[int, int, np.ndarray]]:
    """For one sample all products of the layers l1 to l2, as matrices [m_{l1-1}, m_{l2}] (transposed operators).

    `masks` [m_l] of one sample. Open products W_{l1} Sigma_{l1} ... W_{l2} end with weights, as in Theorem 5.1 (v);
    closed ones end with the mask Sigma_{l2}, as in Theorem 5.3 (v). Layers count from 1, l1 < l2.
    """
    for first in range(len(weights)):
        product = weights[first]
        for last in range(first + 1, len(weights)):
            product = (product * masks[last - 1]) @ weights[last]
            yield first + 1, last + 1, product * masks[last] if closed else product


def product_norm(weights: Sequence[np.ndarray], masks: Sequence[np.ndarray], *, closed: bool = False) -> float:
    """Largest spectral norm over all samples and l1 < l2; masks [n, m_l] per layer. NaN for a single layer.

    Norms come from power iteration to a relative change of 1e-6, a lower bound.

    >>> product_norm([np.eye(2), 3 * np.eye(2)], [np.ones((1, 2)), np.ones((1, 2))])
    3.0
    """
    found = [
        _top(product)
        for sample in range(len(masks[0]))
        for _, _, product in masked_products(weights, [mask[sample] for mask in masks], closed=closed)
    ]
    return max(found, default=float("nan"))


def sparse_output(back: Sequence[np.ndarray], sparsity: int) -> float:
    """Largest v^T (prod_{r >= l} Sigma_r W_r^T) a over unit a with `sparsity` entries: exact.

    `back` are the signs sent back through the layers l ... L, [n, m_{l-1}] for every l: the value is linear in a, so
    the largest one is the norm of the largest entries.

    >>> sparse_output([np.array([[3.0, -4.0, 0.5]])], 2)
    5.0
    """
    largest = 0.0
    for layer in back:
        kept = min(sparsity, layer.shape[1])
        top = np.sort(np.abs(layer), axis=1)[:, -kept:]
        largest = max(largest, float(np.linalg.norm(top, axis=1).max()))
    return largest


def through_layers(weights: Sequence[np.ndarray], masks: Sequence[np.ndarray], signs: np.ndarray) -> list[np.ndarray]:
    """The signs sent back through the layers l ... L for every l: [n, m_{l-1}] each, first layer first."""
    found: list[np.ndarray] = []
    push = np.broadcast_to(signs, masks[-1].shape)
    for weight, mask in zip(reversed(weights), reversed(masks), strict=True):
        push = (push * mask) @ weight.T
        found.insert(0, push)
    return found


@dataclass(frozen=True)
class SparsePair:
    """Unit vectors a [m_{first-1}] and b [m_last] and a^T W_first Sigma_first ... W_last b on one sample."""

    sample: int
    first: int
    last: int
    a: np.ndarray
    b: np.ndarray
    value: float


def sparse_bilinear(
    weights: Sequence[np.ndarray],
    masks: Sequence[np.ndarray],
    sparsity: int,
    *,
    generator: np.random.Generator,
    starts: int = 4,
    samples: int = 2,
) -> SparsePair | None:
    """A lower bound of sup b^T W_{l2}^T (prod Sigma_r W_r^T) a over unit a, b with `sparsity` entries, and its a, b.

    Alternating maximisation, each half exact, from random starts and from the largest entry, on `samples` samples. None
    for a single layer.
    """
    best: SparsePair | None = None
    for sample in range(min(samples, len(masks[0]))):
        for first, last, product in masked_products(weights, [mask[sample] for mask in masks], closed=False):
            entry = np.unravel_index(int(np.argmax(np.abs(product))), product.shape)[1]
            corner = np.zeros(product.shape[1])
            corner[entry] = 1.0
            for start in (corner, *generator.standard_normal((starts, product.shape[1]))):
                a, b, value = _alternate(product, start, sparsity)
                if best is None or value > best.value:
                    best = SparsePair(sample, first, last, a, b, value)
    return best


def _alternate(product: np.ndarray, b: np.ndarray, sparsity: int) -> tuple[np.ndarray, np.ndarray, float]:
    b, value = _truncated(b, sparsity), 0.0
    for _ in range(30):
        a = _truncated(product @ b, sparsity)
        b = _truncated(product.T @ a, sparsity)
        before, value = value, float(a @ product @ b)
        if value <= before * (1 + 1e-6):
            break
    return a, b, value


def _truncated(vector: np.ndarray, sparsity: int) -> np.ndarray:
    kept = np.argpartition(np.abs(vector), -min(sparsity, len(vector)))[-min(sparsity, len(vector)) :]
    sparse = np.zeros_like(vector)
    sparse[kept] = vector[kept]
    return sparse / np.linalg.norm(sparse)


def _top(matrix: np.ndarray) -> float:
    vector, value = np.ones(matrix.shape[1]) / np.sqrt(matrix.shape[1]), 0.0
    for _ in range(500):
        image = matrix.T @ (matrix @ vector)
        length = float(np.linalg.norm(image))
        if length == 0:
            return 0.0
        vector, before, value = image / length, value, float(np.sqrt(length))
        if value <= before * (1 + 1e-6):
            break
    return value
