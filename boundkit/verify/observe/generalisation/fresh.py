"""Training and test samples drawn from the distribution that a data set comes from, and errors on it.

A mixture draws anew; digits are drawn with replacement from all images of their classes, a mixture without noise
whose centres are the images. Where nothing is random but labels, errors are exact, not estimated.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from boundkit.data import Dataset, dataset
from boundkit.data.origins import Mixture
from boundkit.errors import NotApplicable
from boundkit.query import Binding, bind
from boundkit.statement.vocabulary import k
from boundkit.train.initialise import Role, nested_stream
from boundkit.verify.observe.plan import Plan

Array = NDArray[np.float64]

TEST_SAMPLES = 20_000
MISTAKEN = 1e-3  # probability that the interval of a test error does not hold it
IMAGES_OF_A_DIGIT = 174
BLOCK = 2**22  # entries of hidden layers held at once


def distribution(data: Dataset) -> Mixture:
    """The law of samples and labels; NotApplicable for data that do not say theirs."""
    if isinstance(data.origin, Mixture):
        return data.origin
    name, _, rest = data.name.partition(":")
    if name == "digits" and data.K > 1:
        given = dict(pair.split("=") for pair in rest.split(","))
        pool = dataset("digits", **{**given, "n": data.K * IMAGES_OF_A_DIGIT})
        order = np.argsort(pool.y.argmax(axis=1), kind="stable")
        return Mixture(pool.X[order], np.arange(pool.n), pool.K, 0.0, True)
    raise NotApplicable("distribution", f"{name}: the law of the data is not known (use mixture, or digits:classes=K)")


def training_sample(binding: Binding, plan: Plan, trial: int) -> Binding:
    """The statement bound to a fresh training sample of the trial, as large as the data of the plan."""
    law = distribution(plan.data)
    X, y, origin = law.draw(nested_stream(plan.seed, Role.TRAINING_SAMPLE, trial), plan.data.n)
    return rebound(binding, Dataset(f"sample {trial} of {plan.data.name}", X, y, origin), plan.width)


def rebound(binding: Binding, data: Dataset, width: int) -> Binding:
    """The same statement, parameters and constants on other data."""
    derived = {"K", "clusters", "cluster_noise"}
    return bind(
        binding.statement,
        data=data,
        activation_name=binding.activation,
        parameters={**{name: v for name, v in binding.given.items() if name not in derived}, "k": width},
        assume={
            symbol.name: float(value.mid()) for symbol, value in binding.values.items() if _assumed(binding, symbol)
        },
    )


def _assumed(binding: Binding, symbol: object) -> bool:
    return symbol != k and str(symbol) in binding.assumed


def errors(
    law: Mixture, predict: Callable[[Array], Array], *, seed: int, trial: int, looks: int
) -> tuple[float, float]:
    """Lower bounds of the classification error and of the mean loss min(1, |y - f(x)|) of a network.

    Both hold together with probability 1 - `MISTAKEN` / `looks` over the fresh sample; without noise they are exact.
    """
    if law.noise == 0:
        return _exact(law, predict)
    generator = nested_stream(seed, Role.TEST_SAMPLE, trial)
    X, y, _ = law.draw(generator, TEST_SAMPLES)
    outputs = predict(X)
    wrong = int((outputs.argmax(axis=1) != y.argmax(axis=1)).sum())
    level = MISTAKEN / (2 * looks)
    low = binomtest(wrong, len(X), alternative="greater").proportion_ci(1 - level, method="exact").low
    loss = np.minimum(1, np.linalg.norm(outputs - y, axis=1)).mean() - np.sqrt(np.log(1 / level) / (2 * len(X)))
    return float(low), max(0.0, float(loss))


def mistaken(law: Mixture) -> float:
    """The probability with which `errors` of all looks of a trial are not lower bounds."""
    return MISTAKEN if law.noise else 0.0


def _exact(law: Mixture, predict: Callable[[Array], Array]) -> tuple[float, float]:
    outputs = predict(law.centres)
    label = np.arange(len(law.centres)) // law.clusters
    away = np.linalg.norm(outputs[:, None, :] - np.eye(law.classes), axis=2)
    losses = np.minimum(1, away)
    chances = np.full((len(label), law.classes), law.flips / max(1, law.classes - 1))
    chances[np.arange(len(label)), label] = 1 - law.flips
    right = chances[np.arange(len(label)), outputs.argmax(axis=1)]
    return float(1 - right.mean()), float((chances * losses).sum(axis=1).mean())


def in_blocks(predict: Callable[[Array], Array], X: Array, width: int) -> Array:
    """Outputs of a network of `width` units on X, a few samples at a time."""
    size = max(1, BLOCK // width)
    return np.concatenate([predict(X[i : i + size]) for i in range(0, len(X), size)])
