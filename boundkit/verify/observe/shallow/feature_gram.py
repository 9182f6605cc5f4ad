"""How far the Gram matrix of the features of one start is from its mean over starts."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import Symbol

from boundkit.data import Dataset
from boundkit.data.feature_kernel import at_scale
from boundkit.data.kernels import kernel
from boundkit.query import Binding
from boundkit.statement.words.stochastic_network import feature_gram_deviation, hidden_std
from boundkit.train.shallow import Shallow, initial_layers
from boundkit.train.shallow.reference import phi
from boundkit.verify.observe.plan import Plan, column, floats

NODES = 80


def gram_columns(
    binding: Binding, plan: Plan, network: Shallow, trials: tuple[int, ...], *, slow: bool = False
) -> dict[Symbol, np.ndarray]:
    """The deviation of every trial [trials, 1], where the statement speaks of it."""
    if all(claim.observable != feature_gram_deviation for claim in binding.statement.claims):
        return {}
    scale = float(floats(binding)[hidden_std])
    measured = slow_deviation if slow else gram_deviation
    found = [measured(network, plan.data, scale=scale, k=plan.width, seed=plan.seed, trial=trial) for trial in trials]
    return {feature_gram_deviation: column(np.array(found))}


def gram_deviation(network: Shallow, data: Dataset, *, scale: float, k: int, seed: int, trial: int) -> float:
    """|M_0 - E M_0|_F for the features of k units whose weights have standard deviation `scale`."""
    chosen = at_scale(network.activation, Fraction(scale).limit_denominator(10**12))
    mean = k * kernel(data, chosen, kind="sigma_tilde").block
    features = network.activation.value_and_derivative(network.X @ _weights(network, k, seed, trial).T)[0]
    return float(np.linalg.norm(features @ features.T - mean))


def slow_deviation(network: Shallow, data: Dataset, *, scale: float, k: int, seed: int, trial: int) -> float:
    """The same from long double features, the mean by Gauss-Hermite quadrature of every pair of samples."""
    features = np.asarray(phi(network, 0, network.X.astype(np.longdouble) @ _weights(network, k, seed, trial).T))
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    both = np.outer(weights, weights) / weights.sum() ** 2
    total = 0.0
    for i, x in enumerate(data.X):
        for j, z in enumerate(data.X):
            along = scale * float(np.linalg.norm(x))
            shared = scale * float(x @ z) / float(np.linalg.norm(x))
            left = max((scale * float(np.linalg.norm(z))) ** 2 - shared**2, 0.0) ** 0.5
            seen = (phi(network, 0, at) for at in (along * nodes, shared * nodes[:, None] + left * nodes))
            first, second = (np.asarray(values, dtype=float) for values in seen)
            mean = (both * first[:, None] * second).sum()
            total += (float(features[i] @ features[j]) - k * mean) ** 2
    return float(np.sqrt(total))


def _weights(network: Shallow, k: int, seed: int, trial: int) -> np.ndarray:
    return initial_layers(
        network.hidden, network.output, k=k, d=network.d, outputs=network.outputs, seed=seed, trial=trial
    )[0]
