"""Gradient descent on both layers from a point near a network that fits the labels. `sjl17` Theorem 2.5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boundkit.train.landscape.surface import Array, Surface

SPENT = 1e-24  # relative to the start: below it rounding, not training, is observed


@dataclass(frozen=True, eq=False)
class LocalRun:
    """Curves [steps + 1]: loss, distance of both layers to (W*, v*), path, |grad_W|^2, |grad_v|_inf^2, moves of layers.

    `hidden_move` is |W_t - W_0|_F and `output_move` |v_t - v_0|_inf; `diverged` tells that a number was not finite.
    """

    loss: Array
    planted_distance: Array
    path: Array
    squared_gradient: Array
    squared_output_gradient: Array
    hidden_move: Array
    output_move: Array
    diverged: bool


def ball_point(centre: tuple[Array, Array], radius: float, generator: np.random.Generator) -> tuple[Array, Array]:
    """A point (W, v) at distance `radius` of (W*, v*) in both layers, in a uniform direction, drawn v first."""
    W, v = centre
    direction = generator.standard_normal(v.size + W.size)
    direction *= radius / np.linalg.norm(direction)
    return W + direction[v.size :].reshape(W.shape), v + direction[: v.size]


def descend_both(
    surface: Surface,
    start: tuple[Array, Array],
    centre: tuple[Array, Array],
    *,
    step_size: float,
    steps: int,
    spent: float = SPENT,
) -> LocalRun:
    """Full-batch gradient descent on (W, v) with one step size, until the loss is `spent` times the first or `steps`.

    >>> surface = Surface(np.eye(2), np.tanh(np.array([0.5, -0.5])), "tanh")
    >>> planted = np.array([[0.5, -0.5]]), np.ones(1)
    >>> run = descend_both(surface, (planted[0] + 0.1, planted[1]), planted, step_size=0.5, steps=100)
    >>> bool(run.loss[-1] < 1e-6 * run.loss[0])
    True
    """
    W, v = start
    rows: list[tuple[float, ...]] = []
    path, diverged = 0.0, False
    with np.errstate(all="ignore"):
        for _ in range(steps + 1):
            loss, (slope, output_slope) = surface.loss(W, v), surface.gradient(W, v)
            squared = float((slope**2).sum())
            row = (
                loss,
                _distance(W, v, centre),
                path,
                squared,
                float(np.abs(output_slope).max() ** 2),
                float(np.linalg.norm(W - start[0])),
                float(np.abs(v - start[1]).max()),
            )
            diverged = not np.isfinite(row).all()
            if diverged:
                break
            rows.append(row)
            if loss <= spent * rows[0][0]:
                break
            path += step_size * float(np.sqrt(squared + (output_slope**2).sum()))
            W, v = W - step_size * slope, v - step_size * output_slope
    curves = np.array(rows).T
    return LocalRun(curves[0], curves[1], curves[2], curves[3], curves[4], curves[5], curves[6], diverged)


def _distance(W: Array, v: Array, centre: tuple[Array, Array]) -> float:
    return float(np.sqrt(((W - centre[0]) ** 2).sum() + ((v - centre[1]) ** 2).sum()))
