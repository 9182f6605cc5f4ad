"""Batched gradient descent in PyTorch and in JAX: the arithmetic of `boundkit.train`, the way their users write it.

Both start from the weights that boundkit draws, and return the misfit, the distance and the length of the step, each
[steps + 1, trials]. Weights are [trials, d, k], float64; data are shared; nothing comes to the host before the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from boundkit.train import Problem
from boundkit.train.initialise import UnitStreams
from boundkit.train.workers import Workers

THREADS = 2


def drawn(problem: Problem, k: int, trials: int) -> np.ndarray:
    """W_0 [trials, d, k], positive units first."""
    streams = UnitStreams(seed=0, trials=range(trials), d=problem.factor.shape[1])
    with Workers(THREADS) as workers:
        weights = streams.draw(k // 2, workers.map)
    return np.moveaxis(weights, 1, 2).astype(np.float64, order="C").reshape(trials, -1, k)


def signed(problem: Problem, k: int) -> np.ndarray:
    """The output weights [k]."""
    size = problem.norm_y / math.sqrt(k * problem.n)
    return size * np.repeat([1.0, -1.0], k // 2)


def torch_eager(problem: Problem, *, k: int, step_size: float, steps: int, trials: int) -> Callable[[], np.ndarray]:
    """Every array made once and written in place."""
    import torch

    torch.set_num_threads(THREADS)
    X, y, v = (torch.from_numpy(np.array(a)) for a in (problem.factor, problem.y, signed(problem, k)))
    (n, d), softplus = X.shape, problem.activation.name == "softplus"
    rows, columns, scaled = X.expand(trials, n, d), X.T.contiguous().expand(trials, d, n), -step_size * v
    A, D = (torch.empty(trials, n, k, dtype=torch.float64) for _ in range(2))
    G, U = (torch.empty(trials, d, k, dtype=torch.float64) for _ in range(2))

    def run() -> np.ndarray:
        start = torch.from_numpy(drawn(problem, k, trials))
        W, out = start.clone(), torch.zeros(3, steps + 1, trials, dtype=torch.float64)
        for step in range(steps + 1):
            torch.bmm(rows, W, out=A)
            if softplus:
                torch.sigmoid(A, out=D)
                A.exp_().log1p_()
            else:
                torch.ge(A, 0.0, out=D)
                A.clamp_(min=0.0)
            residual = torch.matmul(A, v) - y
            out[0, step] = residual.square().sum(1)
            if step < steps:
                torch.bmm(columns, D.mul_(residual[:, :, None]), out=G)
                W.add_(G.mul_(scaled))
                torch.sub(W, start, out=U)
                out[1, step + 1] = torch.linalg.vector_norm(U, dim=(1, 2)).square()
                out[2, step + 1] = torch.linalg.vector_norm(G, dim=(1, 2)).square()
        return out.sqrt().numpy()

    def quietly() -> np.ndarray:
        with torch.inference_mode():
            return run()

    return quietly


def torch_compiled(problem: Problem, *, k: int, step_size: float, steps: int, trials: int) -> Callable[[], np.ndarray]:
    """One step as a compiled function."""
    import torch

    torch.set_num_threads(THREADS)
    torch._dynamo.reset()
    X, y, v = (torch.from_numpy(np.array(a)) for a in (problem.factor, problem.y, signed(problem, k)))
    (n, d), softplus = X.shape, problem.activation.name == "softplus"
    rows, columns, scaled = X.expand(trials, n, d), X.T.contiguous().expand(trials, d, n), -step_size * v

    def step(W: Any, start: Any) -> tuple[Any, Any, Any, Any]:
        H = torch.matmul(rows, W)
        if softplus:
            value, slope = H.clamp(min=0) + torch.log1p(torch.exp(-H.abs())), torch.sigmoid(H)
        else:
            value, slope = torch.relu(H), (H >= 0).to(H.dtype)
        residual = torch.matmul(value, v) - y
        G = torch.matmul(columns, slope * residual[:, :, None]) * scaled
        U = W + G - start
        return W + G, residual.square().sum(1), U.square().sum((1, 2)), G.square().sum((1, 2))

    compiled = torch.compile(step, fullgraph=True)

    def run() -> np.ndarray:
        with torch.inference_mode():
            W = start = torch.from_numpy(drawn(problem, k, trials))
            out = torch.zeros(3, steps + 1, trials, dtype=torch.float64)
            for index in range(steps):
                W, out[0, index], out[1, index + 1], out[2, index + 1] = compiled(W, start)
            out[0, steps] = compiled(W, start)[1]
            return out.sqrt().numpy()

    return run


def jax_jit(problem: Problem, *, k: int, step_size: float, steps: int, trials: int) -> Callable[[], np.ndarray]:
    """The whole loop as one compiled scan; JAX takes all cores."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, y, v = (jnp.asarray(np.array(a)) for a in (problem.factor, problem.y, signed(problem, k)))
    softplus = problem.activation.name == "softplus"

    @jax.jit
    def descend(start: Any) -> Any:
        def step(W: Any, _: None) -> tuple[Any, Any]:
            H = jnp.matmul(X, W)
            if softplus:
                decay = jnp.exp(-jnp.abs(H))
                value, slope = jnp.maximum(H, 0) + jnp.log1p(decay), jnp.where(H >= 0, 1.0, decay) / (1 + decay)
            else:
                value, slope = jnp.maximum(H, 0), (H >= 0).astype(H.dtype)
            residual = jnp.matmul(value, v) - y
            G = jnp.matmul(X.T, slope * residual[:, :, None]) * (-step_size * v)
            U = W + G - start
            return W + G, jnp.stack([(residual**2).sum(1), (U**2).sum((1, 2)), (G**2).sum((1, 2))])

        return jnp.sqrt(jax.lax.scan(step, start, None, length=steps + 1)[1])

    def run() -> np.ndarray:
        curves = np.asarray(descend(jnp.asarray(drawn(problem, k, trials)))).transpose(1, 0, 2).copy()
        curves[1:, 1:] = curves[1:, :-1]
        curves[1:, 0] = 0.0
        return curves

    return run


RIVALS = {"torch": (torch_eager, torch_compiled), "jax": (jax_jit,)}
