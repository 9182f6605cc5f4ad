"""Gram matrices of the Jacobian of a finite network in either layer, for any number of outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundkit.activations import Activation, activation as find_activation
from boundkit.errors import BadInput, unknown
from boundkit.train.backend import Array, Backend, on_device
from boundkit.train.checks import finite

LAYERS = ("hidden", "output", "both")
SLICE_ENTRIES = 2**20


def layer_gram(
    X: Any,
    activation: str | Activation,
    *,
    weights: Any,
    output_weights: Any = None,
    layer: str = "both",
    device: str | Backend = "auto",
) -> np.ndarray:
    """J J^T [n K, n K] of x -> V phi(W x) at `weights` W [k, d] and `output_weights` V [K, k] or [k].

    The parameters are those of the `hidden` layer (W), of the `output` layer (V), or of both. Rows are stacked class by
    class (`ofls19` section 2): block (a, b) is [phi'(X W^T) diag(v_a o v_b) phi'(X W^T)^T] o X X^T, and I_K (x) phi(X
    W^T) phi(X W^T)^T for the output layer (`ofls19` Theorem B.1). The Jacobian [n K, k (d + K)] is never formed. For
    Gaussian W, hidden / |v|^2 tends to `sigma` and output / k to `sigma_tilde` (see `boundkit.data.kernels`). The
    output weights may be left out for the output layer alone, whose gradients do not depend on them.

    >>> layer_gram(np.eye(2), "relu", weights=np.array([[1.0, -1.0], [2.0, 3.0]]), output_weights=[1.0, -1.0])
    array([[ 7.,  6.],
           [ 6., 10.]])
    """
    phi = find_activation(activation)
    X, W = finite("X", X, 2), finite("weights", weights, 2)
    if layer not in LAYERS:
        raise unknown("layer", layer, LAYERS)
    if W.shape[1] != X.shape[1]:
        raise BadInput("weights", f"shape {W.shape}", f"must be [k, {X.shape[1]}], one row a hidden unit")
    if output_weights is None and layer != "output":
        raise BadInput("output_weights", None, f"is needed for the gradients of layer = {layer}")
    V = (
        np.zeros((1, len(W)))
        if output_weights is None
        else np.atleast_2d(finite("output_weights", output_weights, 1, 2))
    )
    if V.shape[1] != len(W):
        raise BadInput("output_weights", f"shape {V.shape}", f"must be [K, {len(W)}], one column a hidden unit")
    n, classes = len(X), len(V)
    pairs = [(a, b) for a in range(classes) for b in range(a + 1)]
    sums = on_device(device, lambda backend: _sums(phi, X, W, V, [] if layer == "output" else pairs, backend))
    blocks = np.zeros((classes, classes, n, n))
    if layer != "output":
        for (a, b), hidden in zip(pairs, sums[1:], strict=True):
            blocks[a, b] = blocks[b, a] = hidden * (X @ X.T)
    if layer != "hidden":
        blocks[np.arange(classes), np.arange(classes)] += sums[0]
    return np.ascontiguousarray(blocks.transpose(0, 2, 1, 3).reshape(classes * n, classes * n))


def _sums(
    phi: Activation, X: np.ndarray, W: np.ndarray, V: np.ndarray, pairs: list[tuple[int, int]], backend: Backend
) -> np.ndarray:
    """phi phi^T, and phi' diag(v_a o v_b) phi'^T for every pair, summed over the units: [1 + pairs, n, n]."""
    xp, upload = backend.xp, backend.asarray
    data, activation = upload(X), backend.evaluator(phi)
    sums: list[Array] = [0.0] * (1 + len(pairs))
    step = max(1, SLICE_ENTRIES // len(X))
    for first in range(0, len(W), step):
        part = slice(first, first + step)
        value, slope = activation.value_and_derivative(xp.matmul(data, upload(W[part].T)))
        sums[0] = sums[0] + xp.matmul(value, xp.matrix_transpose(value))
        for index, (a, b) in enumerate(pairs, start=1):
            weighted = slope * upload(V[a, part] * V[b, part])
            sums[index] = sums[index] + xp.matmul(weighted, xp.matrix_transpose(slope))
    return backend.to_host(xp.stack(sums))
