"""Whole steps of gradient descent on a block of hidden units, compiled by Numba: no Python between the products.

Arrays are those of `boundkit.train.blocks`, with W_0 as the bits of float16, a type that Numba lacks. A step goes
through the block in tiles of units whose H stays in the cache. phi'(H) is held from one step to the next in `held`
[trials, 2, n units], tile after tile, or, where it is 0 or 1, in `bits` [trials, 2, tiles, bytes]; where neither has
trials, it is found again from the weights.

Numba's cache does not see that these functions contain those of `boundkit.train.compiled`: whoever changes those there
removes `__pycache__`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg.cython_blas  # noqa: F401  np.dot calls it: it is loaded before the threads of BLAS are limited

from boundkit.train import compiled
from boundkit.train.compiled import compiled_pass, from_half

TILE_ENTRIES = 20_000  # of H
KINDS = {name: kind for kind, name in enumerate(compiled.PASSES)}

_softplus, _relu, _tanh, _sigmoid, _silu, _gelu = compiled.PASSES.values()


@compiled_pass
def advance(
    kind: Any,
    factor: Any,
    initial: Any,
    displacement: Any,
    held: Any,
    bits: Any,
    push: Any,
    outputs: Any,
    squares: Any,
) -> None:
    """One step of one block among several: `Block.advance`, where a push of no trials says that there is none.

    `outputs` [trials, 2, n] and `squares` [2, trials], of the step and of the displacement, are written.
    """
    n, r = factor.shape
    width = tile_width(n, initial.shape[3])
    weights, hidden = np.empty(r * width), np.empty(n * width)
    no_push, not_held, no_bits = np.empty((r, n)), np.empty(0), np.empty((0, 0), np.uint8)
    for trial in range(initial.shape[0]):
        squares[:, trial] = 0.0
        for sign in range(2):
            short, far = _pass(
                kind,
                factor,
                push[trial, sign] if push.shape[0] else no_push,
                push.shape[0] > 0,
                initial[trial, sign],
                displacement[trial, sign],
                held[trial, sign] if held.shape[0] else not_held,
                bits[trial, sign] if bits.shape[0] else no_bits,
                weights,
                hidden,
                width,
                outputs[trial, sign],
            )
            squares[0, trial] += short
            squares[1, trial] += far


@compiled_pass
def descend(
    kind: Any,
    factor: Any,
    labels: Any,
    size: Any,
    rate: Any,
    initial: Any,
    displacement: Any,
    held: Any,
    residual: Any,
    measured: Any,
    begins: Any,
) -> None:
    """Several steps of networks that are one block each.

    `measured` [steps, 3, trials] gets the squared misfit, distance and step; `residual` [trials, n] is that of the last
    step before, unless the run `begins`, and of the last step after.
    """
    n, r = factor.shape
    width = tile_width(n, initial.shape[3])
    weights, hidden = np.empty(r * width), np.empty(n * width)
    push, outputs, no_bits = np.empty((2, r, n)), np.empty((2, n)), np.empty((0, 0), np.uint8)
    for trial in range(initial.shape[0]):
        for step in range(measured.shape[0]):
            moves = step > 0 or not begins
            if moves:
                for i in range(n):
                    pushed = -rate * residual[trial, i]
                    for j in range(r):
                        push[0, j, i] = pushed * factor[i, j]
                        push[1, j, i] = -pushed * factor[i, j]
            distance = length = 0.0
            for sign in range(2):
                short, far = _pass(
                    kind,
                    factor,
                    push[sign],
                    moves,
                    initial[trial, sign],
                    displacement[trial, sign],
                    held[trial, sign],
                    no_bits,
                    weights,
                    hidden,
                    width,
                    outputs[sign],
                )
                length += short
                distance += far
            misfit = 0.0
            for i in range(n):
                difference = size * (outputs[0, i] - outputs[1, i]) - labels[i]
                residual[trial, i] = difference
                misfit += difference * difference
            measured[step, 0, trial] = misfit
            measured[step, 1, trial] = distance
            measured[step, 2, trial] = length


@compiled_pass
def _pass(
    kind: Any,
    factor: Any,
    push: Any,
    moves: Any,
    initial: Any,
    displacement: Any,
    held: Any,
    bits: Any,
    weights_space: Any,
    hidden_space: Any,
    width: Any,
    outputs: Any,
) -> Any:
    """One step of the units of one sign of one trial; the squared norms of the step and of the displacement."""
    n, r = factor.shape
    units = initial.shape[1]
    length = distance = 0.0
    sums = np.empty(n)
    outputs[:] = 0.0
    for tile, first in enumerate(range(0, units, width)):
        wide = min(width, units - first)
        weights = weights_space[: r * wide].reshape((r, wide))
        place = held[n * first : n * (first + wide)] if held.shape[0] else hidden_space[: n * wide]
        hidden = place.reshape((n, wide))
        if moves:
            if bits.shape[0]:
                _unpack(bits[tile], place)
            elif not held.shape[0]:
                _add(initial, displacement, first, weights)
                np.dot(factor, weights, hidden)
                _activate(kind, hidden, sums)
            np.dot(push, hidden, weights)
            short, far = _move(weights, displacement, initial, first)
            length += short
            distance += far
        else:
            _copy_rows(initial, first, weights)
        np.dot(factor, weights, hidden)
        _activate(kind, hidden, sums)
        if bits.shape[0]:
            _pack(place, bits[tile])
        outputs += sums
    return length, distance


@compiled_pass
def evaluate(kind: Any, factor: Any, initial: Any, displacement: Any, slopes: Any) -> None:
    """phi'(H) at W_0 + displacement."""
    weights, sums = np.empty(initial.shape[2:]), np.empty(factor.shape[0])
    for trial in range(initial.shape[0]):
        for sign in range(2):
            _add(initial[trial, sign], displacement[trial, sign], 0, weights)
            np.dot(factor, weights, slopes[trial, sign])
            _activate(kind, slopes[trial, sign], sums)


