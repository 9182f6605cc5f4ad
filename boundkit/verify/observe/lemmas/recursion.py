"""Sequences that are fed by a decaying driver and attain their recursion."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.query import Binding
from boundkit.statement.vocabulary import step_size, tau
from boundkit.statement.words.generalisation import (
    cutoff,
    drift_bound,
    learning_duration,
    linearised_misfit,
    next_deviation,
    residual_deviation,
)
from boundkit.statement.words.generalisation_lemmas import constant_part, decaying_part, perturbation_rate
from boundkit.statement.words.shared import T
from boundkit.verify.observe.plan import floats, number

MOST_STEPS = 400


def fed_sequence(binding: Binding, generator: np.random.Generator, dtype: Any) -> dict[Symbol, Any]:
    """Driver and sequence at the smallest cutoff that the statement allows for its asymmetry, to within a factor 2.

    Of cutoff and asymmetry, one that is given is kept and the other fitted to it; where both are, the duration is.
    """
    known = floats(binding)
    duration = float(known.get(learning_duration, 1 + generator.exponential()))
    condition = next(item.relation for item in binding.statement.hypotheses if item.relation.lhs == cutoff)

    def least(asymmetry: float) -> float:
        start = {learning_duration: duration, drift_bound: asymmetry}
        return float(np.squeeze(number(binding, condition.rhs, start)))

    asymmetry, room = 10.0 ** generator.uniform(-1, 1), 2.0 ** generator.uniform(0, 1)
    if drift_bound in known:
        asymmetry = float(known[drift_bound])
    elif cutoff in known:
        power = np.log2(least(2.0) / least(1.0))
        asymmetry = float((known[cutoff] / (room * least(1.0))) ** (1 / power))
    level = dtype(known.get(cutoff, least(asymmetry) * room or 1.0))
    if learning_duration not in known and least(asymmetry) > level:  # which grows with the root of the duration
        duration *= float(level / (room * least(asymmetry))) ** 2
    size = dtype(min(1.0, duration) / generator.integers(2, 60)) / level**2
    ends = dtype(duration) / (size * level**2)
    times = np.arange(min(int(np.floor(ends)), MOST_STEPS) + 1)
    parts = generator.exponential(size=3)
    driver = (1 - size * level**2) ** times * dtype(parts[0]) + dtype(parts[1])
    sequence = [dtype(0)]
    for value in driver:
        grown = (1 + size * dtype(asymmetry) ** 2) * sequence[-1]
        sequence.append(grown + size * dtype(parts[2]) * value)
    return {
        learning_duration: duration,
        drift_bound: asymmetry,
        cutoff: level,
        step_size: size,
        T: ends,
        tau: times,
        decaying_part: parts[0],
        constant_part: parts[1],
        perturbation_rate: parts[2],
        linearised_misfit: driver,
        residual_deviation: sequence[:-1],
        next_deviation: sequence[1:],
    }
