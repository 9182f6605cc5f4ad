"""Moved deep networks seen again by a slow implementation: long double, at the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundkit.train.deep import MarginProblem, Moved
from boundkit.train.deep.perturb import moved_batch, moved_weights
from boundkit.train.deep.reference import gradients_of
from boundkit.verify.observe.deep.start_replay import (
    REPLAY_LIMIT,
    products_cost,
    slow_pass,
    slow_product_norm,
    slow_sparse_output,
)


def slow_moves(
    problem: MarginProblem,
    widths: tuple[int, ...],
    *,
    radius: float,
    seed: int,
    trial: int,
    batch: int | None,
    products: bool,
    sparsity: int | None,
) -> list[Moved] | None:
    """What `train.deep.perturb` sees of one trial, at the weights to which it moves; None above `REPLAY_LIMIT`."""
    entries = sum(a * b for a, b in zip((problem.d, *widths), widths, strict=False))
    if 8.0 * entries * problem.n + 4 * products * products_cost(problem, widths) > REPLAY_LIMIT:
        return None
    share = moved_batch(problem, batch, seed=seed, trial=trial).astype(np.longdouble)
    found = []
    for move, before, after in moved_weights(problem, widths=widths, radius=radius, seed=seed, trial=trial):
        start, moved = ([w.astype(np.longdouble) for w in layers] for layers in (before, after))
        (features_0, masks_0), (features, masks) = slow_pass(problem, start), slow_pass(problem, moved)
        _, slopes, full, drawn = gradients_of(problem, moved, share)
        changed = [now != then for now, then in zip(masks, masks_0, strict=True)]
        found.append(
            Moved(
                move=move,
                feature_change=np.array(
                    [_rows(a - b).max() for a, b in zip(features[1:], features_0[1:], strict=True)]
                ),
                weight_change=np.array([_spectral(a - b) for a, b in zip(moved, start, strict=True)]),
                flips=np.array([max(row.sum() for row in change) for change in changed], dtype=float),
                weight_norm=np.array([_spectral(w) for w in moved]),
                gradient=np.array([_spectral(g) for g in full]),
                batch_gradient=np.array([_spectral(g) for g in drawn]),
                union_flips=float(np.logical_or.reduce(changed[-1]).sum()),
                last_gradient=float(np.sqrt((full[-1] ** 2).sum())),
                mean_slope=float(slopes.mean()),
                batch_slope=float(slopes @ share),
                largest_norm=float(_rows(features[-2]).max()),
                product=slow_product_norm(moved, masks, closed=True) if products else float("nan"),
                sparse_output=float("nan") if sparsity is None else slow_sparse_output(moved, masks, sparsity),
            )
        )
    return found


def _rows(matrix: Any) -> np.ndarray:
    return np.asarray(np.sqrt((matrix * matrix).sum(axis=1)), dtype=float)


def _spectral(matrix: Any) -> float:
    """The spectral norm from the smaller Gram matrix, formed in long double and scaled to 1 before it is rounded."""
    gram = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
    scale = np.trace(gram)
    if scale == 0:
        return 0.0
    return float(np.sqrt(scale * np.linalg.eigvalsh((gram / scale).astype(float))[-1]))
