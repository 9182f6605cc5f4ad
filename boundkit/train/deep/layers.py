"""One pass forward and one back through a deep ReLU network, for several trials at once.

Shapes: weights W_l [trials, m_{l-1}, m_l]; features x_l and masks Sigma_l [trials, n, m_l], x_0 = X [n, d] for all
trials. ReLU' is 0 at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from array_api_compat import array_namespace

from boundkit.train.backend import Array


@dataclass(frozen=True)
class Pass:
    """What a forward pass leaves: `features` x_0 ... x_L, `hidden` pre-activations and `masks` of layers 1 ... L."""

    features: list[Array]
    hidden: list[Array]
    masks: list[Array]
    outputs: Array


def forward(X: Array, weights: Sequence[Array], signs: Array) -> Pass:
    """Features, masks and outputs f(x_i) [trials, n]."""
    xp = array_namespace(X)
    features, hidden, masks = [X], [], []
    for weight in weights:
        hidden.append(xp.matmul(features[-1], weight))
        masks.append(xp.astype(hidden[-1] > 0, hidden[-1].dtype))
        features.append(hidden[-1] * masks[-1])
    return Pass(features, hidden, masks, xp.sum(features[-1] * signs, axis=-1))


def sent_back(seen: Pass, weights: Sequence[Array], signs: Array) -> list[Array]:
    """The derivative of f(x_i) in the pre-activations of every layer: [trials, n, m_l]."""
    xp = array_namespace(seen.outputs)
    push = signs * seen.masks[-1]
    found = [push]
    for layer in range(len(weights) - 1, 0, -1):
        push = xp.matmul(push, xp.matrix_transpose(weights[layer])) * seen.masks[layer - 1]
        found.append(push)
    return found[::-1]


def gradients(seen: Pass, back: Sequence[Array], coefficients: Array) -> list[Array]:
    """Gradients of sum_i c_i f(x_i) in every layer, [trials, m_{l-1}, m_l]; coefficients [trials, n]."""
    xp = array_namespace(coefficients)
    layers = zip(seen.features[:-1], back, strict=True)
    return [xp.matmul(xp.matrix_transpose(below), coefficients[..., None] * push) for below, push in layers]


def tangent_kernels(seen: Pass, back: Sequence[Array]) -> list[Array]:
    """<grad_{W_l} f(x_i), grad_{W_l} f(x_j)> of every layer, [trials, n, n]; gradients themselves are not formed."""
    xp = array_namespace(seen.outputs)

    def gram(rows: Array) -> Array:
        return xp.matmul(rows, xp.matrix_transpose(rows))

    return [gram(below) * gram(push) for below, push in zip(seen.features[:-1], back, strict=True)]


def quadratic(kernel: Array, coefficients: Array) -> Array:
    """c^T K c [trials], not below 0: the squared norm of the gradient of sum_i c_i f(x_i) in one layer."""
    xp = array_namespace(kernel)
    value = xp.sum(xp.matmul(kernel, coefficients[..., None])[..., 0] * coefficients, axis=-1)
    return xp.maximum(value, xp.zeros_like(value))


def squares(array: Array) -> Array:
    """Squared Frobenius norms of a stack [trials, ...], each summed in the same order whatever is beside it."""
    xp = array_namespace(array)
    flat = xp.reshape(array, (array.shape[0], -1))
    return xp.sum(flat * flat, axis=-1)


def flip_counts(masks: Array, before: Array) -> tuple[Array, Array]:
    """Largest number of changed activations over the samples, and of units changed on any sample: [trials] each."""
    xp = array_namespace(masks)
    changed = masks != before
    per_sample = xp.sum(xp.astype(changed, masks.dtype), axis=-1)
    union = xp.sum(xp.astype(xp.any(changed, axis=-2), masks.dtype), axis=-1)
    return xp.max(per_sample, axis=-1), union
