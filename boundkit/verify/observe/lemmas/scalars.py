"""Facts about functions of one or two numbers on sampled points: losses of the margin, kernels of a ReLU, potentials.

A trial is one function (a loss, an exponent, a number of layers) on many points, which are its columns.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from sympy import Symbol

from boundkit.activations import dual_interval
from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement.words.deep import (
    current_value,
    feature_chord,
    layer_angle,
    loss_exponent,
    margin_loss,
    masks,
    next_value,
    previous_angle,
    product_norm_limit,
    relu_correlation,
)
from boundkit.train.initialise import Role, nested_stream
from boundkit.verify.observe.conditions import conditions, wanted
from boundkit.verify.observe.lemmas.losses import loss_columns
from boundkit.verify.observe.plan import Experiment, Observations, Plan, floats, joined

POINTS = 60
MOMENTS = (300, 600)  # whose ratios are extrapolated to the edge of a spectrum
MOST_MASKS = 6
EXPONENTS = (0.5, 0.25, 1.0)  # of the first trials
Values = dict[Symbol, np.ndarray]


def _seen(binding: Binding, plan: Plan, trial: int, slow: bool) -> tuple[Values, list[str]]:
    """What is seen at the points at which all hypotheses hold; which of them fail, where no point is left.

    What is assumed of a loss is assumed at all margins: then it must hold at all points.
    """
    asked, rng = wanted(binding), nested_stream(plan.seed, Role.CLASSES, trial, 1)
    values: Values = {}
    if relu_correlation in asked or layer_angle in asked:
        values |= _correlations(rng, slow)
    if product_norm_limit in asked:
        values |= _edge(1 + trial % MOST_MASKS, slow)
    if next_value in asked:
        values |= _pairs(rng, trial, np.longdouble if slow else np.float64)
    if margin_loss in asked or (loss_exponent in asked and next_value not in asked):
        values |= loss_columns(binding, rng, trial, slow)
    known = floats(binding)
    values = {s: np.asarray(value, dtype=float)[None, :] for s, value in values.items() if s not in known}
    fails = {label: holds for label, holds in conditions(binding, values) if not holds.all()}
    kept = np.ones((1, 1), dtype=bool)
    for holds in fails.values():
        kept = kept & holds
    seen = {symbol: np.where(kept, value, np.nan) for symbol, value in values.items()}
    usable = kept.all() if margin_loss in values else kept.any()
    return seen, [] if usable else list(fails)


def _correlations(rng: np.random.Generator, slow: bool) -> Values:
    """E of the product of the positive parts of two normals, by the engine's dual; slow: as a mean over the circle."""
    theta = np.concatenate([[1e-3, 1.999], rng.uniform(0, 2, POINTS)])
    psi = 2 * np.arcsin(theta / 2)
    if slow:
        mean = np.array([_mean_on_circle(angle) for angle in psi])
    else:
        cosine = np.clip(1 - theta**2 / 2, -1, 1)
        mean = np.mean(dual_interval("relu", 0, cosine, cosine), axis=0)
    return {
        feature_chord: theta,
        relu_correlation: mean,
        previous_angle: psi,
        layer_angle: np.arccos(np.clip(2 * mean, -1, 1)),
    }


def _mean_on_circle(psi: float) -> Any:
    """Two normals are a length of mean square 2 times cosines: twice the mean of cos_+(t) cos_+(t - psi).

    Gauss-Legendre on the arc where both are positive, in long double.
    """
    nodes, weights = np.polynomial.legendre.leggauss(40)
    low, high = np.longdouble(psi) - np.pi / 2, np.longdouble(np.pi) / 2
    at = low + (high - low) * (nodes.astype(np.longdouble) + 1) / 2
    return (np.cos(at) * np.cos(at - psi) * weights).sum() * (high - low) / 2 / np.pi


def _edge(layers: int, slow: bool) -> Values:
    """The right end of the limiting spectrum of a product with so many masks, from its S-transform.

    Squared Gaussian matrices of variance 2 have S(z) = 1 / (2 (1 + z)), masks that keep half of the units
    S(z) = (1 + z) / (1/2 + z); S multiplies, and psi inverts chi(z) = z S(z) / (1 + z) up to the edge, where chi peaks.
    """
    found = _edge_from_moments(layers) if slow else _edge_by_search(layers)
    return {masks: np.array([float(layers)]), product_norm_limit: np.array([found])}


def _edge_by_search(layers: int) -> float:
    def inverse(z: float) -> float:
        s = (1 / (2 * (1 + z))) ** (layers + 1) * ((1 + z) / (0.5 + z)) ** layers
        return float((1 + z) / (z * s))

    return float(minimize_scalar(inverse, bounds=(1e-4, 10), method="bounded", options={"xatol": 1e-12}).fun)


def _edge_from_moments(layers: int) -> float:
    """From ratios of moments, which Lagrange inversion gives as integers, beside a power -3/2 of their order."""

    def moment(n: int) -> Fraction:
        terms = (comb(layers * n, j) * 2**j * comb(2 * n, n - 1 - j) for j in range(min(layers * n, n - 1) + 1))
        return Fraction(2**n * sum(terms), n)

    def ratio(n: int) -> float:
        return float(moment(n + 1) / moment(n)) * ((n + 1) / n) ** 1.5

    near, far = (ratio(n) for n in MOMENTS)
    return (4 * far - near) / 3


def _pairs(rng: np.random.Generator, trial: int, dtype: Any) -> Values:
    """Two positive numbers, near or far from each other, and an exponent of their potential."""
    ratio = np.exp(rng.standard_normal(POINTS) * np.where(np.arange(POINTS) % 2, 1e-3, 2))
    current = np.exp(2 * rng.standard_normal(POINTS)).astype(dtype)
    exponent = EXPONENTS[trial] if trial < len(EXPONENTS) else rng.uniform(0.05, 1)
    return {current_value: current, next_value: current * ratio, loss_exponent: np.array([exponent])}


def _sample(binding: Binding, plan: Plan) -> Observations:
    found = [(trial, *_seen(binding, plan, trial, slow=False)) for trial in plan.trials]
    good = [Observations((trial,), values) for trial, values, labels in found if not labels]
    if not good:
        raise NotApplicable(found[0][2][0], f"hypothesis {found[0][2][0]} fails on every trial")
    return joined(good)


def _replay(binding: Binding, plan: Plan, trial: int, step: int) -> Observations:
    """The same points; kernels, edges and losses by another way, in long double."""
    return Observations((trial,), _seen(binding, plan, trial, slow=True)[0])


SCALARS = Experiment(_sample, replay=_replay)