@compiled_pass
def tile_width(n: Any, units: Any) -> Any:
    """Units of a tile, so that all tiles are about as wide."""
    tiles = max(1, -(-n * units // TILE_ENTRIES))
    return -(-units // tiles)


@compiled_pass
def _activate(kind: Any, hidden: Any, sums: Any) -> None:
    """Put phi' in the place of `hidden`, and the sums of phi over its rows in `sums`."""
    if kind == 0:
        _softplus(hidden, sums)
    elif kind == 1:
        _relu(hidden, sums)
    elif kind == 2:
        _tanh(hidden, sums)
    elif kind == 3:
        _sigmoid(hidden, sums)
    elif kind == 4:
        _silu(hidden, sums)
    else:
        _gelu(hidden, sums)


@compiled_pass
def _pack(slopes: Any, bits: Any) -> None:
    """Bit s of byte i is the number at i in stretch s of the eight of `slopes`, so that many are packed at once."""
    bits[:] = 0
    for stretch in range(8):
        part = slopes[stretch * bits.shape[0] : (stretch + 1) * bits.shape[0]]
        mark = np.uint8(1 << stretch)
        for i in range(part.shape[0]):
            bits[i] |= mark if part[i] > 0.0 else np.uint8(0)


@compiled_pass
def _unpack(bits: Any, slopes: Any) -> None:
    for stretch in range(8):
        part = slopes[stretch * bits.shape[0] : (stretch + 1) * bits.shape[0]]
        mark = np.uint8(1 << stretch)
        for i in range(part.shape[0]):
            part[i] = 1.0 if bits[i] & mark else 0.0


@compiled_pass
def _copy_rows(initial: Any, first: Any, weights: Any) -> None:
    rows, wide = weights.shape
    for row in range(rows):
        start, target = initial[row, first : first + wide], weights[row]
        for unit in range(wide):
            target[unit] = from_half(start[unit])


@compiled_pass
def _add(initial: Any, displacement: Any, first: Any, weights: Any) -> None:
    rows, wide = weights.shape
    for row in range(rows):
        start, moved, target = initial[row, first : first + wide], displacement[row, first : first + wide], weights[row]
        for unit in range(wide):
            target[unit] = from_half(start[unit]) + moved[unit]


@compiled_pass
def _move(step: Any, displacement: Any, initial: Any, first: Any) -> Any:
    """displacement += step, then step = initial + displacement, from unit `first` on; the squared norms of both."""
    short = far = 0.0
    rows, wide = step.shape
    for row in range(rows):
        start, moved, target = initial[row, first : first + wide], displacement[row, first : first + wide], step[row]
        for unit in range(wide):
            s = target[unit]
            u = moved[unit] + s
            moved[unit] = u
            target[unit] = from_half(start[unit]) + u
            short += s * s
            far += u * u
    return short, far
